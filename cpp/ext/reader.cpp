#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
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

constexpr const char *kDropped = "_is_dropped";

void close_handles(nb::handle reader) {
  for (nb::handle handle : nb::borrow<nb::tuple>(reader.attr("_handles"))) {
    nb::list owned = handle.attr("owned");
    for (nb::handle one : owned) {
      one[1]();
    }
    owned.clear();
  }
}

// `Reader.close`, in C++ for the finalizers of Reader, and of what Python's io wraps it in,
// which call it; see owned.hpp.
void close_stream(nb::handle reader) {
  if (is_left_over()) {
    return;
  }
  Calling calling;
  if (nb::cast<bool>(reader.attr("closed"))) {
    return;
  }
  reader.attr("_mark_closed")();
  if (nb::hasattr(reader, "_finalizing")) {
    return;  // What it owns is about to be dropped, which closes it and warns.
  }
  if (!nb::hasattr(reader, kDropped)) {
    try {
      reader.attr("_operation").attr("log_rest")();
    } catch (nb::python_error &) {
      close_handles(reader);
      throw;
    }
  }
  close_handles(reader);
}

// What the finalizers of Python's io call before they close a reader.
void warn_of_stream(nb::handle reader, nb::handle) {
  reader.attr(kDropped) = true;
  warn_of_unclosed(kUnclosedReader);
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
  module.attr("close_stream") =
      nb::cpp_function(&close_stream,
                       nb::is_method(),
                       nb::name("close_stream"),
                       nb::sig("def close_stream(reader: object) -> None"),
                       "Closes the reader and its connection. Further calls do nothing.");
  module.attr("warn_of_stream") =
      nb::cpp_function(&warn_of_stream,
                       nb::is_method(),
                       nb::name("warn_of_stream"),
                       nb::sig("def warn_of_stream(reader: object, source: object) -> None"),
                       "Warns of a reader that was never closed, as files do.");
  module.def("reader_fill",
             &reader_fill,
             reader,
             nb::arg("bytes"),
             nb::arg("offset"),
             timeout,
             "reader_read into what bytes_new made, from an offset on.");
}

}  // namespace wasm2oci_ext
