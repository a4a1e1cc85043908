/*
 * Reads the results, one value at a time. Not part of the public API, and not a
 * validating parser: it relies on well-formed JSON, as the library writes it, and
 * finds nothing in what is malformed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_JSON_READER_HPP
#define WASM2OCI_DETAIL_JSON_READER_HPP

#include <wasm2oci/detail/standard.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wasm2oci::detail {

/** What may separate the keys and values of an object, or the elements of an array. */
constexpr std::string_view kJsonBetween = " \t\r\n,:";

/** Returns the index after the string, object, array or word that starts at `at`. */
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

/** Walks through an object or an array. */
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view container) noexcept : container_(container) {}

  /** Goes to the next member of an object; returns false at the end. */
  bool next_member() {
    if (!find('{') || container_[at_] != '"') {
      return false;
    }
    const std::size_t end = json_skip(container_, at_);
    key_ = container_.substr(at_ + 1, end - at_ - 2);
    at_ = end;
    return next_value();
  }

  /** Goes to the next element of an array; returns false at the end. */
  bool next_element() { return find('[') && container_[at_] != ']' && next_value(); }

  /** The key of the member, as it is between the quotes. */
  std::string_view key() const noexcept { return key_; }

  /** The raw value of the member or element. */
  std::string_view value() const noexcept { return value_; }

 private:
  bool find(char opening) {
    if (container_.empty() || container_.front() != opening) {
      return false;
    }
    at_ = container_.find_first_not_of(kJsonBetween, at_);
    return at_ != std::string_view::npos;
  }

  bool next_value() {
    const std::size_t start = container_.find_first_not_of(kJsonBetween, at_);
    if (start == std::string_view::npos) {
      return false;
    }
    at_ = json_skip(container_, start);
    value_ = container_.substr(start, at_ - start);
    return true;
  }

  std::string_view container_;
  std::size_t at_ = 1;
  std::string_view key_;
  std::string_view value_;
};

/** Appends the character of a \u escape with these four hexadecimal digits. */
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
 * Returns the text of a raw string, or "" for any other value, such as null. The
 * library escapes no character beyond U+FFFF, so there are no surrogate pairs.
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

/** Returns the value of a raw whole number, or 0 for any other value. */
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
