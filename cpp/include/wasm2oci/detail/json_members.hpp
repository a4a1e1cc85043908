/*
 * Fills structs from the results. Not part of the public API.
 *
 * A struct is described by a function each_member(struct, visit) in this namespace,
 * which calls visit(name, member) for each of its members. That is all that is known
 * of its JSON form, and what the tests hold against that of the library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_JSON_MEMBERS_HPP
#define WASM2OCI_DETAIL_JSON_MEMBERS_HPP

#include <wasm2oci/detail/json_reader.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm2oci::detail {

/** A member that keeps the JSON text of any value, or "" for null. */
struct RawMember {
  std::string &text;
};

template <typename Value>
void read_value(std::string_view raw, Value &out);

/** read_value of an untyped member, which keeps the code for each member small. */
template <typename Value>
void read_untyped(std::string_view raw, void *out) {
  read_value(raw, *static_cast<Value *>(out));
}

/** Fills the member of that name. It is in this namespace so that each_member is found there. */
class MemberReader {
 public:
  MemberReader(std::string_view name, std::string_view raw) : name_(name), raw_(raw) {}

  template <typename Member>
  void operator()(const char *name, Member &out) const {
    offer(name, &out, read_untyped<Member>);
  }

  void operator()(const char *name, RawMember out) const {
    offer(name, &out, read_untyped<RawMember>);
  }

 private:
  void offer(const char *name, void *out, void (*read)(std::string_view, void *)) const {
    if (name_ == name) {
      read(raw_, out);
    }
  }

  std::string_view name_;
  std::string_view raw_;
};

inline void read_as(std::string_view raw, std::string &out) { out = json_string(raw); }

inline void read_as(std::string_view raw, std::uint64_t &out) { out = json_integer(raw); }

inline void read_as(std::string_view raw, std::int32_t &out) {
  out = static_cast<std::int32_t>(json_integer(raw));
}

inline void read_as(std::string_view raw, bool &out) { out = raw == "true"; }

inline void read_as(std::string_view raw, RawMember &out) {
  out.text = raw == "null" ? std::string_view() : raw;
}

template <typename Value>
void read_as(std::string_view raw, std::optional<Value> &out) {
  if (raw != "null") {
    read_value(raw, out.emplace());
  }
}

template <typename Value>
void read_as(std::string_view raw, std::vector<Value> &out) {
  for (JsonWalk walk(raw); walk.next_element();) {
    read_value(walk.value(), out.emplace_back());
  }
}

template <typename Value>
void read_as(std::string_view raw, std::map<std::string, Value> &out) {
  for (JsonWalk walk(raw); walk.next_member();) {
    read_value(walk.value(), out[json_string('"' + std::string(walk.key()) + '"')]);
  }
}

template <typename Struct>
void read_as(std::string_view raw, Struct &out) {
  for (JsonWalk walk(raw); walk.next_member();) {
    each_member(out, MemberReader(walk.key(), walk.value()));
  }
}

template <typename Value>
void read_value(std::string_view raw, Value &out) {
  read_as(raw, out);
}

}  // namespace wasm2oci::detail

#endif
