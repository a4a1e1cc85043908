"""Runs a module or a component by PyPI's wasmtime, which only `wasm2oci run` loads."""

from __future__ import annotations

import json
import signal

from wasm2oci import errors
from wasm2oci._claims import quoted
from wasm2oci._cli import failure, streams
from wasm2oci._cli.parser import Misuse

try:
    import wasmtime
    from wasmtime import component
except ImportError as error:
    raise Misuse(f"run needs wasmtime, which cannot be loaded ({error}); run: pip install 'wasm2oci[run]'") from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

MODULE, COMPONENT = b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0"
"""How they begin."""

RUN = "wasi:cli/run@0.2."
"""What a component exports that is a command, whichever version of it."""

_WASI = "wasi_snapshot_preview1"

_SOME = 10
"""Names that a message lists."""

_BITS = {"i32": 32, "i64": 64}
_INTEGERS = (
    *(component.S8, component.S16, component.S32, component.S64),
    *(component.U8, component.U16, component.U32, component.U64),
)
_FLOATS = (component.F32, component.F64)
_TEXTS = (component.String, component.Char)


class _Exited(Exception):  # noqa: N818 - not an error
    """The guest ends itself.

    Attributes:
        code: With which exit code.
    """

    def __init__(self, code: int) -> None:
        """Takes the code."""
        super().__init__()
        self.code = code


def _exit(code: int) -> None:
    raise _Exited(code)


class Subject:
    """What errors say of a guest.

    Args:
        text: What was typed.
        detail: What programs are told: its path or its reference.
    """

    def __init__(self, text: str, detail: Mapping[str, str]) -> None:
        """Takes both."""
        self._text = text
        self._detail = detail

    def __str__(self) -> str:
        """Returns how a message begins."""
        return f"run {quoted(self._text)}: "

    def error(
        self,
        kind: type[errors.Wasm2ociError],
        fact: str,
        **detail: Any,  # noqa: ANN401 - whatever programs want
    ) -> errors.Wasm2ociError:
        """Makes an error about it."""
        return kind(f"{self}{fact}", detail={"op": "run", **self._detail, **detail})


