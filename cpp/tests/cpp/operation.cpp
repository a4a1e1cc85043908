/*
 * Operations, against a registry that never answers and against a layout:
 * waiting, progress, cancelling, moving and closing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <atomic>
#include <stdexcept>
#include <thread>

#include "check.hpp"

using namespace std::chrono_literals;

namespace {

/** A registry that accepts connections and never answers. */
class Silent {
 public:
  Silent() : socket_(silent_registry(reference_)) {}
  Silent(const Silent &) = delete;
  Silent &operator=(const Silent &) = delete;
  ~Silent() { ::close(socket_); }

  std::string reference() const { return reference_; }

  std::string host() const { return reference().substr(0, reference().find('/')); }

  /** The start of what the first connection has brought. */
  std::string first_request() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    char buffer[4096];
    const auto count = ::recv(connection, buffer, sizeof buffer, 0);
    ::close(connection);
    return std::string(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
  }

 private:
  char reference_[SUPPORT_PATH_SIZE] = {};
  int socket_;
};

void waiting_with_a_limit(const wasm2oci::Client &client, const Silent &silent) {
  const auto operation = client.start_resolve(silent.reference());
  CHECK(!operation.wait_for(0ms));
  CHECK(!operation.wait_for(20ms));
  CHECK(operation.progress().phase != wasm2oci::Phase::done);
  CHECK_THROWS(wasm2oci::InvalidArgumentError, operation.result());
}

void cancelling_from_another_thread(const wasm2oci::Client &client, const Silent &silent) {
  const auto operation = client.start_pull(silent.reference(), "never.wasm");
  std::thread other([&] { operation.cancel(); });
  CHECK_THROWS(wasm2oci::OperationCancelledError, operation.wait());
  other.join();
  CHECK_THROWS(wasm2oci::OperationCancelledError, operation.wait_for(0ms));
  CHECK_THROWS(wasm2oci::OperationCancelledError, operation.result());
  CHECK(operation.progress().done == 0);
  CHECK(!std::filesystem::exists("never.wasm"));
}

void deadline(const wasm2oci::Client &client, const Silent &silent) {
  wasm2oci::FetchOptions options;
  options.timeout = 100ms;
  CHECK_THROWS(wasm2oci::OperationTimeoutError, client.fetch(silent.reference(), options));
}

void deadline_of_the_client(const Silent &silent) {
  wasm2oci::ClientOptions options;
  options.timeout = 100ms;
  const wasm2oci::Client client(options);
  CHECK_THROWS(wasm2oci::OperationTimeoutError, client.resolve(silent.reference()));
}

/** The callback's own exception comes through, and nothing goes on behind it. */
void progress_that_throws(const wasm2oci::Client &client, const Silent &silent) {
  const auto progress = [](const wasm2oci::Progress &) { throw std::domain_error("enough"); };
  const std::string message =
      CHECK_THROWS(std::domain_error, client.pull(silent.reference(), "never.wasm", {}, progress));
  CHECK(message == "enough");
  CHECK(!std::filesystem::exists("never.wasm"));
  const auto held = client.start_pull(silent.reference(), "never.wasm");
  CHECK_THROWS(std::domain_error, held.finish(progress));
  CHECK_THROWS(wasm2oci::OperationCancelledError, held.wait());
}

void progress_on_the_waiting_thread(const wasm2oci::Client &client) {
  std::vector<wasm2oci::Progress> seen;
  const auto here = std::this_thread::get_id();
  const auto progress = [&](const wasm2oci::Progress &latest) {
    CHECK(std::this_thread::get_id() == here);
    seen.push_back(latest);
  };
  client.push_bytes(make_module(1 << 20, 1), "oci:layout:1", {}, progress);
  CHECK(!seen.empty());
  if (!seen.empty()) {
    CHECK(seen.back().phase == wasm2oci::Phase::done);
    CHECK(seen.back().done >= 1U << 20U);
    CHECK(seen.back().done == seen.back().total);
  }
}

