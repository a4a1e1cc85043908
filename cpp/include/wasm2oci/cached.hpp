/*
 * A module in the cache of a client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_CACHED_HPP
#define WASM2OCI_CACHED_HPP

#include <wasm2oci/operation.hpp>
#include <wasm2oci/result.hpp>

#include <utility>

namespace wasm2oci {

/**
 * What Client::cached returns, and Dispatcher::finish or Operation::finish of what
 * Client::start_cached returns: what the module is, and the path of its file, which can be mapped
 * into memory and must not be written to. The file stays in the cache as long as this object lives,
 * or as long as the operation if that has a name.
 */
class CachedModule : public PullResult {
 public:
  /** Takes over the operation that holds the file; without one, it does not stay. */
  explicit CachedModule(PullResult module, Operation<CachedModule> operation = {})
      : PullResult(std::move(module)), operation_(std::move(operation)) {}

  /** Lets the file go; the path may lead nowhere afterwards. Idempotent. */
  void close() noexcept { operation_.close(); }

 private:
  Operation<CachedModule> operation_;
};

}  // namespace wasm2oci

#endif
