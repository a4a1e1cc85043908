/*
 * Results are taken out of the JSON of the library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <array>
#include <string_view>

#include "check.hpp"
#include "json.hpp"

using wasm2oci::detail::json_integer;
using wasm2oci::detail::json_string;

namespace {

void members_of_an_object() {
  const std::string_view json =
      R"({"a":"x","b":{"a":"inner","c":[1,{"d":"]}"}]},"c":[{"e":1}, 2],"d":17,"e":null,"":"empty"})";
  CHECK(member(json, "a") == "\"x\"");
  CHECK(member(json, "b") == R"({"a":"inner","c":[1,{"d":"]}"}]})");
  CHECK(member(member(json, "b"), "a") == "\"inner\"");
  CHECK(member(json, "c") == R"([{"e":1}, 2])");
  CHECK(member(json, "d") == "17");
  CHECK(member(json, "e") == "null");
  CHECK(member(json, "") == "\"empty\"");
  CHECK(member(json, "x").empty());
  CHECK(member(json, "inner").empty());
}

void spaces_do_not_matter() {
  const std::string_view json = "{ \"a\" : \"x y\" ,\n\t\"b\" : 2 }";
  CHECK(member(json, "a") == "\"x y\"");
  CHECK(member(json, "b") == "2");
}

void quotes_and_brackets_inside_text() {
  const std::string_view json = R"({"a":"\"b\":\\","b":"}{][,:","c":1})";
  CHECK(json_string(member(json, "a")) == R"("b":\)");
  CHECK(json_string(member(json, "b")) == "}{][,:");
  CHECK(member(json, "c") == "1");
}

void no_object() {
  for (const std::string_view json :
       {"", "{}", "{", "[]", "null", "{\"a", "{\"a\"", "{\"a\":", "x"}) {
    CHECK(member(json, "a").empty());
  }
}

void elements_of_an_array() {
  const auto elements = [](std::string_view array) {
    std::vector<std::string> found;
    for (wasm2oci::detail::JsonWalk walk(array); walk.next_element();) {
      found.emplace_back(walk.value());
    }
    return found;
  };
  CHECK((elements(R"([1, "a]", [2, 3], {"b": [4]}, null])") ==
         std::vector<std::string>{"1", R"("a]")", "[2, 3]", R"({"b": [4]})", "null"}));
  CHECK(elements("[[]]").size() == 1);
  for (const std::string_view json : {"", "[", "[]", "[ ]", "{}", "null", "x"}) {
    CHECK(elements(json).empty());
  }
}

void escapes_in_text() {
  CHECK(json_string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(json_string(R"("\u003chtml\u003E \u00e9 \u20ac \u2028")") == "<html> é € \u2028");
  CHECK(json_string("\"plain é\"") == "plain é");
  CHECK(json_string("null").empty());
  CHECK(json_string("").empty());
}

void whole_numbers() {
  CHECK(json_integer("0") == 0);
  CHECK(json_integer("18446744073709551615") == UINT64_MAX);
  CHECK(json_integer("null") == 0);
  CHECK(json_integer("") == 0);
}

void views_of_bytes() {
  const std::array<unsigned char, 3> array = {1, 2, 3};
  const unsigned char plain[2] = {1, 2};
  const std::vector<std::byte> none;
  CHECK(wasm2oci::Bytes(array).size() == 3);
  CHECK(wasm2oci::Bytes(plain).size() == 2);
  CHECK(wasm2oci::Bytes(none).empty());
  CHECK(same(std::string("ab"), std::string_view("ab")));
  static_assert(!std::is_constructible_v<wasm2oci::Bytes, const char (&)[3]>);
  static_assert(!std::is_constructible_v<wasm2oci::Bytes, int>);
}

}  // namespace

int main() {
  return run([] {
    members_of_an_object();
    spaces_do_not_matter();
    quotes_and_brackets_inside_text();
    no_object();
    elements_of_an_array();
    escapes_in_text();
    whole_numbers();
    views_of_bytes();
  });
}
