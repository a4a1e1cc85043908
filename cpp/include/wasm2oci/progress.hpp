/*
 * The progress of an operation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_PROGRESS_HPP
#define WASM2OCI_PROGRESS_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/standard.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace wasm2oci {

/** What an operation is doing. */
enum class Phase : std::int32_t {
  starting = WASM2OCI_PHASE_STARTING,
  hashing = WASM2OCI_PHASE_HASHING,
  resolving = WASM2OCI_PHASE_RESOLVING,
  transferring = WASM2OCI_PHASE_TRANSFERRING,
  finishing = WASM2OCI_PHASE_FINISHING,
  done = WASM2OCI_PHASE_DONE,
};

/** A snapshot of the progress of an operation. */
struct Progress {
  /** Bytes moved so far, including `reused`. */
  std::uint64_t done = 0;
  /** Bytes in total; 0 as long as that is unknown. */
  std::uint64_t total = 0;
  /** Bytes that were already there and were not moved. */
  std::uint64_t reused = 0;
  /** Bytes received before a connection broke that were not transferred again. */
  std::uint64_t resumed = 0;
  Phase phase = Phase::starting;
  /** Requests repeated so far. */
  std::uint32_t retries = 0;
  /** The digest of the blob being moved, or "". */
  std::string item;
};

/**
 * Called with the progress of a verb, at most once in 100 ms and once more when it has
 * succeeded, on the thread that waits. If it throws, the operation is cancelled, and
 * the exception comes through: from a verb once the operation has ended, from a function of
 * Operation at once.
 */
using ProgressFunction = std::function<void(const Progress &)>;

namespace detail {

constexpr std::chrono::milliseconds kProgressPeriod{100};

inline Progress to_progress(const wasm2oci_progress_t &raw) {
  return {raw.done,
          raw.total,
          raw.reused,
          raw.resumed,
          static_cast<Phase>(raw.phase),
          raw.retries,
          raw.item};
}

}  // namespace detail
}  // namespace wasm2oci

#endif
