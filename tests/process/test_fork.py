"""A forked child goes on as if it had been a program of its own, whatever its parent has done."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.process.forking import IN_CHILD
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child is refused")

CONTENT = binaries.module(60_000)

LAYOUT = f"""{IN_CHILD}
    layout, file = sys.argv[1:3]
    reference = f"oci:{{layout}}:v1"
    content = open(file, "rb").read()
    client = wasm2oci.Client()
    wasm2oci.push(file, reference)
"""


@pytest.fixture
def arguments(hello: Path, tmp_path: Path) -> tuple[str, str]:
    """Name a layout to be made and a module, which LAYOUT takes."""
    return str(tmp_path / "layout"), str(hello)


@pytest.fixture
def served(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module."""
    faults.add_module(CONTENT)
    return faults


def test_every_verb_works_in_the_child(arguments: tuple[str, str]) -> None:
    """With the shared client and with one that the parent has made; so do the children of the child."""
    program = f"""{LAYOUT}
    def verbs(name):
        for verb in (wasm2oci, client):
            copy = f"oci:{{layout}}-{{name}}:v1"
            pushed = verb.push(file, copy)
            again = verb.push(content, copy)
            assert again.layer.digest == pushed.layer.digest
            assert verb.pull(copy, f"{{layout}}-{{name}}.wasm").path.read_bytes() == content
            assert verb.fetch(copy) == content
            with verb.open(copy) as reader:
                assert reader.read() == content
            assert verb.resolve(copy).digest == again.digest
            assert verb.inspect(copy).kind == verb.inspect(file).kind == "module"
            (outcome,) = verb.pull_many([(copy, f"{{layout}}-{{name}}2.wasm")])
            assert outcome.unwrap().path.read_bytes() == content
            assert verb.convert(copy, f"{{copy}}2", format="compat").format == "compat"

    def generations(number):
        verbs(number)
        if number < 3:
            in_child(lambda: generations(number + 1), sys.exit)

    in_child(lambda: generations(0))
    in_child(lambda: in_child(lambda: verbs("grandchild")))  # whose parent has not used it
    verbs("parent")
    """
    python.check(program, *arguments)


def test_the_child_has_connections_of_its_own(served: FaultRegistry) -> None:
    """Two processes that share one would read each other's answers."""
    program = f"""{IN_CHILD}
    client = wasm2oci.Client(user_agent_suffix="made-before-the-fork")
    fetch = lambda: client.fetch(sys.argv[1])
    fetch()
    in_child(fetch)
    fetch()
    in_child(lambda: in_child(fetch))
    """
    python.check(program, served.reference())
    requests = served.journal.of("GET", "*/blobs/*")
    assert len(requests) == 4
    assert all((request.header("User-Agent") or "").endswith(" made-before-the-fork") for request in requests)
    parent, child, again, grandchild = (request.connection for request in requests)
    assert parent == again
    assert len({parent, child, grandchild}) == 3


@pytest.mark.repeated
def test_the_parent_may_be_pulling_in_other_threads(served: FaultRegistry) -> None:
    """Locks that a thread of the parent holds are nobody's in the child; the parent's pulls go on."""
    served.on("GET", "blob").drip(15_000, every=0.02)
    program = f"""{IN_CHILD}
    import threading
    size = int(sys.argv[2])
    stop = threading.Event()
    wrong = []

    def work():
        while not stop.is_set():
            os.environ["SOME_VARIABLE"] = os.urandom(4).hex()  # a new default client each time
            if len(wasm2oci.fetch(sys.argv[1])) != size:
                wrong.append(1)

    def fetch():
        assert len(wasm2oci.fetch(sys.argv[1])) == size

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    repeats = int(sys.argv[3])
    for _ in range(repeats // 5):  # five at a time
        children = [start_child(fetch) for _ in range(5)]
        assert [code_of(child) for child in children] == [0] * 5
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    """
    python.check(program, served.reference(), str(len(CONTENT)), str(python.REPEATS), limit=python.LIMIT * 3)


@pytest.mark.repeated
def test_a_child_holds_no_lock_of_its_parent(arguments: tuple[str, str]) -> None:
    """Children that live on have the lock file of a layout open that the parent was writing to."""
    program = f"""{LAYOUT}
    import threading
    stop = threading.Event()

    def work(number):
        while not stop.is_set():
            wasm2oci.push(content, f"{{reference}}-{{number}}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    out, into = os.pipe()

    def live():
        os.close(into)
        os.read(out, 1)

    children = [start_child(live) for _ in range(int(sys.argv[3]))]
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    wasm2oci.push(content, reference)
    os.close(into)
    assert [code_of(child) for child in children] == [0] * len(children)
    """
    python.check(program, *arguments, str(python.REPEATS * 2))


