/*
 * The errors of the C++ API: one exception class per status, all derived from
 * wasm2oci::Error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_ERROR_HPP
#define WASM2OCI_ERROR_HPP

#include <wasm2oci/wasm2oci.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace wasm2oci {

#define WASM2OCI_ENUMERATOR(NAME, number, value, Class, meaning) value = number,

/** How a call or an operation ended. */
enum class Status : std::int32_t { WASM2OCI_STATUS_MAP(WASM2OCI_ENUMERATOR) };

#undef WASM2OCI_ENUMERATOR

/** Returns the name of a status as the C API spells it, such as "NOT_FOUND". Static. */
inline const char *status_name(Status status) noexcept {
  return wasm2oci_status_name(static_cast<wasm2oci_status_t>(status));
}

/**
 * Why a call failed. what() is one line of UTF-8 without secrets.
 *
 * Every status except `unknown` has a class of its own below. A status that this
 * header does not know is thrown as an Error with Status::unknown.
 */
class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string &message, std::string detail = {})
      : std::runtime_error(message), status_(status), detail_(std::move(detail)) {}

  Status status() const noexcept { return status_; }

  /** A JSON object, or ""; its members are listed at wasm2oci_error_t. */
  const std::string &detail() const noexcept { return detail_; }

 private:
  Status status_;
  std::string detail_;
};

/** The exception class of one status; catch it by one of the names that follow. */
template <Status kStatus>
class StatusError : public Error {
 public:
  explicit StatusError(const std::string &message, std::string detail = {})
      : Error(kStatus, message, std::move(detail)) {}
};

#define WASM2OCI_EXCEPTION(NAME, number, value, Class, meaning) \
  using Class = StatusError<Status::value>;

WASM2OCI_ERROR_MAP(WASM2OCI_EXCEPTION)

#undef WASM2OCI_EXCEPTION

namespace detail {

#define WASM2OCI_THROW(NAME, number, value, Class, meaning) \
  case Status::value:                                       \
    throw Class(message, json);

/** Throws the exception of a status other than ok. */
[[noreturn]] inline void throw_status(wasm2oci_status_t status,
                                      const std::string &message,
                                      const std::string &json) {
  switch (static_cast<Status>(status)) {
    WASM2OCI_ERROR_MAP(WASM2OCI_THROW)
    default:
      throw Error(Status::unknown, message, json);
  }
}

#undef WASM2OCI_THROW

/** A C error that frees its texts, even if copying them throws. */
class RawError {
 public:
  RawError() = default;
  RawError(const RawError &) = delete;
  RawError &operator=(const RawError &) = delete;
  ~RawError() { wasm2oci_error_clear(&raw_); }

  wasm2oci_error_t *get() noexcept { return &raw_; }

  [[noreturn]] void raise(wasm2oci_status_t status) const {
    throw_status(status,
                 raw_.message != nullptr ? raw_.message : wasm2oci_status_name(status),
                 raw_.detail != nullptr ? raw_.detail : "");
  }

 private:
  wasm2oci_error_t raw_ = WASM2OCI_ERROR_INIT;
};

/** Calls a C function whose last parameter is the error; throws if it fails. */
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  RawError error;
  const wasm2oci_status_t status = function(arguments..., error.get());
  if (status != WASM2OCI_STATUS_OK) {
    error.raise(status);
  }
}

}  // namespace detail
}  // namespace wasm2oci

#endif
