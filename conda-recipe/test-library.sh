#!/usr/bin/env bash
# The examples are built against the installed package and run: by its CMake package, then by pkg-config.
set -euxo pipefail

try() {
  "$1" examples/hello.wasm "oci:$PWD/layout:$2" "copy-$2.wasm"
  cmp examples/hello.wasm "copy-$2.wasm"
}

for library in shared static; do
  # shellcheck disable=SC2086
  cmake -S examples -B "build-$library" -G Ninja ${CMAKE_ARGS:-} -DCMAKE_PREFIX_PATH="$PREFIX" \
    "-DWASM2OCI_LIBRARY=wasm2oci::$library"
  cmake --build "build-$library"
  try "./build-$library/push_pull" "cmake-c-$library"
  try "./build-$library/push_pull_cpp" "cmake-cxx-$library"
done

test "$(pkg-config --modversion wasm2oci)" = "$PKG_VERSION"
# Each flag is a word.
# shellcheck disable=SC2046
"$CC" examples/push_pull.c -o shared $(pkg-config --cflags --libs wasm2oci) -Wl,-rpath,"$PREFIX/lib"
try ./shared pkg-config-shared
# shellcheck disable=SC2046
"$CXX" -std=c++17 examples/push_pull.cpp -o static $(pkg-config --cflags wasm2oci) "$PREFIX/lib/libwasm2oci.a" \
  $(pkg-config --static --libs-only-other --libs-only-l wasm2oci | sed 's/-lwasm2oci//')
try ./static pkg-config-static
