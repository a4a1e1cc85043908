/*
 * Blobs that stop half-way or are not what their digest says: readers, progress
 * and files in the middle of a transfer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <future>
#include <stdexcept>

#include "faulty_registry.hpp"

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSent = FaultyRegistry::kSentBeforeStall;

/** Reads until nothing more has come for a while. */
std::vector<std::byte> read_what_comes(wasm2oci::Reader &reader, std::size_t expected) {
  std::vector<std::byte> content;
  std::byte buffer[4096];
  while (content.size() < expected) {
    const std::size_t count = reader.read(buffer, sizeof buffer, 10s);
    if (count == 0) {
      break;
    }
    content.insert(content.end(), buffer, buffer + count);
  }
  return content;
}

void a_read_with_a_limit(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  wasm2oci::Reader reader = client.open(registry.reference());
  const auto content = read_what_comes(reader, kSent);
  CHECK(same(content, wasm2oci::Bytes(FaultyRegistry::blob().data(), kSent)));
  std::byte byte{};
  CHECK(reader.read(&byte, 1, 0ms) == 0);
  CHECK(reader.read(&byte, 1, 30ms) == 0);
  CHECK(!reader.at_end());
}

void a_read_that_is_closed_meanwhile(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  wasm2oci::Reader reader = client.open(registry.reference());
  read_what_comes(reader, kSent);
  wasm2oci_reader_t copy = reader.get();
  auto waiting = std::async(std::launch::async, [&reader] {
    std::byte byte{};
    return reader.read(&byte, 1);
  });
  CHECK(waiting.wait_for(50ms) == std::future_status::timeout);
  wasm2oci_reader_close(&copy);
  CHECK_THROWS(wasm2oci::OperationCancelledError, waiting.get());
  std::byte byte{};
  CHECK_THROWS(wasm2oci::ClosedError, reader.read(&byte, 1));
}

void the_deadline_of_open_holds_for_reading(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  wasm2oci::OpenOptions options;
  options.timeout = 500ms;
  wasm2oci::Reader reader = client.open(registry.reference(), options);
  read_what_comes(reader, kSent);
  std::byte byte{};
  CHECK_THROWS(wasm2oci::OperationTimeoutError, reader.read(&byte, 1));
}

void a_closed_client_ends_its_readers() {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  wasm2oci::Client client;
  wasm2oci::Reader reader = client.open(registry.reference());
  read_what_comes(reader, kSent);
  client.close();
  std::byte byte{};
  CHECK_THROWS(wasm2oci::OperationCancelledError, reader.read(&byte, 1));
}

/** In place of the end; the bytes before it must not be used. */
void wrong_bytes_in_a_reader(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::wrong_bytes);
  wasm2oci::Reader reader = client.open(registry.reference());
  const auto read_all = [&reader] {
    std::byte buffer[4096];
    while (!reader.at_end()) {
      reader.read(buffer, sizeof buffer);
    }
  };
  CHECK_THROWS(wasm2oci::DigestMismatchError, read_all());
  CHECK(!reader.at_end());
}

void wrong_bytes_in_a_file(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::wrong_bytes);
  write_file("kept.wasm", std::string_view("old"));
  CHECK_THROWS(wasm2oci::DigestMismatchError, client.pull(registry.reference(), "kept.wasm"));
  CHECK_THROWS(wasm2oci::DigestMismatchError, client.fetch(registry.reference()));
  CHECK(read_file("kept.wasm") == "old");
}

/** Progress is seen on the way, and a callback that has enough leaves no file. */
void progress_half_way(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  std::filesystem::create_directory("half-way");
  wasm2oci::Progress last;
  const auto progress = [&last](const wasm2oci::Progress &now) {
    last = now;
    if (now.done >= kSent) {
      throw std::domain_error("enough");
    }
  };
  CHECK_THROWS(std::domain_error,
               client.pull(registry.reference(), "half-way/out.wasm", {}, progress));
  CHECK(last.done == kSent);
  CHECK(last.total == FaultyRegistry::kBlobSize);
  CHECK(last.phase == wasm2oci::Phase::transferring);
  CHECK(last.item == "sha256:" + std::string(64, 'a'));
  CHECK(std::filesystem::is_empty("half-way"));
}

}  // namespace

int main() {
  return run([] {
    const Scratch scratch;
    const wasm2oci::Client client;
    a_read_with_a_limit(client);
    a_read_that_is_closed_meanwhile(client);
    the_deadline_of_open_holds_for_reading(client);
    a_closed_client_ends_its_readers();
    wrong_bytes_in_a_reader(client);
    wrong_bytes_in_a_file(client);
    progress_half_way(client);
  });
}
