/*
 * A verb in progress: what the start_… functions of a client return.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_OPERATION_HPP
#define WASM2OCI_OPERATION_HPP

#include <wasm2oci/bytes.hpp>
#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/detail/take_result.hpp>
#include <wasm2oci/error.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/progress.hpp>
#include <wasm2oci/reader.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#if __cplusplus > 201703L && __has_include(<stop_token>)
#include <stop_token>
#endif

namespace wasm2oci {

template <typename Result>
class Operation;

namespace detail {

template <typename Result>
Expected<Result> take_from(Operation<Result> operation);

}  // namespace detail

/**
 * A verb in progress, or one that has ended. Move-only. Destroying it while it is
 * running cancels it and waits until it has ended. Any thread may wait for it or
 * cancel it; only one thread may move, close or destroy it.
 *
 * Each function that throws has a form that returns an Expected: `try_wait` is `wait`.
 *
 * Result: what the verb returns; see Client.
 */
template <typename Result>
class [[nodiscard]] Operation {
 public:
  /** None: it converts to false, and what is asked of it ends with ClosedError. */
  Operation() noexcept = default;

  /** Takes ownership of an operation of the C API, which must be of that verb. */
  explicit Operation(wasm2oci_operation_t raw) noexcept : handle_(raw) {}

  /** Returns whether it is one: not made by default, moved from or closed. */
  explicit operator bool() const noexcept { return handle_.get().id != 0; }

  /**
   * Waits until it has ended, and reports its progress to `progress` if given.
   * Errors: that of the operation; ClosedError; ForkError.
   */
  void wait(const ProgressFunction &progress = {}) const { try_wait(progress).value(); }

  Expected<void> try_wait(const ProgressFunction &progress = {}) const {
    if (!progress) {
      return nothing_of(wait_raw(kForever, nullptr));
    }
    Progress latest;
    for (;;) {
      const auto ended = wait_raw(detail::kProgressPeriod, &latest);
      if (!ended) {
        return ended.error();
      }
      report(progress, latest);
      if (*ended) {
        return {};
      }
    }
  }

  /**
   * Waits for up to `timeout` (negative: without limit) and returns whether it has
   * ended.
   * Errors: that of the operation; ClosedError; ForkError.
   */
  bool wait_for(std::chrono::milliseconds timeout) const { return try_wait_for(timeout).value(); }

  Expected<bool> try_wait_for(std::chrono::milliseconds timeout) const {
    return wait_raw(timeout, nullptr);
  }

  /**
   * Waits, and returns the result. Errors: as wait and result.
   *
   * A temporary, such as in `client.start_cached(reference).finish()`, or one that is moved is
   * handed over to its result: a CachedModule holds its file then. One with a name stays as it is.
   */
  Result finish(const ProgressFunction &progress = {}) const & {
    return try_finish(progress).value();
  }
  Result finish(const ProgressFunction &progress = {}) && {
    return std::move(*this).try_finish(progress).value();
  }

  Expected<Result> try_finish(const ProgressFunction &progress = {}) const & {
    auto ended = try_wait(progress);
    return ended ? try_result() : std::move(ended).error();
  }
  Expected<Result> try_finish(const ProgressFunction &progress = {}) && {
    auto ended = try_wait(progress);
    return ended ? detail::take_from(std::move(*this)) : std::move(ended).error();
  }

#ifdef __cpp_lib_jthread
  /** finish, but cancelled when a stop is requested: it ends with OperationCancelledError then. */
  Result finish(std::stop_token stop, const ProgressFunction &progress = {}) const & {
    return try_finish(std::move(stop), progress).value();
  }
  Result finish(std::stop_token stop, const ProgressFunction &progress = {}) && {
    return std::move(*this).try_finish(std::move(stop), progress).value();
  }

  Expected<Result> try_finish(std::stop_token stop, const ProgressFunction &progress = {}) const & {
    const std::stop_callback cancels(std::move(stop), canceller());
    return try_finish(progress);
  }
  Expected<Result> try_finish(std::stop_token stop, const ProgressFunction &progress = {}) && {
    const std::stop_callback cancels(std::move(stop), canceller());
    return std::move(*this).try_finish(progress);
  }
#endif

  /** Returns a snapshot, also of an operation that failed. Errors: ClosedError; ForkError. */
  Progress progress() const { return try_progress().value(); }

