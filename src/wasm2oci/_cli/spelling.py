"""Options in messages of the library, in the spelling of the command line.

The library speaks to programs: it says `ca_file`, where a user of the command line
writes `--ca-file`. Its errors mark options; the messages that are made in Python do not,
and what they quote is left alone.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"""("[^"]*"|(?<!\w)'[^']*')""")

OTHERS = {
    "annotations": "--annotation",
    "allow_upload_hosts": "--allow-upload-host",
    "password": "--password-stdin",
    "token": "--token-stdin",
}
"""Options that have another name here."""

WORDS = ("insecure", "proxy", "retries", "connections", "concurrency", "timeout", "username", "created", "title")
"""Options whose names are ordinary words, so that they count only in what is said of arguments."""

PHRASES = {
    "give one of them a path of its own": "give one of them a path of its own, after a tab",
}
"""What messages that are made in Python say of options that are ordinary words."""


class _Options(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return OTHERS.get(name, f"--{name.replace('_', '-')}")


def filled(template: str) -> str:
    """Returns a message with options as they are written here.

    Args:
        template: What the library says, with each option as `{name}`.
    """
    return template.format_map(_Options())


_NAMES = re.compile(
    r"(?<![\w-])(plain_http|ca_file|client_cert|client_key|auth_file|(?:connect|idle)_timeout|range_threshold|upload_chunk_size|config_media_type|allow_any|max_(?:unpacked_)?size)\b"
)
_ARGUMENTS = re.compile(rf"(?<![\w-])({'|'.join((*WORDS, *OTHERS))})\b")


def spelled(message: str, *, argument: bool = False) -> str:
    """Returns a message with options as they are written here.

    Args:
        message: What the library says.
        argument: Whether it says it of an argument.
    """
    parts = _QUOTED.split(message)
    parts[::2] = [_respell(part, argument=argument) for part in parts[::2]]
    return "".join(parts)


def _respell(text: str, *, argument: bool) -> str:
    for phrase, ours in PHRASES.items():
        text = text.replace(phrase, ours)
    text = _NAMES.sub(lambda found: f"--{found[1].replace('_', '-')}", text)
    if argument:
        text = _ARGUMENTS.sub(lambda found: OTHERS.get(found[1], f"--{found[1]}"), text)
    return text
