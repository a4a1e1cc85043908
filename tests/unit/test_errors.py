"""Every status has its class, and the classes behave as the built-in ones they derive from."""

from __future__ import annotations

import copy
import errno
import json
import os
import pickle

import pytest

import wasm2oci
from tests.support import header
from wasm2oci import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]
STATUSES = {number: name for number, name in header.statuses().items() if name != "OK"}
BUILTINS = {
    errors.InvalidArgumentError: ValueError,
    errors.InvalidReferenceError: ValueError,
    errors.OperationTimeoutError: TimeoutError,
    errors.ClosedError: ValueError,
    errors.ForkError: RuntimeError,
    errors.NotFoundError: LookupError,
    errors.AlreadyExistsError: FileExistsError,
    errors.PermissionDeniedError: PermissionError,
    errors.NetworkError: ConnectionError,
    errors.FilesystemError: OSError,
}
DETAIL = {"reference": "oci:d:v1", "errno": errno.ENOSPC, "path": "/a/b.wasm", "candidates": ["x", "y"]}


@pytest.mark.parametrize(("number", "name"), STATUSES.items(), ids=STATUSES.values())
def test_each_status_of_the_header_has_a_class_of_its_own(number: int, name: str) -> None:
    """The join is total: no status falls to the base class but UNKNOWN."""
    error = errors.from_status(number, b"what happened", b"")
    assert error.status == number
    assert (type(error) is errors.Wasm2ociError) == (name == "UNKNOWN")


def test_each_class_has_a_status_of_the_header() -> None:
    """The join is total the other way round, too."""
    assert sorted(cls.STATUS for cls in CLASSES) == sorted(STATUSES)


def test_an_unknown_status_keeps_its_number() -> None:
    """A newer library does not break an older package."""
    error = errors.from_status(999, b"what happened", b"")
    assert type(error) is errors.Wasm2ociError
    assert error.status == 999


@pytest.mark.parametrize("cls", CLASSES, ids=errors.__all__)
def test_errors_carry_message_detail_and_reference(cls: type[errors.Wasm2ociError]) -> None:
    """The same attributes everywhere, whatever else a class derives from."""
    error = errors.from_status(cls.STATUS, "it is “gone”".encode(), json.dumps(DETAIL).encode())
    assert type(error) is cls
    assert (str(error), error.message) == ("it is “gone”", "it is “gone”")
    assert error.detail == DETAIL
    assert error.reference == "oci:d:v1"


@pytest.mark.parametrize("cls", CLASSES, ids=errors.__all__)
def test_errors_pickle(cls: type[errors.Wasm2ociError]) -> None:
    """Errors cross process borders, as multiprocessing sends them."""
    error = errors.from_status(cls.STATUS, b"what happened", json.dumps(DETAIL).encode())
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is cls
    assert (other.message, other.status, other.detail) == (error.message, error.status, error.detail)
    assert getattr(other, "errno", None) == getattr(error, "errno", None)


@pytest.mark.parametrize("cls", [errors.NotFoundError, errors.FilesystemError])
def test_what_was_attached_to_an_error_pickles_too(cls: type[errors.Wasm2ociError]) -> None:
    """Such as the notes that a worker gives it before it goes to the parent."""
    error = errors.from_status(cls.STATUS, b"what happened", json.dumps(DETAIL).encode())
    vars(error).update(__notes__=["in item 7"], attempt=2)  # add_note is there from Python 3.11 on
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert vars(other) == vars(error)
        assert getattr(other, "errno", None) == getattr(error, "errno", None)


@pytest.mark.parametrize(("cls", "builtin"), BUILTINS.items(), ids=[cls.__name__ for cls in BUILTINS])
def test_errors_are_caught_as_the_builtin_that_fits(cls: type[errors.Wasm2ociError], builtin: type[Exception]) -> None:
    """Code that knows nothing of wasm2oci handles them."""
    with pytest.raises(builtin, match="what happened"):
        raise cls("what happened")


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, OSError)])
def test_os_errors_know_errno_and_file(cls: type[OSError]) -> None:
    """What handlers of OSError look at is there."""
    error = errors.from_status(cls.STATUS, b"cannot write '/a/b.wasm'", json.dumps(DETAIL).encode())  # type: ignore[attr-defined]
    assert isinstance(error, OSError)
    assert error.errno == errno.ENOSPC
    assert error.strerror == os.strerror(errno.ENOSPC)
    assert error.filename == "/a/b.wasm"
    assert str(error) == "cannot write '/a/b.wasm'"


@pytest.mark.parametrize("detail", [b"", b"{", b"[1]", b"null"])
def test_a_detail_that_cannot_be_read_hides_no_error(detail: bytes) -> None:
    """The message matters more than its detail."""
    error = errors.from_status(10, b"what happened", detail)
    assert isinstance(error, errors.NotFoundError)
    assert error.detail == {}
    assert error.reference is None


def test_the_package_exports_every_error() -> None:
    """`wasm2oci.NotFoundError` and `wasm2oci.errors.NotFoundError` are one."""
    assert {name: getattr(wasm2oci, name) for name in errors.__all__} == dict(zip(errors.__all__, CLASSES, strict=True))
