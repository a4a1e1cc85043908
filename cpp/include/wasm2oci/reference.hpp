/*
 * References as values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_REFERENCE_HPP
#define WASM2OCI_REFERENCE_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace wasm2oci {

/**
 * A parsed reference: "registry/repository[:tag][@digest]" or "oci:DIR[:tag][@digest]".
 *
 * It converts to a text, so that every verb takes one in place of that. Client::inspect
 * never takes it for a path. References are equal if their normalised texts are, which also
 * order and hash them.
 */
class Reference {
 public:
  /** Parses a text. Errors: InvalidReferenceError, with the words that the verbs have; ForkError.
   */
  static Reference parse(std::string_view text) { return try_parse(text).value(); }

  /** parse, which returns its error instead of throwing it. */
  static Expected<Reference> try_parse(std::string_view text) {
    const detail::Text given(text);
    if (auto checked = given.check(); !checked) {
      return std::move(checked).error();
    }
    Raw raw;
    auto parsed = detail::try_call(wasm2oci_reference_parse, given.c_str(), raw.get());
    if (!parsed) {
      return std::move(parsed).error();
    }
    return Reference(*raw.get());
  }

  /** The normalised text, in which a tag or a digest is always visible. */
  const std::string &str() const noexcept { return text_; }

  /**
   * What verbs take: the same without a tag that was not written, so that "oci:DIR" means the
   * only manifest of a layout that has no "latest".
   */
  operator const std::string &() const noexcept { return written_; }
  operator std::string_view() const noexcept { return written_; }

  /** "" for a registry, "oci" for a layout, "oci-archive" for an archive. */
  const std::string &scheme() const noexcept { return scheme_; }

  /** The host in lower case, with its port if it has one; "" for a layout or an archive. */
  const std::string &registry() const noexcept { return registry_; }

  /** The name in the registry; "" for a layout or an archive. */
  const std::string &repository() const noexcept { return repository_; }

  /** The folder of a layout, or the file of an archive; empty for a registry. */
  const std::filesystem::path &path() const noexcept { return path_; }

  /** "latest" if neither a tag nor a digest is given; empty for a digest alone. */
  const std::optional<std::string> &tag() const noexcept { return tag_; }

  /** Such as "sha256:…"; empty if none is given. It decides if there is a tag as well. */
  const std::optional<std::string> &digest() const noexcept { return digest_; }

  /**
   * Returns the reference of another tag, without a digest, which would decide.
   * Errors: InvalidReferenceError.
   */
  Reference with_tag(std::string_view tag) const { return try_with_tag(tag).value(); }

  /** with_tag, which returns its error instead of throwing it. */
  Expected<Reference> try_with_tag(std::string_view tag) const {
    return with(std::string(tag), std::nullopt, tag);
  }

  /**
   * Returns the reference pinned to a digest. A tag that was written stays, to be seen; the
   * digest decides. Errors: InvalidReferenceError.
   */
  Reference with_digest(std::string_view digest) const { return try_with_digest(digest).value(); }

  /** with_digest, which returns its error instead of throwing it. */
  Expected<Reference> try_with_digest(std::string_view digest) const {
    return with(written_ == text_ ? tag_ : std::nullopt, std::string(digest), digest);
  }

 private:
  /** What the C API says, freed in any case. */
  class Raw {
   public:
    Raw() = default;
    Raw(const Raw &) = delete;
    Raw &operator=(const Raw &) = delete;
    ~Raw() { wasm2oci_reference_clear(&raw_); }

    wasm2oci_reference_t *get() noexcept { return &raw_; }

   private:
    wasm2oci_reference_t raw_ = WASM2OCI_REFERENCE_INIT;
  };

  explicit Reference(const wasm2oci_reference_t &raw)
      : text_(raw.text),
        written_(raw.written),
        scheme_(raw.scheme),
        registry_(or_empty(raw.registry)),
        repository_(or_empty(raw.repository)) {
    if (raw.path != nullptr) {
      path_ = detail::text_path(raw.path);
      place_ = scheme_ + ":" + raw.path;
    } else {
      place_ = registry_ + "/" + repository_;
    }
    if (raw.tag != nullptr) {
      tag_ = raw.tag;
    }
    if (raw.digest != nullptr) {
      digest_ = raw.digest;
    }
  }

  static std::string or_empty(const char *text) { return text != nullptr ? text : ""; }

  /** Parses the text of another tag and digest, and refuses those that are more than that. */
  Expected<Reference> with(const std::optional<std::string> &tag,
                           const std::optional<std::string> &digest,
                           std::string_view given) const {
    auto made = try_parse(place_ + (tag ? ":" + *tag : std::string()) +
                          (digest ? "@" + *digest : std::string()));
    if (made && (made->place_ != place_ || made->tag_ != tag || made->digest_ != digest)) {
      return InvalidReferenceError("\"" + text_ + "\": invalid " + (digest ? "digest" : "tag") +
                                   " \"" + std::string(given) + "\"");
    }
    return made;
  }

  std::string text_;
  std::string written_;
  std::string scheme_;
  std::string registry_;
  std::string repository_;
  std::filesystem::path path_;
  std::optional<std::string> tag_;
  std::optional<std::string> digest_;
  /** What precedes tag and digest. */
  std::string place_;
};

/** References are equal if their normalised texts are. */
inline bool operator==(const Reference &one, const Reference &other) noexcept {
  return one.str() == other.str();
}

inline bool operator!=(const Reference &one, const Reference &other) noexcept {
  return !(one == other);
}

/** References are in the order of their normalised texts. */
inline bool operator<(const Reference &one, const Reference &other) noexcept {
  return one.str() < other.str();
}

inline bool operator>(const Reference &one, const Reference &other) noexcept { return other < one; }

inline bool operator<=(const Reference &one, const Reference &other) noexcept {
  return !(other < one);
}

inline bool operator>=(const Reference &one, const Reference &other) noexcept {
  return !(one < other);
}

/** Writes the normalised text. */
inline std::ostream &operator<<(std::ostream &out, const Reference &reference) {
  return out << reference.str();
}

}  // namespace wasm2oci

/** Hashes the normalised text. */
template <>
struct std::hash<wasm2oci::Reference> {
  std::size_t operator()(const wasm2oci::Reference &reference) const noexcept {
    return std::hash<std::string>()(reference.str());
  }
};

#endif
