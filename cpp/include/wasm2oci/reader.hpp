/*
 * A stream of the bytes of one module.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_READER_HPP
#define WASM2OCI_READER_HPP

#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wasm2oci {

/** Waits without a limit, as any negative time does. */
constexpr std::chrono::milliseconds kForever{-1};

/**
 * A stream of the bytes of one module; made by Client::open. Move-only; ends with
 * its connection when it is destroyed. One thread reads at a time; another one
 * ends a read that waits by wasm2oci_reader_close on a copy of get().
 */
class Reader {
 public:
  /** Owns a reader of the C API from now on, or nothing. */
  explicit Reader(wasm2oci_reader_t raw = {}) noexcept : handle_(raw) {}

  /**
   * Reads up to `size` bytes into `data`, waiting for the first of them `timeout`
   * at most. Returns how many were read; 0 where at_end() is true from now on, or
   * the time has passed.
   *
   * Errors: DigestMismatchError in place of the end; NetworkError,
   * OperationTimeoutError, OperationCancelledError, ClosedError, ForkError.
   */
  std::size_t read(void *data, std::size_t size, std::chrono::milliseconds timeout = kForever) {
    if (at_end_) {
      return 0;
    }
    std::size_t count = 0;
    std::int32_t end = 0;
    detail::call(wasm2oci_reader_read,
                 handle_.get(),
                 data,
                 size,
                 static_cast<std::int64_t>(timeout.count()),
                 &count,
                 &end);
    at_end_ = end != 0;
    return count;
  }

  /** Whether all bytes were read and their digest is verified. Use none before. */
  bool at_end() const noexcept { return at_end_; }

  /** Ends the reader and its connection. May be called again. */
  void close() noexcept { handle_.close(); }

  /** The handle of the C API, still owned by this object. */
  wasm2oci_reader_t get() const noexcept { return handle_.get(); }

 private:
  detail::Handle<wasm2oci_reader_t, wasm2oci_reader_close> handle_;
  bool at_end_ = false;
};

}  // namespace wasm2oci

#endif
