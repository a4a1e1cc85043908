#!/bin/sh
# Makes a component of 18 MB or more from Python, which is too big to be kept
# here, at $1 (a file name), and records what wkg and wasm-tools say of it, with
# the registry at $2 (host:port, plain HTTP). See ../README.md for the tools.
#
# The test that reads it: WASM2OCI_BIG_COMPONENT=$1 go test -run BigComponent .
set -eu
case $1 in /*) component=$1 ;; *) component=$PWD/$1 ;; esac
cd "$(dirname "$0")"
componentize-py -d python/app.wit -w app componentize -p python app -o "$component"
wkg oci push --insecure "$2" "$2/test/python:1" "$component"
oras manifest fetch-config --plain-http --pretty "$2/test/python:1" >../python.config.json
wasm-tools metadata show --json "$component" | python3 -m json.tool --no-ensure-ascii >../python.metadata.json
wasm-tools objdump "$component" | grep '^  custom' >../python.objdump.txt
