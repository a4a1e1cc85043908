"""The extension can be loaded twice in one process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs memfd")

LOAD = """
    import importlib.machinery, importlib.util, os, sys

    def load(path):
        descriptor = os.memfd_create("wasm2oci")
        with open(path, "rb") as file:
            while os.sendfile(descriptor, file.fileno(), None, 1 << 30):
                pass
        name = f"/proc/self/fd/{descriptor}"
        loader = importlib.machinery.ExtensionFileLoader("_ext", name)
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("_ext", loader, origin=name))
        loader.exec_module(module)
        return module

    def inspect(module, path):
        made, started = [], []
        module.client_new(made, None, [], False)
        (client, close_client), = made
        module.start(started, client, "inspect_file", (os.fsencode(path),), None)
        (operation, close_operation), = started
        while not module.operation_wait(operation, 1000):
            pass
        result = module.operation_result(operation)
        close_operation()
        close_client()
        return result
"""


def test_two_copies_work_side_by_side(hello: Path) -> None:
    """Each with a Go runtime of its own, in turns and from threads."""
    program = f"""{LOAD}
    import wasm2oci
    from wasm2oci._native import ext
    digest = wasm2oci.inspect(sys.argv[1]).digest
    copy = load(ext.__file__)
    for _ in range(20):
        assert digest in inspect(copy, sys.argv[1])
        assert wasm2oci.inspect(sys.argv[1]).digest == digest
    import threading
    right = []

    def work():
        for _ in range(20):
            right.append(digest in inspect(copy, sys.argv[1]))
            right.append(wasm2oci.inspect(sys.argv[1]).digest == digest)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 160
    try:
        inspect(copy, "/nowhere.wasm")
    except wasm2oci.FilesystemError as error:
        print(error.errno)
    """
    assert python.check(program, str(hello)).strip() == "2"


def test_a_copy_works_in_a_forked_child(hello: Path) -> None:
    """Where the first one is dead."""
    program = f"""{LOAD}
    import signal, warnings, wasm2oci
    from wasm2oci._native import ext
    warnings.simplefilter("ignore", DeprecationWarning)
    digest, path = wasm2oci.inspect(sys.argv[1]).digest, ext.__file__
    for _ in range(5):
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            os._exit(0 if digest in inspect(load(path), sys.argv[1]) else 1)
        assert os.waitpid(child, 0)[1] == 0
    """
    python.check(program, str(hello))
