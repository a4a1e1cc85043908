/*
 * Text and paths for and from the C API. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_TEXT_HPP
#define WASM2OCI_DETAIL_TEXT_HPP

#include <wasm2oci/error.hpp>

#include <filesystem>
#include <string>

namespace wasm2oci::detail {

/**
 * Returns a text as the C API takes it. A NUL byte in it would silently end it, and so
 * name something other than what the caller meant.
 */
inline const char *c_text(const std::string &text) {
  if (text.find('\0') != std::string::npos) {
    throw InvalidArgumentError("text \"" + std::string(text.c_str()) +
                               "\" is followed by a NUL byte");
  }
  return text.c_str();
}

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

}  // namespace wasm2oci::detail

#endif
