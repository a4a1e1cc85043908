/*
 * Says which standard of C++ these headers need. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_STANDARD_HPP
#define WASM2OCI_DETAIL_STANDARD_HPP

#if __cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L)
#error "wasm2oci needs C++17: set it by -std=c++17, /std:c++17 or CMake's cxx_std_17."
/* There is no such file, so compilers stop here: more errors would only follow from this one. */
#include "wasm2oci needs C++17"
#endif

#endif
