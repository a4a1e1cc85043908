/*
 * Fetches modules at the same time in Asio's coroutines, on one thread.
 *
 *     asio localhost:5000/hello:1.0 oci:layout:v1
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <unistd.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/use_awaitable.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <wasm2oci/dispatcher.hpp>
#include <wasm2oci/wasm2oci.hpp>

namespace {

/** Waits for operations in an io_context, with any of Asio's completion tokens. */
class AsioLoop {
 public:
  /* Asio closes its descriptor and the queue closes its own, so Asio gets a copy. */
  explicit AsioLoop(asio::io_context &context) : descriptor_(context, ::dup(dispatcher_.fd())) {}

  template <typename Result, typename Token>
  auto finish(wasm2oci::Operation<Result> operation, Token &&token) {
    return asio::async_initiate<Token, void(std::exception_ptr, Result)>(
        [this](auto handler, wasm2oci::Operation<Result> started) {
          dispatcher_.then(
              std::move(started),
              [handler = std::move(handler)](wasm2oci::Expected<Result> ended) mutable {
                std::exception_ptr problem;
                Result result{};
                try {
                  result = std::move(ended).value();
                } catch (...) {
                  problem = std::current_exception();
                }
                std::move(handler)(problem, std::move(result));
              });
          wait();
        },
        token,
        std::move(operation));
  }

 private:
  void wait() {
    if (std::exchange(waiting_, true)) {
      return;
    }
    descriptor_.async_wait(asio::posix::descriptor_base::wait_read, [this](asio::error_code error) {
      waiting_ = false;
      if (!error) {
        dispatcher_.dispatch();
        if (dispatcher_.size() > 0) {
          wait();
        }
      }
    });
  }

  wasm2oci::Dispatcher dispatcher_;
  asio::posix::stream_descriptor descriptor_;
  bool waiting_ = false;
};

asio::awaitable<void> fetch(AsioLoop &loop, const wasm2oci::Client &client, std::string what) {
  const auto module = co_await loop.finish(client.start_fetch(what), asio::use_awaitable);
  std::cout << module.size() << " bytes\n";
}

}  // namespace

int main(int argc, char **argv) {
  int failures = 0;
  const auto ended = [&failures](const std::exception_ptr &problem) {
    try {
      if (problem) {
        std::rethrow_exception(problem);
      }
    } catch (const std::exception &error) {
      std::cerr << error.what() << '\n';
      ++failures;
    }
  };
  asio::io_context context;
  const wasm2oci::Client client;
  AsioLoop loop(context);
  for (int i = 1; i < argc; ++i) {
    co_spawn(context, fetch(loop, client, argv[i]), ended);
  }
  context.run();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
