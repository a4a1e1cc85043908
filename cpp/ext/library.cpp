// The library itself: its version and its end.
#include "bind.hpp"
#include "failure.hpp"
#include "released.hpp"
#include "text.hpp"

#include <memory>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

nb::bytes build_info() {
  const char *json = nullptr;
  Error error;
  error.check(wasm2oci_build_info(&json, error));
  return nb::bytes(json);
}

void runtime_configure(nb::bytes options) {
  Error error;
  error.check(wasm2oci_runtime_configure(text(options), error));
}

nb::bytes runtime_info() {
  char *json = nullptr;
  Error error;
  error.check(wasm2oci_runtime_info(&json, error));
  std::unique_ptr<char, void (*)(void *)> owner(json, wasm2oci_free);
  return nb::bytes(json);
}

nb::bytes default_name(nb::bytes reference) {
  char *name = nullptr;
  Error error;
  error.check(wasm2oci_default_name(text(reference), &name, error));
  std::unique_ptr<char, void (*)(void *)> owner(name, wasm2oci_free);
  return nb::bytes(name);
}

// What the C API says of a reference, NULL as None.
nb::tuple reference_parse(nb::bytes reference) {
  wasm2oci_reference_t raw = WASM2OCI_REFERENCE_INIT;
  std::unique_ptr<wasm2oci_reference_t, void (*)(wasm2oci_reference_t *)> owner(
      &raw, wasm2oci_reference_clear);
  Error error;
  error.check(wasm2oci_reference_parse(text(reference), &raw, error));
  const auto part = [](const char *text) {
    return text != nullptr ? nb::object(nb::bytes(text)) : nb::none();
  };
  return nb::make_tuple(part(raw.text),
                        part(raw.scheme),
                        part(raw.registry),
                        part(raw.repository),
                        part(raw.path),
                        part(raw.tag),
                        part(raw.digest),
                        part(raw.written));
}

void shutdown(int64_t timeout_ms) {
  refuse_calls();
  Error error;
  nb::gil_scoped_release released;  // Not Released: this call is the last one.
  wasm2oci_shutdown(timeout_ms, error);
  leave(timeout_ms);
}

}  // namespace

void bind_library(nb::module_ &module) {
  module.def("version", &wasm2oci_version, "The version of the library.");
  module.def(
      "status_name", &wasm2oci_status_name, nb::arg("status"), "The name of a status number.");
  module.def("build_info", &build_info, "What the library was built from, as a JSON object.");
  module.def("runtime_configure",
             &runtime_configure,
             nb::arg("options"),
             "Says how the Go runtime behaves.");
  module.def("runtime_info", &runtime_info, "How the Go runtime behaves now, as a JSON object.");
  module.def("default_name",
             &default_name,
             nb::arg("reference"),
             "The name of the file that a pull writes where it is given a folder.");
  module.def("reference_parse",
             &reference_parse,
             nb::arg("reference"),
             nb::sig("def reference_parse(reference: bytes) -> tuple[bytes | None, ...]"),
             "text, scheme, registry, repository, path, tag, digest, written.");
  module.def("shutdown",
             &shutdown,
             nb::arg("timeout_ms"),
             "Refuses further calls, cancels what runs and waits until no other thread is in a "
             "call; twice timeout_ms at most.");
}

}  // namespace wasm2oci_ext
