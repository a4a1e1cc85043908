"""What `inspect` shows of an artifact or a file, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wasm2oci._cli import externs, output
from wasm2oci._cli.tree import Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm2oci import Artifact, Child, Descriptor, Export, Import, Producer


def tree(artifact: Artifact, what: str) -> Node:
    """Makes the tree.

    Args:
        artifact: What the library found.
        what: What it was asked for, which is the name of a file.
    """
    root = Node("", artifact.reference or what)
    root.add("digest", artifact.digest)
    root.add("index", artifact.index_digest)
    root.add("media type", artifact.media_type)
    root.add("size", output.size(artifact.size))
    root.add("format", artifact.format)
    _add_module(root, artifact)
    _add_mapping(root, "annotations", artifact.annotations)
    _add_mapping(root, "config", artifact.config)
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


def _layer(layer: Descriptor) -> Node:
    node = Node("", layer.digest)
    node.add("media type", layer.media_type)
    node.add("size", output.size(layer.size))
    for key, value in layer.annotations.items():
        node.add(key, value)
    return node


def _extern(item: Import | Export) -> Node:
    return Node(externs.name(item), externs.type_of(item))


def _producers(field: str, tools: list[Producer]) -> Node:
    spelled = (" ".join(filter(None, (tool["name"], tool["version"]))) for tool in tools)
    return Node(field, ", ".join(spelled))


def _child(child: Child) -> Node:
    node = Node(child["kind"], child.get("name", ""))
    node.add("size", output.size(child["size"]))
    _add_all(node, "contains", [_child(inner) for inner in child.get("children", ())])
    return node


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    import json  # noqa: PLC0415 - for `inspect` alone

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
