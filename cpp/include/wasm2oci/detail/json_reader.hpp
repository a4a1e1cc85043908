/*
 * Takes single members out of a result. Not part of the public API, and no
 * parser: it relies on the JSON being well formed, as the library writes it, and
 * answers "nothing there" where it is not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_JSON_READER_HPP
#define WASM2OCI_DETAIL_JSON_READER_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wasm2oci::detail {

/** What may stand between the keys and values of an object. */
constexpr std::string_view kJsonBetween = " \t\r\n,:";

/** The index after the string, object, array or word that starts at `at`. */
inline std::size_t json_skip(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  bool quoted = false;
  for (; at < json.size(); ++at) {
    const char character = json[at];
    if (quoted) {
      at += character == '\\' ? 1U : 0U;
      quoted = character != '"';
    } else if (character == '"') {
      quoted = true;
    } else if (character == '{' || character == '[') {
      ++depth;
    } else if (character == '}' || character == ']') {
      if (depth == 0) {
        return at;
      }
      --depth;
    } else if (depth == 0 && kJsonBetween.find(character) != std::string_view::npos) {
      return at;
    }
  }
  return json.size();
}

/** The raw value of a member of an object, or "" if it has none of that name. */
inline std::string_view json_member(std::string_view object, std::string_view name) {
  if (object.empty() || object.front() != '{') {
    return {};
  }
  std::size_t at = 1;
  for (;;) {
    const std::size_t key = object.find_first_not_of(kJsonBetween, at);
    if (key == std::string_view::npos || object[key] != '"') {
      return {};
    }
    const std::size_t key_end = json_skip(object, key);
    const std::size_t value = object.find_first_not_of(kJsonBetween, key_end);
    if (value == std::string_view::npos) {
      return {};
    }
    at = json_skip(object, value);
    if (object.substr(key + 1, key_end - key - 2) == name) {
      return object.substr(value, at - value);
    }
  }
}

/** Appends the character of a \u escape, given its four hexadecimal digits. */
inline void json_append_escaped(std::string &out, std::string_view digits) {
  std::uint32_t code = 0;
  for (const char digit : digits) {
    const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    code = code << 4U | (static_cast<std::uint32_t>(value) & 0xFU);
  }
  const auto append = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80U) {
    append(code);
  } else if (code < 0x800U) {
    append(0xC0U | code >> 6U);
    append(0x80U | (code & 0x3FU));
  } else {
    append(0xE0U | code >> 12U);
    append(0x80U | (code >> 6U & 0x3FU));
    append(0x80U | (code & 0x3FU));
  }
}

/**
 * The text of a raw string, or "" for any other value, such as null. The library
 * escapes no character beyond U+FFFF, so there are no pairs to join.
 */
inline std::string json_string(std::string_view raw) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kControls = "\b\f\n\r\t";
  std::string text;
  if (raw.size() < 2 || raw.front() != '"') {
    return text;
  }
  raw = raw.substr(1, raw.size() - 2);
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      text += raw[at];
    } else if (raw[++at] == 'u') {
      json_append_escaped(text, raw.substr(at + 1, 4));
      at += 4;
    } else {
      const std::size_t control = kNames.find(raw[at]);
      text += control == std::string_view::npos ? raw[at] : kControls[control];
    }
  }
  return text;
}

/** The value of a raw whole number, or 0 for any other value. */
inline std::uint64_t json_integer(std::string_view raw) {
  std::uint64_t number = 0;
  for (const char digit : raw) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    number = number * 10U + static_cast<std::uint64_t>(digit - '0');
  }
  return number;
}

}  // namespace wasm2oci::detail

#endif
