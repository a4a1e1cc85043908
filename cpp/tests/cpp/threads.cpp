/*
 * Many threads at a time: with one client, with one operation, with one queue, and
 * with a client that one of them closes. What they do wrong together is for the
 * thread sanitizer to see (preset tsan).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <atomic>
#include <thread>

#include "check.hpp"

using namespace std::chrono_literals;

namespace {

constexpr unsigned kThreads = 16;

/** Runs a function of its number in each of many threads, and waits for them. */
template <typename Work>
void in_threads(const Work &work) {
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < kThreads; ++number) {
    threads.emplace_back([&work, number] {
      try {
        work(number);
      } catch (const std::exception &error) {
        check_failed(__FILE__, __LINE__, error.what());
      }
    });
  }
  for (auto &thread : threads) {
    thread.join();
  }
}

std::string tagged(unsigned number) { return "oci:layout:v" + std::to_string(number); }

void each_with_its_own_module(const wasm2oci::Client &client) {
  in_threads([&](unsigned number) {
    const auto module = make_module(100'000 + number, number);
    const auto pushed = client.push_bytes(module, tagged(number));
    CHECK(same(client.fetch(tagged(number)), module));
    const auto pulled = client.pull(tagged(number), std::to_string(number) + ".wasm");
    CHECK(pulled.file_digest == pushed.layer.digest);
    CHECK(client.resolve(tagged(number)).digest == pushed.digest);
    auto reader = client.open(tagged(number));
    std::vector<std::byte> read(module.size());
    std::size_t size = 0;
    while (size < read.size()) {
      size += reader.read(read.data() + size, read.size() - size);
    }
    CHECK(read == module);
    CHECK_THROWS(wasm2oci::NotFoundError, client.fetch("oci:layout:missing"));
  });
}

void all_with_one_operation(const wasm2oci::Client &client, const std::string &silent) {
  const auto operation = client.start_resolve(silent);
  in_threads([&](unsigned number) {
    if (number == 0) {
      operation.cancel();
    }
    while (operation.progress().phase != wasm2oci::Phase::done) {
      try {
        operation.wait_for(1ms);
      } catch (const wasm2oci::OperationCancelledError &) {
        break;
      }
    }
    CHECK_THROWS(wasm2oci::OperationCancelledError, operation.wait());
  });
}

void all_with_one_queue(const wasm2oci::Client &client) {
  const wasm2oci::Completions queue;
  std::atomic<unsigned> reported{0};
  in_threads([&](unsigned number) {
    const auto operation = client.start_resolve(tagged(number));
    queue.add(operation);
    while (reported < kThreads) {
      reported += static_cast<unsigned>(queue.wait(10ms).size());
    }
    operation.wait();
  });
  CHECK(reported == kThreads);
}

void one_closes_the_client(const std::string &silent) {
  wasm2oci::Client client;
  const wasm2oci_client_t handle = client.get();
  std::atomic<unsigned> begun{0};
  in_threads([&](unsigned number) {
    if (number == 0) {
      while (begun < kThreads / 2) {
        std::this_thread::yield();
      }
      wasm2oci_client_t closing = handle;
      wasm2oci_client_close(&closing);
      return;
    }
    ++begun;
    for (;;) {
      const auto status =
          wasm2oci_pull_and_wait(handle, silent.c_str(), "never.wasm", nullptr, nullptr, nullptr);
      if (status == WASM2OCI_STATUS_CLOSED) {
        return;
      }
      CHECK(status == WASM2OCI_STATUS_CANCELLED);
    }
  });
}

}  // namespace

int main() {
  return run([] {
    const Scratch scratch;
    const wasm2oci::Client client;
    char silent[SUPPORT_PATH_SIZE];
    const int listener = silent_registry(silent);
    each_with_its_own_module(client);
    all_with_one_operation(client, silent);
    all_with_one_queue(client);
    one_closes_the_client(silent);
    ::close(listener);
  });
}
