/*
 * Calls of the C API. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_CALL_HPP
#define WASM2OCI_DETAIL_CALL_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/error.hpp>
#include <wasm2oci/expected.hpp>

#include <string>

namespace wasm2oci::detail {

/** A C error that frees its texts, even if copying them throws. */
class RawError {
 public:
  RawError() = default;
  RawError(const RawError &) = delete;
  RawError &operator=(const RawError &) = delete;
  ~RawError() { wasm2oci_error_clear(&raw_); }

  wasm2oci_error_t *get() noexcept { return &raw_; }

  /** Returns what it says, for the status that came with it. */
  Error error(wasm2oci_status_t status) const {
    return Error(known_status(status),
                 raw_.message != nullptr ? raw_.message : wasm2oci_status_name(status),
                 raw_.detail != nullptr ? raw_.detail : "");
  }

 private:
  wasm2oci_error_t raw_ = WASM2OCI_ERROR_INIT;
};

/** Calls a C function whose last parameter is the error. */
template <typename Function, typename... Arguments>
Expected<void> try_call(Function function, Arguments... arguments) {
  RawError error;
  const wasm2oci_status_t status = function(arguments..., error.get());
  if (status != WASM2OCI_STATUS_OK) {
    return error.error(status);
  }
  return {};
}

/** A text of the C API, freed in any case. A unique_ptr would take longer to compile. */
class RawText {
 public:
  RawText() = default;
  RawText(const RawText &) = delete;
  RawText &operator=(const RawText &) = delete;
  ~RawText() { wasm2oci_free(raw_); }

  char **get() noexcept { return &raw_; }

  std::string text() const { return raw_ != nullptr ? raw_ : ""; }

 private:
  char *raw_ = nullptr;
};

/** Calls a C function that makes a text, and copies it; NULL is "". */
template <typename Function, typename... Arguments>
Expected<std::string> try_text(Function function, Arguments... arguments) {
  RawText text;
  auto called = try_call(function, arguments..., text.get());
  if (!called) {
    return std::move(called).error();
  }
  return text.text();
}

}  // namespace wasm2oci::detail

#endif
