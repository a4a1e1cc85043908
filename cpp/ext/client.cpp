#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
#include "released.hpp"
#include "text.hpp"

#include <nanobind/stl/optional.h>

#include <vector>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

void close(uint64_t id) {
  wasm2oci_client_t client{id};
  wasm2oci_client_close(&client);
}

constexpr Kind kClient{close, "a wasm2oci client was never closed; use \"with\", or close()"};
constexpr Kind kShared{close, nullptr};

void client_new(nb::list made,
                std::optional<nb::bytes> options,
                nb::list environment,
                bool shared) {
  const char *option_text = text(options);
  std::vector<nb::bytes> held;  // Another thread may change the list meanwhile.
  std::vector<const char *> names;
  for (nb::handle variable : environment) {
    held.push_back(nb::cast<nb::bytes>(variable));
    names.push_back(text(held.back()));
  }
  names.push_back(nullptr);

  Owned owned(shared ? kShared : kClient);
  wasm2oci_client_t client{};
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status = wasm2oci_client_new(option_text, names.data(), &client, error);
  }
  error.check(status);
  owned.take(client.id);
  owned.append_to(made);
}

}  // namespace

void bind_client(nb::module_ &module) {
  module.def("client_new",
             &client_new,
             nb::arg("made"),
             nb::arg("options").none(),
             nb::arg("environment"),
             nb::arg("shared"),
             nb::sig("def client_new(made: " WASM2OCI_OWNED
                     ", options: bytes | None, environment: list[bytes], shared: bool) -> None"),
             "Makes a client; environment has NAME=value items, and nobody has to close a shared "
             "one.");
}

}  // namespace wasm2oci_ext
