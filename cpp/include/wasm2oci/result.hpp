/*
 * The results of the verbs; that of Client::inspect is in artifact.hpp.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_RESULT_HPP
#define WASM2OCI_RESULT_HPP

#include <wasm2oci/detail/json_members.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm2oci {

/** The media type, digest and size of a manifest or a blob. */
struct Descriptor {
  std::string media_type;
  /** Such as "sha256:…". */
  std::string digest;
  /** In bytes. */
  std::uint64_t size = 0;
  std::map<std::string, std::string> annotations;
  /** The artifact type of a manifest, such as "application/spdx+json"; "" if it is not known. */
  std::string artifact_type;
};

/** What was pushed. The members of the Descriptor are those of the manifest. */
struct PushResult : Descriptor {
  /** The normalised reference, with its first tag or its digest. */
  std::string reference;
  /** All tags that were set, in their order; empty if the reference has only a digest. */
  std::vector<std::string> tags;
  /** The format of the artifact, such as "wasm". */
  std::string format;
  /** "module" or "component"; "" for what is not WebAssembly. */
  std::string kind;
  /** The layer that holds the module. */
  Descriptor layer;
  /** The result as a JSON object; its members are listed at wasm2oci_push. */
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
  /** The path of the module in a tar layer; "" if the layer is the module. */
  std::string member;
  /** The file that was written. */
  std::filesystem::path path;
  /** The digest of that file. */
  std::string file_digest;
  /** The size of that file in bytes. */
  std::uint64_t file_size = 0;
  /** The digest of the index that led to the manifest; "" if there was none. */
  std::string index_digest;
  /** Where it was read from, with a cache or mirrors: "cache", "mirror" or "registry". */
  std::string source;
  /** The repository of the mirror that was read from, if the source is "mirror". */
  std::string mirror;
  /** How many seconds ago the registry said what the tag names, if it was not asked now. */
  std::optional<std::uint64_t> age;
  /** The result as a JSON object; its members are listed at wasm2oci_pull. */
  std::string json;
};

/** What a tag in a cache named when its registry was last asked. */
struct CachedArtifact {
  /** The reference, with its tag. */
  std::string reference;
  /** The digest of the manifest or index that it named. */
  std::string digest;
  /** The size of that, with everything in the cache that belongs to it, in bytes. */
  std::uint64_t size = 0;
  /** How many seconds ago the registry was asked. */
  std::uint64_t age = 0;
};

/** What is in a cache, and what was removed from it. */
struct CacheResult {
  /** The directory of the cache. */
  std::filesystem::path path;
  /** The size of all blobs together, in bytes. */
  std::uint64_t size = 0;
  /** How many blobs there are. */
  std::uint64_t blobs = 0;
  /** How large all blobs together may become, in bytes. */
  std::uint64_t limit = 0;
  /** What the cache knows about tags, in the order of the references. */
  std::vector<CachedArtifact> artifacts;
  /** The digests of whole artifacts that were read by digest, which no tag is known to name. */
  std::vector<std::string> unnamed;
  /** The digests of the blobs that were removed. */
  std::vector<std::string> removed;
  /** The size of the blobs that were removed, in bytes. */
  std::uint64_t freed = 0;
  /** The result as a JSON object; its members are listed at wasm2oci_cache. */
  std::string json;
};

/**
 * What was copied. The members of the Descriptor are those of the manifest or index that
 * the destination names; they are empty with all_tags.
 */
struct CopyResult : Descriptor {
  /** The normalised destination; with all_tags without a tag. */
  std::string reference;
  /** How many blobs and manifests were sent. */
  std::uint64_t sent = 0;
  /** How many blobs the registry took from the repository of the source. */
  std::uint64_t mounted = 0;
  /** How many blobs and manifests the destination already had. */
  std::uint64_t reused = 0;
  /** The size of what was sent. */
  std::uint64_t bytes = 0;
  /** The tags that all_tags copied, each with the digest of what it names. */
  std::map<std::string, std::string> tags;
  /** The result as a JSON object; its members are listed at wasm2oci_copy. */
  std::string json;
};

/** A page of tags. */
struct TagsResult {
  /** The normalised reference, without a tag. */
  std::string repository;
  std::vector<std::string> tags;
  /** TagsOptions::next for the next page; "" at the end. */
  std::string next;
};

/** What a tag that was removed had named. */
struct UntagResult : Descriptor {
  /** The normalised reference, with its tag. */
  std::string reference;
  /** Whether the manifest was deleted, with all its tags. */
  bool deleted = false;
  /** The result as a JSON object; its members are listed at wasm2oci_untag. */
  std::string json;
};

