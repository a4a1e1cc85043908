/*
 * Each status has its exception, and an exception tells what the C error told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.hpp"

using wasm2oci::Status;

namespace {

template <typename Kind>
void has_class(Status status) {
  try {
    wasm2oci::detail::throw_status(static_cast<wasm2oci_status_t>(status), "why", "{}");
  } catch (const Kind &error) {
    CHECK(error.status() == status);
    CHECK(std::string(error.what()) == "why");
    CHECK(error.detail() == "{}");
    CHECK(dynamic_cast<const wasm2oci::Error *>(&error) != nullptr);
    return;
  } catch (const std::exception &error) {
  }
  check_failed(__FILE__, __LINE__, wasm2oci::status_name(status));
}

void each_status_has_its_class() {
  has_class<wasm2oci::InternalError>(Status::internal);
  has_class<wasm2oci::InvalidArgumentError>(Status::invalid_argument);
  has_class<wasm2oci::InvalidReferenceError>(Status::invalid_reference);
  has_class<wasm2oci::UnsupportedError>(Status::unsupported);
  has_class<wasm2oci::OperationCancelledError>(Status::cancelled);
  has_class<wasm2oci::OperationTimeoutError>(Status::timeout);
  has_class<wasm2oci::ClosedError>(Status::closed);
  has_class<wasm2oci::ForkError>(Status::forked);
  has_class<wasm2oci::NotFoundError>(Status::not_found);
  has_class<wasm2oci::AlreadyExistsError>(Status::already_exists);
  has_class<wasm2oci::AuthenticationError>(Status::unauthenticated);
  has_class<wasm2oci::PermissionDeniedError>(Status::permission_denied);
  has_class<wasm2oci::RateLimitedError>(Status::rate_limited);
  has_class<wasm2oci::RegistryError>(Status::registry);
  has_class<wasm2oci::NetworkError>(Status::network);
  has_class<wasm2oci::FilesystemError>(Status::filesystem);
  has_class<wasm2oci::TlsError>(Status::tls);
  has_class<wasm2oci::DigestMismatchError>(Status::digest_mismatch);
  has_class<wasm2oci::SizeExceededError>(Status::size_exceeded);
  has_class<wasm2oci::InvalidManifestError>(Status::invalid_manifest);
  has_class<wasm2oci::NotWasmError>(Status::not_wasm);
  has_class<wasm2oci::AmbiguousError>(Status::ambiguous);
}

/** The class of a status is derived from Error and never Error itself, but of one. */
bool has_class_of_its_own(wasm2oci_status_t status) {
  try {
    wasm2oci::detail::throw_status(status, "why", "");
  } catch (const wasm2oci::Error &error) {
    return typeid(error) != typeid(wasm2oci::Error);
  }
}

/* The library names every status that it has, and so shows a new one here. */
void no_status_is_left_out() {
  int named = 0;
  for (wasm2oci_status_t status = 2; status < 1000; ++status) {
    const bool known = std::string(wasm2oci_status_name(status)) != "UNKNOWN";
    CHECK(has_class_of_its_own(status) == known);
    named += known ? 1 : 0;
  }
  CHECK(named == 22);
}

void unknown_numbers_are_unknown() {
  for (const wasm2oci_status_t status : {1, 999, -1}) {
    try {
      wasm2oci::detail::throw_status(status, "why", "");
    } catch (const wasm2oci::Error &error) {
      CHECK(error.status() == Status::unknown);
      CHECK(std::string(error.what()) == "why");
    }
  }
}

void message_and_detail_come_from_the_library() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const std::string message =
      CHECK_THROWS(wasm2oci::InvalidReferenceError, client.resolve("hello:1"));
  CHECK_CONTAINS(message.c_str(), "hello:1");
  try {
    client.resolve("oci:nowhere:1");
    check_failed(__FILE__, __LINE__, "nothing thrown");
  } catch (const wasm2oci::NotFoundError &error) {
    CHECK_CONTAINS(error.detail().c_str(), "\"op\":\"resolve\"");
    CHECK_CONTAINS(error.detail().c_str(), "nowhere");
  }
}

void names() {
  CHECK(std::string(wasm2oci::status_name(Status::ok)) == "OK");
  CHECK(std::string(wasm2oci::status_name(Status::tls)) == "TLS");
}

}  // namespace

int main() {
  return run([] {
    each_status_has_its_class();
    no_status_is_left_out();
    unknown_numbers_are_unknown();
    message_and_detail_come_from_the_library();
    names();
  });
}
