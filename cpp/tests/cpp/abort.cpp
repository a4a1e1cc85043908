/*
 * Without exceptions, a function that would throw says why and aborts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <csignal>
#include <cstdlib>
#include <wasm2oci/wasm2oci.hpp>

int main() {
  std::signal(SIGABRT, [](int) { std::_Exit(EXIT_SUCCESS); });
  const wasm2oci::Client client;
  client.resolve("hello");
  return EXIT_FAILURE;
}
