/*
 * Functions and coroutines that wait, driven by one thread, and stop tokens.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <poll.h>

#include <coroutine>
#include <optional>
#include <stop_token>
#include <thread>
#include <wasm2oci/dispatcher.hpp>

#include "check.hpp"
#include "faulty_registry.hpp"

using namespace std::chrono_literals;

namespace {

/** A coroutine that begins at once and is destroyed with this. */
class Task {
 public:
  struct promise_type {
    std::exception_ptr problem;

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { problem = std::current_exception(); }
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Task() {
    if (handle_) {
      handle_.destroy();
    }
  }

  bool done() const { return handle_.done(); }

  void rethrow() const {
    if (handle_.promise().problem) {
      std::rethrow_exception(handle_.promise().problem);
    }
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

void run_until_idle(wasm2oci::Dispatcher &dispatcher) {
  while (dispatcher.size() > 0) {
    pollfd polled = {dispatcher.fd(), POLLIN, 0};
    if (!CHECK(::poll(&polled, 1, 20000) == 1)) {
      return;
    }
    CHECK(dispatcher.dispatch() > 0);
  }
}

Task push_and_fetch(wasm2oci::Dispatcher &dispatcher,
                    const wasm2oci::Client &client,
                    std::string reference,
                    const std::vector<std::byte> &module,
                    int &good) {
  const auto pushed = co_await dispatcher.finish(client.start_push_bytes(module, reference));
  const auto fetched = co_await dispatcher.finish(client.start_fetch(reference));
  good += same(fetched, module) && !pushed.digest.empty() ? 1 : 0;
}

void many_at_once(const wasm2oci::Client &client) {
  wasm2oci::Dispatcher dispatcher;
  const auto module = make_module(10'000, 1);
  std::vector<Task> tasks;
  int good = 0;
  for (int number = 0; number < 50; ++number) {
    tasks.push_back(
        push_and_fetch(dispatcher, client, "oci:layout:c" + std::to_string(number), module, good));
  }
  run_until_idle(dispatcher);
  CHECK(good == 50);
}

Task resolve(wasm2oci::Dispatcher &dispatcher, const wasm2oci::Client &client, std::string what) {
  co_await dispatcher.finish(client.start_resolve(what));
}

void errors_come_out_of_co_await(const wasm2oci::Client &client) {
  wasm2oci::Dispatcher dispatcher;
  const Task missing = resolve(dispatcher, client, "oci:layout:none");
  const Task invalid = resolve(dispatcher, client, "hello");
  CHECK(!missing.done() && invalid.done());
  run_until_idle(dispatcher);
  CHECK_THROWS(wasm2oci::NotFoundError, missing.rethrow());
  CHECK_THROWS(wasm2oci::InvalidReferenceError, invalid.rethrow());
}

Task try_resolve(wasm2oci::Dispatcher &dispatcher,
                 wasm2oci::Operation<wasm2oci::Descriptor> operation,
                 wasm2oci::Status &status) {
  const auto result = co_await dispatcher.try_finish(std::move(operation));
  status = result ? wasm2oci::Status::ok : result.error().status();
}

void errors_as_values(const wasm2oci::Client &client) {
  wasm2oci::Dispatcher dispatcher;
  auto missing = wasm2oci::Status::ok;
  auto none = wasm2oci::Status::ok;
  const Task first = try_resolve(dispatcher, client.start_resolve("oci:layout:none"), missing);
  const Task second = try_resolve(dispatcher, {}, none);
  CHECK(second.done() && none == wasm2oci::Status::closed);
  run_until_idle(dispatcher);
  CHECK(first.done() && missing == wasm2oci::Status::not_found);
}

/** What nobody waits for any more is cancelled, and its report goes nowhere. */
void a_coroutine_that_is_destroyed(const wasm2oci::Client &client) {
  char silent[SUPPORT_PATH_SIZE];
  const int listener = silent_registry(silent);
  wasm2oci::Dispatcher dispatcher;
  {
    const Task task = resolve(dispatcher, client, silent);
    CHECK(dispatcher.size() == 1 && !task.done());
  }
  CHECK(dispatcher.size() == 0);
  CHECK(dispatcher.dispatch(20s) == 1);
  ::close(listener);
}

Task read_all(wasm2oci::Dispatcher &dispatcher,
              const wasm2oci::Client &client,
              std::string reference,
              std::vector<std::byte> &content) {
  auto reader = co_await dispatcher.finish(client.start_open(reference));
  std::byte buffer[1000];
  while (!reader.at_end()) {
    co_await dispatcher.readable(reader);
    const std::size_t count = reader.read(buffer, sizeof buffer, 0ms);
    content.insert(content.end(), buffer, buffer + count);
  }
}

void a_stream(const wasm2oci::Client &client) {
  wasm2oci::Dispatcher dispatcher;
  const auto module = make_module(100'000, 2);
  client.push_bytes(module, "oci:layout:stream");
  std::vector<std::byte> content;
  const Task task = read_all(dispatcher, client, "oci:layout:stream", content);
  run_until_idle(dispatcher);
  task.rethrow();
  CHECK(content == module);
}

/** A function that throws is seen by who dispatches, and the other reports stay. */
void functions(const wasm2oci::Client &client) {
  wasm2oci::Dispatcher dispatcher;
  int called = 0;
  for (int number = 0; number < 3; ++number) {
    dispatcher.then(client.start_resolve("oci:layout:stream"),
                    [&called, owned = std::make_unique<int>(number)](auto result) {
                      ++called;
                      CHECK(result.has_value());
                      if (called == 1) {
                        throw std::domain_error("enough");
                      }
                    });
  }
  CHECK_THROWS(std::domain_error, dispatcher.dispatch(wasm2oci::kForever));
  run_until_idle(dispatcher);
  CHECK(called == 3);
  CHECK_THROWS(wasm2oci::ClosedError,
               dispatcher.then(wasm2oci::Operation<wasm2oci::Descriptor>(), [](auto) {}));

  auto reader = client.open("oci:layout:stream");
  bool ready = false;
  dispatcher.then(reader, [&ready] { ready = true; });
  run_until_idle(dispatcher);
  CHECK(ready);
}

/** What still runs when its dispatcher goes is cancelled, and calls nothing. */
void a_dispatcher_that_is_destroyed(const wasm2oci::Client &client) {
  char silent[SUPPORT_PATH_SIZE];
  const int listener = silent_registry(silent);
  bool called = false;
  {
    wasm2oci::Dispatcher dispatcher;
    dispatcher.then(client.start_resolve(silent), [&called](auto) { called = true; });
  }
  CHECK(!called);
  ::close(listener);
}

/** A function may own coroutines that wait by the same dispatcher; they go with it. */
void a_dispatcher_that_is_destroyed_with_coroutines(const wasm2oci::Client &client) {
  char silent[SUPPORT_PATH_SIZE];
  const int listener = silent_registry(silent);
  {
    wasm2oci::Dispatcher dispatcher;
    for (int number = 0; number < 3; ++number) {
      auto before = resolve(dispatcher, client, silent);
      dispatcher.then(client.start_resolve(silent), [before = std::move(before)](auto) {});
    }
    CHECK(dispatcher.size() == 6);
  }
  {
    wasm2oci::Dispatcher dispatcher;
    auto later = std::make_unique<std::optional<Task>>();
    auto &after = *later;
    dispatcher.then(client.start_resolve(silent), [later = std::move(later)](auto) {});
    after.emplace(resolve(dispatcher, client, silent));
    CHECK(dispatcher.size() == 2);
  }
  ::close(listener);
}

Task hold(wasm2oci::Dispatcher &dispatcher,
          const wasm2oci::Client &client,
          std::optional<wasm2oci::CachedModule> &held) {
  held.emplace(co_await dispatcher.finish(client.start_cached("oci:layout:stream")));
}

std::size_t cached_blobs(const wasm2oci::Client &client) {
  wasm2oci::CacheOptions options;
  options.max_size = 0;
  client.cache(options);
  return client.cache().blobs;
}

/** What comes from a cache stays there as long as it is held. */
void a_module_in_a_cache() {
  wasm2oci::ClientOptions options;
  options.cache_dir = "cache";
  const wasm2oci::Client client(options);
  wasm2oci::Dispatcher dispatcher;
  std::optional<wasm2oci::CachedModule> held;
  {
    const Task task = hold(dispatcher, client, held);
    run_until_idle(dispatcher);
    task.rethrow();
  }
  CHECK(held.has_value() && std::filesystem::exists(held->path));
  CHECK(cached_blobs(client) == 1);
  held.reset();
  CHECK(cached_blobs(client) == 0);
  dispatcher.then(client.start_cached("oci:layout:stream"),
                  [&held](auto module) { held.emplace(std::move(module).value()); });
  run_until_idle(dispatcher);
  CHECK(cached_blobs(client) == 1);
  held->close();
  CHECK(cached_blobs(client) == 0);
  const std::stop_source source;
  held = client.start_cached("oci:layout:stream").finish(source.get_token());
  CHECK(cached_blobs(client) == 1);
}

void stop_tokens(const wasm2oci::Client &client) {
  char silent[SUPPORT_PATH_SIZE];
  const int listener = silent_registry(silent);
  std::stop_source source;
  std::jthread other([&] {
    std::this_thread::yield();
    source.request_stop();
  });
  CHECK_THROWS(wasm2oci::OperationCancelledError,
               client.start_resolve(silent).finish(source.get_token()));
  CHECK_THROWS(wasm2oci::OperationCancelledError,
               client.start_resolve(silent).finish(source.get_token()));
  const auto finished = client.start_resolve(silent).try_finish(source.get_token());
  CHECK(!finished && finished.error().status() == wasm2oci::Status::cancelled);
  std::stop_source quiet;
  CHECK(client.start_resolve("oci:layout:stream").finish(quiet.get_token()).size > 0);
  ::close(listener);
}

}  // namespace

int main() {
  return run([] {
    const Scratch scratch;
    const wasm2oci::Client client;
    many_at_once(client);
    errors_come_out_of_co_await(client);
    errors_as_values(client);
    a_coroutine_that_is_destroyed(client);
    a_stream(client);
    functions(client);
    a_dispatcher_that_is_destroyed(client);
    a_dispatcher_that_is_destroyed_with_coroutines(client);
    a_module_in_a_cache();
    stop_tokens(client);
  });
}
