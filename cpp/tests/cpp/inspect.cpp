/*
 * The result of inspect has a type for each part, and every value arrives in it.
 *
 * Arguments: the schema, go/capi/testdata/options.json, and the directory of the
 * binaries that the Go core is tested with.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <set>
#include <string_view>

#include "check.hpp"
#include "json.hpp"

namespace {

/* The structs, by the names that they have in the schema. */
#define STRUCTS(X)   \
  X(Artifact)        \
  X(AttachResult)    \
  X(CacheResult)     \
  X(CachedArtifact)  \
  X(Child)           \
  X(CopyResult)      \
  X(CustomSection)   \
  X(DeleteResult)    \
  X(Descriptor)      \
  X(Detail)          \
  X(Export)          \
  X(FuncType)        \
  X(GlobalType)      \
  X(Import)          \
  X(LoginResult)     \
  X(LogoutResult)    \
  X(MemoryType)      \
  X(Metadata)        \
  X(Producer)        \
  X(PullResult)      \
  X(PushResult)      \
  X(ReferrersResult) \
  X(TableType)       \
  X(TagsResult)      \
  X(UntagResult)     \
  X(World)

/* Those that stay JSON, or have a form of their own. */
const std::set<std::string> kNoStructs = {
    "FetchResult", "ResolveResult", "openHandles", "runtimeInfo"};

/* How the schema spells a type. */

std::string spelled(const std::string &) { return "string"; }
std::string spelled(const std::uint64_t &) { return "integer"; }
std::string spelled(const std::int32_t &) { return "integer"; }
std::string spelled(const wasm2oci::RegistryMessage &) { return "RegistryError"; }
std::string spelled(const bool &) { return "boolean"; }
std::string spelled(const wasm2oci::detail::RawMember &) { return "any"; }

