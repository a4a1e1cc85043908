#include "bind.hpp"
#include "failure.hpp"
#include "released.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <stdexcept>
#include <utility>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

using Buffer = nb::ndarray<uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::pair<size_t, bool> read_into(uint64_t reader, void *data, size_t size, int64_t timeout_ms) {
  size_t count = 0;
  int32_t end = 0;
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status = wasm2oci_reader_read({reader}, data, size, timeout_ms, &count, &end, error);
  }
  error.check(status);
  return {count, end != 0};
}

std::pair<size_t, bool> reader_read(uint64_t reader, Buffer buffer, int64_t timeout_ms) {
  return read_into(reader, buffer.data(), buffer.size(), timeout_ms);
}

nb::bytes bytes_new(Py_ssize_t size) {
  PyObject *bytes = PyBytes_FromStringAndSize(nullptr, size);
  if (bytes == nullptr) {
    nb::raise_python_error();
  }
  return nb::steal<nb::bytes>(bytes);
}

std::pair<size_t, bool> reader_fill(uint64_t reader,
                                    nb::bytes bytes,
                                    size_t offset,
                                    int64_t timeout_ms) {
  if (offset > bytes.size()) {
    throw std::out_of_range("offset is beyond the end of the bytes");
  }
  char *data = PyBytes_AsString(bytes.ptr());
  return read_into(reader, data + offset, bytes.size() - offset, timeout_ms);
}

void reader_close(uint64_t reader) {
  if (calls_refused()) {
    return;
  }
  wasm2oci_reader_t handle{reader};
  Released released;
  wasm2oci_reader_close(&handle);
}

}  // namespace

void bind_reader(nb::module_ &module) {
  auto reader = nb::arg("reader");
  auto timeout = nb::arg("timeout_ms");
  module.def(
      "reader_read",
      &reader_read,
      reader,
      nb::arg("buffer"),
      timeout,
      nb::sig(
          "def reader_read(reader: int, buffer: memoryview, timeout_ms: int) -> tuple[int, bool]"),
      "How many bytes came into the buffer, and whether they were the last.");
  module.def("bytes_new",
             &bytes_new,
             nb::arg("size"),
             "New bytes that are to be filled before anybody sees them.");
  module.def("reader_fill",
             &reader_fill,
             reader,
             nb::arg("bytes"),
             nb::arg("offset"),
             timeout,
             "reader_read into what bytes_new made, from an offset on.");
  module.def("reader_close", &reader_close, reader, "Ends the reader and its connection.");
}

}  // namespace wasm2oci_ext
