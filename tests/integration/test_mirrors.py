"""Mirrors and moved registries, on real ones: CNCF distribution in front of CNCF distribution."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Proxy, Tls
from tests.faults.tls import write_authority
from tests.support import binaries, python
from tests.support.registry import RegistryProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module(200_000)


@pytest.fixture(scope="module")
def cache_registry(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Run distribution as a pull-through cache."""
    with RegistryProcess(tmp_path_factory.mktemp("mirror"), upstream=registry.host) as running:
        yield running


def write_conf(path: Path, origin: str, *mirrors: str, **settings: object) -> Path:
    """Write a registries.conf for one registry."""
    lines = ["[[registry]]", f'location = "{origin}"']
    lines += [f"{name.replace('_', '-')} = {json.dumps(value)}" for name, value in settings.items()]
    for mirror in mirrors:
        lines += ["[[registry.mirror]]", f'location = "{mirror}"']
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_pull_through_cache(registry: Registry, cache_registry: Registry, tmp_path: Path) -> None:
    """What was read once is there without the origin."""
    reference = registry.reference()
    conf = write_conf(tmp_path / "registries.conf", registry.host, cache_registry.host)
    with wasm2oci.Client(registries_conf=conf) as client:
        pushed = client.push(MODULE, reference)
        pulled = client.pull(reference, tmp_path / "a.wasm")
        assert (pulled.source, pulled.digest) == ("mirror", pushed.digest)
        assert pulled.mirror == reference.rpartition(":")[0].replace(registry.host, cache_registry.host)
        assert client.inspect(reference).source == "mirror"
        with client.open(reference) as reader:
            assert (reader.read(), reader.source, reader.mirror) == (MODULE, "mirror", pulled.mirror)
        client.copy(reference, f"oci:{tmp_path / 'layout'}:v1")
        # The cache does not list what its origin lists; whoever asks is answered by the origin.
        assert list(client.tags(reference.rpartition(":")[0])) == ["v1"]
    assert (tmp_path / "a.wasm").read_bytes() == MODULE


def test_a_mirror_that_is_killed_in_the_midst_of_many_pulls(registry: Registry, tmp_path: Path) -> None:
    """Each of them gets what it wants, and the last ones do not ask the dead one."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    process = RegistryProcess(tmp_path / "mirror", upstream=registry.host)
    with process as mirror:
        conf = write_conf(tmp_path / "registries.conf", registry.host, mirror.host)
        with wasm2oci.Client(registries_conf=conf) as client, ThreadPoolExecutor(4) as pool:

            def pull(number: int) -> str | None:
                if number == 50:
                    process.kill()
                return client.pull(reference, tmp_path / f"{number}.wasm").source

            sources = list(pool.map(pull, range(100)))
    assert (sources[0], sources[-1]) == ("mirror", "registry")
    assert {path.read_bytes() for path in tmp_path.glob("*.wasm")} == {MODULE}


def test_what_skopeo_reads_of_the_same_file(
    skopeo: str, registry: Registry, cache_registry: Registry, tmp_path: Path
) -> None:
    """The same table moves a name for both."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    moved = reference.replace(registry.host, "moved.example:5000")
    conf = tmp_path / "registries.conf"
    table = '[[registry]]\nprefix = "moved.example:5000"\nlocation = "{}"\ninsecure = true\n'
    mirror = '[[registry.mirror]]\nlocation = "{}"\ninsecure = true\n'
    conf.write_text(table.format(registry.host) + mirror.format(cache_registry.host), encoding="utf-8")
    command: list[str | Path] = [skopeo, "--registries-conf", conf, "inspect", "--raw", f"docker://{moved}"]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    with wasm2oci.Client(registries_conf=conf) as client:
        assert client.inspect(moved, raw=True).raw == raw
        assert client.inspect(moved).source == "mirror"
        assert client.pull(moved, tmp_path / "a.wasm").reference == moved


@pytest.mark.parametrize("way", ["option", "variable", "home"])
def test_where_the_file_is(
    way: str, run_cli: RunCli, start_faults: StartFaults, mirror: FaultRegistry, tmp_path: Path
) -> None:
    """The command line says what it read from."""
    origin = start_faults()
    origin.add_module(MODULE)
    mirror.add_module(MODULE)
    path = tmp_path / (".config/containers/registries.conf" if way == "home" else "mirrors.conf")
    conf = write_conf(path, origin.host, mirror.host)
    options: list[str | Path] = ["--registries-conf", conf] if way == "option" else []
    environment: dict[str, str | None] = {}
    if way == "variable":
        environment = {"CONTAINERS_REGISTRIES_CONF": str(conf)}
    elif way == "home":
        environment = {"HOME": str(tmp_path)}
    pull = ("pull", origin.reference(), "-o", tmp_path / "a.wasm", "--json")
    done = run_cli(*pull, *options, environment=environment)
    assert (done.code, done.stderr) == (0, "")
    assert (done.json["source"], done.json["mirror"]) == ("mirror", f"{mirror.host}/org/mod")
    assert len(origin.journal) == 0
    done = run_cli(*pull, "--registries-conf", "", environment=environment)
    assert (done.code, done.json.get("source"), "mirror" in done.json) == (0, None, False)


AS_NOBODY = """
    import os, sys
    import wasm2oci

    reference, os.environ["HOME"] = sys.argv[1:]
    wasm2oci.resolve(reference)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    print(wasm2oci.resolve(reference).digest)
"""


