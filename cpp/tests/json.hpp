/*
 * Looks into JSON with the reader of the library's headers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TESTS_JSON_HPP
#define WASM2OCI_TESTS_JSON_HPP

#include <map>
#include <string>
#include <string_view>
#include <wasm2oci/detail/json_reader.hpp>

/** The raw members of a JSON object, by their names. */
inline std::map<std::string, std::string> members(std::string_view object) {
  std::map<std::string, std::string> found;
  for (wasm2oci::detail::JsonWalk walk(object); walk.next_member();) {
    found[std::string(walk.key())] = walk.value();
  }
  return found;
}

/** The raw value of a member, or "" if there is none of that name. */
inline std::string member(std::string_view object, const std::string &name) {
  return members(object)[name];
}

#endif
