/*
 * Option structs become JSON, and know every option that the library knows.
 *
 * Arguments: the options schema, go/capi/testdata/options.json.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "check.hpp"
#include "json.hpp"

using namespace std::chrono_literals;

namespace {

/* Every option of every struct. A new one is added here too, or this fails. */

wasm2oci::RuntimeOptions all_runtime_options() {
  wasm2oci::RuntimeOptions options;
  options.gc_percent = -1;
  options.memory_limit = 1ULL << 33U;
  options.processors = 1;
  return options;
}

void name_all(std::vector<wasm2oci::RegistryCredential> &credentials) {
  credentials.resize(2);
  credentials[0].registry = "ghcr.io/me";
  credentials[0].username = "me";
  credentials[0].password = "";
  credentials[1].registry = "other.test";
  credentials[1].identity_token = "identity";
}

wasm2oci::ClientOptions all_client_options() {
  wasm2oci::ClientOptions options;
  options.plain_http = true;
  options.insecure = false;
  options.ca_file = "ca.pem";
  options.client_cert = "cert.pem";
  options.client_key = "key.pem";
  options.auth_file = "auth.json";
  options.helper_timeout = 5s;
  options.username = "alice";
  options.password = "a\"b\\c";
  options.token = "token";
  name_all(options.credentials);
  options.proxy = "http://proxy:3128";
  options.registries_conf = "registries.conf";
  options.timeout = 3s;
  options.connect_timeout = 20ms;
  options.idle_timeout = 1min;
  options.retries = 0;
  options.connections = 4;
  options.range_threshold = 1ULL << 33U;
  options.upload_chunk_size = 8ULL << 20U;
  options.allow_upload_hosts = {"storage.test", "other.test:5000"};
  options.user_agent_suffix = "host/1";
  options.cache_dir = std::string("/var/cache/modules");
  options.cache = true;
  options.cache_size = 1048576;
  options.link_mode = "hardlink";
  options.pull_policy = "missing";
  return options;
}

void package_all(wasm2oci::Packaging &options) {
  options.format = "wasm-to-oci";
  options.annotations = {{"a", "1"}, {"b", "2"}};
  options.created = "2024-01-02T03:04:05Z";
  options.title = "hello.wasm";
  options.config_media_type = "application/vnd.example.config";
  options.layer_media_type = "application/vnd.example.layer+wasm";
  options.artifact_type = "application/vnd.example";
}

