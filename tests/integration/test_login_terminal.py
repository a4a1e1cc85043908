"""`login` asks a person for what no option says."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth
from tests.faults.helpers import entry
from tests.support import cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

if sys.platform == "win32":
    pytest.skip("terminals are another matter there", allow_module_level=True)

from tests.support import terminal

PASSWORD = "s3cret-pass word"


@pytest.fixture
def asking(faults: FaultRegistry) -> FaultRegistry:
    """Know one user."""
    faults.auth = Auth(("Basic",), users={"alice": PASSWORD})
    return faults


def login(home: Path, *words: str) -> terminal.Started:
    """Start it at a terminal of its own."""
    environment = {"HOME": str(home), "DOCKER_CONFIG": str(home / "docker")}
    return terminal.Started(*cli.command("login", *words), environment=environment, session=True)


def test_a_person_is_asked_for_both(asking: FaultRegistry, tmp_path: Path) -> None:
    """The name is shown as it is typed, and the password is not."""
    with login(tmp_path, asking.host) as started:
        started.read_until("Username: ")
        assert started.echoes
        started.type("alice\n")
        started.read_until("Password: ")
        assert not started.echoes
        started.type(PASSWORD + "\n")
        seen = started.finish()
    assert seen.code == 0, seen.screen
    assert f"logged in to {asking.host}" in seen.screen
    assert "alice" in seen.screen
    assert PASSWORD not in seen.screen
    kept = json.loads((tmp_path / "docker" / "config.json").read_text())
    assert kept == {"auths": {asking.host: entry("alice", PASSWORD)}}


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        (("--username", "alice"), "Password: "),
        (("--username", "alice", "--password-stdin"), "Password: "),
        (("--token-stdin",), "Token: "),
        (("--identity-token-stdin",), "Identity token: "),
    ],
)
def test_only_what_is_missing_is_asked_for(
    asking: FaultRegistry, tmp_path: Path, words: tuple[str, ...], prompt: str
) -> None:
    """Without echo; what is refused is not kept."""
    with login(tmp_path, asking.host, *words) as started:
        assert "Username" not in started.read_until(prompt)
        assert not started.echoes
        started.type("s3cret-wrong\n")
        seen = started.finish()
    assert seen.code == 4, seen.screen
    assert "s3cret" not in seen.screen
    assert not (tmp_path / "docker").exists()


@pytest.mark.parametrize("by", ["key", "interrupt", "terminate", "hang up"])
def test_the_terminal_is_left_as_it_was(asking: FaultRegistry, tmp_path: Path, by: str) -> None:
    """Ctrl-C at the prompt ends it, with an echo for what is typed next."""
    codes = {"key": 130, "interrupt": 130, "terminate": 143, "hang up": 129}
    with login(tmp_path, asking.host, "--username", "alice") as started:
        started.read_until("Password: ")
        assert not started.echoes
        started.wait_for_a_read()
        if by == "key":
            started.type("s3cr\x03")
        else:
            names = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "hang up": signal.SIGHUP}
            started.send(names[by])
        assert started.wait() == codes[by]
        assert started.echoes
    assert len(asking.journal) == 0


def test_nothing_is_typed(asking: FaultRegistry, tmp_path: Path) -> None:
    """No name, or no password."""
    with login(tmp_path, asking.host) as started:
        started.read_until("Username: ")
        started.type("\n")
        seen = started.finish()
    assert (seen.code, "no user name was given" in seen.screen) == (2, True)
    with login(tmp_path, asking.host, "--username", "alice") as started:
        started.read_until("Password: ")
        started.type("\n")
        seen = started.finish()
    assert (seen.code, "is empty" in seen.screen) == (2, True)
