"""Prints the imports and exports of a core module as wasmtime sees them."""

import json
import sys

import wasmtime


def bounds(limits: wasmtime.Limits) -> dict:
    """The limits, without a maximum that is not there."""
    found = {"min": limits.min}
    if limits.max is not None:
        found["max"] = limits.max
    return found


def spelled(value: wasmtime.ValType) -> str:
    """A value type as the text format spells it; wasmtime calls externref anyref."""
    return str(value).replace("anyref", "externref")


def described(item: object) -> dict:
    """The type of an import or export."""
    if isinstance(item, wasmtime.FuncType):
        params, results = ([spelled(value) for value in values] for values in (item.params, item.results))
        return {"kind": "func", "func": {"params": params, "results": results}}
    if isinstance(item, wasmtime.TableType):
        table = {"element": spelled(item.element), **bounds(item.limits), "shared": False, "index64": False}
        return {"kind": "table", "table": table}
    if isinstance(item, wasmtime.MemoryType):
        memory = {**bounds(item.limits), "shared": item.is_shared, "index64": item.is_64, "page_size": item.page_size}
        return {"kind": "memory", "memory": memory}
    if isinstance(item, wasmtime.GlobalType):
        return {"kind": "global", "global": {"value": spelled(item.content), "mutable": item.mutable}}
    if isinstance(item, wasmtime.TagType):
        return {"kind": "tag"}
    raise TypeError(item)


config = wasmtime.Config()
config.wasm_exceptions = True
module = wasmtime.Module.from_file(wasmtime.Engine(config), sys.argv[1])
answer = {
    "imports": [{"module": i.module, "name": i.name, **described(i.type)} for i in module.imports],
    "exports": [{"name": e.name, **described(e.type)} for e in module.exports],
}
json.dump(answer, sys.stdout, indent=1, ensure_ascii=False)
print()