wasm2oci::PushOptions all_push_options() {
  wasm2oci::PushOptions options;
  package_all(options);
  options.allow_any = true;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

void select_all(wasm2oci::Selection &selection) {
  selection.platform = "wasi/wasm";
  selection.layer = "0";
  selection.member = "plugin.wasm";
  selection.max_size = 5000000000;
  selection.max_unpacked_size = 1048576;
  selection.pull_policy = "always";
}

wasm2oci::ResolveOptions all_resolve_options() {
  wasm2oci::ResolveOptions options;
  options.pull_policy = "always";
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::CacheOptions all_cache_options() {
  wasm2oci::CacheOptions options;
  options.older_than = 3600;
  options.max_size = 1048576;
  options.verify = true;
  options.timeout = 1500ms;
  return options;
}

wasm2oci::PullOptions all_pull_options() {
  wasm2oci::PullOptions options;
  select_all(options);
  options.overwrite = false;
  options.durable = true;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::ConvertOptions all_convert_options() {
  wasm2oci::ConvertOptions options;
  package_all(options);
  select_all(options);
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::CopyOptions all_copy_options() {
  wasm2oci::CopyOptions options;
  options.platform = "wasi/wasm";
  options.all_tags = false;
  options.referrers = true;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::TagsOptions all_tags_options() {
  wasm2oci::TagsOptions options;
  options.last = "v1";
  options.limit = 10;
  options.next = "e30";
  options.sort = "semver";
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::LoginOptions all_login_options() {
  wasm2oci::LoginOptions options;
  options.username = "alice";
  options.password = "password";
  options.token = "token";
  options.identity_token = "identity";
  options.auth_file = "auth.json";
  options.timeout = 3s;
  return options;
}

wasm2oci::LogoutOptions all_logout_options() {
  wasm2oci::LogoutOptions options;
  options.all_registries = true;
  options.auth_file = "auth.json";
  options.timeout = 3s;
  return options;
}

wasm2oci::UntagOptions all_untag_options() {
  wasm2oci::UntagOptions options;
  options.force = true;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

wasm2oci::DeleteOptions all_delete_options() {
  wasm2oci::DeleteOptions options;
  options.dry_run = true;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

template <typename Options>
Options only_common() {
  Options options;
  options.timeout = 1500ms;
  name_all(options.credentials);
  return options;
}

template <typename Options>
Options selection_and_common() {
  auto options = only_common<Options>();
  select_all(options);
  return options;
}

wasm2oci::InspectOptions all_inspect_options() {
  auto options = selection_and_common<wasm2oci::InspectOptions>();
  options.raw = true;
  return options;
}

/* A single manifest has no platforms and a raw layer no members: all but those goes with them. */
template <typename Options>
Options for_raw_layer(Options options) {
  options.platform.reset();
  options.member.reset();
  return options;
}

template <typename Options>
Options for_raw_layer() {
  return for_raw_layer(selection_and_common<Options>());
}

void absent_options_are_left_out() {
  CHECK(wasm2oci::ClientOptions().to_json() == "{}");
  CHECK(wasm2oci::PushOptions().to_json() == "{}");
  CHECK(wasm2oci::PullOptions().to_json() == "{}");
  CHECK(wasm2oci::FetchOptions().to_json() == "{}");
  CHECK(wasm2oci::OpenOptions().to_json() == "{}");
  CHECK(wasm2oci::CachedOptions().to_json() == "{}");
  CHECK(wasm2oci::CacheOptions().to_json() == "{}");
  CHECK(wasm2oci::ResolveOptions().to_json() == "{}");
  CHECK(wasm2oci::InspectOptions().to_json() == "{}");
}

void values_become_json() {
  CHECK(all_client_options().to_json() ==
        R"({"plain_http":true,"insecure":false,"ca_file":"ca.pem","client_cert":"cert.pem",)"
        R"("client_key":"key.pem","auth_file":"auth.json","helper_timeout_ms":5000,)"
        R"("username":"alice",)"
        R"("password":"a\"b\\c","token":"token",)"
        R"("credentials":[{"registry":"ghcr.io/me","username":"me","password":""},)"
        R"({"registry":"other.test","identity_token":"identity"}],"proxy":"http://proxy:3128",)"
        R"("registries_conf":"registries.conf",)"
        R"("timeout_ms":3000,"connect_timeout_ms":20,"idle_timeout_ms":60000,"retries":0,)"
        R"("connections":4,"range_threshold":8589934592,"upload_chunk_size":8388608,)"
        R"("allow_upload_hosts":["storage.test","other.test:5000"],)"
        R"("user_agent_suffix":"host/1","cache_dir":"/var/cache/modules","cache":true,)"
        R"("cache_size":1048576,"link_mode":"hardlink","pull_policy":"missing"})");
  CHECK(all_push_options().to_json() ==
        R"({"format":"wasm-to-oci","annotations":{"a":"1","b":"2"},)"
        R"("created":"2024-01-02T03:04:05Z","title":"hello.wasm",)"
        R"("config_media_type":"application/vnd.example.config",)"
        R"("layer_media_type":"application/vnd.example.layer+wasm",)"
        R"("artifact_type":"application/vnd.example","allow_any":true,)"
        R"("timeout_ms":1500,)"
        R"("credentials":[{"registry":"ghcr.io/me","username":"me","password":""},)"
        R"({"registry":"other.test","identity_token":"identity"}]})");
  CHECK(all_pull_options().to_json() ==
        R"({"platform":"wasi/wasm","layer":"0","member":"plugin.wasm","max_size":5000000000,)"
        R"("max_unpacked_size":1048576,"pull_policy":"always","overwrite":false,"durable":true,)"
        R"("timeout_ms":1500,)"
        R"("credentials":[{"registry":"ghcr.io/me","username":"me","password":""},)"
        R"({"registry":"other.test","identity_token":"identity"}]})");
}

void text_is_escaped() {
  using std::string_literals::operator""s;
  wasm2oci::PushOptions options;
  options.title = "\"\\/\b\f\n\r\t\x01\x1f\x7f é €"s + '\0' + "end";
  CHECK(options.to_json() ==
        "{\"title\":\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001"
        "\\u001f\x7f é €\\u0000end\"}");
  options.title.reset();
  options.annotations = {{"", ""}, {"k\"", "v\n"}};
  CHECK(options.to_json() == R"({"annotations":{"":"","k\"":"v\u000a"}})");
  options.annotations.clear();
  CHECK(options.to_json() == "{}");
}

std::string type_of(const std::string &value) {
  switch (value.front()) {
    case '"':
      return "string";
    case '{':
      return "object";
    case '[':
      return "array";
    case 't':
    case 'f':
      return "boolean";
    default:
      return "integer";
  }
}

wasm2oci::AttachOptions all_attach_options() {
  wasm2oci::AttachOptions options;
  options.artifact_type = "application/spdx+json";
  options.media_type = "application/json";
  options.annotations = {{"a", "1"}};
  options.created = "2024-01-02T03:04:05Z";
  options.timeout = 60s;
  name_all(options.credentials);
  return options;
}

wasm2oci::ReferrersOptions all_referrers_options() {
  wasm2oci::ReferrersOptions options;
  options.artifact_type = "application/spdx+json";
  options.timeout = 60s;
  name_all(options.credentials);
  return options;
}

/** The structs and the library's schema have the same options of the same types. */
void structs_follow_the_schema(const char *file) {
  const std::string schema = read_file(file);
  const std::map<std::string, std::string> structs = {
      {"client", all_client_options().to_json()},
      {"runtime", all_runtime_options().to_json()},
      {"push", all_push_options().to_json()},
      {"pull", all_pull_options().to_json()},
      {"convert", all_convert_options().to_json()},
      {"fetch", selection_and_common<wasm2oci::FetchOptions>().to_json()},
      {"open", selection_and_common<wasm2oci::OpenOptions>().to_json()},
      {"cache", all_cache_options().to_json()},
      {"cached", selection_and_common<wasm2oci::CachedOptions>().to_json()},
      {"resolve", all_resolve_options().to_json()},
      {"tag", only_common<wasm2oci::TagOptions>().to_json()},
      {"copy", all_copy_options().to_json()},
      {"tags", all_tags_options().to_json()},
      {"untag", all_untag_options().to_json()},
      {"login", all_login_options().to_json()},
      {"logout", all_logout_options().to_json()},
      {"delete", all_delete_options().to_json()},
      {"attach", all_attach_options().to_json()},
      {"referrers", all_referrers_options().to_json()},
      {"inspect", all_inspect_options().to_json()},
  };
  const auto verbs = members(member(schema, "options"));
  CHECK(verbs.size() == structs.size());
  for (const auto &[verb, options] : verbs) {
    const auto known = structs.find(verb);
    if (known == structs.end()) {
      check_failed(__FILE__, __LINE__, ("a struct for the options of " + verb).c_str());
      continue;
    }
    std::map<std::string, std::string> types;
    for (const auto &[name, value] : members(known->second)) {
      types[name] = '"' + type_of(value) + '"';
    }
    if (!CHECK(types == members(options))) {
      fprintf(stderr,
              "    %s: %s\n    schema: %s\n",
              verb.c_str(),
              known->second.c_str(),
              options.c_str());
    }
  }
}

/** The library takes what the structs write, and sees each value. */
void the_library_accepts_them() {
  const Scratch scratch;
  write_file("auth.json", std::string_view("{}"));
  wasm2oci::configure_runtime(all_runtime_options());
  CHECK_CONTAINS(wasm2oci::runtime_info().c_str(),
                 R"("gc_percent":-1,"memory_limit":8589934592,"processors":1)");
  const wasm2oci::Client plain;
  CHECK_CONTAINS(wasm2oci::runtime_info().c_str(), R"("clients":1)");
  auto options = all_client_options();
  options.ca_file.reset();
  options.registries_conf.reset();
  options.client_cert.reset();
  options.client_key.reset();
  options.token.reset();
  const wasm2oci::Client client(options);
  client.set_credentials(options.credentials);
  auto push = all_push_options();
  push.timeout = 1min;
  plain.push_bytes(make_module(64, 1), "oci:layout:1", push);
  CHECK_THROWS(wasm2oci::InvalidArgumentError,
               plain.fetch("oci:layout:1", selection_and_common<wasm2oci::FetchOptions>()));
  auto member = for_raw_layer<wasm2oci::FetchOptions>();
  member.member = "plugin.wasm";
  CHECK_THROWS(wasm2oci::NotFoundError, plain.fetch("oci:layout:1", member));
  const std::string json =
      plain.inspect("oci:layout:1", for_raw_layer<wasm2oci::InspectOptions>()).json;
  CHECK_CONTAINS(json.c_str(), "hello.wasm");
  CHECK_CONTAINS(json.c_str(), "application/vnd.example.layer+wasm");
  const auto convert = for_raw_layer(all_convert_options());
  CHECK(plain.convert("oci:layout:1", "oci:layout:2", convert).format == "wasm-to-oci");
  const auto pull = for_raw_layer(all_pull_options());
  plain.pull("oci:layout:1", "out.wasm", pull);
  CHECK_THROWS(wasm2oci::AlreadyExistsError, plain.pull("oci:layout:1", "out.wasm", pull));
  plain.fetch("oci:layout:1", for_raw_layer<wasm2oci::FetchOptions>());
  plain.open("oci:layout:1", for_raw_layer<wasm2oci::OpenOptions>());
  plain.resolve("oci:layout:1", all_resolve_options());
}

std::size_t blobs_after_eviction(const wasm2oci::Client &client) {
  wasm2oci::CacheOptions options;
  options.max_size = 0;
  client.cache(options);
  return client.cache().blobs;
}

/** What a temporary hands over holds the file; an operation with a name keeps it. */
void an_operation_is_handed_over_to_its_module(const wasm2oci::Client &client) {
  auto held = client.start_cached("oci:layout:1").finish();
  CHECK(blobs_after_eviction(client) == 1);
  held = client.start_cached("oci:layout:1").try_finish().value();
  CHECK(blobs_after_eviction(client) == 1);
  held.close();
  CHECK(blobs_after_eviction(client) == 0);

  auto started = client.start_cached("oci:layout:1");
  const auto found = started.finish();
  CHECK(blobs_after_eviction(client) == 1 && std::filesystem::exists(found.path));
  CHECK(started.result().path == found.path);
  {
    const auto taken = std::move(started).finish();
    CHECK(blobs_after_eviction(client) == 1 && std::filesystem::exists(taken.path));
  }
  CHECK(blobs_after_eviction(client) == 0);
}

/** A module gets a file in the cache, also one of a layout; without a cache there is none. */
void modules_are_cached() {
  const Scratch scratch;
  wasm2oci::ClientOptions options;
  options.cache_dir = scratch.path() / "cache";
  const wasm2oci::Client client(options);
  const auto content = make_module(64, 1);
  client.push_bytes(content, "oci:layout:1");
  auto module = client.cached("oci:layout:1");
  CHECK(module.kind == "module");
  CHECK(module.file_size == content.size());
  CHECK(read_file(module.path.string()) ==
        std::string(reinterpret_cast<const char *>(content.data()), content.size()));
  module.close();
  CHECK(blobs_after_eviction(client) == 0);
  an_operation_is_handed_over_to_its_module(client);
  const auto again = client.cached("oci:layout:1");
  const auto found = client.cache(all_cache_options());
  CHECK(found.path.filename() == "cache");
  CHECK(found.blobs == 1 && found.size == content.size() && found.removed.empty());
  CHECK_THROWS(wasm2oci::InvalidArgumentError, wasm2oci::Client().cached("oci:layout:1"));
}

/** What is erased is told; what is no registry starts nothing. */
void credentials_are_erased() {
  const Scratch scratch;
  const wasm2oci::Client client;
  {
    std::ofstream file("auth.json");
    file << R"({"auths":{"r.example":{"auth":"bWU6cHc="}},"more":1})";
  }
  wasm2oci::LogoutOptions options;
  options.auth_file = "auth.json";
  CHECK(client.logout("r.example", options).registries == std::vector<std::string>{"r.example"});
  CHECK(client.start_logout("r.example", options).finish().registries.empty());
  wasm2oci::LoginOptions login;
  login.token = "token";
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.login("https://r.example", login));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.start_login("r.example", {}));
}

/** Each tag names what the first one does; a bad one starts nothing. */
void tags_are_added() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto pushed = client.push_bytes(make_module(64, 1), "oci:layout:1");
  const auto options = only_common<wasm2oci::TagOptions>();
  CHECK(client.tag("oci:layout:1", {"1.2", "latest"}, options).digest == pushed.digest);
  for (const char *reference : {"oci:layout:1", "oci:layout:1.2", "oci:layout:latest"}) {
    CHECK(client.resolve(reference).digest == pushed.digest);
  }
  const auto operation = client.start_tag("oci:layout@" + pushed.digest, {"2"});
  operation.wait();
  CHECK(operation.result().size == pushed.size);
  CHECK(client.resolve("oci:layout:2").digest == pushed.digest);
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.start_tag("oci:layout:1", {"3", "a b"}));
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.start_tag("oci:layout:1", {"3", ""}));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.start_tag("oci:layout:1", {}));
  CHECK_THROWS(wasm2oci::NotFoundError, client.tag("oci:layout:3", {"4"}));
}

