/*
 * Fetches a module into memory, as a host does before it compiles it: without a
 * file, with a deadline, and given up when the host has to stop.
 *
 *     fetch localhost:5000/hello:1.0
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <wasm2oci/wasm2oci.hpp>

namespace {

volatile std::sig_atomic_t stopped = 0;

/* On the alternate stack, as the Go runtime requires of every handler. */
void stop_on_interrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stopped = 1; };
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

int main(int argc, char **argv) {
  using namespace std::chrono_literals;
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " REFERENCE\n";
    return 2;
  }
  stop_on_interrupt();
  try {
    const wasm2oci::Client client;
    wasm2oci::FetchOptions options;
    options.timeout = 30s;
    const auto operation = client.start_fetch(argv[1], options);
    while (!operation.wait_for(50ms)) {
      if (stopped != 0) {
        operation.cancel();
      }
    }
    const wasm2oci::Bytes module = operation.bytes();  // no copy; lives as long as the operation
    std::cout << module.size() << " bytes\n";
  } catch (const wasm2oci::Error &error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
