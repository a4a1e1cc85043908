"""The links of the built site: each leads to a page, to a place on it, or to a file of the repository."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
IN_REPOSITORY = re.compile(r"https://github\.com/wasm2oci/wasm2oci/(?:blob|tree|edit)/main/([^#?]+)")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|//")
# Written by Sphinx without the places that other pages link to.
NO_PAGES = {"genindex.html", "search.html"}


class Reader(HTMLParser):
    """Collects the links and the places of one page."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what names a place or leads somewhere."""
        for name, value in attrs:
            if value and (name == "id" or (tag == "a" and name == "name")):
                self.places.add(value)
            elif value and name in {"href", "src", "data-src"} and (tag, name) != ("base", "href"):
                self.links.add(value)


def broken(site: Path) -> Iterator[str]:
    """Say which links lead nowhere."""
    site = site.resolve()
    pages = {page: Reader(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")}
    for page, read in sorted(pages.items()):
        for link in sorted(read.links):
            if not _leads_somewhere(page, link, pages):
                yield f"{page.relative_to(site)}: the link {link} leads nowhere"
    for link in re.findall(r"\]\(/([^)]+)\)", site.joinpath("llms.txt").read_text(encoding="utf-8")):
        if not site.joinpath(link).exists():
            yield f"llms.txt: the link {link} leads nowhere"


def _leads_somewhere(page: Path, link: str, pages: dict[Path, Reader]) -> bool:
    if found := IN_REPOSITORY.match(link):
        return (ROOT / unquote(found[1])).exists()
    if ELSEWHERE.match(link):
        return True
    path, place = urldefrag(link)
    target = (page.parent / unquote(path.partition("?")[0])).resolve() if path else page
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return False
    return not place or target not in pages or target.name in NO_PAGES or unquote(place) in pages[target].places
