"""The tests do not depend on the signals that whatever started them has them ignore, as of a background job."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import cli, python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

ROOT = Path(__file__).resolve().parents[2]
ASK = "import signal; print(signal.getsignal(signal.SIGINT) == signal.default_int_handler)"


def test_tests_are_interrupted() -> None:
    """Some send the signal to themselves."""
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_programs_are_interrupted() -> None:
    """Python sets its handler at the start only where the signal has its default disposition."""
    assert python.check(ASK) == "True\n"


@pytest.mark.parametrize("ignored", ["INT QUIT", "HUP"], ids=["background", "nohup"])
def test_they_are_where_the_tests_were_started_with_signals_ignored(ignored: str) -> None:
    """The two above, and command lines that are sent each signal."""
    tests = [
        f"{__file__}::{test_tests_are_interrupted.__name__}",
        f"{__file__}::{test_programs_are_interrupted.__name__}",
        "tests/integration/test_cli_signals.py::test_a_signal_ends_a_pull",
        "tests/integration/test_login_terminal.py::test_the_terminal_is_left_as_it_was",
    ]
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        ["/bin/sh", "-c", f'trap "" {ignored}; exec "$@"', "sh", *pytest_run],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=cli.LIMIT,
        check=False,
    )
    assert (done.returncode, "9 passed" in done.stdout) == (0, True), done.stdout