/** What was deleted. The members of the Descriptor are those of the manifest. */
struct DeleteResult : Descriptor {
  /** The normalised reference, with its digest. */
  std::string reference;
  /** The tags that it had. */
  std::vector<std::string> tags;
  /** Whether it may have had more tags: at most 1,000 of the repository are checked. */
  bool more_tags = false;
  /** The result as a JSON object; its members are listed at wasm2oci_delete. */
  std::string json;
};

/** Where a credential is stored. */
struct LoginResult {
  /** The registry, as "HOST" or "HOST:PORT". */
  std::string registry;
  /** The program that holds the credential; "" if the file does. */
  std::string helper;
  /** The file that holds the credential, or names the helper. */
  std::filesystem::path path;
  /** The result as a JSON object; its members are listed at wasm2oci_login. */
  std::string json;
};

/** What was erased. */
struct LogoutResult {
  /** The registries for which there was a credential. */
  std::vector<std::string> registries;
  /** The result as a JSON object; its members are listed at wasm2oci_logout. */
  std::string json;
};

/** What was attached. The members of the Descriptor are those of its manifest. */
struct AttachResult : Descriptor {
  /** The attached artifact, by its digest. */
  std::string reference;
  /** The manifest or index that it points at. */
  Descriptor subject;
  /** The files, in their order. */
  std::vector<Descriptor> layers;
  /** The result as a JSON object; its members are listed at wasm2oci_attach. */
  std::string json;
};

/** What points at a manifest. */
struct ReferrersResult {
  /** The normalised reference, with its tag or digest. */
  std::string reference;
  /** The digest of the manifest that is pointed at. */
  std::string digest;
  /** What points at it, in the order of the registry or layout. */
  std::vector<Descriptor> referrers;
  /** The result as a JSON object; its members are listed at wasm2oci_referrers. */
  std::string json;
};

namespace detail {

template <typename Visit>
void each_member(Descriptor &value, Visit visit) {
  visit("media_type", value.media_type);
  visit("digest", value.digest);
  visit("size", value.size);
  visit("annotations", value.annotations);
  visit("artifact_type", value.artifact_type);
}

template <typename Visit>
void each_member(PushResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("tags", value.tags);
  visit("format", value.format);
  visit("kind", value.kind);
  visit("layer", value.layer);
}

template <typename Visit>
void each_member(PullResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("format", value.format);
  visit("kind", value.kind);
  visit("layer", value.layer);
  visit("member", value.member);
  visit("file_digest", value.file_digest);
  visit("file_size", value.file_size);
  visit("index_digest", value.index_digest);
  visit("source", value.source);
  visit("mirror", value.mirror);
  visit("age", value.age);
}

template <typename Visit>
void each_member(CachedArtifact &value, Visit visit) {
  visit("reference", value.reference);
  visit("digest", value.digest);
  visit("size", value.size);
  visit("age", value.age);
}

template <typename Visit>
void each_member(CacheResult &value, Visit visit) {
  visit("size", value.size);
  visit("blobs", value.blobs);
  visit("limit", value.limit);
  visit("artifacts", value.artifacts);
  visit("unnamed", value.unnamed);
  visit("removed", value.removed);
  visit("freed", value.freed);
}

template <typename Visit>
void each_member(CopyResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("sent", value.sent);
  visit("mounted", value.mounted);
  visit("reused", value.reused);
  visit("bytes", value.bytes);
  visit("tags", value.tags);
}

template <typename Visit>
void each_member(TagsResult &value, Visit visit) {
  visit("repository", value.repository);
  visit("tags", value.tags);
  visit("next", value.next);
}

template <typename Visit>
void each_member(UntagResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("deleted", value.deleted);
}

template <typename Visit>
void each_member(DeleteResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("tags", value.tags);
  visit("more_tags", value.more_tags);
}

template <typename Visit>
void each_member(LoginResult &value, Visit visit) {
  visit("registry", value.registry);
  visit("helper", value.helper);
}

template <typename Visit>
void each_member(LogoutResult &value, Visit visit) {
  visit("registries", value.registries);
}

template <typename Visit>
void each_member(AttachResult &value, Visit visit) {
  each_member(static_cast<Descriptor &>(value), visit);
  visit("reference", value.reference);
  visit("subject", value.subject);
  visit("layers", value.layers);
}

template <typename Visit>
void each_member(ReferrersResult &value, Visit visit) {
  visit("reference", value.reference);
  visit("digest", value.digest);
  visit("referrers", value.referrers);
}

}  // namespace detail
}  // namespace wasm2oci

#endif
