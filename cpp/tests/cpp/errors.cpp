/*
 * Each status has its exception, and an exception tells what the C error told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cerrno>

#include "check.hpp"

using wasm2oci::Status;

namespace {

template <typename Kind>
void has_class(Status status) {
  try {
    wasm2oci::Error(status, "why", "{}").raise();
  } catch (const Kind &error) {
    CHECK(error.status() == status);
    CHECK(std::string(error.what()) == "why");
    CHECK(error.json() == "{}");
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
    wasm2oci::Error(wasm2oci::detail::known_status(status), "why").raise();
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
      wasm2oci::Error(wasm2oci::detail::known_status(status), "why").raise();
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
    CHECK_CONTAINS(error.json().c_str(), "\"op\":\"resolve\"");
    CHECK(error.detail().op == "resolve" && error.detail().reference == "oci:nowhere:1");
    CHECK(!error.detail().http_status && error.detail().candidates.empty());
  }
}

/** Every member of the detail arrives in its type; what is absent is empty. */
void the_detail_is_typed() {
  const wasm2oci::Error error(
      Status::registry,
      "why",
      R"({"op":"push","reference":"r","http_status":503,"registry_errors":[{"code":"C","message":"m"}],)"
      R"("path":"p","candidates":["a","b"],"causes":["x"],"errno":2,"option":"o","template":"{o}"})");
  const auto detail = error.detail();
  CHECK(detail.op == "push" && detail.reference == "r" && detail.http_status == 503);
  CHECK(detail.registry_errors.size() == 1 && detail.registry_errors[0].code == "C");
  CHECK(detail.registry_errors[0].message == "m" && detail.path == "p");
  CHECK(detail.candidates.size() == 2 && detail.candidates[1] == "b" && detail.causes[0] == "x");
  CHECK(detail.error_number == 2 && detail.option == "o" && detail.message_template == "{o}");
  const auto nothing = wasm2oci::Error(Status::tls, "why").detail();
  CHECK(nothing.op.empty() && !nothing.http_status && !nothing.error_number);
}

void the_detail_of_real_errors() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto missing = client.try_push("missing.wasm", "oci:layout:1");
  CHECK(!missing && missing.error().status() == Status::filesystem);
  CHECK(missing.error().detail().error_number == ENOENT);
  CHECK(missing.error().detail().path == "missing.wasm");
  wasm2oci::ClientOptions options;
  options.username = "alice";
  const auto refused = wasm2oci::Client::try_create(options);
  CHECK(refused.error().detail().option == "username");
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
    the_detail_is_typed();
    the_detail_of_real_errors();
    names();
  });
}
