/*
 * The errors of the C++ API: one exception class per status, all derived from
 * wasm2oci::Error, which is also what an Expected holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_ERROR_HPP
#define WASM2OCI_ERROR_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/json_members.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wasm2oci {

#define WASM2OCI_ENUMERATOR(NAME, number, value, Class, meaning) value = number,

/** How a call or an operation ended. */
enum class Status : std::int32_t { WASM2OCI_STATUS_MAP(WASM2OCI_ENUMERATOR) };

#undef WASM2OCI_ENUMERATOR

/** Returns the name of a status as the C API spells it, such as "NOT_FOUND". Static. */
inline const char *status_name(Status status) noexcept {
  return wasm2oci_status_name(static_cast<wasm2oci_status_t>(status));
}

/** An error that a registry listed. */
struct RegistryMessage {
  /** Such as "MANIFEST_UNKNOWN". */
  std::string code;
  /** The text of the registry. */
  std::string message;
};

/** What is known about an error; what does not apply is empty. */
struct Detail {
  /** The verb. */
  std::string op;
  /** The reference as it was given, or the path. */
  std::string reference;
  /** The status of the last response. */
  std::optional<std::int32_t> http_status;
  /** The errors that the registry listed. */
  std::vector<RegistryMessage> registry_errors;
  /** The local file concerned. */
  std::string path;
  /** What could be chosen. */
  std::vector<std::string> candidates;
  /** The errors beneath this one, outermost first. */
  std::vector<std::string> causes;
  /** The error number of the operating system; `errno` in JSON. */
  std::optional<std::int32_t> error_number;
  /** The option that the error is about. */
  std::string option;
  /** The message with "{name}" in place of each option, and all other braces doubled;
   * `template` in JSON. */
  std::string message_template;
};

/**
 * Why a call failed. what() is one line of UTF-8 without secrets.
 *
 * Every status except `unknown` has a class of its own below. A status that this
 * header does not know is an Error with Status::unknown.
 */
class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string &message, std::string json = {})
      : std::runtime_error(message), status_(status), json_(std::move(json)) {}

  Status status() const noexcept { return status_; }

  /** What is known about it. Type: Detail, parsed when it is asked for. */
  template <typename Type = Detail>
  Type detail() const;

  /** The detail as a JSON object, or ""; its members are listed at wasm2oci_error_t. */
  const std::string &json() const noexcept { return json_; }

  /**
   * Throws the exception of its status. Without exceptions, prints the message on the
   * standard error and aborts.
   */
  [[noreturn]] void raise() const;

 private:
  Status status_;
  std::string json_;
};

/** The exception class of one status; catch it by one of the names that follow. */
template <Status kStatus>
class StatusError : public Error {
 public:
  explicit StatusError(const std::string &message, std::string json = {})
      : Error(kStatus, message, std::move(json)) {}
};

#define WASM2OCI_EXCEPTION(NAME, number, value, Class, meaning) \
  using Class = StatusError<Status::value>;

WASM2OCI_ERROR_MAP(WASM2OCI_EXCEPTION)

#undef WASM2OCI_EXCEPTION

namespace detail {

template <typename Visit>
void each_member(RegistryMessage &value, Visit visit) {
  visit("code", value.code);
  visit("message", value.message);
}

template <typename Visit>
void each_member(Detail &value, Visit visit) {
  visit("op", value.op);
  visit("reference", value.reference);
  visit("http_status", value.http_status);
  visit("registry_errors", value.registry_errors);
  visit("path", value.path);
  visit("candidates", value.candidates);
  visit("causes", value.causes);
  visit("errno", value.error_number);
  visit("option", value.option);
  visit("template", value.message_template);
}

#define WASM2OCI_CASE(NAME, number, value, Class, meaning) case number:

/** Returns the status of a number of the library, which may be newer than this header. */
inline Status known_status(wasm2oci_status_t number) noexcept {
  switch (number) {
    WASM2OCI_STATUS_MAP(WASM2OCI_CASE)
    return static_cast<Status>(number);
    default:
      return Status::unknown;
  }
}

#undef WASM2OCI_CASE

}  // namespace detail

template <typename Type>
Type Error::detail() const {
  Type detail{};
  detail::read_value(json_, detail);
  return detail;
}

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)

#define WASM2OCI_THROW(NAME, number, value, Class, meaning) \
  case Status::value:                                       \
    throw Class(what(), json_);

inline void Error::raise() const {
  switch (status_) {
    WASM2OCI_ERROR_MAP(WASM2OCI_THROW)
    default:
      throw Error(Status::unknown, what(), json_);
  }
}

#undef WASM2OCI_THROW

#else

inline void Error::raise() const {
  std::fprintf(stderr, "wasm2oci: %s: %s\n", status_name(status_), what());
  std::abort();
}

#endif

}  // namespace wasm2oci

#endif
