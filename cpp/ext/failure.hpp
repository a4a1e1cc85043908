// A failed call of the C API on its way to becoming a Python exception.
#pragma once

#include <wasm2oci/wasm2oci.h>

#include <string>

namespace wasm2oci_ext {

struct Failure {
  wasm2oci_status_t status;
  std::string message;
  std::string detail;  // A JSON object, or empty.
};

// Receives the error of one call of the C API.
class Error {
 public:
  Error() = default;
  Error(const Error &) = delete;
  Error &operator=(const Error &) = delete;
  ~Error() { wasm2oci_error_clear(&error_); }

  operator wasm2oci_error_t *() { return &error_; }

  // Throws a Failure unless the call went well.
  void check(wasm2oci_status_t status) const;

 private:
  wasm2oci_error_t error_ = WASM2OCI_ERROR_INIT;
};

}  // namespace wasm2oci_ext