/** What is copied keeps its digest, and is sent once. */
void artifacts_are_copied() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto pushed = client.push_bytes(make_module(64, 1), "oci:layout:1");
  auto options = all_copy_options();
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.copy("oci:layout:1", "oci:copy:2", options));
  options.platform.reset();
  const auto copied = client.copy("oci:layout:1", "oci:copy:2", options);
  CHECK(copied.digest == pushed.digest && copied.size == pushed.size);
  CHECK(copied.reference == "oci:copy:2" && copied.tags.empty());
  CHECK(copied.sent == 3 && copied.mounted == 0 && copied.reused == 0);
  CHECK(copied.bytes > pushed.size + pushed.layer.size);
  const auto again = client.copy("oci:layout:1", "oci:copy:2");
  CHECK(again.sent == 0 && again.reused == 3 && again.bytes == 0);

  wasm2oci::CopyOptions every;
  every.all_tags = true;
  const auto operation = client.start_copy("oci:copy", "oci:every", every);
  operation.wait();
  CHECK(operation.result().reference == "oci:every" && operation.result().digest.empty());
  CHECK(operation.result().tags.at("2") == pushed.digest);
  CHECK(client.resolve("oci:every:2").digest == pushed.digest);
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.start_copy("oci:copy:2", "oci:x", every));
  CHECK_THROWS(wasm2oci::NotFoundError, client.copy("oci:layout:3", "oci:copy:3"));
}

