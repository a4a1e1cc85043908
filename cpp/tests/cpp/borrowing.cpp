/*
 * What start_push_bytes takes: what outlives the call. With a number as BORROWING it is
 * something that must not compile.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>
#include <wasm2oci/wasm2oci.hpp>
#if __cplusplus > 201703L
#include <span>
#endif

namespace {

using namespace std::string_view_literals;

[[maybe_unused]] std::vector<std::byte> load() { return {}; }
[[maybe_unused]] const std::string text() { return {}; }

/** A view that C++ does not know as one. */
struct MyView {
  const char *begin;
  std::size_t length;
  const char *data() const { return begin; }
  std::size_t size() const { return length; }
};

}  // namespace

template <>
inline constexpr bool wasm2oci::kIsView<MyView> = true;

namespace {

template <typename Content, typename = void>
constexpr bool kStarts = false;

template <typename Content>
constexpr bool
    kStarts<Content,
            std::void_t<decltype(std::declval<const wasm2oci::Client &>().start_push_bytes(
                            std::declval<Content>(), "oci:layout:1")),
                        decltype(std::declval<const wasm2oci::Client &>().try_start_push_bytes(
                            std::declval<Content>(), "oci:layout:1"))>> = true;

static_assert(kStarts<std::vector<std::byte> &>);
static_assert(kStarts<const std::vector<unsigned char> &>);
static_assert(kStarts<const std::string &>);
static_assert(kStarts<std::array<char, 8> &>);
static_assert(kStarts<unsigned char (&)[8]>);
static_assert(kStarts<std::string_view>);
static_assert(kStarts<const std::string_view>);
static_assert(kStarts<wasm2oci::Bytes>);
static_assert(kStarts<MyView>);
static_assert(!kStarts<std::vector<std::byte>>);
static_assert(!kStarts<const std::vector<std::byte>>);
static_assert(!kStarts<std::string>);
static_assert(!kStarts<const std::string>);
static_assert(!kStarts<std::array<std::byte, 8>>);
static_assert(!kStarts<const char (&)[4]>);  // Its NUL byte would be pushed.
#ifdef __cpp_lib_span
static_assert(kStarts<std::span<const std::byte>>);
static_assert(kStarts<std::span<char>>);
#endif

}  // namespace

/** What is fine, and what waits takes temporaries as well. */
void fine(const wasm2oci::Client &client) {
  const auto content = load();
  static_cast<void>(client.start_push_bytes(content, "oci:layout:1"));
  static_cast<void>(client.start_push_bytes("\0asm\1\0\0\0"sv, std::string("oci:layout:1")));
  static_cast<void>(client.start_push_bytes({content.data(), content.size()}, "oci:layout:1"));
  client.push_bytes(load(), "oci:layout:1");
  client.push_bytes(text(), std::string("oci:layout:1"));
  static_cast<void>(client.start_fetch(std::string("oci:layout:1")));
}

void bad(const wasm2oci::Client &client) {
#if BORROWING == 1
  client.start_push_bytes(load(), "oci:layout:1");
#elif BORROWING == 2
  client.start_push_bytes(text(), "oci:layout:1");
#elif BORROWING == 3
  static_cast<void>(client.try_start_push_bytes(load(), "oci:layout:1"));
#elif BORROWING == 4
  client.start_push_bytes(std::string("\0asm"), "oci:layout:1", {});
#elif BORROWING == 5
  client.start_fetch("oci:layout:1").bytes();
#elif BORROWING == 6
  static_cast<void>(client.start_push_bytes({load()}, "oci:layout:1"));
#elif BORROWING == 7
  static_cast<void>(client.try_start_push_bytes({load()}, "oci:layout:1"));
#elif BORROWING == 8
  client.start_fetch("oci:layout:1");  // It would be cancelled at once.
#endif
  static_cast<void>(client);
}
