"""`wasm2oci inspect`."""

from __future__ import annotations

import json
import os
import sys

from wasm2oci import errors
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.output import Node
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from wasm2oci import Artifact, Child, Descriptor, Export, Import, Producer
    from wasm2oci._cli.session import Session

_PAGE = 65536
"""Bytes of a page of memory, unless a module says otherwise."""


def inspect(session: Session, *, what: str, raw: bool, **selection: Any) -> None:  # noqa: ANN401 - as `Client.inspect` takes it
    """Shows what is in an artifact or a file."""
    if raw and session.json:
        raise Misuse("--raw prints the manifest as it is, which is JSON already; leave out --json")
    if what == streams.STANDARD:
        raise Misuse("inspect does not read standard input; give the file a name")
    try:
        with session.client() as client:
            if raw:
                _print(client.inspect(what, raw=True, **selection).raw or b"")
                return
            if session.json:
                output.json_text(client._inspected(what, **selection))  # noqa: SLF001 - the package's own
                return
            found = client.inspect(what, **selection)
    except errors.InvalidReferenceError as error:
        if ":" in what or "@" in what or os.path.lexists(what):
            raise
        # It may have been meant as either.
        subject = f"inspect {json.dumps(what, ensure_ascii=False)}: "
        message = f"{subject}no such file; as a reference, {error.message.removeprefix(subject)}"
        raise errors.InvalidReferenceError(message, detail={**error.detail, "template": None}) from error
    output.tree(_tree(found, what))


def _print(raw: bytes) -> None:
    """Prints the bytes as they are, so that their digest can be checked; of what would act on a terminal, the name."""
    if streams.is_terminal(sys.stdout):
        lines = raw.decode("utf-8", "backslashreplace").split("\n")
        raw = "\n".join(streams.visible(line) for line in lines).encode("utf-8", "backslashreplace")
    streams.write(raw)


def _tree(artifact: Artifact, what: str) -> Node:
    """Makes the tree of what `inspect` found.

    Args:
        artifact: What the library found.
        what: What it was asked for, which is the name of a file.
    """
    root = Node("", artifact.reference or what)
    root.add("digest", artifact.digest)
    root.add("index", artifact.index_digest)
    root.add("media type", artifact.media_type)
    root.add("size", output.size(artifact.size))
    root.add("artifact type", artifact.artifact_type)
    root.add("subject", None if artifact.subject is None else artifact.subject.digest)
    root.add("format", artifact.format)
    attached = artifact.format is None and artifact.subject is not None
    if not attached:  # It holds files, of whatever kind.
        _add_module(root, artifact)
    _add_mapping(root, "annotations", artifact.annotations)
    _add_mapping(root, "config", artifact.config)
    if attached:
        _add_all(root, "files", [_file(layer) for layer in artifact.layers if layer.media_type != _NOTHING])
    else:
        _add_all(root, "layers", [_layer(layer) for layer in artifact.layers])
    _add_all(root, "imports", [_extern(item) for item in artifact.imports])
    _add_all(root, "exports", [_extern(item) for item in artifact.exports])
    _add_all(root, "producers", [_producers(*item) for item in (artifact.producers or {}).items()])
    _add_mapping(root, "metadata", artifact.metadata)
    _add_all(root, "contains", [_child(child) for child in artifact.children])
    _add_all(root, "warnings", [Node("", warning) for warning in artifact.warnings])
    return root


def _add_module(root: Node, artifact: Artifact) -> None:
    if artifact.kind is None:
        root.add("module", "none, or several")
        return
    root.add("kind", artifact.kind)
    root.add("member", artifact.member)
    root.add("name", artifact.name)
    if artifact.reference is not None:
        root.add("file digest", artifact.file_digest)
        root.add("file size", None if artifact.file_size is None else output.size(artifact.file_size))


def _add_mapping(root: Node, name: str, values: Mapping[str, Any] | None) -> None:
    _add_all(root, name, [Node(key, _text(value)) for key, value in (values or {}).items()])


