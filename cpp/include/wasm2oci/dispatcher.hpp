/*
 * Functions and coroutines that wait for operations and readers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DISPATCHER_HPP
#define WASM2OCI_DISPATCHER_HPP

#include <wasm2oci/cached.hpp>
#include <wasm2oci/completions.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/reader.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#if __cplusplus > 201703L && __has_include(<coroutine>)
#include <coroutine>
#endif

namespace wasm2oci {
namespace detail {

/**
 * A function of no arguments. Move-only. Unlike std::function and std::shared_ptr it has no
 * virtual functions: their table is data, which the linker may share between two libraries
 * that each contain this one, and the wrong one would then be called.
 */
class Callback {
 public:
  template <typename Function>
  explicit Callback(Function function)
      : function_(new Function(std::move(function))),
        call_(call<Function>),
        destroy_(destroy<Function>) {}
  Callback(Callback &&other) noexcept
      : function_(std::exchange(other.function_, nullptr)),
        call_(other.call_),
        destroy_(other.destroy_) {}
  Callback &operator=(Callback &&) = delete;
  ~Callback() { destroy_(function_); }

  void operator()() const { call_(function_); }

 private:
  template <typename Function>
  static void call(void *function) {
    (*static_cast<Function *>(function))();
  }

  template <typename Function>
  static void destroy(void *function) noexcept {
    delete static_cast<Function *>(function);
  }

  void *function_;
  void (*call_)(void *);
  void (*destroy_)(void *) noexcept;
};

}  // namespace detail

#ifdef __cpp_impl_coroutine
template <typename Result, typename Returned>
class Finishing;
class Readiness;

namespace detail {
class Awaiting;
}
#endif

/**
 * Calls functions and resumes coroutines when what they wait for has happened. Belongs to
 * one thread, which calls dispatch() whenever fd() is readable, or in place of waiting. Cannot be
 * moved. Destroying it cancels and closes the operations that it was given; it must outlive
 * the coroutines that wait by it.
 */
class Dispatcher {
 public:
  using Descriptor = Completions::Descriptor;

  /** Errors: ClosedError after shutdown(); ForkError. */
  Dispatcher() = default;

  /** With a queue that nothing else uses, such as one of Completions::try_create. */
  explicit Dispatcher(Completions queue) noexcept : queue_(std::move(queue)) {}

  Dispatcher(const Dispatcher &) = delete;
  Dispatcher &operator=(const Dispatcher &) = delete;
  ~Dispatcher() {
    while (!waiting_.empty()) {
      forget(waiting_.begin()->first);
    }
  }

  /** What an event loop polls for input; see Completions::fd, also for its errors. */
  Descriptor fd() const { return queue_.fd(); }

  /** fd, which returns its error instead of throwing it. */
  Expected<Descriptor> try_fd() const { return queue_.try_fd(); }

  /**
   * Calls `function` in dispatch() with an Expected<Result> when the operation has ended.
   * Errors: ClosedError; ForkError.
   */
  template <typename Result, typename Function>
  void then(Operation<Result> operation, Function function) {
    try_then(std::move(operation), std::move(function)).value();
  }

  /** then, which returns its error instead of throwing it. */
  template <typename Result, typename Function>
  Expected<void> try_then(Operation<Result> operation, Function function) {
    auto number = ask(operation);
    if (!number) {
      return std::move(number).error();
    }
    call_at(*number, [operation = std::move(operation), function = std::move(function)]() mutable {
      function(detail::take_from(std::move(operation)));
    });
    return {};
  }

  /**
   * Calls `function` in dispatch() when a read of the reader would not wait. The reader
   * must not be moved meanwhile. Errors: ClosedError; ForkError.
   */
  template <typename Function>
  void then(const Reader &reader, Function function) {
    try_then(reader, std::move(function)).value();
  }

  /** then, which returns its error instead of throwing it. */
  template <typename Function>
  Expected<void> try_then(const Reader &reader, Function function) {
    auto number = ask(reader);
    if (!number) {
      return std::move(number).error();
    }
    call_at(*number, std::move(function));
    return {};
  }

#ifdef __cpp_impl_coroutine
  /**
   * `co_await dispatcher.finish(client.start_pull(…))` suspends until the operation has ended,
   * and returns its result. Errors: as Operation::finish. Destroying the coroutine
   * cancels the operation.
   */
  template <typename Result>
  Finishing<Result, Result> finish(Operation<Result> operation);

  /** finish, which returns its error instead of throwing it. */
  template <typename Result>
  Finishing<Result, Expected<Result>> try_finish(Operation<Result> operation);

  /** `co_await dispatcher.readable(reader)` suspends until a read would not wait. */
  Readiness readable(const Reader &reader);
#endif