  Expected<Progress> try_progress() const {
    detail::RawError error;
    wasm2oci_progress_t raw{};
    std::int32_t done = 0;
    const wasm2oci_status_t status =
        wasm2oci_operation_wait(handle_.get(), 0, &raw, &done, error.get());
    if (status != WASM2OCI_STATUS_OK && done == 0) {
      return error.error(status);
    }
    return detail::to_progress(raw);
  }

  /**
   * Requests that it end. It ends soon, with OperationCancelledError unless it was
   * done before. Nothing more is written once a wait reports its end.
   * Errors: ClosedError; ForkError.
   */
  void cancel() const { try_cancel().value(); }

  Expected<void> try_cancel() const {
    return detail::try_call(wasm2oci_operation_cancel, handle_.get());
  }

  /**
   * Returns the result of an operation that succeeded.
   * Errors: InvalidArgumentError while it is running; that of the operation;
   * ClosedError, also for a reader that was taken before.
   */
  Result result() const { return try_result().value(); }

  Expected<Result> try_result() const { return detail::take_result<Result>(handle_.get()); }

  /**
   * Returns the result as a JSON object, not parsed; its members are listed at the
   * verbs in wasm2oci.h. Errors: as result().
   */
  std::string result_json() const { return try_result_json().value(); }

  Expected<std::string> try_result_json() const { return detail::raw_result(handle_.get()); }

  /**
   * Returns the bytes that a fetch read, or an inspection with the option raw, not copied;
   * valid as long as this object.
   * Errors: as result(); UnsupportedError for another verb.
   */
  Bytes bytes() const & { return try_bytes().value(); }
  Bytes bytes() const && = delete;

  Expected<Bytes> try_bytes() const & { return detail::raw_content(handle_.get()); }
  Expected<Bytes> try_bytes() const && = delete;

  /**
   * Takes what was logged since the last call: a JSON array of {level, message},
   * or "" if there is nothing. May be called while it is running and after it has
   * ended.
   * Errors: ClosedError; ForkError.
   */
  std::string log() const { return try_log().value(); }

  Expected<std::string> try_log() const {
    return detail::try_text(wasm2oci_operation_log, handle_.get());
  }

  /** Cancels it and waits if it is running; invalidates its views. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_operation_t get() const noexcept { return handle_.get(); }

 private:
  /** Cancels it if the function throws. */
  void report(const ProgressFunction &progress, const Progress &latest) const {
    struct Cancel {
      ~Cancel() {
        if (thrown) {
          static_cast<void>(wasm2oci_operation_cancel(operation, nullptr));
        }
      }
      wasm2oci_operation_t operation;
      bool thrown;
    } cancel{handle_.get(), true};
    progress(latest);
    cancel.thrown = false;
  }

  auto canceller() const noexcept {
    return
        [operation = get()] { static_cast<void>(wasm2oci_operation_cancel(operation, nullptr)); };
  }

  static Expected<void> nothing_of(Expected<bool> ended) {
    if (!ended) {
      return std::move(ended).error();
    }
    return {};
  }

  Expected<bool> wait_raw(std::chrono::milliseconds timeout, Progress *progress) const {
    wasm2oci_progress_t raw{};
    std::int32_t done = 0;
    auto waited = detail::try_call(wasm2oci_operation_wait,
                                   handle_.get(),
                                   static_cast<std::int64_t>(timeout.count()),
                                   progress != nullptr ? &raw : nullptr,
                                   &done);
    if (!waited) {
      return std::move(waited).error();
    }
    if (progress != nullptr) {
      *progress = detail::to_progress(raw);
    }
    return done != 0;
  }

  detail::Handle<wasm2oci_operation_t, wasm2oci_operation_close> handle_;
};

namespace detail {

/** Closes an operation that has ended, or leaves it to its result, which it returns. */
template <typename Result>
Expected<Result> take_from(Operation<Result> operation) {
  if constexpr (kHoldsModule<Result>) {
    auto module = take_result<HeldModule<Result>>(operation.get());
    if (!module) {
      return std::move(module).error();
    }
    return Result(std::move(*module), std::move(operation));
  } else {
    return operation.try_result();
  }
}

}  // namespace detail
}  // namespace wasm2oci

#endif
