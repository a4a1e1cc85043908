/*
 * wasm2oci.hpp: the C++17 API of wasm2oci, which moves WebAssembly between files,
 * memory, OCI registries and OCI layouts inside the calling process.
 *
 *     wasm2oci::Client client;
 *     client.push("hello.wasm", "localhost:5000/hello:1.0");
 *     auto pulled = client.pull("localhost:5000/hello:1.0", "copy.wasm");
 *     std::cout << pulled.digest << '\n';
 *
 * Header-only, over the C API of wasm2oci.h, whose rules on fork(), signals and static
 * linking apply here too. It requires nothing but the standard library.
 *
 * Ownership  Client, Operation, Reader and Completions own a handle each: they can be
 *            moved but not copied, and close it when destroyed. An object that was
 *            moved from or closed throws ClosedError.
 * Errors     Exceptions, one class per status, all derived from wasm2oci::Error. Each
 *            function that throws has a form that returns its error in an Expected:
 *            `try_pull` is `pull`. With those it is used without exceptions
 *            (-fno-exceptions); the others print the error and abort there.
 * References Text, or a parsed Reference.
 * Options    Structs of std::optional; what is not set has its default.
 * Results    Structs; each also holds the result as JSON.
 * Waiting    Each verb waits (`pull`) or starts an Operation (`start_pull`); with
 *            Completions, one thread or an event loop waits for any number of
 *            operations; with the Dispatcher of dispatcher.hpp, functions and
 *            coroutines do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_HPP
#define WASM2OCI_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/artifact.hpp>
#include <wasm2oci/bytes.hpp>
#include <wasm2oci/client.hpp>
#include <wasm2oci/completions.hpp>
#include <wasm2oci/error.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/options.hpp>
#include <wasm2oci/progress.hpp>
#include <wasm2oci/reader.hpp>
#include <wasm2oci/reference.hpp>
#include <wasm2oci/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wasm2oci {

/** Returns the version of the library, such as "0.2.0". Static. */
inline const char *version() noexcept { return wasm2oci_version(); }

/**
 * Describes how the library was built, as a JSON object; its members are listed at
 * wasm2oci_build_info. Errors: ForkError.
 */
inline Expected<std::string> try_build_info() {
  const char *json = nullptr;
  auto called = detail::try_call(wasm2oci_build_info, &json);
  if (!called) {
    return std::move(called).error();
  }
  return std::string(json);
}

/** try_build_info, whose error is thrown. */
inline std::string build_info() { return try_build_info().value(); }

/**
 * Configures the Go runtime inside the library; options that are not set keep their
 * current value. Errors: InvalidArgumentError; ForkError.
 */
inline Expected<void> try_configure_runtime(const RuntimeOptions &options) {
  return detail::try_call(wasm2oci_runtime_configure, options.to_json().c_str());
}

/** try_configure_runtime, whose error is thrown. */
inline void configure_runtime(const RuntimeOptions &options) {
  try_configure_runtime(options).value();
}

/**
 * Reports the current state of the Go runtime, as a JSON object; its members are listed
 * at wasm2oci_runtime_info. Errors: ForkError.
 */
inline Expected<std::string> try_runtime_info() { return detail::try_text(wasm2oci_runtime_info); }

/** try_runtime_info, whose error is thrown. */
inline std::string runtime_info() { return try_runtime_info().value(); }

/**
 * Returns the default name for a reference: the name of the file that a pull writes into
 * a directory. Errors: InvalidReferenceError; ForkError.
 */
inline Expected<std::string> try_default_name(std::string_view reference) {
  const detail::Text given(reference);
  if (auto checked = given.check(); !checked) {
    return std::move(checked).error();
  }
  return detail::try_text(wasm2oci_default_name, given.c_str());
}

/** try_default_name, whose error is thrown. */
inline std::string default_name(std::string_view reference) {
  return try_default_name(reference).value();
}

/**
 * Prepares for the end of the process: refuses new operations (ClosedError), cancels
 * the running ones and waits for them for up to `timeout`. Then it ends the waits for
 * queues (ClosedError), and refuses new ones.
 * Errors: OperationTimeoutError if some were still running then; ForkError.
 */
inline Expected<void> try_shutdown(std::chrono::milliseconds timeout) {
  return detail::try_call(wasm2oci_shutdown, static_cast<std::int64_t>(timeout.count()));
}

/** try_shutdown, whose error is thrown. */
inline void shutdown(std::chrono::milliseconds timeout) { try_shutdown(timeout).value(); }

}  // namespace wasm2oci

#endif
