#!/usr/bin/env bash
# The examples are built against the installed package and run: by its CMake package, then by pkg-config.
set -euxo pipefail

library=shared
if test "$PKG_NAME" = libwasm2oci-static; then library=static; fi

try() {
  "$1" examples/hello.wasm "oci:$PWD/layout:$2" "copy-$2.wasm"
  cmp examples/hello.wasm "copy-$2.wasm"
}

# shellcheck disable=SC2086
cmake -S examples -B build -G Ninja ${CMAKE_ARGS:-} -DCMAKE_PREFIX_PATH="$PREFIX" \
  "-DWASM2OCI_LIBRARY=wasm2oci::$library"
cmake --build build
try ./build/push_pull cmake-c
try ./build/push_pull_cpp cmake-cxx

test "$(pkg-config --modversion wasm2oci)" = "$PKG_VERSION"
# Each flag is a word.
# shellcheck disable=SC2046
if test $library = shared; then
  "$CC" examples/push_pull.c -o program $(pkg-config --cflags --libs wasm2oci) -Wl,-rpath,"$PREFIX/lib"
else
  "$CXX" -std=c++17 examples/push_pull.cpp -o program $(pkg-config --cflags wasm2oci) "$PREFIX/lib/libwasm2oci.a" \
    $(pkg-config --static --libs-only-other --libs-only-l wasm2oci | sed 's/-lwasm2oci//')
fi
try ./program pkg-config
