#include "failure.hpp"

#include "bind.hpp"
#include "released.hpp"

namespace nb = nanobind;

namespace wasm2oci_ext {

void Error::check(wasm2oci_status_t status) const {
  if (status == WASM2OCI_STATUS_OK) {
    return;
  }
  Failure failure{status, wasm2oci_status_name(status), ""};
  if (error_.message != nullptr) {
    failure.message = error_.message;
  }
  if (error_.detail != nullptr) {
    failure.detail = error_.detail;
  }
  throw failure;
}

namespace {

// The classes are Python's, so that they can be pickled and documented there.
void raise_in_python(const Failure &failure) {
  if (is_left_over()) {
    // What was cancelled for the exit's sake is not worth a trace, which the
    // thread would fight over with the interpreter's own last words.
    PyErr_SetNone(PyExc_SystemExit);
    return;
  }
  Calling calling;
  try {
    nb::object exception =
        nb::module_::import_("wasm2oci.errors")
            .attr("from_status")(failure.status,
                                 nb::bytes(failure.message.data(), failure.message.size()),
                                 nb::bytes(failure.detail.data(), failure.detail.size()));
    PyErr_SetObject(reinterpret_cast<PyObject *>(exception.type().ptr()), exception.ptr());
  } catch (nb::python_error &error) {
    error.restore();
  }
}

}  // namespace

void bind_failure() {
  nb::register_exception_translator([](const std::exception_ptr &pointer, void *) {
    try {
      std::rethrow_exception(pointer);
    } catch (const Failure &failure) {
      raise_in_python(failure);
    }
  });
}

}  // namespace wasm2oci_ext
