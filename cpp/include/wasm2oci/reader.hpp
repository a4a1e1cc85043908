/*
 * A stream of the bytes of one module.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_READER_HPP
#define WASM2OCI_READER_HPP

#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace wasm2oci {

/** Waits without limit, as any negative duration does. */
constexpr std::chrono::milliseconds kForever{-1};

/**
 * A stream of the bytes of one module, returned by Client::open. Move-only; destroying
 * it closes its connection. Only one thread may read at a time; another one can end a
 * read that waits, with wasm2oci_reader_close on a copy of get().
 */
class Reader {
 public:
  /** Takes ownership of a reader of the C API, or owns nothing. */
  explicit Reader(wasm2oci_reader_t raw = {}) noexcept : handle_(raw) {}

  /** Returns whether it owns one. */
  explicit operator bool() const noexcept { return handle_.get().id != 0; }

  /**
   * Reads up to `size` bytes into `data`, waiting for the first of them for up to
   * `timeout`. Returns how many were read; 0 if at_end() is now true, or if the time
   * has passed.
   *
   * Errors: DigestMismatchError in place of the end, NetworkError,
   * OperationTimeoutError, OperationCancelledError, ClosedError, ForkError.
   */
  std::size_t read(void *data, std::size_t size, std::chrono::milliseconds timeout = kForever) {
    return try_read(data, size, timeout).value();
  }

  /** read, which returns its error instead of throwing it. */
  Expected<std::size_t> try_read(void *data,
                                 std::size_t size,
                                 std::chrono::milliseconds timeout = kForever) {
    std::size_t count = 0;
    if (at_end_) {
      return count;
    }
    std::int32_t end = 0;
    auto called = detail::try_call(wasm2oci_reader_read,
                                   handle_.get(),
                                   data,
                                   size,
                                   static_cast<std::int64_t>(timeout.count()),
                                   &count,
                                   &end);
    if (!called) {
      return std::move(called).error();
    }
    at_end_ = end != 0;
    return count;
  }

  /** Returns whether all bytes were read and their digest is verified. Use none before. */
  bool at_end() const noexcept { return at_end_; }

  /** Closes the reader and its connection. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_reader_t get() const noexcept { return handle_.get(); }

 private:
  detail::Handle<wasm2oci_reader_t, wasm2oci_reader_close> handle_;
  bool at_end_ = false;
};

}  // namespace wasm2oci

#endif
