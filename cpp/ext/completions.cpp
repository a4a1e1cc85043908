// Waiting for many operations and readers at once.
#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
#include "released.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <vector>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

constexpr size_t kMost = 256;  // Reports taken at once; what is left comes with the next wait.

void close(uint64_t id) {
  wasm2oci_completions_t completions{id};
  wasm2oci_completions_close(&completions);
}

constexpr Kind kCompletions{close, nullptr};

void completions_new(nb::list made) {
  Owned owned(kCompletions);
  wasm2oci_completions_t completions{};
  Error error;
  error.check(wasm2oci_completions_new(&completions, error));
  owned.take(completions.id);
  owned.append_to(made);
}

void completions_add_operation(uint64_t completions, uint64_t operation) {
  Error error;
  error.check(wasm2oci_completions_add_operation({completions}, {operation}, error));
}

void completions_add_reader(uint64_t completions, uint64_t reader) {
  Error error;
  error.check(wasm2oci_completions_add_reader({completions}, {reader}, error));
}

// None rather than an error where the queue was closed: that is how the wait of a thread ends
// at the exit of the interpreter, when it is late to raise anything.
std::optional<std::vector<uint64_t>> completions_wait(uint64_t completions, int64_t timeout_ms) {
  std::vector<uint64_t> ids(kMost);
  size_t count = 0;
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status =
        wasm2oci_completions_wait({completions}, timeout_ms, ids.data(), ids.size(), &count, error);
  }
  if (status == WASM2OCI_STATUS_CLOSED) {
    return std::nullopt;
  }
  error.check(status);
  ids.resize(count);
  return ids;
}

}  // namespace

void bind_completions(nb::module_ &module) {
  auto completions = nb::arg("completions");
  module.def("completions_new",
             &completions_new,
             nb::arg("made"),
             nb::sig("def completions_new(made: " WASM2OCI_OWNED ") -> None"),
             "Makes an empty queue.");
  module.def("completions_add_operation",
             &completions_add_operation,
             completions,
             nb::arg("operation"),
             "Reports the operation once, when it has ended.");
  module.def("completions_add_reader",
             &completions_add_reader,
             completions,
             nb::arg("reader"),
             "Reports the reader once, when a read would not wait.");
  module.def("completions_wait",
             &completions_wait,
             completions,
             nb::arg("timeout_ms"),
             "The numbers of what was reported, [] when the time passed; None for a closed queue.");
}

}  // namespace wasm2oci_ext
