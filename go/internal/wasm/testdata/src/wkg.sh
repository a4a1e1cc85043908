#!/bin/sh
# Records the OCI configuration that `wkg oci push` writes for the binaries of
# this folder: push each to a registry, plain HTTP, given as $1 (host:port), and
# read it back. See ../README.md for the tools.
set -eu
cd "$(dirname "$0")/.."
for name in kinds options greeter package package2023; do
	wkg oci push --insecure "$1" "$1/test/$name:1" "$name.wasm"
	oras manifest fetch-config --plain-http --pretty "$1/test/$name:1" >"$name.config.json"
done
