"""The verbs: a module each, of the verb's name, whose `VERB` describes it."""

from __future__ import annotations

import os

_FILES = os.listdir(os.path.dirname(__file__))  # noqa: PTH120, PTH208 - no pathlib

NAMES = tuple(sorted({name.partition(".")[0] for name in _FILES if name.endswith((".py", ".pyc"))} - {"__init__"}))
"""All that are in this folder."""
