/*
 * Writes the options, one JSON object. Not part of the public API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_JSON_WRITER_HPP
#define WASM2OCI_DETAIL_JSON_WRITER_HPP

#include <wasm2oci/detail/text.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm2oci::detail {

class JsonObject {
 public:
  /** Adds a member if there is a value; an absent option has its default. */
  template <typename Value>
  JsonObject &add(std::string_view key, const std::optional<Value> &value) {
    if (value.has_value()) {
      write_key(key);
      write(*value);
    }
    return *this;
  }

  /** Adds a member if there is an element of the list, or an entry of the map. */
  template <typename Elements>
  JsonObject &add(std::string_view key, const Elements &value) {
    if (!value.empty()) {
      write_key(key);
      write(value);
    }
    return *this;
  }

  std::string text() const { return "{" + members_ + "}"; }

  /** Returns an array. */
  template <typename Element>
  static std::string list(const std::vector<Element> &value) {
    JsonObject elements;
    for (const auto &element : value) {
      if (!elements.members_.empty()) {
        elements.members_ += ',';
      }
      elements.write(element);
    }
    return '[' + elements.members_ + ']';
  }

 private:
  void write_key(std::string_view key) {
    if (!members_.empty()) {
      members_ += ',';
    }
    write(key);
    members_ += ':';
  }

  void write(bool value) { members_ += value ? "true" : "false"; }

  void write(std::int32_t value) { members_ += std::to_string(value); }

  void write(std::uint64_t value) { members_ += std::to_string(value); }

  void write(std::chrono::milliseconds value) { members_ += std::to_string(value.count()); }

  void write(const std::filesystem::path &value) { write(std::string_view(path_text(value))); }

  void write(const std::string &value) { write(std::string_view(value)); }

  /** Bytes above ASCII are left as they are: the library refuses what is not UTF-8. */
  void write(std::string_view value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    members_ += '"';
    for (const char character : value) {
      const auto byte = static_cast<unsigned char>(character);
      if (character == '"' || character == '\\') {
        members_ += '\\';
        members_ += character;
      } else if (byte < 0x20U) {
        members_ += "\\u00";
        members_ += kHex[byte >> 4U];
        members_ += kHex[byte & 0xFU];
      } else {
        members_ += character;
      }
    }
    members_ += '"';
  }

  template <typename Value>
  void write(const std::map<std::string, Value> &value) {
    JsonObject object;
    for (const auto &[key, member] : value) {
      object.write_key(key);
      object.write(member);
    }
    members_ += object.text();
  }

  template <typename Element>
  void write(const std::vector<Element> &value) {
    members_ += list(value);
  }

  template <typename Struct>
  void write(const Struct &value) {
    members_ += value.to_json();
  }

  std::string members_;
};

}  // namespace wasm2oci::detail

#endif
