// The verbs. Each appends the operation that it started to a list; owned.hpp says why.
#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
#include "released.hpp"
#include "text.hpp"

#include <nanobind/stl/optional.h>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

using Options = std::optional<nb::bytes>;

void close(uint64_t id) {
  wasm2oci_operation_t operation{id};
  wasm2oci_operation_close(&operation);
}

constexpr Kind kOperation{close, nullptr};

// Calls start(operation*, error*) without the GIL. The content is kept until the operation is
// closed.
template <typename Start>
void started_into(nb::list &started, const Start &start, const Content *content = nullptr) {
  Owned owned(kOperation, content);
  wasm2oci_operation_t operation{};
  Error error;
  wasm2oci_status_t status;
  {
    Released released;
    status = start(&operation, static_cast<wasm2oci_error_t *>(error));
  }
  error.check(status);
  owned.take(operation.id);
  owned.append_to(started);
}

void push(nb::list started, uint64_t client, nb::bytes path, nb::bytes reference, Options options) {
  started_into(
      started,
      [=, p = text(path), r = text(reference), o = text(options)](auto operation, auto error) {
        return wasm2oci_push({client}, p, r, o, operation, error);
      });
}

void push_bytes(
    nb::list started, uint64_t client, Content content, nb::bytes reference, Options options) {
  wasm2oci_bytes_t view{content.data(), content.size()};
  started_into(
      started,
      [=, r = text(reference), o = text(options)](auto operation, auto error) {
        return wasm2oci_push_bytes({client}, view, r, o, operation, error);
      },
      &content);
}

void push_fd(nb::list started, uint64_t client, int32_t fd, nb::bytes reference, Options options) {
  started_into(started, [=, r = text(reference), o = text(options)](auto operation, auto error) {
    return wasm2oci_push_fd({client}, fd, r, o, operation, error);
  });
}

void pull(nb::list started,
          uint64_t client,
          nb::bytes reference,
          std::optional<nb::bytes> path,
          Options options) {
  started_into(
      started,
      [=, r = text(reference), p = text(path), o = text(options)](auto operation, auto error) {
        return wasm2oci_pull({client}, r, p, o, operation, error);
      });
}

void convert(
    nb::list started, uint64_t client, nb::bytes source, nb::bytes destination, Options options) {
  started_into(
      started,
      [=, s = text(source), d = text(destination), o = text(options)](auto operation, auto error) {
        return wasm2oci_convert({client}, s, d, o, operation, error);
      });
}

// The verbs that take one text: open, resolve, inspect, inspect_file.
using Verb = wasm2oci_status_t (*)(
    wasm2oci_client_t, const char *, const char *, wasm2oci_operation_t *, wasm2oci_error_t *);

template <Verb verb>
void start(nb::list started, uint64_t client, nb::bytes what, Options options) {
  started_into(started, [=, w = text(what), o = text(options)](auto operation, auto error) {
    return verb({client}, w, o, operation, error);
  });
}

}  // namespace

void bind_verbs(nb::module_ &module) {
  auto started = nb::arg("started");
  auto client = nb::arg("client");
  auto reference = nb::arg("reference");
  auto options = nb::arg("options").none();

  module.def(
      "push",
      &push,
      started,
      client,
      nb::arg("path"),
      reference,
      options,
      nb::sig("def push(started: " WASM2OCI_OWNED
              ", client: int, path: bytes, reference: bytes, options: bytes | None) -> None"),
      "Starts to push a file.");
  module.def(
      "push_bytes",
      &push_bytes,
      started,
      client,
      nb::arg("content"),
      reference,
      options,
      nb::sig(
          "def push_bytes(started: " WASM2OCI_OWNED
          ", client: int, content: memoryview, reference: bytes, options: bytes | None) -> None"),
      "Starts to push memory, which must stay until the operation has ended.");
  module.def("push_fd",
             &push_fd,
             started,
             client,
             nb::arg("fd"),
             reference,
             options,
             nb::sig("def push_fd(started: " WASM2OCI_OWNED
                     ", client: int, fd: int, reference: bytes, options: bytes | None) -> None"),
             "Starts to push an open file from its start.");
  module.def(
      "pull",
      &pull,
      started,
      client,
      reference,
      nb::arg("path").none(),
      options,
      nb::sig(
          "def pull(started: " WASM2OCI_OWNED
          ", client: int, reference: bytes, path: bytes | None, options: bytes | None) -> None"),
      "Starts to pull a module into a file.");
  module.def(
      "convert",
      &convert,
      started,
      client,
      nb::arg("source"),
      nb::arg("destination"),
      options,
      nb::sig("def convert(started: " WASM2OCI_OWNED
              ", client: int, source: bytes, destination: bytes, options: bytes | None) -> None"),
      "Starts to store an artifact under another format.");
  module.def("open",
             &start<wasm2oci_open>,
             started,
             client,
             reference,
             options,
             nb::sig("def open(started: " WASM2OCI_OWNED
                     ", client: int, reference: bytes, options: bytes | None) -> None"),
             "Starts to open a module for reading.");
  module.def("resolve",
             &start<wasm2oci_resolve>,
             started,
             client,
             reference,
             options,
             nb::sig("def resolve(started: " WASM2OCI_OWNED
                     ", client: int, reference: bytes, options: bytes | None) -> None"),
             "Starts to resolve a reference.");
  module.def("inspect",
             &start<wasm2oci_inspect>,
             started,
             client,
             nb::arg("what"),
             options,
             nb::sig("def inspect(started: " WASM2OCI_OWNED
                     ", client: int, what: bytes, options: bytes | None) -> None"),
             "Starts to inspect a file or an artifact.");
  module.def("inspect_file",
             &start<wasm2oci_inspect_file>,
             started,
             client,
             nb::arg("path"),
             options,
             nb::sig("def inspect_file(started: " WASM2OCI_OWNED
                     ", client: int, path: bytes, options: bytes | None) -> None"),
             "Starts to inspect a file.");
}

}  // namespace wasm2oci_ext