void moving(const wasm2oci::Client &client) {
  auto first = client.start_resolve("oci:layout:1");
  auto second = std::move(first);
  CHECK_THROWS(wasm2oci::ClosedError, first.wait());
  second.wait();
  first = std::move(second);
  CHECK(first.result().size > 0);
  CHECK_THROWS(wasm2oci::ClosedError, second.result());
  first.close();
  first.close();
  CHECK_THROWS(wasm2oci::ClosedError, first.result());

  wasm2oci::Client mine;
  const wasm2oci::Client other = std::move(mine);
  CHECK_THROWS(wasm2oci::ClosedError, mine.resolve("oci:layout:1"));
  CHECK(other.resolve("oci:layout:1").size > 0);
}

void closed_client_ends_its_operations(const Silent &silent) {
  wasm2oci::Client client;
  const auto operation = client.start_fetch(silent.reference());
  client.close();
  CHECK_THROWS(wasm2oci::OperationCancelledError, operation.wait());
  CHECK_THROWS(wasm2oci::ClosedError, client.fetch(silent.reference()));
}

void reader_is_taken_once(const wasm2oci::Client &client) {
  const auto operation = client.start_open("oci:layout:1");
  operation.wait();
  wasm2oci::Reader reader = operation.result();
  CHECK_THROWS(wasm2oci::ClosedError, operation.result());
  char byte = 0;
  CHECK(reader.read(&byte, 1) == 1);
  CHECK(!reader.at_end());
  reader.close();
  CHECK_THROWS(wasm2oci::ClosedError, reader.read(&byte, 1));
}

void default_names() {
  CHECK(wasm2oci::default_name("localhost:5000/org/mod:v1") == "mod.wasm");
  CHECK_THROWS(wasm2oci::InvalidReferenceError, wasm2oci::default_name("mod"));
}

/** Text with a NUL byte inside would name something else once it is cut. */
void nul_bytes_are_refused(const wasm2oci::Client &client) {
  using std::string_literals::operator""s;
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.resolve("oci:layout:1\0x"s));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.pull("oci:layout:1", "out.wasm\0x"s));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.push("in.wasm\0x"s, "oci:layout:1"));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.inspect("oci:layout:1\0x"s));
  CHECK_THROWS(wasm2oci::InvalidArgumentError, client.inspect_file("in.wasm\0x"s));
  CHECK(!std::filesystem::exists("out.wasm"));
}

void threads_share_a_client(const wasm2oci::Client &client) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < 4; ++number) {
    threads.emplace_back([&client, &good, number] {
      const auto module = make_module(100'000, number);
      const std::string reference = "oci:layout:thread" + std::to_string(number);
      client.push_bytes(module, reference);
      good += same(client.fetch(reference), module) ? 1 : 0;
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  CHECK(good == 4);
}

/** An environment of its own: the proxy that it names is asked, for no other reason. */
void environment_of_the_client() {
  const Silent proxy;
  wasm2oci::ClientOptions options;
  options.timeout = 200ms;
  const wasm2oci::Client client(options, {{"HTTPS_PROXY", "http://" + proxy.host()}});
  CHECK_THROWS(wasm2oci::OperationTimeoutError, client.resolve("registry.invalid/hello:1"));
  CHECK_CONTAINS(proxy.first_request().c_str(), "CONNECT registry.invalid:443");
}

}  // namespace

int main() {
  return run([] {
    const Scratch scratch;
    const Silent silent;
    const wasm2oci::Client client;
    waiting_with_a_limit(client, silent);
    cancelling_from_another_thread(client, silent);
    deadline(client, silent);
    deadline_of_the_client(silent);
    progress_that_throws(client, silent);
    progress_on_the_waiting_thread(client);
    moving(client);
    closed_client_ends_its_operations(silent);
    reader_is_taken_once(client);
    default_names();
    nul_bytes_are_refused(client);
    threads_share_a_client(client);
    environment_of_the_client();
  });
}
