/*
 * Waiting for many operations and readers at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_COMPLETIONS_HPP
#define WASM2OCI_COMPLETIONS_HPP

#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/error.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/reader.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasm2oci {

/**
 * A queue of operations that have ended and readers that are ready. Move-only. Any
 * thread may add to it, and any number of threads may wait; each report goes to one of
 * them. It does not own what was added.
 */
class Completions {
 public:
  /** Errors: ForkError. */
  Completions() { detail::call(wasm2oci_completions_new, handle_.out()); }

  /**
   * Reports an operation once, when it has ended in whatever way; at once if it has
   * ended already. Errors: ClosedError; ForkError.
   */
  template <typename Result>
  void add(const Operation<Result> &operation) const {
    detail::call(wasm2oci_completions_add_operation, handle_.get(), operation.get());
  }

  /**
   * Reports a reader once, when a read would not wait; at once if that is so already.
   * Add it again before the next wait. Errors: ClosedError; ForkError.
   */
  void add(const Reader &reader) const {
    detail::call(wasm2oci_completions_add_reader, handle_.get(), reader.get());
  }

  /**
   * Waits until something is reported, for up to `timeout`, and returns up to `most`
   * numbers, the oldest report first. A number is the `id` of what get() of an
   * operation or a reader returns. If there are none, the time has passed.
   * Errors: ClosedError, also if the queue is closed meanwhile; ForkError.
   */
  std::vector<std::uint64_t> wait(std::chrono::milliseconds timeout = kForever,
                                  std::size_t most = 64) const {
    std::vector<std::uint64_t> ids(most);
    std::size_t count = 0;
    detail::call(wasm2oci_completions_wait,
                 handle_.get(),
                 static_cast<std::int64_t>(timeout.count()),
                 ids.data(),
                 ids.size(),
                 &count);
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
