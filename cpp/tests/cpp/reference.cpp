/*
 * References are values, and every verb takes one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <set>
#include <sstream>
#include <unordered_set>

#include "check.hpp"

using wasm2oci::Reference;

namespace {

const std::string kDigest =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

void parts() {
  const auto remote = Reference::parse("GHCR.io/me/hello:v1@" + kDigest);
  CHECK(remote.str() == "ghcr.io/me/hello:v1@" + kDigest);
  CHECK(remote.scheme().empty() && remote.path().empty());
  CHECK(remote.registry() == "ghcr.io" && remote.repository() == "me/hello");
  CHECK(remote.tag() == "v1" && remote.digest() == kDigest);
  const auto layout = Reference::parse("oci:some/dir");
  CHECK(layout.scheme() == "oci" && layout.path() == "some/dir" && layout.tag() == "latest");
  CHECK(layout.registry().empty() && layout.repository().empty() && !layout.digest());
  CHECK(!Reference::parse("oci-archive:mod.tar@" + kDigest).tag());
  for (const char *text : {"", "hello", "ghcr.io", "ghcr.io/Me", "oci:", "oci:dir:v1,v2"}) {
    CHECK_THROWS(wasm2oci::InvalidReferenceError, Reference::parse(text));
  }
#ifdef __linux__
  CHECK(Reference::parse("oci:\xff:v1").path().native() == "\xff");
  CHECK(Reference::parse("oci:\xff:v1").with_tag("v2").str() == "oci:\xff:v2");
#endif
}

/** A tag that was not written is not asked for: the only manifest of a layout will do. */
void unwritten() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto pushed = client.push_bytes(make_module(64, 1), "oci:layout:v1");
  client.untag("oci:layout:v1");
  const auto reference = Reference::parse("oci:layout");
  CHECK(reference.str() == "oci:layout:latest");
  CHECK(client.resolve(reference).digest == pushed.digest);
  CHECK(client.inspect(reference).digest == pushed.digest);
  CHECK(reference.with_digest(pushed.digest).str() == "oci:layout@" + pushed.digest);
  CHECK_THROWS(wasm2oci::NotFoundError, client.resolve(Reference::parse("oci:layout:latest")));
  CHECK_THROWS(wasm2oci::NotFoundError, client.resolve(reference.with_tag("latest")));
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.untag(reference));
}

void comparison() {
  const auto one = Reference::parse("docker.io/hello");
  const auto same = Reference::parse("docker.io/library/hello:latest");
  const auto other = Reference::parse("ghcr.io/hello");
  CHECK(one == same && one != other && one < other && other > one && one <= same && other >= one);
  CHECK(std::set<Reference>({one, same, other}).size() == 2);
  CHECK(std::unordered_set<Reference>({one, same, other}).size() == 2);
  std::ostringstream out;
  out << one;
  CHECK(out.str() == same.str());
  static_assert(!std::is_constructible_v<Reference, std::string>);
  static_assert(!std::is_convertible_v<Reference, std::filesystem::path>);
}

void others() {
  const auto tagged = Reference::parse("oci:dir:v1");
  const auto pinned = tagged.with_digest(kDigest);
  CHECK(pinned.str() == "oci:dir:v1@" + kDigest);
  CHECK(pinned.with_tag("v2").str() == "oci:dir:v2");
  CHECK(Reference::parse("oci:dir@" + kDigest).with_digest(kDigest).tag() == std::nullopt);
  for (const std::string &tag : {std::string(),
                                 std::string("a b"),
                                 std::string("v1,v2"),
                                 std::string("a/b"),
                                 "v1@" + kDigest}) {
    CHECK_THROWS(wasm2oci::InvalidReferenceError, tagged.with_tag(tag));
  }
  for (const std::string &digest : {std::string(), std::string("v1"), kDigest + "@" + kDigest}) {
    CHECK_THROWS(wasm2oci::InvalidReferenceError, tagged.with_digest(digest));
  }
}

void verbs() {
  const Scratch scratch;
  const wasm2oci::Client client;
  const auto module = make_module(64, 1);
  const auto reference = Reference::parse("oci:layout:v1");
  const auto pushed = client.push_bytes(module, reference);
  CHECK(pushed.reference == reference.str() && pushed.tags == std::vector<std::string>{"v1"});
  CHECK(client.resolve(reference.with_digest(pushed.digest)).digest == pushed.digest);
  CHECK(same(client.fetch(reference), module));
  client.pull(reference, "out.wasm");
  CHECK(client.tag(reference, {"v2"}).digest == pushed.digest);
  const auto converted = client.convert(reference, "oci:layout:a,b");
  CHECK((converted.tags == std::vector<std::string>{"a", "b"}));
  CHECK(client.resolve("oci:layout:b").digest == converted.digest);
  CHECK(wasm2oci::default_name(reference) == "v1.wasm");
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.push_bytes(module, "oci:layout:c,,d"));
  CHECK_THROWS(wasm2oci::InvalidReferenceError, client.resolve("oci:layout:a,b"));

  wasm2oci::InspectOptions raw;
  raw.raw = true;
  const auto manifest = client.inspect(reference, raw);
  CHECK(manifest.digest == pushed.digest && manifest.raw.size() == pushed.size);
  CHECK(manifest.raw.front() == '{' && manifest.manifest.empty() && manifest.layers.empty());
  const auto whole = client.inspect(reference);
  CHECK(whole.raw.empty() && whole.manifest == manifest.raw);
  const auto operation = client.start_inspect(reference, raw);
  operation.wait();
  CHECK(same(operation.bytes(), manifest.raw));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.inspect_file("out.wasm", raw));
  write_file("oci:layout:v1", std::string_view("no module"));
  CHECK(client.inspect(reference).digest == pushed.digest);
  CHECK_THROWS(wasm2oci::NotWasmError, client.inspect(reference.str()));
}

}  // namespace

int main() {
  return run([] {
    parts();
    unwritten();
    comparison();
    others();
    verbs();
  });
}