std::vector<std::string> listed(const wasm2oci::Client &client,
                                const wasm2oci::TagsOptions &options = {}) {
  std::vector<std::string> found;
  for (const std::string &tag : client.tags("oci:layout", options)) {
    found.push_back(tag);
  }
  return found;
}

/** They come in pages, as many as are asked for; what cannot be listed is refused at once. */
void tags_are_listed() {
  using Names = std::vector<std::string>;
  const Scratch scratch;
  const wasm2oci::Client client;
  client.push_bytes(make_module(64, 1), "oci:layout:v1.10");
  client.tag("oci:layout:v1.10", {"v1.9", "latest"});
  CHECK((listed(client) == Names{"latest", "v1.10", "v1.9"}));
  wasm2oci::TagsOptions options;
  options.sort = "semver";
  CHECK((listed(client, options) == Names{"v1.9", "v1.10", "latest"}));
  options.limit = 1;
  CHECK((listed(client, options) == Names{"v1.9"}));
  options = {};
  options.last = "latest";
  CHECK((listed(client, options) == Names{"v1.10", "v1.9"}));

  options.limit = 1;
  auto operation = client.start_tags("oci:layout", options);
  operation.wait();
  CHECK(operation.result().tags == Names{"v1.10"} && operation.result().repository == "oci:layout");
  options = {};
  options.next = operation.result().next;
  CHECK((listed(client, options) == Names{"v1.9"}));
  CHECK(std::distance(client.tags("oci:layout", options).begin(), {}) == 1);

  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.tags("oci:layout:v1"));
  options.sort = "name";
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.tags("oci:layout", options));
  auto missing = client.tags("oci:none");
  CHECK_THROWS(wasm2oci::NotFoundError, missing.begin());
}

