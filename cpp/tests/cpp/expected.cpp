/*
 * The forms that return an error. Compiled with exceptions, and without.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <wasm2oci/dispatcher.hpp>
#include <wasm2oci/wasm2oci.hpp>

#include "check.h"
#include "support.h"

using wasm2oci::Expected;
using wasm2oci::Status;

namespace {

template <typename Value>
bool refused(const Expected<Value> &result, Status status) {
  if (result.has_value() || result.error().status() != status) {
    fprintf(stderr, "    %s\n", result ? "a value" : result.error().what());
    return false;
  }
  return result.error().what()[0] != '\0';
}

std::vector<std::byte> module_of(std::size_t size) {
  std::uint8_t *raw = module_make(size, 1);
  const auto *begin = reinterpret_cast<const std::byte *>(raw);
  std::vector<std::byte> module(begin, begin + size);
  free(raw);
  return module;
}

void every_verb(const wasm2oci::Client &client) {
  const auto module = module_of(64);
  const auto pushed = client.try_push_bytes(module, "oci:layout:v1");
  if (!CHECK(pushed.has_value())) {
    return;
  }
  CHECK(client.try_pull("oci:layout:v1", "out.wasm")->digest == pushed->digest);
  CHECK(client.try_push("out.wasm", "oci:layout:v2")->layer.digest == pushed->layer.digest);
  CHECK(client.try_convert("oci:layout:v1", "oci:layout:c")->kind == "module");
  CHECK(client.try_copy("oci:layout:v1", "oci:copy:v1")->digest == pushed->digest);
  CHECK(*client.try_fetch("oci:layout:v1") == module);
  CHECK(client.try_resolve("oci:layout:v1")->size == pushed->size);
  CHECK(client.try_tag("oci:layout:v1", {"latest"})->digest == pushed->digest);
  CHECK(client.try_inspect("oci:layout:v1")->custom_sections.size() == 1);
  CHECK(client.try_inspect_file("out.wasm")->custom_sections.size() == 1);
  wasm2oci::AttachOptions options;
  options.artifact_type = "x/y";
  CHECK(client.try_attach("oci:layout:v1", {"out.wasm"}, options)->layers.size() == 1);
  CHECK(client.try_referrers("oci:layout:v1")->referrers.size() == 1);
  auto tags = client.try_start_tags("oci:layout");
  CHECK(tags->try_finish()->tags.size() == 4);
  CHECK(client.try_untag("oci:layout:v2")->deleted == false);
  CHECK(client.try_delete_("oci:copy@" + pushed->digest)->tags.size() == 1);

  auto reader = client.try_open("oci:layout:v1");
  std::vector<std::byte> content(module.size());
  std::size_t total = 0;
  while (!reader->at_end()) {
    const auto count = reader->try_read(content.data() + total, content.size() - total);
    if (!CHECK(count.has_value())) {
      return;
    }
    total += *count;
  }
  CHECK(total == module.size() && content == module);
  reader->close();
  CHECK(!*reader && refused(wasm2oci::Reader().try_read(content.data(), 1), Status::closed));
}

void refusals(const wasm2oci::Client &client) {
  CHECK(refused(client.try_resolve("hello"), Status::invalid_reference));
  CHECK(refused(client.try_start_resolve("hello"), Status::invalid_reference));
  CHECK(refused(client.try_resolve("oci:layout:none"), Status::not_found));
  CHECK(refused(client.try_resolve(std::string_view("oci:layout:1\0x", 14)),
                Status::invalid_argument));
  CHECK(refused(client.try_push("missing.wasm", "oci:layout:1"), Status::filesystem));
  CHECK(refused(client.try_attach("oci:layout:v1", {std::string("a\0b", 3)}, {}),
                Status::invalid_argument));
  wasm2oci::ClientOptions options;
  options.username = "alice";
  CHECK(refused(wasm2oci::Client::try_create(options), Status::invalid_argument));
  const wasm2oci::Client::Environment bad = {{"A", std::string("b\0c", 3)}};
  CHECK(refused(wasm2oci::Client::try_create({}, bad), Status::invalid_argument));
}

void an_operation_that_is_none(const wasm2oci::Client &client) {
  wasm2oci::Operation<wasm2oci::Descriptor> operation;
  CHECK(!operation && operation.get().id == 0);
  CHECK(refused(operation.try_wait(), Status::closed));
  CHECK(refused(operation.try_result(), Status::closed));
  CHECK(refused(operation.try_progress(), Status::closed));
  CHECK(refused(operation.try_cancel(), Status::closed));
  CHECK(refused(operation.try_bytes(), Status::closed));
  CHECK(refused(operation.try_log(), Status::closed));
  auto started = client.try_start_resolve("oci:layout:v1");
  if (CHECK(started.has_value())) {
    operation = *std::move(started);
  }
  CHECK(operation && operation.try_wait_for(wasm2oci::kForever).value_or(false));
  CHECK(operation.try_progress()->phase == wasm2oci::Phase::done);
  CHECK(!operation.try_result_json()->empty());
  operation.close();
  CHECK(!operation);
  CHECK(!wasm2oci::Reader());
}

void references() {
  using wasm2oci::Reference;
  CHECK(refused(Reference::try_parse("hello"), Status::invalid_reference));
  CHECK(refused(Reference::try_parse(std::string_view("oci:a\0b", 7)), Status::invalid_argument));
  const auto reference = Reference::try_parse("ghcr.io/me/hello:v1");
  CHECK(reference->try_with_tag("v2")->str() == "ghcr.io/me/hello:v2");
  CHECK(refused(reference->try_with_tag("a b"), Status::invalid_reference));
  CHECK(refused(reference->try_with_digest("x"), Status::invalid_reference));
  const std::string_view view = *reference;
  const std::string text = *reference;
  CHECK(view == text && text == "ghcr.io/me/hello:v1");
}

void the_library() {
  CHECK_CONTAINS(wasm2oci::try_build_info()->c_str(), "go_version");
  CHECK_CONTAINS(wasm2oci::try_runtime_info()->c_str(), "handles");
  CHECK(wasm2oci::try_configure_runtime({}).has_value());
  wasm2oci::RuntimeOptions options;
  options.processors = 0;
  CHECK(refused(wasm2oci::try_configure_runtime(options), Status::invalid_argument));
  CHECK(*wasm2oci::try_default_name("oci:d:v1") == "v1.wasm");
  CHECK(refused(wasm2oci::try_default_name("d"), Status::invalid_reference));
}

void credentials(const wasm2oci::Client &client) {
  wasm2oci::RegistryCredential credential;
  credential.registry = "ghcr";
  CHECK(refused(client.try_set_credentials({credential}), Status::invalid_argument));
  credential.registry = "ghcr.io";
  credential.token = "token";
  CHECK(client.try_set_credentials({credential}).has_value());
}

void queues(const wasm2oci::Client &client) {
  const auto queue = wasm2oci::Completions::try_create();
  const auto operation = client.try_start_resolve("oci:layout:v1");
  CHECK(queue->try_add(*operation, 7).has_value() && queue->try_fd().has_value());
  CHECK(*queue->try_wait() == std::vector<std::uint64_t>{7});
  CHECK(refused(queue->try_add(wasm2oci::Reader(), 7), Status::closed));

  wasm2oci::Dispatcher dispatcher(*wasm2oci::Completions::try_create());
  std::string found;
  auto then = [&found](Expected<wasm2oci::Descriptor> result) { found = result->digest; };
  CHECK(dispatcher.try_then(*client.try_start_resolve("oci:layout:v1"), then).has_value());
  CHECK(refused(dispatcher.try_then(wasm2oci::Operation<wasm2oci::Descriptor>(), then),
                Status::closed));
  CHECK(dispatcher.size() == 1);
  CHECK(*dispatcher.try_dispatch(wasm2oci::kForever) == 1 && !found.empty());
  CHECK(dispatcher.size() == 0);
}

/** Values that can only be moved come and go. */
void values() {
  Expected<std::unique_ptr<int>> some(std::make_unique<int>(1));
  Expected<std::unique_ptr<int>> other = std::move(some);
  CHECK(**other == 1 && *other.value() == 1);
  other = Expected<std::unique_ptr<int>>(wasm2oci::Error(Status::tls, "no"));
  CHECK(!other && other.error().status() == Status::tls);
  other = std::make_unique<int>(2);
  CHECK(*std::move(other).value_or(nullptr) == 2);
  CHECK(Expected<int>(wasm2oci::Error(Status::tls, "no")).value_or(3) == 3);
#ifdef __cpp_lib_expected
  std::expected<int, wasm2oci::Error> standard = Expected<int>(4);
  CHECK(standard == 4);
  standard = Expected<int>(wasm2oci::Error(Status::tls, "no"));
  CHECK(standard.error().status() == Status::tls);
  const std::expected<void, wasm2oci::Error> nothing = Expected<void>();
  CHECK(nothing.has_value());
#endif
}

}  // namespace

int main() {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  {
    const auto client = wasm2oci::Client::try_create();
    if (CHECK(client.has_value())) {
      every_verb(*client);
      refusals(*client);
      an_operation_that_is_none(*client);
      credentials(*client);
      queues(*client);
    }
    references();
    the_library();
    values();
  }
  scratch_remove(directory);
  return check_result();
}
