// Python's bytes as the NUL-terminated text of the C API.
#pragma once

#include "failure.hpp"

#include <nanobind/nanobind.h>

#include <cstring>
#include <optional>

namespace wasm2oci_ext {

// The text lives as long as the object; a NUL inside is refused, since C would
// silently end there.
inline const char *text(const nanobind::bytes &bytes) {
  if (std::strlen(bytes.c_str()) != bytes.size()) {
    throw Failure{WASM2OCI_STATUS_INVALID_ARGUMENT, "text must not contain a NUL character", ""};
  }
  return bytes.c_str();
}

inline const char *text(const std::optional<nanobind::bytes> &bytes) {
  return bytes ? text(*bytes) : nullptr;
}

}  // namespace wasm2oci_ext