/** One name goes alone; a manifest goes with its names. */
void tags_and_manifests_are_removed() {
  using Names = std::vector<std::string>;
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto pushed = client.push_bytes(make_module(64, 1), "oci:layout:1");
  client.tag("oci:layout:1", {"2", "3"});
  const auto untagged = client.untag("oci:layout:2", only_common<wasm2oci::UntagOptions>());
  CHECK(untagged.digest == pushed.digest && !untagged.deleted &&
        untagged.reference == "oci:layout:2");
  CHECK_THROWS(wasm2oci::NotFoundError, client.untag("oci:layout:2"));
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.start_untag("oci:layout"));

  const std::string reference = "oci:layout@" + pushed.digest;
  const auto looked = client.delete_(reference, all_delete_options());
  CHECK((looked.tags == Names{"1", "3"}) && !looked.more_tags);
  const auto operation = client.start_delete(reference);
  operation.wait();
  CHECK((operation.result().tags == Names{"1", "3"}));
  CHECK(listed(client).empty());
  CHECK_THROWS(wasm2oci::NotFoundError, client.delete_(reference));
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.start_delete("oci:layout:1"));
}

/** Files are attached, and found again by what they point at. */
void files_are_attached() {
  const Scratch scratch;
  const wasm2oci::Client client;
  write_file("a.json", std::string_view("one"));
  write_file("b.json", std::string_view("two"));
  const auto pushed = client.push_bytes(make_module(64, 1), "oci:layout:1");
  const auto attached = client.attach("oci:layout:1", {"a.json", "b.json"}, all_attach_options());
  CHECK(attached.reference == "oci:layout@" + attached.digest);
  CHECK(attached.artifact_type == "application/spdx+json");
  CHECK(attached.subject.digest == pushed.digest && attached.subject.size == pushed.size);
  CHECK(attached.layers.size() == 2 && attached.layers[1].media_type == "application/json");
  CHECK(attached.layers[1].annotations.at("org.opencontainers.image.title") == "b.json");
  CHECK_CONTAINS(attached.json.c_str(), R"("subject")");
  CHECK(client.inspect(attached.reference).subject.value().digest == pushed.digest);
  CHECK(!client.inspect("oci:layout:1").subject);
  wasm2oci::AttachOptions signature;
  signature.artifact_type = "x/signature";
  signature.annotations = {{"by", "me"}};
  const auto operation = client.start_attach(attached.reference, {}, signature);
  operation.wait();
  CHECK(operation.result().layers.empty());
  const auto found = client.referrers("oci:layout:1", all_referrers_options());
  CHECK(found.reference == "oci:layout:1" && found.digest == pushed.digest);
  CHECK(found.referrers.size() == 1 && found.referrers[0].digest == attached.digest);
  CHECK(found.referrers[0].artifact_type == "application/spdx+json");
  CHECK(found.referrers[0].annotations.at("a") == "1");
  const auto signatures = client.start_referrers(attached.reference);
  signatures.wait();
  CHECK(signatures.result().referrers.at(0).artifact_type == "x/signature");
  CHECK(client.referrers("oci:layout:1", {"x/signature"}).referrers.empty());
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.attach("oci:layout:1", {"a.json"}, {}));
  CHECK_THROWS(wasm2oci::NotFoundError, client.attach("oci:layout:2", {"a.json"}, signature));
  CHECK_THROWS(wasm2oci::FilesystemError, client.attach("oci:layout:1", {"c.json"}, signature));
  CHECK_THROWS(wasm2oci::InvalidArgumentError,
               client.start_attach("oci:layout:1", {std::string("a\0b", 3)}, signature));
  CHECK_THROWS(wasm2oci::NotFoundError, client.referrers("oci:layout:2"));
}

