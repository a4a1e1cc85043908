#!/usr/bin/env bash
set -euxo pipefail
# rattler-build asks for Make.
export CMAKE_GENERATOR=Ninja
"$PYTHON" -m pip install . -vv --no-deps --no-build-isolation \
  "-Ccmake.define.WASM2OCI_GO_ARCHIVE=$PREFIX/lib/libwasm2oci.a"
# It names the folder of the build.
rm "$SP_DIR"/wasm2oci-*.dist-info/direct_url.json
