#include "bind.hpp"
#include "failure.hpp"
#include "released.hpp"
#include "text.hpp"

#include <nanobind/stl/optional.h>

#include <vector>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

uint64_t client_new(std::optional<nb::bytes> options, nb::list environment) {
  const char *option_text = text(options);
  std::vector<nb::bytes> held;  // Another thread may change the list meanwhile.
  std::vector<const char *> names;
  for (nb::handle variable : environment) {
    held.push_back(nb::cast<nb::bytes>(variable));
    names.push_back(text(held.back()));
  }
  names.push_back(nullptr);

  wasm2oci_client_t client{};
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status = wasm2oci_client_new(option_text, names.data(), &client, error);
  }
  error.check(status);
  return client.id;
}

void client_close(uint64_t client) {
  if (calls_refused()) {
    return;
  }
  wasm2oci_client_t handle{client};
  Released released;
  wasm2oci_client_close(&handle);
}

}  // namespace

void bind_client(nb::module_ &module) {
  module.def("client_new",
             &client_new,
             nb::arg("options").none(),
             nb::arg("environment"),
             nb::sig("def client_new(options: bytes | None, environment: list[bytes]) -> int"),
             "Makes a client; environment has NAME=value items.");
  module.def("client_close",
             &client_close,
             nb::arg("client"),
             "Cancels the client's operations, waits for them and closes it.");
}

}  // namespace wasm2oci_ext