class Guest:
    """A module or component that is ready to run, once.

    Args:
        subject: What errors say of it.
        content: The binary.
        name: What a command is told that it is called.
        arguments: The arguments of a command, without its name.
        environment: All variables that it sees.
        folders: The directories that it may read and write, each with the name that it sees.
    """

    def __init__(  # noqa: PLR0913 - options, all by keyword
        self,
        subject: Subject,
        content: bytes,
        *,
        name: str,
        arguments: Sequence[str] = (),
        environment: Iterable[tuple[str, str]] = (),
        folders: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Compiles it.

        Raises:
            NotWasmError: It is not WebAssembly.
            UnsupportedError: wasmtime does not take it.
            FilesystemError: A directory cannot be opened.
        """
        self._subject = subject
        if not content.startswith((MODULE, COMPONENT)):
            raise subject.error(errors.NotWasmError, "it is not a WebAssembly binary")
        self._engine = wasmtime.Engine()
        self._is_component = content.startswith(COMPONENT)
        try:
            self._compiled: Any = (component.Component if self._is_component else wasmtime.Module)(
                self._engine, content
            )
        except wasmtime.WasmtimeError as error:
            raise self._unsupported(error) from None
        self._store = wasmtime.Store(self._engine)
        self._store.set_wasi(self._wasi([name, *arguments], environment, folders))

    def _wasi(
        self, arguments: list[str], environment: Iterable[tuple[str, str]], folders: Iterable[tuple[str, str]]
    ) -> wasmtime.WasiConfig:
        """Grants the three streams, and beside them only what is asked for."""
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stdin()
        wasi.inherit_stdout()
        wasi.inherit_stderr()
        wasi.argv = arguments
        wasi.env = list(environment)
        for folder, seen in folders:
            self._grant(wasi, folder, seen)
        return wasi

    def _grant(self, wasi: wasmtime.WasiConfig, folder: str, seen: str) -> None:
        try:
            wasi.preopen_dir(folder, seen)
        except wasmtime.WasmtimeError:
            raise self._subject.error(
                errors.FilesystemError, f"cannot open the directory {quoted(folder)}", path=folder
            ) from None

    def run(self, function: str | None = None, texts: Sequence[str] = ()) -> int:
        """Runs it as a command, or calls a function and prints what that returns.

        From here on signals end the process at once: no Python runs while the guest does, which could
        handle them.

        Returns:
            The exit code: the guest's own; 1 for a result that is an error; `TRAPPED`.
        """
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        try:
            found = self._found(function)
            values = [] if function is None else self._values(function, found, texts)
            result = found(self._store, *values)
        except (_Exited, wasmtime.ExitTrap) as ended:
            # A system takes the last eight bits, of which none may be set in the code of a failure.
            return ended.code & 0xFF or int(ended.code != 0)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            streams.say(f"wasm2oci: error: {self._subject}{_reasons(error)[-1]}")
            return failure.TRAPPED
        if function is not None:
            streams.write_lines(*map(_shown, self._results(found, result)))
        return int(isinstance(result, component.Variant) and result.tag == "err")

    def _found(self, name: str | None) -> Any:  # noqa: ANN401 - a function of a module or a component
        """Makes an instance, and returns the function that is to be called.

        Raises:
            NotFoundError: It has none of this name.
        """
        linker: Any = (component.Linker if self._is_component else wasmtime.Linker)(self._engine)
        try:
            if self._is_component:
                linker.add_wasip2()
            else:
                linker.define_wasi()
                # wasmtime's own takes 126 and more for a trap.
                linker.allow_shadowing = True
                linker.define_func(_WASI, "proc_exit", wasmtime.FuncType([wasmtime.ValType.i32()], []), _exit)
            instance = linker.instantiate(self._store, self._compiled)
        except wasmtime.ExitTrap:  # of a component
            raise
        except wasmtime.WasmtimeError as error:
            raise self._unsupported(error) from None
        found = self._exported(instance, self._entry() if name is None else name)
        if found is None:
            wanted = (
                f"has no function {quoted(name)}"
                if name is not None
                else "is not a command; call a function with --invoke"
            )
            known = self._names()
            raise self._subject.error(
                errors.NotFoundError,
                f"it {wanted}; it has {', '.join(known[:_SOME]) or 'none'}",
                candidates=known,
            )
        if name is not None and not self._is_component:
            # What its compiler wants to come before all other calls.
            initialize = self._exported(instance, "_initialize")
            if initialize is not None:
                initialize(self._store)
        return found

    def _entry(self) -> str:
        """Returns where a command begins."""
        if not self._is_component:
            return "_start"
        names = [name for name in self._compiled.type.exports(self._engine) if name.startswith(RUN)]
        return f"{names[0]}#run" if names else ""

    def _exported(self, instance: Any, name: str) -> Any:  # noqa: ANN401
        if not self._is_component:
            found = instance.exports(self._store).get(name)
            return found if isinstance(found, wasmtime.Func) else None
        # One of an interface has that before its name.
        interface, _, own = name.rpartition("#")
        outer = instance.get_export_index(self._store, interface) if interface else None
        if interface and outer is None:
            return None
        index = instance.get_export_index(self._store, own, outer)
        return None if index is None else instance.get_func(self._store, index)

    def _names(self) -> list[str]:
        """Returns what can be called."""
        if not self._is_component:
            return [one.name for one in self._compiled.exports if isinstance(one.type, wasmtime.FuncType)]
        names: list[str] = []
        for name, one in self._compiled.type.exports(self._engine).items():
            kind = one.ty
            if isinstance(kind, component.FuncType):
                names.append(name)
            elif isinstance(kind, component.ComponentInstanceType):
                inner = kind.exports(self._engine).items()
                names += [f"{name}#{own}" for own, item in inner if isinstance(item.ty, component.FuncType)]
        return names

    def _values(self, name: str, function: Any, texts: Sequence[str]) -> list[Any]:  # noqa: ANN401
        """Makes the arguments of a function of words.

        Raises:
            InvalidArgumentError: They do not fit its parameters.
            UnsupportedError: A parameter has a type that no word can say.
        """
        types = [one[1] if self._is_component else one for one in function.type(self._store).params]
        if len(types) != len(texts):
            raise self._subject.error(
                errors.InvalidArgumentError,
                f"{quoted(name)} takes {_counted(len(types))}, and {len(texts)} "
                f"{'was' if len(texts) == 1 else 'were'} given",
            )
        return [self._value(name, kind, text) for kind, text in zip(types, texts, strict=True)]

    def _value(self, name: str, kind: Any, text: str) -> Any:  # noqa: ANN401
        try:
            return _in_component(kind, text) if self._is_component else _in_module(str(kind), text)
        except ValueError:
            raise self._subject.error(
                errors.InvalidArgumentError,
                f"{quoted(text)} is not of the type {_type(kind)}, which {quoted(name)} takes",
            ) from None
        except TypeError:
            raise self._subject.error(
                errors.UnsupportedError, f"{quoted(name)} takes a {_type(kind)}, which cannot be given here"
            ) from None

    def _results(self, function: Any, result: Any) -> list[Any]:  # noqa: ANN401
        if self._is_component:
            return [] if function.type(self._store).result is None else [result]
        return list(result) if isinstance(result, (list, tuple)) else [] if result is None else [result]

    def _unsupported(self, error: Exception) -> errors.Wasm2ociError:
        return self._subject.error(errors.UnsupportedError, f"wasmtime refuses it: {'; '.join(_reasons(error))}")


def _integer(text: str) -> int:
    if not text.isascii() or "_" in text or text != text.strip():
        raise ValueError(text)
    return int(text, 0)


def _in_module(kind: str, text: str) -> int | float:
    if kind in _BITS:
        value = _integer(text)
        if not -(1 << _BITS[kind] - 1) <= value < 1 << _BITS[kind]:
            raise ValueError(text)
        # Half of them are the negative ones.
        return value - (1 << _BITS[kind]) if value >= 1 << _BITS[kind] - 1 else value
    if kind in {"f32", "f64"}:
        return float(text)
    raise TypeError(kind)


def _in_component(kind: object, text: str) -> Any:  # noqa: ANN401 - of the type
    if isinstance(kind, _TEXTS):
        if isinstance(kind, component.Char) and len(text) != 1:
            raise ValueError(text)
        return text
    if isinstance(kind, _INTEGERS):
        value, name = _integer(text), type(kind).__name__
        bits = int(name[1:])
        least, most = (0, 1 << bits) if name[0] == "U" else (-(1 << bits - 1), 1 << bits - 1)
        if not least <= value < most:
            raise ValueError(text)
        return value
    if isinstance(kind, _FLOATS):
        return float(text)
    if isinstance(kind, component.Bool):
        if text not in {"true", "false"}:
            raise ValueError(text)
        return text == "true"
    raise TypeError(kind)


def _type(kind: object) -> str:
    """Spells a type of a parameter."""
    return str(kind) if isinstance(kind, wasmtime.ValType) else type(kind).__name__.removesuffix("Type").lower()


def _shown(value: object) -> str:
    """Spells what a function returned."""
    if isinstance(value, str):
        return value
    if isinstance(value, component.Variant):
        return value.tag if value.payload is None else f"{value.tag}({_shown(value.payload)})"
    try:
        return json.dumps(value, ensure_ascii=False, default=vars)
    except (TypeError, ValueError):
        return str(value)


def _reasons(error: Exception) -> list[str]:
    """Takes apart what wasmtime says: what failed, and its last cause; without the trace in between."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if "Caused by:" not in lines:
        return lines[:1]
    number, _, cause = lines[-1].partition(": ")
    return [lines[0], cause if number.isdigit() else lines[-1]]


def _counted(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
