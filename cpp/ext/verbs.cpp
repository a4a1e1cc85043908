// The verbs. Each appends the operation that it started to a list; owned.hpp says why.
#include "bind.hpp"
#include "failure.hpp"
#include "owned.hpp"
#include "released.hpp"
#include "text.hpp"

#include <nanobind/stl/optional.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

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

void attach(
    nb::list started, uint64_t client, nb::bytes reference, nb::tuple paths, Options options) {
  std::vector<nb::bytes> files;
  std::vector<const char *> texts;
  for (nb::handle path : paths) {
    files.push_back(nb::cast<nb::bytes>(path));
    texts.push_back(text(files.back()));
  }
  started_into(started, [&, r = text(reference), o = text(options)](auto operation, auto error) {
    return wasm2oci_attach({client}, r, texts.data(), texts.size(), o, operation, error);
  });
}

void cache(nb::list started, uint64_t client, Options options) {
  started_into(started, [=, o = text(options)](auto operation, auto error) {
    return wasm2oci_cache({client}, o, operation, error);
  });
}

// The operands of a verb; the last may be missing, which is NULL.
using Texts = std::array<const char *, 2>;

// A verb whose operands are texts: its name in Python, and how it starts.
struct TextVerb {
  std::string_view name;
  std::size_t operands;
  wasm2oci_status_t (*start)(
      wasm2oci_client_t, const Texts &, const char *, wasm2oci_operation_t *, wasm2oci_error_t *);
};

template <wasm2oci_status_t (*verb)(
    wasm2oci_client_t, const char *, const char *, wasm2oci_operation_t *, wasm2oci_error_t *)>
constexpr TextVerb row(std::string_view name) {
  return {name, 1, [](auto client, auto &texts, auto options, auto operation, auto error) {
            return verb(client, texts[0], options, operation, error);
          }};
}

template <wasm2oci_status_t (*verb)(wasm2oci_client_t,
                                    const char *,
                                    const char *,
                                    const char *,
                                    wasm2oci_operation_t *,
                                    wasm2oci_error_t *)>
constexpr TextVerb row(std::string_view name) {
  return {name, 2, [](auto client, auto &texts, auto options, auto operation, auto error) {
            return verb(client, texts[0], texts[1], options, operation, error);
          }};
}

constexpr std::array kTextVerbs{
    row<wasm2oci_pull>("pull"),
    row<wasm2oci_convert>("convert"),
    row<wasm2oci_copy>("copy"),
    row<wasm2oci_open>("open"),
    row<wasm2oci_cached>("cached"),
    row<wasm2oci_resolve>("resolve"),
    row<wasm2oci_tag>("tag"),
    row<wasm2oci_tags>("tags"),
    row<wasm2oci_untag>("untag"),
    row<wasm2oci_delete>("delete"),
    row<wasm2oci_referrers>("referrers"),
    row<wasm2oci_login>("login"),
    row<wasm2oci_logout>("logout"),
    row<wasm2oci_inspect>("inspect"),
    row<wasm2oci_inspect_file>("inspect_file"),
    row<wasm2oci_inspect_reference>("inspect_reference"),
};

void start(nb::list started, uint64_t client, nb::str verb, nb::tuple operands, Options options) {
  const std::string_view name = verb.c_str();
  const auto *found = std::find_if(
      kTextVerbs.begin(), kTextVerbs.end(), [&](const TextVerb &row) { return row.name == name; });
  if (found == kTextVerbs.end() || found->operands != operands.size()) {
    throw nb::value_error("no verb of that name takes that many operands");
  }
  Texts texts{};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    texts[i] = text(nb::cast<std::optional<nb::bytes>>(operands[i]));
  }
  started_into(started, [=, o = text(options)](auto operation, auto error) {
    return found->start({client}, texts, o, operation, error);
  });
}

}  // namespace

void bind_verbs(nb::module_ &module) {
  auto started = nb::arg("started");
  auto client = nb::arg("client");
  auto reference = nb::arg("reference");
  auto options = nb::arg("options").none();

  module.def(
      "cache",
      &cache,
      started,
      client,
      options,
      nb::sig("def cache(started: " WASM2OCI_OWNED ", client: int, options: bytes | None) -> None"),
      "Starts to look into the cache.");
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
  module.def("attach",
             &attach,
             started,
             client,
             reference,
             nb::arg("paths"),
             options,
             nb::sig("def attach(started: " WASM2OCI_OWNED
                     ", client: int, reference: bytes, paths: tuple[bytes, ...]"
                     ", options: bytes | None) -> None"),
             "Starts to attach files to an artifact.");
  module.def("start",
             &start,
             started,
             client,
             nb::arg("verb"),
             nb::arg("operands"),
             options,
             nb::sig("def start(started: " WASM2OCI_OWNED
                     ", client: int, verb: str, operands: tuple[bytes | None, ...]"
                     ", options: bytes | None) -> None"),
             "Starts a verb whose operands are texts: references, a path, tags.");
}

}  // namespace wasm2oci_ext
