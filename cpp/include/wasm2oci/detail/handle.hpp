/*
 * A C handle with one owner. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_HANDLE_HPP
#define WASM2OCI_DETAIL_HANDLE_HPP

#include <wasm2oci/wasm2oci.h>

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

  /** Where a C function puts a new handle; only for a handle that owns nothing. */
  Raw *out() noexcept { return &raw_; }

  /** Ends what is owned, if anything. The status says nothing one could act on. */
  void close() noexcept { static_cast<void>(kClose(&raw_)); }

 private:
  Raw raw_;
};

}  // namespace wasm2oci::detail

#endif
