#!/bin/sh
# Makes the binaries of this folder from src/, and the answers that the tests
# expect of them. See ../README.md for the tools.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in kinds memories gc shared empty nested options package2023; do
	wasm-tools parse "src/$name.wat" -o "$name.wasm"
	wasm-tools validate --features all "$name.wasm"
done
wasm-tools metadata add kinds.wasm -o kinds.wasm \
	--language "C=11" --language "WAT=" --processed-by "wasm-tools=1.263.0" --sdk "none=0"

# A component: the world "greeter", its functions made up by the tool, its name
# and metadata added as a user would add them.
wasm-tools component embed --dummy src/wit -w greeter -o "$work/core.wasm"
wasm-tools metadata add "$work/core.wasm" -o "$work/core.wasm" \
	--name "greeter core" --language "Rust=1.95.0" --processed-by "rustc=1.95.0" --sdk "made up=0.1"
wasm-tools component new "$work/core.wasm" -o "$work/greeter.wasm"
wasm-tools metadata add "$work/greeter.wasm" -o greeter.wasm \
	--name "example greeter" --authors "Ada, Grace" --description "Greets people, größer than life" \
	--licenses "Apache-2.0 OR MIT" --source "https://example.com/greeter.git" \
	--homepage "https://example.com/greeter" --revision "de978e17" --version "1.2.0"

# A component whose types came after those of the greeter: async functions,
# streams, futures, maps, lists of a fixed length and error contexts.
wasm-tools component embed --dummy src/wit-async -w app -o "$work/async.wasm"
wasm-tools component new "$work/async.wasm" -o async.wasm
wasm-tools validate --features all async.wasm

# A WIT package: interfaces and worlds only.
wasm-tools component wit src/wit --wasm -o package.wasm

for name in kinds memories gc shared empty nested options greeter async package package2023; do
	wasm-tools metadata show --json "$name.wasm" | python3 -m json.tool --no-ensure-ascii >"$name.metadata.json"
	wasm-tools objdump "$name.wasm" >"$name.objdump.txt"
done
python3 src/extern_types.py kinds.wasm >kinds.types.json