def _add_all(root: Node, name: str, children: list[Node]) -> None:
    """Adds a branch, unless it would be bare."""
    if children:
        root.add(name, "", children)


def _file(layer: Descriptor) -> Node:
    """Makes the node of an attached file, which most often has a name."""
    others = dict(layer.annotations)
    title = others.pop(_TITLE, None)
    if not title:
        return _layer(layer)
    node = Node("", title)
    node.add("digest", layer.digest)
    return _described(node, layer, others)


def _layer(layer: Descriptor) -> Node:
    return _described(Node("", layer.digest), layer, layer.annotations)


def _described(node: Node, layer: Descriptor, annotations: Mapping[str, str]) -> Node:
    node.add("media type", layer.media_type)
    node.add("size", output.size(layer.size))
    for key, value in annotations.items():
        node.add(key, value)
    return node


def _extern(item: Import | Export) -> Node:
    return Node(_name(item), _type(item))


def _producers(field: str, tools: list[Producer]) -> Node:
    spelled = (" ".join(filter(None, (tool["name"], tool["version"]))) for tool in tools)
    return Node(field, ", ".join(spelled))


def _child(child: Child) -> Node:
    node = Node(child["kind"], child.get("name", ""))
    node.add("size", output.size(child["size"]))
    _add_all(node, "contains", [_child(inner) for inner in child.get("children", ())])
    return node


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _name(item: Mapping[str, Any]) -> str:
    """Returns the name: of a core module's import both halves, the first as `""` if it is empty."""
    module = item.get("module")
    return str(item["name"]) if module is None else f"{module or _EMPTY} {item['name']}"


def _type(item: Mapping[str, Any]) -> str:
    """Returns the kind, and the type where it is known."""
    kind = str(item.get("kind", ""))
    members = item.get(kind)
    spell = _SPELLED.get(kind)
    return f"{kind} {spell(members)}".rstrip() if spell and members is not None else kind


def _signature(members: Mapping[str, Any]) -> str:
    parameters = ", ".join(members["params"])
    results = ", ".join(members.get("results") or ())
    return f"({parameters}) -> ({results})" if results else f"({parameters})"


def _limits(members: Mapping[str, Any]) -> str:
    most = members.get("max")
    words = [str(members["min"]) if most is None else f"{members['min']} to {most}"]
    words += ["shared"] if members.get("shared") else []
    words += ["64-bit"] if members.get("index64") else []
    return " ".join(words)


def _table(members: Mapping[str, Any]) -> str:
    return f"{_limits(members)} {members['element']}"


def _memory(members: Mapping[str, Any]) -> str:
    page_size = members.get("page_size", _PAGE)
    limits = _limits(members)
    pages = f"{limits} page" if limits == "1" else f"{limits} pages"
    return pages if page_size == _PAGE else f"{pages} of {page_size}"


def _global(members: Mapping[str, Any]) -> str:
    return f"mut {members['value']}" if members.get("mutable") else str(members["value"])


_TITLE = "org.opencontainers.image.title"
_NOTHING = "application/vnd.oci.empty.v1+json"
"""The media type of a layer that is there because there has to be one."""

_EMPTY = '""'
_SPELLED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "func": _signature,
    "tag": _signature,
    "table": _table,
    "memory": _memory,
    "global": _global,
}


VERB = Verb(
    inspect,
    summary="Show what is in an artifact or a file.",
    description="""
        Show what is in an artifact, or in a local WebAssembly file.

        A name is a file if one exists, or if it starts with /, ./ or ../ or ends in .wasm.
        """,
    arguments=(Argument("what", "REFERENCE|FILE"),),
    groups={
        "Manifest": (
            Option(
                "--raw", help="Print the bytes of the manifest or index as they are stored; do not look for a module."
            ),
        ),
        "Source": options.SELECTION,
        **options.READING,
    },
    examples=(
        ("inspect hello.wasm", "Show what a file imports and exports."),
        ("inspect registry.example/team/hello:v1 --json", "Print manifest, config and layers as well."),
    ),
)