def test_a_program_that_has_dropped_its_rights(faults: FaultRegistry, tmp_path: Path) -> None:
    """It still has the home of who started it, which it may not look into."""
    faults.add_module(MODULE)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    said = python.check(AS_NOBODY, faults.reference(), str(home), environment={"XDG_CONFIG_HOME": ""})
    assert said.startswith("sha256:")


def test_a_key_that_is_not_known_is_a_warning(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """It may be misspelt, and what it was to do is not done: once for a client, with the file and the line."""
    faults.add_module(MODULE)
    conf = write_conf(tmp_path / "registries.conf", faults.host, blokced=True)
    done = run_cli("resolve", faults.reference(), "--registries-conf", conf)
    assert done.code == 0
    assert done.stderr == (
        f'wasm2oci: warning: "{conf}", line 3: the key "registry.blokced" is not known and does nothing\n'
    )
    assert run_cli("resolve", faults.reference(), "--registries-conf", conf, "--quiet").stderr == ""
    lines = f"{faults.reference()}\n{faults.reference()}\tother.wasm\n".encode()
    done = run_cli("pull", "--from-file", "-", "--registries-conf", conf, stdin=lines, cwd=tmp_path)
    assert (done.code, done.stderr.count("is not known")) == (0, 1)


def test_a_registry_without_a_location_says_what_to_write(run_cli: RunCli, tmp_path: Path) -> None:
    """Most often the prefix, once more."""
    conf = tmp_path / "registries.conf"
    conf.write_text('[[registry]]\nprefix = "a.example"\n', encoding="utf-8")
    done = run_cli("resolve", "a.example/mod", "--registries-conf", conf)
    assert done.code == 2
    assert 'has no location; add location = "a.example", or where else it is kept' in done.stderr


def test_a_file_that_is_wrong(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """It is named, and the line."""
    conf = tmp_path / "registries.conf"
    conf.write_text('[[registry]]\nlocation = "https://a.example"\n', encoding="utf-8")
    done = run_cli("resolve", faults.reference(), "--registries-conf", conf)
    assert done.code == 2
    assert f"{str(conf)!r}".replace("'", '"') in done.stderr
    assert "line 2" in done.stderr
    conf.unlink()
    with pytest.raises(wasm2oci.FilesystemError, match=r"registries\.conf"):
        wasm2oci.Client(registries_conf=conf)


def test_a_registry_that_is_blocked(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """Nobody is asked."""
    faults.add_module(MODULE)
    conf = write_conf(tmp_path / "registries.conf", faults.host, blocked=True)
    done = run_cli("pull", faults.reference(), "-o", tmp_path / "a.wasm", "--registries-conf", conf)
    assert done.code == 5
    assert "is blocked by" in done.stderr
    with wasm2oci.Client(registries_conf=conf) as client, pytest.raises(wasm2oci.PermissionDeniedError):
        client.push(MODULE, faults.reference())
    assert len(faults.journal) == 0


def test_warnings_say_how_a_mirror_failed(
    run_cli: RunCli, faults: FaultRegistry, mirror: FaultRegistry, tmp_path: Path
) -> None:
    """What is not there is none."""
    faults.add_module(MODULE)
    conf = write_conf(tmp_path / "registries.conf", faults.host, mirror.host)
    pull = ("pull", faults.reference(), "-o", tmp_path / "a.wasm", "--registries-conf", conf, "--json")
    done = run_cli(*pull)
    assert (done.code, done.stderr, done.json["source"]) == (0, "", "registry")
    mirror.on("*", "*").fail(500)
    done = run_cli(*pull)
    assert done.code == 0
    assert f"the mirror {mirror.host}/org/mod: HTTP 500" in done.stderr


def test_certificates_of_a_mirror(start_faults: StartFaults, faults: FaultRegistry, tmp_path: Path, home: Path) -> None:
    """Each registry has a folder of its own."""
    faults.add_module(MODULE)
    mirror = start_faults(tls=Tls())
    mirror.add_module(MODULE)
    folder = home / ".config" / "containers" / "certs.d" / mirror.host
    folder.mkdir(parents=True)
    write_authority(tmp_path).rename(folder / "ca.crt")
    conf = write_conf(tmp_path / "registries.conf", faults.host, mirror.host)
    with wasm2oci.Client(registries_conf=conf) as client:
        assert client.pull(faults.reference(), tmp_path / "a.wasm").source == "mirror"
    folder.joinpath("ca.crt").write_text("nonsense", encoding="utf-8")
    with (
        wasm2oci.Client(registries_conf=conf) as client,
        pytest.raises(wasm2oci.TLSError, match=r"ca\.crt.* no PEM certificate"),
    ):
        client.fetch(faults.reference())


def test_a_mirror_behind_a_proxy_that_needs_a_password(
    mirror: FaultRegistry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All places are reached in the same way."""
    mirror.add_module(MODULE)
    with Proxy(username="u", password="s3cret") as proxy:
        name = proxy.name("mirror.test", mirror.port)
        conf = tmp_path / "registries.conf"
        conf.write_text(
            f'[[registry]]\nlocation = "registry.test"\n[[registry.mirror]]\nlocation = "{name}"\ninsecure = true\n',
            encoding="utf-8",
        )
        monkeypatch.setenv("ALL_PROXY", f"http://u:s3cret@{proxy.host}")
        with wasm2oci.Client(registries_conf=conf) as client:
            assert client.fetch("registry.test/org/mod:v1") == MODULE
    assert all(request.accepted for request in proxy.requests)
