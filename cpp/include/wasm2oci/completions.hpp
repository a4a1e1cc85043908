/*
 * Waiting for many operations and readers at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_COMPLETIONS_HPP
#define WASM2OCI_COMPLETIONS_HPP

#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/reader.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wasm2oci {
namespace detail {

#ifdef _WIN32
using Pollable = void *;
#else
using Pollable = int;
#endif

}  // namespace detail

/**
 * A queue of operations that have ended and readers that are ready. Move-only. Any
 * thread may add to it, and any number of threads may wait; each report goes to one of
 * them. It does not own what was added. An event loop polls its fd() instead of waiting;
 * a Dispatcher calls functions and resumes coroutines.
 */
class Completions {
 public:
  /** A file descriptor (int) to poll for input; on Windows the HANDLE (void *) of an event. */
  using Descriptor = detail::Pollable;

  /** Errors: ClosedError after shutdown(); ForkError. */
  Completions() { detail::try_call(wasm2oci_completions_new, handle_.out()).value(); }

  /** Takes ownership of a queue of the C API. */
  explicit Completions(wasm2oci_completions_t raw) noexcept : handle_(raw) {}

  /** Makes one. Errors: as the constructor. */
  static Expected<Completions> try_create() {
    wasm2oci_completions_t raw = {0};
    auto called = detail::try_call(wasm2oci_completions_new, &raw);
    if (!called) {
      return std::move(called).error();
    }
    return Completions(raw);
  }

  /**
   * Reports an operation once, when it has ended in whatever way; at once if it has
   * ended already. Errors: ClosedError; ForkError.
   */
  template <typename Result>
  void add(const Operation<Result> &operation) const {
    try_add(operation, operation.get().id).value();
  }

  /**
   * Reports a reader once, when a read would not wait; at once if that is so already.
   * Add it again before the next wait. Errors: ClosedError; ForkError.
   */
  void add(const Reader &reader) const { try_add(reader, reader.get().id).value(); }

  /** add, reported as a number of the caller's; see wasm2oci_completions_add_operation_as. */
  template <typename Result>
  void add(const Operation<Result> &operation, std::uint64_t user_data) const {
    try_add(operation, user_data).value();
  }

  /** The same for a reader. */
  void add(const Reader &reader, std::uint64_t user_data) const {
    try_add(reader, user_data).value();
  }

  /** add, which returns its error instead of throwing it. */
  template <typename Result>
  Expected<void> try_add(const Operation<Result> &operation, std::uint64_t user_data) const {
    return detail::try_call(
        wasm2oci_completions_add_operation_as, handle_.get(), operation.get(), user_data);
  }

  /** The same for a reader. */
  Expected<void> try_add(const Reader &reader, std::uint64_t user_data) const {
    return detail::try_call(
        wasm2oci_completions_add_reader_as, handle_.get(), reader.get(), user_data);
  }

  /**
   * Returns what an event loop polls for input: it is readable (signalled) as long as
   * wait() would not wait. It belongs to the queue; take it out of the loop first.
   * Errors: FilesystemError if no descriptor can be opened; ClosedError; ForkError.
   */
  Descriptor fd() const { return try_fd().value(); }

  /** fd, which returns its error instead of throwing it. */
  Expected<Descriptor> try_fd() const {
    std::intptr_t fd = -1;
    auto called = detail::try_call(wasm2oci_completions_fd, handle_.get(), &fd);
    if (!called) {
      return std::move(called).error();
    }
#ifdef _WIN32
    return reinterpret_cast<Descriptor>(fd);
#else
    return static_cast<Descriptor>(fd);
#endif
  }

  /**
   * Waits until something is reported, for up to `timeout`, and returns up to `most`
   * numbers, the oldest report first: the `id` of what get() of an operation or a reader
   * returns, or what it was added with. If there are none, the time has passed.
   * Errors: ClosedError, also if the queue is closed meanwhile; ForkError.
   */
  std::vector<std::uint64_t> wait(std::chrono::milliseconds timeout = kForever,
                                  std::size_t most = 64) const {
    return try_wait(timeout, most).value();
  }

  /** wait, which returns its error instead of throwing it. */
  Expected<std::vector<std::uint64_t>> try_wait(std::chrono::milliseconds timeout = kForever,
                                                std::size_t most = 64) const {
    std::vector<std::uint64_t> ids(most);
    std::size_t count = 0;
    auto called = detail::try_call(wasm2oci_completions_wait,
                                   handle_.get(),
                                   static_cast<std::int64_t>(timeout.count()),
                                   ids.data(),
                                   ids.size(),
                                   &count);
    if (!called) {
      return std::move(called).error();
    }
    ids.resize(count);
    return ids;
  }

  /** Closes the queue and ends the waits for it. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_completions_t get() const noexcept { return handle_.get(); }

 private:
  detail::Handle<wasm2oci_completions_t, wasm2oci_completions_close> handle_;
};

}  // namespace wasm2oci

#endif
