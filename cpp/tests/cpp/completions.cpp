/*
 * Waiting for many operations in one thread, and for a reader that has bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <map>
#include <optional>
#include <thread>

#include "check.hpp"
#include "faulty_registry.hpp"

using namespace std::chrono_literals;

namespace {

void many_pushes_in_one_thread(const wasm2oci::Client &client) {
  constexpr unsigned kMany = 50;
  const wasm2oci::Completions completions;
  std::vector<std::vector<std::byte>> modules;
  std::map<std::uint64_t, wasm2oci::Operation<wasm2oci::PushResult>> running;
  for (unsigned number = 0; number < kMany; ++number) {
    modules.push_back(make_module(10'000, number));
    auto operation =
        client.start_push_bytes(modules.back(), "oci:layout:many" + std::to_string(number));
    completions.add(operation);
    running.emplace(operation.get().id, std::move(operation));
  }
  unsigned good = 0;
  while (!running.empty()) {
    const auto ended = completions.wait(30s, 7);
    CHECK(!ended.empty() && ended.size() <= 7);
    for (const std::uint64_t id : ended) {
      const auto found = running.find(id);
      if (!CHECK(found != running.end())) {
        return;
      }
      good += found->second.result().size > 0 ? 1 : 0;
      running.erase(found);
    }
  }
  CHECK(good == kMany);
  CHECK(completions.wait(0ms).empty());
}

void a_reader_between_its_bytes(const wasm2oci::Client &client) {
  const FaultyRegistry registry(FaultyRegistry::Fault::stalls);
  const wasm2oci::Completions completions;
  wasm2oci::Reader reader = client.open(registry.reference());
  std::vector<char> buffer(FaultyRegistry::kBlobSize);
  std::size_t total = 0;
  while (total < FaultyRegistry::kSentBeforeStall) {
    completions.add(reader);
    if (!CHECK(completions.wait(30s) == std::vector<std::uint64_t>{reader.get().id})) {
      return;
    }
    total += reader.read(buffer.data(), buffer.size(), 0ms);
  }
  completions.add(reader);
  CHECK(completions.wait(20ms).empty());
  reader.close();
  CHECK(completions.wait(30s).size() == 1);
}

void closed_from_another_thread() {
  wasm2oci::Completions completions;
  std::thread other([&completions] {
    wasm2oci_completions_t copy = completions.get();
    wasm2oci_completions_close(&copy);
  });
  CHECK_THROWS(wasm2oci::ClosedError, completions.wait());
  other.join();
  completions.close();
  CHECK_THROWS(wasm2oci::ClosedError, completions.wait(0ms));
}

}  // namespace

int main() {
  return run([] {
    const Scratch scratch;
    const wasm2oci::Client client;
    many_pushes_in_one_thread(client);
    a_reader_between_its_bytes(client);
    closed_from_another_thread();
  });
}
