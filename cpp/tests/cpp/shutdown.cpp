/*
 * After a shutdown nobody waits for what will not come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <wasm2oci/dispatcher.hpp>

#include "check.hpp"

using namespace std::chrono_literals;

int main() {
  return run([] {
    const wasm2oci::Client client;
    wasm2oci::Dispatcher dispatcher;
    wasm2oci::shutdown(10s);
    CHECK_THROWS(wasm2oci::ClosedError, client.resolve("oci:nowhere:1"));
    CHECK_THROWS(wasm2oci::ClosedError, dispatcher.dispatch(-1ms));
    CHECK_THROWS(wasm2oci::ClosedError, wasm2oci::Completions());
    CHECK_THROWS(wasm2oci::ClosedError, wasm2oci::Dispatcher());
    const auto queue = wasm2oci::Completions::try_create();
    CHECK(!queue && queue.error().status() == wasm2oci::Status::closed);
  });
}
