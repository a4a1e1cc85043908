#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
#include "released.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <cstring>
#include <memory>
#include <tuple>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

using Progress = std::tuple<std::string, uint64_t, uint64_t, int32_t, uint64_t, uint64_t, uint32_t>;

bool operation_wait(uint64_t operation, int64_t timeout_ms) {
  int32_t done = 0;
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status = wasm2oci_operation_wait({operation}, timeout_ms, nullptr, &done, error);
  }
  error.check(status);
  return done != 0;
}

Progress operation_progress(uint64_t operation) {
  wasm2oci_progress_t progress{};
  int32_t done = 0;
  Error error;
  wasm2oci_status_t status = wasm2oci_operation_wait({operation}, 0, &progress, &done, error);
  if (done == 0) {  // Otherwise the error is how the operation ended.
    error.check(status);
  }
  return {progress.item,
          progress.done,
          progress.total,
          progress.phase,
          progress.reused,
          progress.resumed,
          progress.retries};
}

void operation_cancel(uint64_t operation) {
  Error error;
  error.check(wasm2oci_operation_cancel({operation}, error));
}

// Text rather than bytes: a large one is copied once less.
nb::str operation_result(uint64_t operation) {
  const char *json = nullptr;
  Error error;
  error.check(wasm2oci_operation_result({operation}, &json, error));
  PyObject *text =
      PyUnicode_DecodeUTF8(json, static_cast<Py_ssize_t>(std::strlen(json)), "replace");
  if (text == nullptr) {
    nb::raise_python_error();
  }
  return nb::steal<nb::str>(text);
}

nb::bytes operation_path(uint64_t operation) {
  const char *path = nullptr;
  Error error;
  error.check(wasm2oci_operation_path({operation}, &path, error));
  return nb::bytes(path);
}

nb::bytes operation_bytes(uint64_t operation) {
  wasm2oci_bytes_t bytes{};
  Error error;
  error.check(wasm2oci_operation_bytes({operation}, &bytes, error));
  return nb::bytes(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

std::optional<nb::bytes> operation_log(uint64_t operation) {
  char *records = nullptr;
  Error error;
  error.check(wasm2oci_operation_log({operation}, &records, error));
  std::unique_ptr<char, void (*)(void *)> owner(records, wasm2oci_free);
  if (records == nullptr) {
    return std::nullopt;
  }
  return nb::bytes(records);
}

void close_reader(uint64_t id) {
  wasm2oci_reader_t reader{id};
  wasm2oci_reader_close(&reader);
}

constexpr Kind kReader{close_reader, kUnclosedReader};

void operation_reader(nb::list taken, uint64_t operation) {
  Owned owned(kReader);
  wasm2oci_reader_t reader{};
  Error error;
  error.check(wasm2oci_operation_reader({operation}, &reader, error));
  owned.take(reader.id);
  owned.append_to(taken);
}

}  // namespace

void bind_operation(nb::module_ &module) {
  auto operation = nb::arg("operation");
  module.def(
      "operation_wait",
      &operation_wait,
      operation,
      nb::arg("timeout_ms"),
      "True when the operation has ended, False when the time passed; raises what it ended with.");
  module.def("operation_progress",
             &operation_progress,
             operation,
             "item, done, total, phase, reused, resumed, retries; never raises what the operation "
             "ended with.");
  module.def("operation_cancel", &operation_cancel, operation, "Asks the operation to end.");
  module.def("operation_result", &operation_result, operation, "The result as a JSON object.");
  module.def("operation_path", &operation_path, operation, "The path that a pull wrote.");
  module.def("operation_bytes",
             &operation_bytes,
             operation,
             "The bytes that an inspection read with the option raw.");
  module.def(
      "operation_log", &operation_log, operation, "Takes the new log records, as a JSON array.");
  module.def("operation_reader",
             &operation_reader,
             nb::arg("taken"),
             operation,
             nb::sig("def operation_reader(taken: " WASM2OCI_OWNED ", operation: int) -> None"),
             "Takes the reader that an open made.");
}

}  // namespace wasm2oci_ext
