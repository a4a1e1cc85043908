/*
 * Text and paths for and from the C API. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_TEXT_HPP
#define WASM2OCI_DETAIL_TEXT_HPP

#include <wasm2oci/error.hpp>
#include <wasm2oci/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wasm2oci::detail {

/** Returns the bytes of a path as the C API takes them: native, and UTF-8 on Windows. */
inline std::string path_text(const std::filesystem::path &path) {
#ifdef _WIN32
  const auto text = path.u8string();
  return std::string(text.begin(), text.end());
#else
  return path.native();
#endif
}

/** Returns the path that bytes of the C API name. */
inline std::filesystem::path text_path(const char *text) {
#if defined(_WIN32) && defined(__cpp_char8_t)
  return std::filesystem::path(reinterpret_cast<const char8_t *>(text));
#elif defined(_WIN32)
  return std::filesystem::u8path(text);
#else
  return std::filesystem::path(text);
#endif
}

/** A text as the C API takes it, with a NUL byte at its end. */
class Text {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  explicit Text(std::string_view text) : text_(text) {}
  explicit Text(const std::filesystem::path &path) : text_(path_text(path)) {}

  const char *c_str() const noexcept { return text_.c_str(); }

  bool empty() const noexcept { return text_.empty(); }

  /**
   * Refuses a NUL byte in it, which would silently end it, and so name something other than
   * what the caller meant.
   */
  Expected<void> check() const {
    if (text_.find('\0') == std::string::npos) {
      return {};
    }
    return InvalidArgumentError("text \"" + std::string(text_.c_str()) +
                                "\" is followed by a NUL byte");
  }

 private:
  std::string text_;
};

/** The same, or NULL where it is empty. */
class OptionalText : public Text {
 public:
  using Text::Text;
};

/* Checks arguments up to the first bad one, and what the C API takes for each. */

inline Expected<void> check_argument(const Text &text) { return text.check(); }

template <typename Other>
std::enable_if_t<!std::is_base_of_v<Text, Other>, Expected<void>> check_argument(const Other &) {
  return {};
}

template <typename... Arguments>
Expected<void> check_arguments(const Arguments &...arguments) {
  Expected<void> checked;
  static_cast<void>(((checked = check_argument(arguments)).has_value() && ... && true));
  return checked;
}

inline const char *raw_argument(const Text &text) noexcept { return text.c_str(); }

inline const char *raw_argument(const OptionalText &text) noexcept {
  return text.empty() ? nullptr : text.c_str();
}

template <typename Other>
std::enable_if_t<!std::is_base_of_v<Text, Other>, Other> raw_argument(const Other &other) noexcept {
  return other;
}

}  // namespace wasm2oci::detail

#endif
