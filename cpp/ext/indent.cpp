// Indents JSON for people, without making objects of it.
#include "bind.hpp"

#include <nanobind/nanobind.h>

#include <cstring>
#include <string_view>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

constexpr size_t kStep = 2;

// Hands the parts of the indented text to write(data, size); the text is valid JSON
// without white space.
template <typename Write>
void indent(std::string_view json, const Write &write) {
  static constexpr char kBlank[] = "                                ";
  size_t depth = 0;
  auto line = [&] {
    write("\n", 1);
    for (size_t left = depth * kStep; left > 0;) {
      size_t count = left < sizeof kBlank - 1 ? left : sizeof kBlank - 1;
      write(kBlank, count);
      left -= count;
    }
  };
  for (size_t at = 0; at < json.size(); ++at) {
    const char *here = json.data() + at;
    switch (*here) {
      case '"': {
        size_t start = at;
        for (++at; at + 1 < json.size() && json[at] != '"'; ++at) {
          at += json[at] == '\\' ? 1 : 0;
        }
        write(here, at - start + 1);
        break;
      }
      case '{':
      case '[':
        if (at + 1 < json.size() && (here[1] == '}' || here[1] == ']')) {
          write(here, 2);
          ++at;
          break;
        }
        write(here, 1);
        ++depth;
        line();
        break;
      case '}':
      case ']':
        --depth;
        line();
        write(here, 1);
        break;
      case ',':
        write(here, 1);
        line();
        break;
      case ':':
        write(": ", 2);
        break;
      default:
        write(here, 1);
    }
  }
}

nb::bytes json_indented(nb::str text) {
  Py_ssize_t length = 0;
  const char *utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &length);
  if (utf8 == nullptr) {
    nb::raise_python_error();
  }
  std::string_view json(utf8, static_cast<size_t>(length));
  size_t size = 0;
  indent(json, [&](const char *, size_t count) { size += count; });
  PyObject *bytes = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size));
  if (bytes == nullptr) {
    nb::raise_python_error();
  }
  char *into = PyBytes_AsString(bytes);
  indent(json, [&](const char *data, size_t count) {
    std::memcpy(into, data, count);
    into += count;
  });
  return nb::steal<nb::bytes>(bytes);
}

}  // namespace

void bind_indent(nb::module_ &module) {
  module.def("json_indented",
             &json_indented,
             nb::arg("text"),
             "Indents a JSON document that has no white space.");
}

}  // namespace wasm2oci_ext