  /**
   * Takes what was reported, waiting for the first report for up to `timeout` (negative:
   * without limit), and calls and resumes what waits for it. Returns how many there
   * were. What a function throws comes through; the other reports stay.
   * Errors: ClosedError after shutdown(); ForkError.
   */
  std::size_t dispatch(std::chrono::milliseconds timeout = std::chrono::milliseconds(0)) {
    return try_dispatch(timeout).value();
  }

  /** dispatch, which returns its error instead of throwing it. */
  Expected<std::size_t> try_dispatch(
      std::chrono::milliseconds timeout = std::chrono::milliseconds(0)) {
    std::size_t count = 0;
    for (; count < kMost; ++count) {
      auto numbers = queue_.try_wait(count == 0 ? timeout : std::chrono::milliseconds(0), 1);
      if (!numbers) {
        return std::move(numbers).error();
      }
      if (numbers->empty()) {
        break;
      }
      const auto found = waiting_.find(numbers->front());
      if (found != waiting_.end()) {
        const auto happened = std::move(found->second);
        waiting_.erase(found);
        happened();
      }
    }
    return count;
  }

  /** Returns how many functions and coroutines wait. */
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
#ifdef __cpp_impl_coroutine
  friend class detail::Awaiting;
#endif

  /** So that a loop comes to other things, too. */
  static constexpr std::size_t kMost = 64;

  /** Has the next report of a source come to this queue; returns the number of that report. */
  template <typename Source>
  Expected<std::uint64_t> ask(const Source &source) {
    const std::uint64_t number = ++last_;
    auto added = queue_.try_add(source, number);
    if (!added) {
      return std::move(added).error();
    }
    return number;
  }

  /** Calls a function at the report of that number. */
  template <typename Function>
  void call_at(std::uint64_t number, Function function) {
    waiting_.emplace(number, detail::Callback(std::move(function)));
  }

  /**
   * A report that still comes calls nothing. What the function holds goes when the map no
   * longer has it, because it may come back here.
   */
  void forget(std::uint64_t number) noexcept { static_cast<void>(waiting_.extract(number)); }

  Completions queue_;
  std::map<std::uint64_t, detail::Callback> waiting_;
  std::uint64_t last_ = 0;
};

#ifdef __cpp_impl_coroutine

namespace detail {

/** What a coroutine waits for; it is forgotten with the coroutine. */
class Awaiting {
 public:
  explicit Awaiting(Dispatcher &dispatcher) noexcept : dispatcher_(dispatcher) {}
  Awaiting(const Awaiting &) = delete;
  Awaiting &operator=(const Awaiting &) = delete;
  ~Awaiting() { dispatcher_.forget(number_); }

  bool await_ready() const noexcept { return false; }

 protected:
  /** Resumes a coroutine at the report of an operation or a reader, unless it is refused. */
  template <typename Source>
  bool suspend(const Source &source, std::coroutine_handle<> coroutine) {
    auto number = dispatcher_.ask(source);
    if (!number) {
      refused_ = std::move(number).error();
      return false;
    }
    number_ = *number;
    dispatcher_.call_at(number_, [coroutine] { coroutine.resume(); });
    return true;
  }

  /** Why it does not wait. */
  std::optional<Error> refused_;

 private:
  Dispatcher &dispatcher_;
  std::uint64_t number_ = 0;
};

}  // namespace detail

/** What Dispatcher::finish returns, to be awaited at once. */
template <typename Result, typename Returned>
class [[nodiscard]] Finishing : public detail::Awaiting {
 public:
  Finishing(Dispatcher &dispatcher, Operation<Result> operation) noexcept
      : Awaiting(dispatcher), operation_(std::move(operation)) {}

  bool await_suspend(std::coroutine_handle<> coroutine) { return suspend(operation_, coroutine); }

  Returned await_resume() {
    auto result = refused_.has_value() ? Expected<Result>(*std::move(refused_))
                                       : detail::take_from(std::move(operation_));
    if constexpr (std::is_same_v<Returned, Result>) {
      return std::move(result).value();
    } else {
      return result;
    }
  }

 private:
  Operation<Result> operation_;
};

/** What Dispatcher::readable returns, to be awaited at once. */
class [[nodiscard]] Readiness : public detail::Awaiting {
 public:
  Readiness(Dispatcher &dispatcher, const Reader &reader) noexcept
      : Awaiting(dispatcher), reader_(reader) {}

  bool await_suspend(std::coroutine_handle<> coroutine) { return suspend(reader_, coroutine); }

  void await_resume() const {
    if (refused_.has_value()) {
      refused_->raise();
    }
  }

 private:
  const Reader &reader_;
};

template <typename Result>
Finishing<Result, Result> Dispatcher::finish(Operation<Result> operation) {
  return {*this, std::move(operation)};
}

template <typename Result>
Finishing<Result, Expected<Result>> Dispatcher::try_finish(Operation<Result> operation) {
  return {*this, std::move(operation)};
}

inline Readiness Dispatcher::readable(const Reader &reader) { return {*this, reader}; }

#endif

}  // namespace wasm2oci

#endif
