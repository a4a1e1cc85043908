/*
 * What the verbs of the C++ API answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_RESULT_HPP
#define WASM2OCI_RESULT_HPP

#include <wasm2oci/detail/json_reader.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace wasm2oci {

/** A manifest or a blob by its media type, digest and size in bytes. */
struct Descriptor {
  std::string media_type;
  /** Such as "sha256:…". */
  std::string digest;
  std::uint64_t size = 0;
};

/** What was pushed. The members of the Descriptor are those of the manifest. */
struct PushResult : Descriptor {
  /** The normalised reference, with its tag or digest. */
  std::string reference;
  /** The format of the artifact, such as "wasm". */
  std::string format;
  /** "module" or "component"; "" for what is not WebAssembly. */
  std::string kind;
  /** The layer that holds the module. */
  Descriptor layer;
  /** The whole result as a JSON object; its members are listed in wasm2oci.h. */
  std::string json;
};

/** What was pulled. The members of the Descriptor are those of the manifest. */
struct PullResult : Descriptor {
  /** The normalised reference, with its tag or digest. */
  std::string reference;
  /** The format of the artifact, such as "wasm". */
  std::string format;
  /** "module" or "component". */
  std::string kind;
  /** The layer that the module came from. */
  Descriptor layer;
  /** The file that was written. */
  std::filesystem::path path;
  /** The digest of that file, and its size in bytes. */
  std::string file_digest;
  std::uint64_t file_size = 0;
  /** The digest of the index that led to the manifest; "" where there was none. */
  std::string index_digest;
  /** The path of the module in a tar layer; "" where the layer is the module. */
  std::string member;
  /** The whole result as a JSON object; its members are listed in wasm2oci.h. */
  std::string json;
};

namespace detail {

inline void read_members(std::string_view json, Descriptor &out) {
  out.media_type = json_string(json_member(json, "media_type"));
  out.digest = json_string(json_member(json, "digest"));
  out.size = json_integer(json_member(json, "size"));
}

inline void read_members(std::string_view json, PushResult &out) {
  read_members(json, static_cast<Descriptor &>(out));
  out.reference = json_string(json_member(json, "reference"));
  out.format = json_string(json_member(json, "format"));
  out.kind = json_string(json_member(json, "kind"));
  read_members(json_member(json, "layer"), out.layer);
  out.json = json;
}

inline void read_members(std::string_view json, PullResult &out) {
  read_members(json, static_cast<Descriptor &>(out));
  out.reference = json_string(json_member(json, "reference"));
  out.format = json_string(json_member(json, "format"));
  out.kind = json_string(json_member(json, "kind"));
  read_members(json_member(json, "layer"), out.layer);
  out.file_digest = json_string(json_member(json, "file_digest"));
  out.file_size = json_integer(json_member(json, "file_size"));
  out.index_digest = json_string(json_member(json, "index_digest"));
  out.member = json_string(json_member(json, "member"));
  out.json = json;
}

}  // namespace detail
}  // namespace wasm2oci

#endif
