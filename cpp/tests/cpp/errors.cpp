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
#define HAS_CLASS(NAME, number, value, Class, meaning) has_class<wasm2oci::Class>(Status::value);
  WASM2OCI_ERROR_MAP(HAS_CLASS)
#undef HAS_CLASS
  static_assert(std::is_same_v<wasm2oci::NotFoundError, wasm2oci::StatusError<Status::not_found>>);
  static_assert(static_cast<int>(Status::not_found) == WASM2OCI_STATUS_NOT_FOUND);
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
  for (wasm2oci_status_t status = 2; status < 1000; ++status) {
    const bool known = std::string(wasm2oci_status_name(status)) != "UNKNOWN";
    CHECK(has_class_of_its_own(status) == known);
  }
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
