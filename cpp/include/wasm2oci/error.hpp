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

/** What a call or an operation ended with; wasm2oci.h says when each comes. */
enum class Status : std::int32_t {
  ok = WASM2OCI_STATUS_OK,
  unknown = WASM2OCI_STATUS_UNKNOWN,
  internal = WASM2OCI_STATUS_INTERNAL,
  invalid_argument = WASM2OCI_STATUS_INVALID_ARGUMENT,
  invalid_reference = WASM2OCI_STATUS_INVALID_REFERENCE,
  unsupported = WASM2OCI_STATUS_UNSUPPORTED,
  cancelled = WASM2OCI_STATUS_CANCELLED,
  timeout = WASM2OCI_STATUS_TIMEOUT,
  closed = WASM2OCI_STATUS_CLOSED,
  forked = WASM2OCI_STATUS_FORKED,
  not_found = WASM2OCI_STATUS_NOT_FOUND,
  already_exists = WASM2OCI_STATUS_ALREADY_EXISTS,
  unauthenticated = WASM2OCI_STATUS_UNAUTHENTICATED,
  permission_denied = WASM2OCI_STATUS_PERMISSION_DENIED,
  rate_limited = WASM2OCI_STATUS_RATE_LIMITED,
  registry = WASM2OCI_STATUS_REGISTRY,
  network = WASM2OCI_STATUS_NETWORK,
  filesystem = WASM2OCI_STATUS_FILESYSTEM,
  tls = WASM2OCI_STATUS_TLS,
  digest_mismatch = WASM2OCI_STATUS_DIGEST_MISMATCH,
  size_exceeded = WASM2OCI_STATUS_SIZE_EXCEEDED,
  invalid_manifest = WASM2OCI_STATUS_INVALID_MANIFEST,
  not_wasm = WASM2OCI_STATUS_NOT_WASM,
  ambiguous = WASM2OCI_STATUS_AMBIGUOUS,
};

/** The name of a status as the C API spells it, such as "NOT_FOUND". Static. */
inline const char *status_name(Status status) noexcept {
  return wasm2oci_status_name(static_cast<wasm2oci_status_t>(status));
}

/**
 * Why a call failed. what() is one line of UTF-8 with no secret in it.
 *
 * Every status but `unknown` has a class of its own below; a status that this
 * header does not know is thrown as an Error with Status::unknown.
 */
class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string &message, std::string detail = {})
      : std::runtime_error(message), status_(status), detail_(std::move(detail)) {}

  Status status() const noexcept { return status_; }

  /**
   * A JSON object, or "". All members are optional: op, reference, http_status,
   * registry_errors, path, candidates, causes, errno, option, template.
   */
  const std::string &detail() const noexcept { return detail_; }

 private:
  Status status_;
  std::string detail_;
};

/** The exception class of one status; catch it by the names that follow. */
template <Status kStatus>
class StatusError : public Error {
 public:
  explicit StatusError(const std::string &message, std::string detail = {})
      : Error(kStatus, message, std::move(detail)) {}
};

using InternalError = StatusError<Status::internal>;
using InvalidArgumentError = StatusError<Status::invalid_argument>;
using InvalidReferenceError = StatusError<Status::invalid_reference>;
using UnsupportedError = StatusError<Status::unsupported>;
using OperationCancelledError = StatusError<Status::cancelled>;
using OperationTimeoutError = StatusError<Status::timeout>;
using ClosedError = StatusError<Status::closed>;
using ForkError = StatusError<Status::forked>;
using NotFoundError = StatusError<Status::not_found>;
using AlreadyExistsError = StatusError<Status::already_exists>;
using AuthenticationError = StatusError<Status::unauthenticated>;
using PermissionDeniedError = StatusError<Status::permission_denied>;
using RateLimitedError = StatusError<Status::rate_limited>;
using RegistryError = StatusError<Status::registry>;
using NetworkError = StatusError<Status::network>;
using FilesystemError = StatusError<Status::filesystem>;
using TlsError = StatusError<Status::tls>;
using DigestMismatchError = StatusError<Status::digest_mismatch>;
using SizeExceededError = StatusError<Status::size_exceeded>;
using InvalidManifestError = StatusError<Status::invalid_manifest>;
using NotWasmError = StatusError<Status::not_wasm>;
using AmbiguousError = StatusError<Status::ambiguous>;

namespace detail {

template <Status... kStatuses>
[[noreturn]] void throw_one_of(Status status, const std::string &message, const std::string &json) {
  ((status == kStatuses ? throw StatusError<kStatuses>(message, json) : void()), ...);
  throw Error(Status::unknown, message, json);
}

/** Throws the exception of a status other than ok. */
[[noreturn]] inline void throw_status(wasm2oci_status_t status,
                                      const std::string &message,
                                      const std::string &json) {
  throw_one_of<Status::internal,
               Status::invalid_argument,
               Status::invalid_reference,
               Status::unsupported,
               Status::cancelled,
               Status::timeout,
               Status::closed,
               Status::forked,
               Status::not_found,
               Status::already_exists,
               Status::unauthenticated,
               Status::permission_denied,
               Status::rate_limited,
               Status::registry,
               Status::network,
               Status::filesystem,
               Status::tls,
               Status::digest_mismatch,
               Status::size_exceeded,
               Status::invalid_manifest,
               Status::not_wasm,
               Status::ambiguous>(static_cast<Status>(status), message, json);
}

/** A C error that frees its texts, also where copying them throws. */
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

/** Calls a C function whose last parameter is the error; throws unless it returns ok. */
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
