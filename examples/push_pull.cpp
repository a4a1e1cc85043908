/*
 * Pushes a WebAssembly file to a registry or a layout and pulls it back.
 *
 *     push_pull_cpp hello.wasm localhost:5000/hello:1.0 copy.wasm
 *     push_pull_cpp hello.wasm oci:layout:1.0 copy.wasm
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cstdlib>
#include <iostream>
#include <wasm2oci/wasm2oci.hpp>

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: " << argv[0] << " FILE REFERENCE COPY\n";
    return 2;
  }
  try {
    const wasm2oci::Client client;
    wasm2oci::PushOptions options;
    options.annotations = {{"org.opencontainers.image.description", "pushed by an example"}};
    const auto pushed = client.push(argv[1], argv[2], options);
    std::cout << "pushed " << pushed.kind << ' ' << pushed.digest << '\n';

    const auto progress = [](const wasm2oci::Progress &now) {
      std::cerr << now.done << " of " << now.total << " bytes\n";
    };
    const auto pulled = client.pull(argv[2], argv[3], {}, progress);
    std::cout << "pulled " << pulled.digest << " to " << pulled.path.string() << '\n';
  } catch (const wasm2oci::NotFoundError &error) {
    std::cerr << "there is no such artifact: " << error.what() << '\n';
    return EXIT_FAILURE;
  } catch (const wasm2oci::Error &error) {
    std::cerr << wasm2oci::status_name(error.status()) << ": " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