/* A template is no default constructor, and overloads without one come first. */
void clients_are_made_in_all_ways() {
  wasm2oci::ClientOptions options;
  options.retries = 1;
  const wasm2oci::Client none;
  const wasm2oci::Client empty{};
  const wasm2oci::Client braced{{}};
  const wasm2oci::Client given{options};
  const wasm2oci::Client with_environment{{}, {{"NO_PROXY", "*"}}};
  const wasm2oci::Client several[2];
  for (const auto *client :
       {&none, &empty, &braced, &given, &with_environment, several, several + 1}) {
    CHECK(client->get().id != 0);
  }
  wasm2oci_client_t raw = {0};
  CHECK(wasm2oci_client_new("{}", nullptr, &raw, nullptr) == WASM2OCI_STATUS_OK);
  CHECK(wasm2oci::Client(raw).get().id == raw.id);
  static_assert(!std::is_constructible_v<wasm2oci::Client, int>);
  static_assert(!std::is_convertible_v<wasm2oci_client_t, wasm2oci::Client>);
  static_assert(std::is_default_constructible_v<wasm2oci::Client>);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s SCHEMA\n", argv[0]);
    return EXIT_FAILURE;
  }
  return run([&] {
    absent_options_are_left_out();
    values_become_json();
    text_is_escaped();
    structs_follow_the_schema(argv[1]);
    the_library_accepts_them();
    clients_are_made_in_all_ways();
    modules_are_cached();
    credentials_are_erased();
    tags_are_added();
    artifacts_are_copied();
    tags_are_listed();
    tags_and_manifests_are_removed();
    files_are_attached();
  });
}
