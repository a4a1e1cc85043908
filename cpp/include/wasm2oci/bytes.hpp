/*
 * A view of bytes in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_BYTES_HPP
#define WASM2OCI_BYTES_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/standard.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <utility>
#if __cplusplus > 201703L && __has_include(<version>)
#include <version>
#endif

namespace wasm2oci {

/**
 * A view of bytes that belong to someone else, like C++20's
 * std::span<const std::byte>. Constructed from any contiguous container of single
 * bytes: a std::vector or std::array of std::byte, unsigned char or char, a
 * std::string or std::string_view.
 */
class Bytes {
 public:
  constexpr Bytes() noexcept = default;

  /** `data` may be null if `size` is 0. */
  Bytes(const void *data, std::size_t size) noexcept
      : data_(static_cast<const std::byte *>(data)), size_(size) {}

  template <typename Container,
            typename Element = decltype(*std::data(std::declval<const Container &>()))>
  Bytes(const Container &container) noexcept  // implicit, as std::span is
      : Bytes(std::data(container), std::size(container)) {
    static_assert(sizeof(Element) == 1, "wasm2oci::Bytes takes containers of single bytes");
  }

  /** A literal would include its NUL byte: write "…"sv. */
  template <std::size_t kSize>
  Bytes(const char (&literal)[kSize]) = delete;

  const std::byte *data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::byte *begin() const noexcept { return data_; }
  const std::byte *end() const noexcept { return data_ + size_; }

 private:
  const std::byte *data_ = nullptr;
  std::size_t size_ = 0;
};

namespace detail {

#ifdef __cpp_lib_ranges
template <typename Type>
inline constexpr bool kIsBorrowed = std::ranges::enable_borrowed_range<Type>;
#else
template <typename Type>
inline constexpr bool kIsBorrowed = false;
#endif

}  // namespace detail

/**
 * Whether a type is a view, whose bytes outlive it: Bytes, std::string_view, and in C++20
 * what std::ranges::enable_borrowed_range says so of, such as std::span. Specialise it for a
 * view of your own.
 */
template <typename Type>
inline constexpr bool kIsView = detail::kIsBorrowed<Type>;

template <>
inline constexpr bool kIsView<Bytes> = true;

template <typename Traits>
inline constexpr bool kIsView<std::basic_string_view<char, Traits>> = true;

namespace detail {

/** Exists for a temporary that owns its bytes, which would be gone before they are read. */
template <typename Content>
using IfOwning =
    std::enable_if_t<!std::is_lvalue_reference_v<Content> && !kIsView<std::remove_cv_t<Content>>>;

inline wasm2oci_bytes_t raw_bytes(Bytes bytes) noexcept {
  return {reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()};
}

}  // namespace detail
}  // namespace wasm2oci

#endif
