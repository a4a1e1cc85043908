#!/usr/bin/env bash
set -euxo pipefail
# CMAKE_ARGS are several words, and sccache comes with them where it is used.
# shellcheck disable=SC2086
cmake -S . -B build/library -G Ninja ${CMAKE_ARGS} -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" \
  -DCMAKE_INSTALL_LIBDIR=lib -DWASM2OCI_BUILD_TESTS=OFF -DWASM2OCI_BUILD_EXAMPLES=OFF
cmake --build build/library --parallel "${CPU_COUNT:-2}"
cmake --install build/library
