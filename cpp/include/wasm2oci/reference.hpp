/*
 * References as values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_REFERENCE_HPP
#define WASM2OCI_REFERENCE_HPP

#include <wasm2oci/wasm2oci.h>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/error.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace wasm2oci {

/**
 * A parsed reference: "registry/repository[:tag][@digest]" or "oci:DIR[:tag][@digest]".
 *
 * It converts to std::string, so that every verb takes one in place of a text. Client::inspect
 * never takes it for a path. References are equal if their normalised texts are, which also
 * order and hash them.
 */
class Reference {
 public:
  /** Parses a text. Errors: InvalidReferenceError, with the words that the verbs have; ForkError.
   */
  static Reference parse(const std::string &text) {
    const Raw raw(text);
    Reference reference;
    reference.text_ = raw.get().text;
    reference.written_ = raw.get().written;
    reference.scheme_ = raw.get().scheme;
    reference.registry_ = or_empty(raw.get().registry);
    reference.repository_ = or_empty(raw.get().repository);
    if (raw.get().path != nullptr) {
      reference.path_ = detail::text_path(raw.get().path);
      reference.place_ = reference.scheme_ + ":" + raw.get().path;
    } else {
      reference.place_ = reference.registry_ + "/" + reference.repository_;
    }
    if (raw.get().tag != nullptr) {
      reference.tag_ = raw.get().tag;
    }
    if (raw.get().digest != nullptr) {
      reference.digest_ = raw.get().digest;
    }
    return reference;
  }

  /** The normalised text, in which a tag or a digest is always visible. */
  const std::string &str() const noexcept { return text_; }

  /**
   * What verbs take: the same without a tag that was not written, so that "oci:DIR" means the
   * only manifest of a layout that has no "latest".
   */
  operator const std::string &() const noexcept { return written_; }

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
  Reference with_tag(const std::string &tag) const { return with(tag, std::nullopt, tag); }

  /**
   * Returns the reference pinned to a digest. A tag that was written stays, to be seen; the
   * digest decides. Errors: InvalidReferenceError.
   */
  Reference with_digest(const std::string &digest) const {
    return with(written_ == text_ ? tag_ : std::nullopt, digest, digest);
  }

 private:
  /** What the C API says, freed in any case. */
  class Raw {
   public:
    explicit Raw(const std::string &text) {
      detail::call(wasm2oci_reference_parse, detail::c_text(text), &raw_);
    }
    Raw(const Raw &) = delete;
    Raw &operator=(const Raw &) = delete;
    ~Raw() { wasm2oci_reference_clear(&raw_); }

    const wasm2oci_reference_t &get() const noexcept { return raw_; }

   private:
    wasm2oci_reference_t raw_ = WASM2OCI_REFERENCE_INIT;
  };

  Reference() = default;

  static std::string or_empty(const char *text) { return text != nullptr ? text : ""; }

  /** Parses the text of another tag and digest, and refuses those that are more than that. */
  Reference with(const std::optional<std::string> &tag,
                 const std::optional<std::string> &digest,
                 const std::string &given) const {
    Reference made =
        parse(place_ + (tag ? ":" + *tag : std::string()) + (digest ? "@" + *digest : ""));
    if (made.place_ != place_ || made.tag_ != tag || made.digest_ != digest) {
      throw InvalidReferenceError("\"" + text_ + "\": invalid " + (digest ? "digest" : "tag") +
                                  " \"" + given + "\"");
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