def test_the_parent_is_no_different_afterwards(arguments: tuple[str, str]) -> None:
    """Children cost it no descriptor and no thread."""
    program = f"""{LAYOUT}
    def counts():
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    def use():
        assert wasm2oci.fetch(reference) == content

    for _ in range(8):
        use()
    files, tasks = counts()
    for _ in range(10):
        in_child(use)
        use()
    after = counts()
    assert after[0] == files and after[1] <= tasks + 2, (files, tasks, after)  # Go adds threads at leisure
    """
    python.check(program, *arguments)


def test_nothing_is_left_of_the_copy(arguments: tuple[str, str], tmp_path: Path) -> None:
    """No descriptor that stays open, no temporary file; where no memory can be had for it, either."""
    (tmp_path / "temporary").mkdir()
    program = f"""{LAYOUT}
    import tempfile
    tempfile.tempdir = layout.replace("layout", "temporary")

    def use():
        native = os.listdir("/proc/self/fd")
        from wasm2oci._native import ext
        ext.version()
        names = [os.readlink(f"/proc/self/fd/{{name}}") for name in set(os.listdir("/proc/self/fd")) - set(native)
                 if os.path.exists(f"/proc/self/fd/{{name}}")]
        assert not [name for name in names if "wasm2oci" in name], names
        assert wasm2oci.fetch(reference) == content
        assert os.listdir(tempfile.tempdir) == []

    def forbidden(*_):
        raise PermissionError(1, "as a container's filter answers")

    in_child(use)
    os.memfd_create = forbidden
    in_child(lambda: (use(), in_child(use)))
    """
    python.check(program, *arguments)


def test_handles_of_the_parent_are_refused_and_dropped_silently(arguments: tuple[str, str]) -> None:
    """Their numbers mean nothing to the child, or something else."""
    program = f"""{LAYOUT}
    reader = client.open(reference)
    unused = wasm2oci.open(reference)
    begun = reader.read(10)

    def use():
        refused(reader.read)
        other = client.open(reference)  # has the number that the parent's had
        refused(lambda: reader.read(1))
        with reader, unused, client:
            pass
        assert other.closed is False
        try:
            client.fetch(reference)
        except wasm2oci.ClosedError:
            pass
        else:
            raise AssertionError("closed")

    in_child(use, sys.exit)
    assert begun + reader.read() == content
    assert client.fetch(reference) == content
    """
    python.check(program, *arguments)


def test_an_operation_of_the_parent_is_refused(arguments: tuple[str, str]) -> None:
    """As where a progress callback forks: the child comes back into the parent's wait."""
    program = f"""{LAYOUT}
    children = []

    def fork(progress):
        children.append(os.fork())

    try:
        wasm2oci.pull(reference, f"{{layout}}.wasm", progress=fork)
    except wasm2oci.ForkError:
        os._exit(0 if children[-1] == 0 and wasm2oci.fetch(reference) == content else 4)
    assert children and [code_of(child) for child in children] == [0] * len(children)
    """
    python.check(program, *arguments)


def test_a_batch_of_the_parent_is_refused(faults: FaultRegistry, tmp_path: Path) -> None:
    """What is left of it belongs to the parent, where it goes on."""
    faults.add_module(CONTENT)
    program = f"""{IN_CHILD}
    reference, folder = sys.argv[1:]
    batch = wasm2oci.pull_many([(reference, f"{{number}}.wasm") for number in range(20)], folder, concurrency=2)
    assert next(batch).unwrap()
    in_child(lambda: refused(lambda: list(batch)))
    in_child(batch.close)
    assert len([outcome.unwrap() for outcome in batch]) == 19
    """
    python.check(program, faults.reference(), str(tmp_path))


def test_a_closed_client_stays_closed(arguments: tuple[str, str]) -> None:
    """A fork does not open it again."""
    program = f"""{LAYOUT}
    client.close()

    def use():
        try:
            client.fetch(reference)
        except wasm2oci.ClosedError:
            return
        raise AssertionError

    in_child(use)
    """
    python.check(program, *arguments)