#define SPELLED(Struct) \
  std::string spelled(const wasm2oci::Struct &) { return #Struct; }
STRUCTS(SPELLED)
#undef SPELLED

template <typename Value>
std::string spelled(const std::optional<Value> &) {
  return spelled(Value());
}

template <typename Value>
std::string spelled(const std::vector<Value> &) {
  return spelled(Value()) + "[]";
}

template <typename Value>
std::string spelled(const std::map<std::string, Value> &) {
  return "Record<string, " + spelled(Value()) + ">";
}

template <typename Struct>
std::map<std::string, std::string> shape_of(Struct value) {
  std::map<std::string, std::string> shape;
  using wasm2oci::detail::each_member;
  each_member(value, [&](const char *name, const auto &member) { shape[name] = spelled(member); });
  return shape;
}

/** A shape of the schema as the structs know it: what is absent or null is empty. */
std::map<std::string, std::string> shape_in(const std::string &types, const std::string &name) {
  std::map<std::string, std::string> shape;
  for (auto [key, raw] : members(member(types, name))) {
    std::string type = wasm2oci::detail::json_string(raw);
    type = type.substr(0, type.find(" | null"));
    if (member(types, type).substr(0, 1) == "[") {
      type = "string";  // One of a list of texts.
    }
    shape[key.substr(0, key.find('?'))] = type;
  }
  return shape;
}

void structs_follow_the_schema(const char *file) {
  const std::string types = member(read_file(file), "types");
  std::map<std::string, std::map<std::string, std::string>> shapes;
#define SHAPE(Struct) shapes[spelled(wasm2oci::Struct())] = shape_of(wasm2oci::Struct());
  STRUCTS(SHAPE)
  SHAPE(RegistryMessage)  // The name of the schema is that of an exception.
#undef SHAPE
  for (const auto &[name, raw] : members(types)) {
    if (raw.front() != '{' || kNoStructs.count(name) != 0) {
      continue;
    }
    if (!CHECK(shapes[name] == shape_in(types, name))) {
      fprintf(stderr, "    %s in the schema: %s\n", name.c_str(), raw.c_str());
    }
  }
}

class Binaries {
 public:
  explicit Binaries(std::filesystem::path directory) : directory_(std::move(directory)) {}

  wasm2oci::Artifact operator[](const std::string &name) const {
    return client_.inspect_file(directory_ / (name + ".wasm"));
  }

 private:
  wasm2oci::Client client_;
  std::filesystem::path directory_;
};

using Texts = std::vector<std::string>;

template <typename Extern>
Extern named(const std::vector<Extern> &all, const std::string &name) {
  for (const Extern &one : all) {
    if (one.name == name) {
      return one;
    }
  }
  check_failed(__FILE__, __LINE__, ("there is " + name).c_str());
  return {};
}

void a_file(const Binaries &binaries) {
  const auto found = binaries["kinds"];
  CHECK(found.reference.empty() && found.format.empty() && found.manifest.empty());
  CHECK(found.config.empty() && found.layers.empty() && !found.layer && found.annotations.empty());
  CHECK(found.media_type == "application/wasm");
  CHECK(found.kind == "module");
  CHECK(found.name == "kinds");
  CHECK(found.size == 670 && found.file_size == 670);
  CHECK(found.digest.substr(0, 7) == "sha256:" && found.file_digest == found.digest);
  CHECK(!found.world && found.children.empty() && found.warnings.empty());
  CHECK_CONTAINS(found.json.c_str(), "\"no module\"");
}

void imports_of_a_module(const Binaries &binaries) {
  const auto found = binaries["kinds"];
  CHECK(found.imports.size() == 7);
  const auto pow = named(found.imports, "pow");
  CHECK(pow.module == "env" && pow.kind == "func");
  CHECK((pow.func->params == Texts{"f64", "f64"}) && (pow.func->results == Texts{"f64"}));
  CHECK(!pow.table && !pow.memory && !pow.global && !pow.tag);
  const auto table = named(found.imports, "table");
  CHECK(table.kind == "table" && table.table->element == "funcref");
  CHECK(table.table->min == 2 && table.table->max == 10);
  CHECK(!table.table->shared && !table.table->index64);
  const auto memory = named(found.imports, "memory");
  CHECK(memory.kind == "memory" && memory.memory->min == 1 && memory.memory->max == 4);
  CHECK(memory.memory->page_size == 65536);
  const auto stack = named(found.imports, "stack");
  CHECK(stack.kind == "global" && stack.global->value == "i64");
  CHECK(stack.global->is_mutable && !stack.global->shared);
  CHECK(named(found.imports, "no module").module == "");
}

void exports_of_a_module(const Binaries &binaries) {
  const auto found = binaries["kinds"];
  CHECK((named(found.exports, "pair").func->results == Texts{"i32", "i64"}));
  CHECK(named(found.exports, "pair").func->params.empty());
  CHECK(!named(found.exports, "refs").table->max.has_value());
  CHECK(named(found.exports, "failed").kind == "tag");
  CHECK((named(found.exports, "failed").tag->params == Texts{"i32"}));
  CHECK(!found.custom_sections.empty() && found.custom_sections[0].size > 0);

  const auto memories = binaries["memories"];
  CHECK(named(memories.imports, "shared").memory->shared);
  CHECK(named(memories.exports, "wide").memory->index64);
  CHECK(named(memories.exports, "wide").memory->max == 1ULL << 32U);
  CHECK(named(memories.exports, "bytes").memory->page_size == 1);
  CHECK(named(memories.exports, "wide_table").table->index64);
  CHECK(memories.custom_sections.size() == 1);
  CHECK(memories.custom_sections[0].name == "name" && memories.custom_sections[0].size == 31);
  CHECK(named(binaries["shared"].exports, "counter").global->shared);
}

void a_component(const Binaries &binaries) {
  const auto found = binaries["greeter"];
  CHECK(found.kind == "component" && found.name == "example greeter");
  CHECK(found.imports.size() == 4 && found.exports.size() == 3);
  CHECK(found.imports[0].name == "example:greeter/names@1.2.0");
  CHECK(found.imports[0].kind == "instance" && !found.imports[0].module);
  CHECK(named(found.imports, "log").kind == "func" && !named(found.imports, "log").func);
  CHECK(found.producers.size() == 1);
  CHECK(found.producers.at("processed-by")[0].name == "wit-component");
  CHECK(found.producers.at("processed-by")[0].version == "0.263.0");
  CHECK(found.metadata.authors == "Ada, Grace");
  CHECK(found.metadata.description == "Greets people, größer than life");
  CHECK(found.metadata.homepage == "https://example.com/greeter");
  CHECK(found.metadata.licenses == "Apache-2.0 OR MIT");
  CHECK(found.metadata.revision == "de978e17");
  CHECK(found.metadata.source == "https://example.com/greeter.git");
  CHECK(found.metadata.version == "1.2.0");
  CHECK((found.world->imports == Texts{"example:greeter/names@1.2.0", "clock", "person", "log"}));
  CHECK((found.world->exports == Texts{"run", "example:greeter/greet@1.2.0", "stats"}));
  CHECK(!found.world->wit_package && binaries["package"].world->wit_package);
  CHECK(found.children.size() == 5);
  const auto &core = found.children[0];
  CHECK(core.kind == "module" && core.name == "greeter core");
  CHECK(core.offset == 185 && core.size == 876);
  CHECK(core.producers.at("language")[0].name == "Rust");
  CHECK(core.metadata.licenses.empty() && core.children.empty());
}

void children_of_children(const Binaries &binaries) {
  const auto found = binaries["nested"];
  CHECK(found.children.size() == 2);
  CHECK(found.children[1].kind == "component" && found.children[1].children.size() == 2);
  CHECK(found.children[1].children[1].name == "innermost");
  CHECK(named(found.imports, "engine").kind == "core module");
}

void options_of_names(const Binaries &binaries) {
  const auto found = binaries["options"];
  CHECK(named(found.imports, "logs").implements == "wasi:logging/logging@0.1.0");
  CHECK(named(found.imports, "a:b/c@1").version_suffix == ".2.3");
  CHECK(named(found.imports, "ext").external_id == "some id");
}

/* A module that imports the function "0" of the module "". */
void an_empty_module_name_is_kept() {
  const Scratch scratch;
  using std::string_view_literals::operator""sv;
  write_file("nameless.wasm", "\0asm\1\0\0\0\1\4\1\x60\0\0\2\6\1\0\1\x30\0\0"sv);
  const auto found = wasm2oci::Client().inspect("nameless.wasm");
  CHECK(found.imports.size() == 1);
  CHECK(found.imports[0].module == "" && found.imports[0].name == "0");
}

void features_and_warnings() {
  const Scratch scratch;
  using std::string_view_literals::operator""sv;
  write_file("features.wasm", "\0asm\1\0\0\0\0\x18\x0ftarget_features\1+\5lanes"sv);
  write_file("malformed.wasm", "\0asm\1\0\0\0\1"sv);
  const wasm2oci::Client client;
  CHECK((client.inspect("features.wasm").target_features == Texts{"+lanes"}));
  CHECK(client.inspect("malformed.wasm").warnings.size() == 1);
}

/* What is not asked for is not parsed. */
void the_text_is_there_as_well(const Binaries &binaries) {
  const Scratch scratch;
  const wasm2oci::Client client;
  client.push_bytes(make_module(64, 1), "oci:layout:1");
  const auto operation = client.start_inspect("oci:layout:1");
  operation.wait();
  CHECK(operation.result_json() == operation.result().json);
  CHECK(operation.result_json() == client.inspect<std::string>("oci:layout:1"));
  CHECK_CONTAINS(operation.result().manifest.c_str(), "\"layers\":[");
  CHECK(member(binaries["kinds"].json, "name") == "\"kinds\"");
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s SCHEMA BINARIES\n", argv[0]);
    return EXIT_FAILURE;
  }
  return run([&] {
    const Binaries binaries(argv[2]);
    structs_follow_the_schema(argv[1]);
    a_file(binaries);
    imports_of_a_module(binaries);
    exports_of_a_module(binaries);
    a_component(binaries);
    children_of_children(binaries);
    options_of_names(binaries);
    an_empty_module_name_is_kept();
    features_and_warnings();
    the_text_is_there_as_well(binaries);
  });
}
