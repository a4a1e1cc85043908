/*
 * A verb in progress: what the start_… functions of a client return.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_OPERATION_HPP
#define WASM2OCI_OPERATION_HPP

#include <wasm2oci/artifact.hpp>
#include <wasm2oci/bytes.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/error.hpp>
#include <wasm2oci/progress.hpp>
#include <wasm2oci/reader.hpp>
#include <wasm2oci/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wasm2oci {
namespace detail {

/* How the result of an operation becomes what its verb returns. */

inline std::string raw_result(wasm2oci_operation_t operation) {
  const char *json = nullptr;
  call(wasm2oci_operation_result, operation, &json);
  return json;
}

inline Bytes raw_content(wasm2oci_operation_t operation) {
  wasm2oci_bytes_t bytes = {nullptr, 0};
  call(wasm2oci_operation_bytes, operation, &bytes);
  return {bytes.data, bytes.size};
}

/* A template, so that only the results in use are compiled. */
template <typename Result>
void take_result(wasm2oci_operation_t operation, Result &out) {
  out.json = raw_result(operation);
  read_value(out.json, out);
}

inline void take_result(wasm2oci_operation_t operation, PullResult &out) {
  take_result<PullResult>(operation, out);
  const char *path = nullptr;
  call(wasm2oci_operation_path, operation, &path);
  out.path = text_path(path);
}

inline void take_result(wasm2oci_operation_t operation, Artifact &out) {
  take_result<Artifact>(operation, out);
  wasm2oci_bytes_t bytes = {nullptr, 0};
  RawError error;
  const wasm2oci_status_t status = wasm2oci_operation_bytes(operation, &bytes, error.get());
  if (status == WASM2OCI_STATUS_OK) {
    out.raw.assign(reinterpret_cast<const char *>(bytes.data), bytes.size);
  } else if (status != WASM2OCI_STATUS_UNSUPPORTED) {  // It was not asked for.
    error.raise(status);
  }
}

inline void take_result(wasm2oci_operation_t operation, Descriptor &out) {
  read_value(raw_result(operation), out);
}

inline void take_result(wasm2oci_operation_t operation, TagsResult &out) {
  read_value(raw_result(operation), out);
}

inline void take_result(wasm2oci_operation_t operation, std::string &out) {
  out = raw_result(operation);
}

inline void take_result(wasm2oci_operation_t operation, std::vector<std::byte> &out) {
  const Bytes content = raw_content(operation);
  out.assign(content.begin(), content.end());
}

inline void take_result(wasm2oci_operation_t operation, Reader &out) {
  wasm2oci_reader_t reader = {0};
  call(wasm2oci_operation_reader, operation, &reader);
  out = Reader(reader);
}

}  // namespace detail

/**
 * A verb in progress, or one that has ended. Move-only. Destroying it while it is
 * running cancels it and waits until it has ended. Any thread may wait for it or
 * cancel it; only one thread may move, close or destroy it.
 *
 * Result: what the verb returns; see Client.
 */
template <typename Result>
class Operation {
 public:
  /** Takes ownership of an operation of the C API, which must be of that verb. */
  explicit Operation(wasm2oci_operation_t raw) noexcept : handle_(raw) {}

  /**
   * Waits until it has ended, and reports its progress to `progress` if given.
   * Errors: that of the operation; ClosedError; ForkError.
   */
  void wait(const ProgressFunction &progress = {}) const {
    if (!progress) {
      wait_raw(kForever, nullptr);
      return;
    }
    Progress latest;
    while (!wait_raw(detail::kProgressPeriod, &latest)) {
      progress(latest);
    }
    progress(latest);
  }

  /**
   * Waits for up to `timeout` (negative: without limit) and returns whether it has
   * ended.
   * Errors: that of the operation; ClosedError; ForkError.
   */
  bool wait_for(std::chrono::milliseconds timeout) const { return wait_raw(timeout, nullptr); }

  /** Returns a snapshot, also of an operation that failed. Errors: ClosedError; ForkError. */
  Progress progress() const {
    detail::RawError error;
    wasm2oci_progress_t raw{};
    std::int32_t done = 0;
    const wasm2oci_status_t status =
        wasm2oci_operation_wait(handle_.get(), 0, &raw, &done, error.get());
    if (status != WASM2OCI_STATUS_OK && done == 0) {
      error.raise(status);
    }
    return detail::to_progress(raw);
  }

  /**
   * Requests that it end. It ends soon, with OperationCancelledError unless it was
   * done before. Nothing more is written once a wait reports its end.
   * Errors: ClosedError; ForkError.
   */
  void cancel() const { detail::call(wasm2oci_operation_cancel, handle_.get()); }

  /**
   * Returns the result of an operation that succeeded.
   * Errors: InvalidArgumentError while it is running; that of the operation;
   * ClosedError, also for a reader that was taken before.
   */
  Result result() const {
    Result result{};
    detail::take_result(handle_.get(), result);
    return result;
  }

  /**
   * Returns the result as a JSON object, not parsed; its members are listed at the
   * verbs in wasm2oci.h. Errors: as result().
   */
  std::string result_json() const { return detail::raw_result(handle_.get()); }

  /**
   * Returns the bytes that a fetch read, or an inspection with the option raw, not copied;
   * valid as long as this object.
   * Errors: as result(); UnsupportedError for another verb.
   */
  Bytes bytes() const { return detail::raw_content(handle_.get()); }

  /**
   * Takes what was logged since the last call: a JSON array of {level, message},
   * or "" if there is nothing. May be called while it is running and after it has
   * ended.
   * Errors: ClosedError; ForkError.
   */
  std::string log() const {
    char *records = nullptr;
    detail::call(wasm2oci_operation_log, handle_.get(), &records);
    const std::unique_ptr<char, void (*)(void *)> owner(records, wasm2oci_free);
    return records != nullptr ? records : "";
  }

  /** Cancels it and waits if it is running; invalidates its views. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_operation_t get() const noexcept { return handle_.get(); }

 private:
  bool wait_raw(std::chrono::milliseconds timeout, Progress *progress) const {
    wasm2oci_progress_t raw{};
    std::int32_t done = 0;
    detail::call(wasm2oci_operation_wait,
                 handle_.get(),
                 static_cast<std::int64_t>(timeout.count()),
                 &raw,
                 &done);
    if (progress != nullptr) {
      *progress = detail::to_progress(raw);
    }
    return done != 0;
  }

  detail::Handle<wasm2oci_operation_t, wasm2oci_operation_close> handle_;
};

}  // namespace wasm2oci

#endif