def test_the_async_client_works_in_the_child(arguments: tuple[str, str]) -> None:
    """On a loop of its own, and on the one of its parent, whose thread is not there."""
    program = f"""{LAYOUT}
    import asyncio
    asynchronous = wasm2oci.AsyncClient()
    loop = asyncio.new_event_loop()

    async def fetch():
        return await asyncio.wait_for(asynchronous.fetch(reference), 10) == content

    async def read(reader):
        await reader.read()

    def use():
        assert asyncio.run(fetch())
        refused(lambda: loop.run_until_complete(read(reader)))
        assert loop.run_until_complete(fetch())

    async def begin():
        return await asynchronous.open(reference)

    assert loop.run_until_complete(fetch())
    reader = loop.run_until_complete(begin())
    in_child(use)
    assert loop.run_until_complete(fetch())
    """
    python.check(program, *arguments)


def test_a_fork_before_the_first_use_is_free(arguments: tuple[str, str]) -> None:
    """Import, fork, use: in the child and in the parent, each with the file itself."""
    program = f"""{IN_CHILD}
    layout, file = sys.argv[1:]
    reference = f"oci:{{layout}}:v1"

    def use():
        wasm2oci.push(file, reference)
        assert "wasm2oci._ext" in sys.modules
        assert wasm2oci.fetch(reference) == open(file, "rb").read()

    in_child(use, sys.exit)
    use()
    """
    python.check(program, *arguments)


@pytest.mark.repeated
def test_a_fork_during_the_first_use_is_no_matter(arguments: tuple[str, str]) -> None:
    """Wherever in the loading of the library it happens: another thread was at it, which the child does not have."""
    program = f"""{IN_CHILD}
    import threading
    layout, file = sys.argv[1:]
    thread = threading.Thread(target=wasm2oci.push, args=(file, f"oci:{{layout}}:v1"))
    use = lambda: wasm2oci.push(file, f"oci:{{layout}}-{{os.getpid()}}:v1")
    thread.start()
    children = [start_child(use) for _ in range(6)]
    assert [code_of(child) for child in children] == [0] * 6
    thread.join()
    in_child(use)
    """
    for _ in range(max(python.REPEATS // 5, 1)):
        python.check(program, *arguments)


def test_a_child_of_a_thread_works(arguments: tuple[str, str]) -> None:
    """Its main thread is the one that forked."""
    program = f"""{LAYOUT}
    import threading
    codes = []

    def fork():
        codes.append(code_of(start_child(lambda: wasm2oci.fetch(reference))))

    thread = threading.Thread(target=fork)
    thread.start()
    thread.join()
    assert codes == [0]
    """
    python.check(program, *arguments)


def test_the_file_must_be_the_one_that_was_loaded(arguments: tuple[str, str]) -> None:
    """An upgrade while the parent runs brings another one, which the parent's code may not fit."""
    program = f"""{LAYOUT}
    from wasm2oci import _native, _original
    loaded = _native._State.original
    _native._State.original = _original.Original(loaded.name, loaded.path, (0, *loaded.identity[1:]))
    in_child(lambda: refused(lambda: wasm2oci.fetch(reference)))
    _native._State.original = _original.Original(loaded.name, loaded.path + ".gone", loaded.identity)
    in_child(lambda: refused(lambda: wasm2oci.fetch(reference)))
    """
    python.check(program, *arguments)


@pytest.mark.parametrize("traced", [False, True])
def test_a_fault_in_the_child_ends_it(arguments: tuple[str, str], *, traced: bool) -> None:
    """The handlers of the dead runtime are in the way of nothing."""
    program = f"""{LAYOUT}
    import ctypes, faulthandler
    faulthandler.enable() if {traced} else faulthandler.disable()

    def fault():
        assert wasm2oci.fetch(reference) == content
        ctypes.string_at(0)

    assert code_of(start_child(fault)) == -signal.SIGSEGV
    """
    ended = python.run(program, *arguments)
    assert ended.code == 0, ended.stderr
    assert ("Fatal Python error: Segmentation fault" in ended.stderr) == traced


def test_ctrl_c_ends_a_pull_in_the_child(faults: FaultRegistry, tmp_path: Path) -> None:
    """As it does in the parent."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob", nth=2).stall(after=1000)
    program = f"""{IN_CHILD}
    wasm2oci.fetch(sys.argv[1])

    def pull():
        try:
            wasm2oci.pull(sys.argv[1], sys.argv[2])
        except KeyboardInterrupt:
            assert len(wasm2oci.fetch(sys.argv[1])) > 1000
            return
        raise AssertionError("not interrupted")

    child = start_child(pull)
    print(child, flush=True)
    assert code_of(child) == 0
    """
    with python.start(program, faults.reference(), str(tmp_path / "a.wasm")) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        faults.journal.wait(lambda requests: sum("/blobs/" in request.path for request in requests) == 2)
        os.kill(child, signal.SIGINT)
        _, stderr = process.communicate(timeout=python.LIMIT)
    assert (process.returncode, stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
