/*
 * A module goes to a target and comes back byte for byte, in each way that the
 * C++ API has. The first argument says which target: "layout", or "registry",
 * which needs WASM2OCI_TEST_REGISTRY=host:port; the others are a module and a
 * component to try.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string_view>

#include "check.hpp"

namespace {

constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";

class RoundTrip {
 public:
  explicit RoundTrip(std::string repository) : repository_(std::move(repository)) {}

  void files(const std::filesystem::path &source, const std::string &kind) {
    const std::string content = read_file(source);
    const auto pushed = client_.push(source, tagged(kind));
    const auto pulled = client_.pull(tagged(kind), kind + ".wasm");
    CHECK(pushed.media_type == kManifestType);
    CHECK(pushed.kind == kind);
    CHECK(pushed.format == "wasm");
    CHECK(pushed.layer.media_type == "application/wasm");
    CHECK(pushed.layer.size == content.size());
    CHECK_CONTAINS(pushed.reference.c_str(), (":" + kind).c_str());
    CHECK_CONTAINS(pushed.json.c_str(), pushed.digest.c_str());

    CHECK(pulled.digest == pushed.digest);
    CHECK(pulled.size == pushed.size);
    CHECK(pulled.media_type == kManifestType);
    CHECK(pulled.kind == kind);
    CHECK(pulled.format == "wasm");
    CHECK(pulled.layer.digest == pushed.layer.digest);
    CHECK(pulled.file_digest == pushed.layer.digest);
    CHECK(pulled.file_size == content.size());
    CHECK(pulled.index_digest.empty());
    CHECK(std::filesystem::equivalent(pulled.path, kind + ".wasm"));
    CHECK(!content.empty() && read_file(pulled.path) == content);
  }

  void default_name() {
    const auto pulled = client_.pull(tagged("module"));
    CHECK(pulled.path.extension() == ".wasm");
    CHECK(read_file(pulled.path) == read_file("module.wasm"));
    std::filesystem::create_directory("folder");
    const auto inside = client_.pull(tagged("module"), "folder");
    CHECK(inside.path.filename() == pulled.path.filename());
    CHECK(std::filesystem::exists("folder" / pulled.path.filename()));
  }

  void bytes() {
    client_.push_bytes(module_, tagged("bytes"));
    CHECK(same(client_.fetch(tagged("bytes")), module_));
    const auto operation = client_.start_fetch(tagged("bytes"));
    operation.wait();
    CHECK(same(operation.bytes(), module_));
    CHECK_CONTAINS(operation.result_json().c_str(), "\"kind\":\"module\"");
  }

  void file_descriptor() {
    write_file("in.wasm", module_);
    FILE *file = fopen("in.wasm", "rb");
    client_.push_fd(fileno(file), tagged("fd"));
    fclose(file);
    CHECK(same(client_.fetch(tagged("fd")), module_));
  }

  void reader() {
    wasm2oci::Reader reader = client_.open(tagged("bytes"));
    std::vector<std::byte> content;
    std::byte buffer[4099];
    while (!reader.at_end()) {
      const std::size_t count = reader.read(buffer, sizeof buffer);
      content.insert(content.end(), buffer, buffer + count);
    }
    CHECK(same(content, module_));
    CHECK(reader.read(buffer, sizeof buffer) == 0);
  }

  void resolve_and_inspect() {
    const auto descriptor = client_.resolve(tagged("module"));
    CHECK(descriptor.media_type == kManifestType);
    CHECK(descriptor.digest == client_.pull(tagged("module"), "module.wasm").digest);
    const auto artifact = client_.inspect(tagged("component"));
    CHECK(artifact.kind == "component");
    CHECK_CONTAINS(artifact.reference.c_str(), ":component");
    CHECK_CONTAINS(artifact.manifest.c_str(), "application/vnd.wasm.config.v0+json");
    CHECK_CONTAINS(artifact.config.c_str(), "\"architecture\":\"wasm\"");
    CHECK(artifact.layers.size() == 1 && artifact.layer->digest == artifact.file_digest);
    CHECK(artifact.layer->annotations.at("org.opencontainers.image.title") == "greeter.wasm");
    CHECK(client_.inspect_file("module.wasm").kind == "module");
  }

  void failures() {
    CHECK_THROWS(wasm2oci::NotFoundError, client_.pull(tagged("nope"), "nope.wasm"));
    CHECK_THROWS(wasm2oci::FilesystemError, client_.push("nope.wasm", tagged("nope")));
    CHECK_THROWS(wasm2oci::NotWasmError,
                 client_.push_bytes(std::string_view("text"), tagged("nope")));
    wasm2oci::PullOptions options;
    options.overwrite = false;
    CHECK_THROWS(wasm2oci::AlreadyExistsError,
                 client_.pull(tagged("module"), "module.wasm", options));
    CHECK(!std::filesystem::exists("nope.wasm"));
  }

 private:
  std::string tagged(const std::string &tag) const { return repository_ + ":" + tag; }

  wasm2oci::Client client_;
  std::string repository_;
  std::vector<std::byte> module_ = make_module(2'000'003, static_cast<std::uint32_t>(getpid()));
};

}  // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s layout|registry MODULE COMPONENT\n", argv[0]);
    return EXIT_FAILURE;
  }
  const char *registry = std::getenv("WASM2OCI_TEST_REGISTRY");
  const bool on_registry = std::string_view(argv[1]) == "registry";
  if (on_registry && registry == nullptr) {
    fprintf(stderr, "skipped: WASM2OCI_TEST_REGISTRY is not set\n");
    return CHECK_SKIPPED;
  }
  return run([&] {
    const Scratch scratch;
    RoundTrip trip(on_registry ? std::string(registry) + "/ctest/cpp" + std::to_string(getpid())
                               : "oci:layout");
    trip.files(argv[2], "module");
    trip.files(argv[3], "component");
    trip.default_name();
    trip.bytes();
    trip.file_descriptor();
    trip.reader();
    trip.resolve_and_inspect();
    trip.failures();
  });
}
