"""Looks at the built site as a reader does, in a headless Chromium.

    python tools/site_check.py docs/_build/html SCREENSHOTS --chromium /usr/bin/chromium

Pages are opened at the widths of a phone and of a desk, light and dark. It fails where one is wider than its window,
where the console shows an error, where a request goes wrong or elsewhere, where axe-core finds something serious,
where a link leads nowhere, and where the search does not find what people look for. Screenshots are written, to be
looked at.
"""

from __future__ import annotations

import argparse
import threading
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import sync_playwright
from site_links import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PAGES = (
    "index",
    "tutorial",
    "guide/install",
    "guide/push",
    "guide/kubernetes",
    "guide/troubleshooting",
    "reference/commands",
    "reference/options",
    "reference/errors",
    "reference/python/functions",
    "reference/c/verbs",
    "changes",
)

# What people type, and a page that they should be shown.
SEARCHES = {
    "ECR": "guide/registries/ecr",
    "FetchContent": "guide/install",
    "air gap": "guide/archives",
    "airgap": "guide/archives",
    "alpine": "guide/install",
    "async": "guide/asyncio",
    "asyncio": "guide/asyncio",
    "azure": "guide/registries/acr",
    "behind a proxy": "guide/connections",
    "c++": "guide/cpp",
    "cache": "guide/cache",
    "ci": "guide/ci",
    "cmake": "guide/install",
    "component": "guide/inspect",
    "conda": "guide/install",
    "corporate": "guide/connections",
    "cosign": "guide/referrers",
    "crane": "guide/moving",
    "dask": "guide/machines",
    "delete": "guide/delete",
    "denied": "guide/troubleshooting",
    "digest": "guide/resolve",
    "docker": "guide/credentials",
    "docker hub": "guide/registries/docker-hub",
    "envoy": "guide/proxies",
    "exit code": "reference/errors",
    "flask": "guide/credentials",
    "fork": "guide/processes",
    "ghcr": "guide/registries/ghcr",
    "github": "guide/ci",
    "gitlab": "guide/registries/gitlab",
    "harbor": "guide/registries/harbor",
    "helm": "guide/hosts",
    "istio": "guide/proxies",
    "kubernetes": "guide/kubernetes",
    "kubewarden": "guide/hosts",
    "lock file": "guide/lock",
    "log level": "guide/limits",
    "login": "guide/login",
    "manifest unknown": "guide/troubleshooting",
    "mirror": "guide/mirrors",
    "multi-tenant": "guide/credentials",
    "multiple tags": "guide/push",
    "oci layout": "guide/references",
    "offline": "guide/archives",
    "oras": "guide/moving",
    "password": "guide/credentials",
    "podman": "guide/credentials",
    "progress bar": "guide/limits",
    "proxy": "guide/connections",
    "rate limit": "guide/registries/docker-hub",
    "retry": "guide/connections",
    "rust crate": "guide/rust",
    "sbom": "guide/attach",
    "signature": "guide/copy",
    "self-signed": "guide/connections",
    "sigstore": "guide/referrers",
    "skopeo": "guide/archives",
    "spin": "guide/hosts",
    "tag list": "guide/tags",
    "timeout": "guide/limits",
    "token": "guide/credentials",
    "unauthorized": "guide/troubleshooting",
    "upgrade": "guide/install",
    "verbose": "guide/limits",
    "vcpkg": "guide/install",
    "wasmcloud": "guide/hosts",
    "wasmtime": "guide/run",
    "wit": "guide/moving",
    "wkg": "guide/moving",
    "x509": "guide/connections",
}
FIRST = 5
FINISHED = "/found|did not match/.test(document.querySelector('#search-results .search-summary')?.textContent)"


class View(NamedTuple):
    """How a page is looked at."""

    name: str
    width: int
    height: int
    theme: str


VIEWS = (
    View("phone", 390, 844, "light"),
    View("desk", 1440, 900, "light"),
    View("desk-dark", 1440, 900, "dark"),
)

# Of a screenshot, in pixels; the longest pages have ten times that.
HIGHEST = 5000

