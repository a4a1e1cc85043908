/*
 * A C handle with one owner. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_HANDLE_HPP
#define WASM2OCI_DETAIL_HANDLE_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/standard.hpp>

#include <utility>

namespace wasm2oci::detail {

template <typename Raw, wasm2oci_status_t (*kClose)(Raw *)>
class Handle {
 public:
  explicit Handle(Raw raw = {}) noexcept : raw_(raw) {}
  Handle(Handle &&other) noexcept : raw_(std::exchange(other.raw_, Raw{})) {}
  Handle &operator=(Handle &&other) noexcept {
    if (this != &other) {
      close();
      raw_ = std::exchange(other.raw_, Raw{});
    }
    return *this;
  }
  ~Handle() { close(); }

  Raw get() const noexcept { return raw_; }

  /** Returns where a C function stores a new handle; requires that nothing is owned. */
  Raw *out() noexcept { return &raw_; }

  /** Closes what is owned, if anything. There is nothing to do about the status. */
  void close() noexcept { static_cast<void>(kClose(&raw_)); }

 private:
  Raw raw_;
};

}  // namespace wasm2oci::detail

#endif