# What sticks out of the window, and cannot be scrolled to inside a frame of its own.
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const inFrame = (element) => {
    for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(outer).overflowX)) return true;
    return false;
  };
  const found = [...document.querySelectorAll("article *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.right > width + 1 && !inFrame(element);
  });
  const page = document.documentElement.scrollWidth;
  if (!found.length && page > width + 1) return [`${page} px`];
  return found.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
}"""


# Tables that have to be scrolled sideways, on a phone.
TOO_WIDE = """() => [...document.querySelectorAll(".table-wrapper")]
  .filter((frame) => frame.scrollWidth > frame.clientWidth + 1)
  .map((frame) => frame.innerText.slice(0, 40))"""


def main() -> None:
    """Look at everything, and say all that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path, help="the folder that Sphinx has written")
    parser.add_argument("screenshots", type=Path, help="where screenshots go")
    parser.add_argument("--chromium", required=True, help="the browser")
    given = parser.parse_args()
    given.screenshots.mkdir(parents=True, exist_ok=True)
    wrong = list(broken(given.site))
    with served(given.site) as address, sync_playwright() as playwright:
        quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=given.chromium, args=quiet)
        for view in VIEWS:
            wrong += look(browser, address, view, given.screenshots)
        wrong += search(browser, address)
        browser.close()
    looked = len(PAGES) * len(VIEWS)
    print("\n".join([*wrong, f"{looked} views of {len(PAGES)} pages, {len(SEARCHES)} searches, {len(wrong)} faults"]))
    raise SystemExit(bool(wrong))


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder on a free port."""
    with Server(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Server(ThreadingHTTPServer):
    """Serves a browser, which leaves before it has read all."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def look(browser: Browser, address: str, view: View, screenshots: Path) -> Iterator[str]:
    """Open every page in one view."""
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height},
        color_scheme="dark" if view.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    heard: list[str] = []
    listen(page, address, heard)
    for name in PAGES:
        page.goto(f"{address}/{name}.html")
        heard += [f"sticks out of the window: {element}" for element in page.evaluate(STICKS_OUT)]
        if view.name == "phone":
            heard += [f"a table is wider than the window: {text!r}" for text in page.evaluate(TOO_WIDE)]
        heard += axe(page, view)
        height = min(HIGHEST, page.evaluate("document.documentElement.scrollHeight"))
        page.screenshot(
            path=screenshots / f"{name.replace('/', '-')}-{view.name}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": view.width, "height": height},
        )
        yield from (f"{name} ({view.name}): {fault}" for fault in heard)
        heard.clear()
    context.close()


def listen(page: Page, address: str, heard: list[str]) -> None:
    """Write down what goes wrong on a page."""
    page.on("console", lambda said: heard.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"script: {error}"))
    page.on("requestfailed", lambda request: heard.extend(failed(request.url, request.failure)))
    page.on("request", lambda request: heard.extend(elsewhere(request.url, address)))


def failed(url: str, why: str | None) -> list[str]:
    """Say what could not be fetched; what a page that was left did not wait for is not among it."""
    return [] if why == "net::ERR_ABORTED" else [f"{url}: {why}"]


def elsewhere(url: str, address: str) -> list[str]:
    """Say what a page fetches from others."""
    return [] if url.startswith((address, "data:")) else [f"fetches from elsewhere: {url}"]


def axe(page: Page, view: View) -> Iterator[str]:
    """Say what axe-core finds that is serious; in the dark nothing but colours is another."""
    options: dict[str, list[str]] = {"resultTypes": ["violations"]}
    if view.theme == "dark":
        options["runOnly"] = ["color-contrast"]
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    for violation in found:
        if violation["impact"] in {"serious", "critical"}:
            places = [node["html"][:120] for node in violation["nodes"]]
            yield f"axe: {violation['id']}, {violation['help']}: {len(places)} times, such as {places[0]}"


def search(browser: Browser, address: str) -> Iterator[str]:
    """Search for words, as a reader would."""
    page = browser.new_page()
    heard: list[str] = []
    listen(page, address, heard)
    for words, expected in SEARCHES.items():
        page.goto(f"{address}/search.html?q={quote(words)}")
        with suppress(PlaywrightTimeoutError):
            page.wait_for_function(FINISHED, timeout=60_000)
        found = page.eval_on_selector_all("#search-results li a", "links => links.map((link) => link.pathname)")
        if f"/{expected}.html" not in found[:FIRST]:
            yield f"search for {words!r} does not show {expected} among the first {FIRST}: {found[:FIRST]}"
    yield from (f"search: {fault}" for fault in heard)


if __name__ == "__main__":
    main()
