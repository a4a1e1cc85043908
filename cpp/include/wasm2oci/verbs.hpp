/*
 * The verbs of a client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_VERBS_HPP
#define WASM2OCI_VERBS_HPP

#include <wasm2oci/artifact.hpp>
#include <wasm2oci/bytes.hpp>
#include <wasm2oci/cached.hpp>
#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/options.hpp>
#include <wasm2oci/progress.hpp>
#include <wasm2oci/reader.hpp>
#include <wasm2oci/reference.hpp>
#include <wasm2oci/result.hpp>
#include <wasm2oci/tags.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm2oci {
namespace detail {

/** Starts an operation of a client. A text with a NUL byte in it is refused. */
template <typename Result, typename Function, typename Options, typename... Arguments>
Expected<Operation<Result>> start(wasm2oci_client_t client,
                                  Function function,
                                  const Options &options,
                                  const Arguments &...arguments) {
  if (auto checked = check_arguments(arguments...); !checked) {
    return std::move(checked).error();
  }
  wasm2oci_operation_t raw = {0};
  auto started =
      try_call(function, client, raw_argument(arguments)..., options.to_json().c_str(), &raw);
  if (!started) {
    return std::move(started).error();
  }
  return Operation<Result>(raw);
}

}  // namespace detail

/**
 * What every client can do. A template, so that only the verbs in use are compiled.
 *
 * A reference is "registry/repository[:tag][@digest]", "oci:DIR[:tag][@digest]" or
 * "oci-archive:FILE[:tag][@digest]", in UTF-8, or a Reference; see wasm2oci.h. One to
 * which an artifact is written may have several tags, as in "oci:DIR:v1,v1.2,latest".
 *
 * Each verb has four forms: `pull` waits and returns the result, `start_pull` returns an
 * Operation at once, and `try_pull` and `try_start_pull` return what those would throw.
 * Starting fails with InvalidReferenceError, InvalidArgumentError, ClosedError and
 * ForkError; the errors listed at a verb are those of `pull`, or of Operation::wait. The
 * transport adds NetworkError, TlsError, OperationTimeoutError, OperationCancelledError,
 * AuthenticationError, PermissionDeniedError, RateLimitedError and RegistryError.
 *
 * Self: the client.
 */
template <typename Self>
class Verbs {
 public:
  /**
   * Pushes a WebAssembly file. The reference may have several tags; the artifact is
   * stored once, and its manifest under each of them.
   * Errors: FilesystemError, NotWasmError, DigestMismatchError (the file changed
   * meanwhile). If a tag other than the first fails, the tags before it are set; the
   * message lists them.
   */
  PushResult push(const std::filesystem::path &path,
                  std::string_view reference,
                  const PushOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return try_push(path, reference, options, progress).value();
  }

  /** push, which returns its error instead of throwing it. */
  Expected<PushResult> try_push(const std::filesystem::path &path,
                                std::string_view reference,
                                const PushOptions &options = {},
                                const ProgressFunction &progress = {}) const {
    return finish(try_start_push(path, reference, options), progress);
  }

  /** push, without waiting. */
  Operation<PushResult> start_push(const std::filesystem::path &path,
                                   std::string_view reference,
                                   const PushOptions &options = {}) const {
    return try_start_push(path, reference, options).value();
  }

  /** start_push, which returns its error instead of throwing it. */
  Expected<Operation<PushResult>> try_start_push(const std::filesystem::path &path,
                                                 std::string_view reference,
                                                 const PushOptions &options = {}) const {
    return start<PushResult>(wasm2oci_push, options, detail::Text(path), detail::Text(reference));
  }

  /** push of bytes in memory. */
  PushResult push_bytes(Bytes content,
                        std::string_view reference,
                        const PushOptions &options = {},
                        const ProgressFunction &progress = {}) const {
    return try_push_bytes(content, reference, options, progress).value();
  }

  /** push_bytes, which returns its error instead of throwing it. */
  Expected<PushResult> try_push_bytes(Bytes content,
                                      std::string_view reference,
                                      const PushOptions &options = {},
                                      const ProgressFunction &progress = {}) const {
    return finish(try_start_push_bytes(content, reference, options), progress);
  }

  /** push_bytes, without waiting; the bytes must live until it has ended. */
  Operation<PushResult> start_push_bytes(Bytes content,
                                         std::string_view reference,
                                         const PushOptions &options = {}) const {
    return try_start_push_bytes(content, reference, options).value();
  }

  /** start_push_bytes, which returns its error instead of throwing it. */
  Expected<Operation<PushResult>> try_start_push_bytes(Bytes content,
                                                       std::string_view reference,
                                                       const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_bytes, options, detail::raw_bytes(content), detail::Text(reference));
  }

  /** A temporary that owns its bytes would be gone before they are read: name it first. */
  template <typename Content, typename = detail::IfOwning<Content>>
  Operation<PushResult> start_push_bytes(Content &&content,
                                         std::string_view reference,
                                         const PushOptions &options = {}) const = delete;
  template <typename Content, typename = detail::IfOwning<Content>>
  Expected<Operation<PushResult>> try_start_push_bytes(Content &&content,
                                                       std::string_view reference,
                                                       const PushOptions &options = {}) const =
      delete;
  /** In braces it would be taken for Bytes. */
  template <typename Content>
  Operation<PushResult> start_push_bytes(std::initializer_list<Content> content,
                                         std::string_view reference,
                                         const PushOptions &options = {}) const = delete;
  template <typename Content>
  Expected<Operation<PushResult>> try_start_push_bytes(std::initializer_list<Content> content,
                                                       std::string_view reference,
                                                       const PushOptions &options = {}) const =
      delete;

  /**
   * push of an open regular file, read from its start; its position is neither used
   * nor changed. The descriptor is duplicated during this call.
   */
  PushResult push_fd(int fd,
                     std::string_view reference,
                     const PushOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return try_push_fd(fd, reference, options, progress).value();
  }

  /** push_fd, which returns its error instead of throwing it. */
  Expected<PushResult> try_push_fd(int fd,
                                   std::string_view reference,
                                   const PushOptions &options = {},
                                   const ProgressFunction &progress = {}) const {
    return finish(try_start_push_fd(fd, reference, options), progress);
  }

  /** push_fd, without waiting. */
  Operation<PushResult> start_push_fd(int fd,
                                      std::string_view reference,
                                      const PushOptions &options = {}) const {
    return try_start_push_fd(fd, reference, options).value();
  }

  /** start_push_fd, which returns its error instead of throwing it. */
  Expected<Operation<PushResult>> try_start_push_fd(int fd,
                                                    std::string_view reference,
                                                    const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_fd, options, static_cast<std::int32_t>(fd), detail::Text(reference));
  }

  /**
   * Pulls the module or component of an artifact into a file.
   *
   * path: a file; a directory, or a path that ends in "/", for a file of the default
   * name in it; or empty for the default name in the working directory. The file
   * appears under its final name only after its size and digest were verified.
   *
   * Errors: NotFoundError, AlreadyExistsError, FilesystemError,
   * InvalidManifestError, NotWasmError, AmbiguousError, DigestMismatchError,
   * SizeExceededError.
   */
  PullResult pull(std::string_view reference,
                  const std::filesystem::path &path = {},
                  const PullOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return try_pull(reference, path, options, progress).value();
  }

  /** pull, which returns its error instead of throwing it. */
  Expected<PullResult> try_pull(std::string_view reference,
                                const std::filesystem::path &path = {},
                                const PullOptions &options = {},
                                const ProgressFunction &progress = {}) const {
    return finish(try_start_pull(reference, path, options), progress);
  }

  /** pull, without waiting. */
  Operation<PullResult> start_pull(std::string_view reference,
                                   const std::filesystem::path &path = {},
                                   const PullOptions &options = {}) const {
    return try_start_pull(reference, path, options).value();
  }

  /** start_pull, which returns its error instead of throwing it. */
  Expected<Operation<PullResult>> try_start_pull(std::string_view reference,
                                                 const std::filesystem::path &path = {},
                                                 const PullOptions &options = {}) const {
    return start<PullResult>(
        wasm2oci_pull, options, detail::Text(reference), detail::OptionalText(path));
  }

  /**
   * Stores the module or component of an artifact as another artifact, in the same or
   * another format. Within a registry, a module that remains a layer of its own is not
   * sent again. The destination may have several tags, as for push.
   * Errors: as pull and push, except for those of files.
   */
  PushResult convert(std::string_view source,
                     std::string_view destination,
                     const ConvertOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return try_convert(source, destination, options, progress).value();
  }

  /** convert, which returns its error instead of throwing it. */
  Expected<PushResult> try_convert(std::string_view source,
                                   std::string_view destination,
                                   const ConvertOptions &options = {},
                                   const ProgressFunction &progress = {}) const {
    return finish(try_start_convert(source, destination, options), progress);
  }

  /** convert, without waiting. */
  Operation<PushResult> start_convert(std::string_view source,
                                      std::string_view destination,
                                      const ConvertOptions &options = {}) const {
    return try_start_convert(source, destination, options).value();
  }

  /** start_convert, which returns its error instead of throwing it. */
  Expected<Operation<PushResult>> try_start_convert(std::string_view source,
                                                    std::string_view destination,
                                                    const ConvertOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_convert, options, detail::Text(source), detail::Text(destination));
  }

  /**
   * Copies what a reference names, with everything that belongs to it, to another
   * registry, layout or archive. Digests stay the same, and what is already there is not
   * sent. The tag is set last; after an error the next copy continues with what is missing.
   *
   * Errors: InvalidReferenceError, also by start_copy, for a tag together with all_tags;
   * NotFoundError, FilesystemError, InvalidManifestError, AmbiguousError and
   * NotWasmError for a platform, DigestMismatchError, SizeExceededError,
   * UnsupportedError. Their detail has the reference of the side that failed.
   */
  CopyResult copy(std::string_view source,
                  std::string_view destination,
                  const CopyOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return try_copy(source, destination, options, progress).value();
  }

  /** copy, which returns its error instead of throwing it. */
  Expected<CopyResult> try_copy(std::string_view source,
                                std::string_view destination,
                                const CopyOptions &options = {},
                                const ProgressFunction &progress = {}) const {
    return finish(try_start_copy(source, destination, options), progress);
  }

  /** copy, without waiting. */
  Operation<CopyResult> start_copy(std::string_view source,
                                   std::string_view destination,
                                   const CopyOptions &options = {}) const {
    return try_start_copy(source, destination, options).value();
  }

  /** start_copy, which returns its error instead of throwing it. */
  Expected<Operation<CopyResult>> try_start_copy(std::string_view source,
                                                 std::string_view destination,
                                                 const CopyOptions &options = {}) const {
    return start<CopyResult>(
        wasm2oci_copy, options, detail::Text(source), detail::Text(destination));
  }

  /**
   * Fetches the module or component of an artifact into memory.
   * Errors: as pull, except for those of the file.
   */
  std::vector<std::byte> fetch(std::string_view reference,
                               const FetchOptions &options = {},
                               const ProgressFunction &progress = {}) const {
    return try_fetch(reference, options, progress).value();
  }

  /** fetch, which returns its error instead of throwing it. */
  Expected<std::vector<std::byte>> try_fetch(std::string_view reference,
                                             const FetchOptions &options = {},
                                             const ProgressFunction &progress = {}) const {
    return finish(try_start_fetch(reference, options), progress);
  }

  /** fetch, without waiting; Operation::bytes returns the bytes without copying them. */
  Operation<std::vector<std::byte>> start_fetch(std::string_view reference,
                                                const FetchOptions &options = {}) const {
    return try_start_fetch(reference, options).value();
  }

  /** start_fetch, which returns its error instead of throwing it. */
  Expected<Operation<std::vector<std::byte>>> try_start_fetch(
      std::string_view reference, const FetchOptions &options = {}) const {
    return start<std::vector<std::byte>>(wasm2oci_fetch, options, detail::Text(reference));
  }

  /**
   * Opens the module or component of an artifact for reading. Returns when the first
   * byte can be requested.
   * Errors: as fetch; those of the content are thrown by Reader::read.
   */
  Reader open(std::string_view reference, const OpenOptions &options = {}) const {
    return try_open(reference, options).value();
  }

  /** open, which returns its error instead of throwing it. */
  Expected<Reader> try_open(std::string_view reference, const OpenOptions &options = {}) const {
    return finish(try_start_open(reference, options));
  }

  /** open, without waiting; Operation::result returns the reader, once. */
  Operation<Reader> start_open(std::string_view reference, const OpenOptions &options = {}) const {
    return try_start_open(reference, options).value();
  }

  /** start_open, which returns its error instead of throwing it. */
  Expected<Operation<Reader>> try_start_open(std::string_view reference,
                                             const OpenOptions &options = {}) const {
    return start<Reader>(wasm2oci_open, options, detail::Text(reference));
  }

  /**
   * Brings the module or component of an artifact into the cache of the client, and holds its file
   * there.
   * Errors: as fetch; InvalidArgumentError without a cache; FilesystemError if the cache cannot be
   * written.
   */
  CachedModule cached(std::string_view reference,
                      const CachedOptions &options = {},
                      const ProgressFunction &progress = {}) const {
    return try_cached(reference, options, progress).value();
  }

  /** cached, which returns its error instead of throwing it. */
  Expected<CachedModule> try_cached(std::string_view reference,
                                    const CachedOptions &options = {},
                                    const ProgressFunction &progress = {}) const {
    auto started = try_start_cached(reference, options);
    return started ? std::move(*started).try_finish(progress) : std::move(started).error();
  }

  /**
   * cached, without waiting. The operation holds the file until it is closed, or is handed over to
   * the module: by a Dispatcher, or by finish of a temporary. What finish and result of one with a
   * name return does not hold it.
   */
  Operation<CachedModule> start_cached(std::string_view reference,
                                       const CachedOptions &options = {}) const {
    return try_start_cached(reference, options).value();
  }

  /** start_cached, which returns its error instead of throwing it. */
  Expected<Operation<CachedModule>> try_start_cached(std::string_view reference,
                                                     const CachedOptions &options = {}) const {
    return start<CachedModule>(wasm2oci_cached, options, detail::Text(reference));
  }

  /**
   * Reports what is in the cache of the client, and removes what you select.
   * Errors: InvalidArgumentError without a cache; FilesystemError.
   */
  CacheResult cache(const CacheOptions &options = {}) const { return try_cache(options).value(); }

  /** cache, which returns its error instead of throwing it. */
  Expected<CacheResult> try_cache(const CacheOptions &options = {}) const {
    return finish(try_start_cache(options));
  }

  /** cache, without waiting. */
  Operation<CacheResult> start_cache(const CacheOptions &options = {}) const {
    return try_start_cache(options).value();
  }

  /** start_cache, which returns its error instead of throwing it. */
  Expected<Operation<CacheResult>> try_start_cache(const CacheOptions &options = {}) const {
    return start<CacheResult>(wasm2oci_cache, options);
  }

  /** Resolves a reference to its manifest or index. Errors: NotFoundError. */
  Descriptor resolve(std::string_view reference, const ResolveOptions &options = {}) const {
    return try_resolve(reference, options).value();
  }

  /** resolve, which returns its error instead of throwing it. */
  Expected<Descriptor> try_resolve(std::string_view reference,
                                   const ResolveOptions &options = {}) const {
    return finish(try_start_resolve(reference, options));
  }

  /** resolve, without waiting. */
  Operation<Descriptor> start_resolve(std::string_view reference,
                                      const ResolveOptions &options = {}) const {
    return try_start_resolve(reference, options).value();
  }

  /** start_resolve, which returns its error instead of throwing it. */
  Expected<Operation<Descriptor>> try_start_resolve(std::string_view reference,
                                                    const ResolveOptions &options = {}) const {
    return start<Descriptor>(wasm2oci_resolve, options, detail::Text(reference));
  }

  /**
   * Adds tags to the manifest or index that a reference names, in the same
   * repository, layout or archive. A text may hold several, separated by commas. A tag that
   * exists is moved. No blob is read or sent.
   *
   * Errors: InvalidReferenceError for a bad tag, InvalidArgumentError if there is none,
   * both by start_tag as well; NotFoundError, FilesystemError. After an error of the
   * operation, the tags before the one that failed are set; in an archive, none is.
   */
  Descriptor tag(std::string_view reference,
                 const std::vector<std::string> &tags,
                 const TagOptions &options = {}) const {
    return try_tag(reference, tags, options).value();
  }

  /** tag, which returns its error instead of throwing it. */
  Expected<Descriptor> try_tag(std::string_view reference,
                               const std::vector<std::string> &tags,
                               const TagOptions &options = {}) const {
    return finish(try_start_tag(reference, tags, options));
  }

  /** tag, without waiting. */
  Operation<Descriptor> start_tag(std::string_view reference,
                                  const std::vector<std::string> &tags,
                                  const TagOptions &options = {}) const {
    return try_start_tag(reference, tags, options).value();
  }

  /** start_tag, which returns its error instead of throwing it. */
  Expected<Operation<Descriptor>> try_start_tag(std::string_view reference,
                                                const std::vector<std::string> &tags,
                                                const TagOptions &options = {}) const {
    std::string names;
    for (const std::string &tag : tags) {
      names += (&tag == tags.data() ? "" : ",") + tag;
    }
    return start<Descriptor>(wasm2oci_tag, options, detail::Text(reference), detail::Text(names));
  }

  /**
   * Lists the tags of a repository, a layout or an archive, given as a reference without a
   * tag or a digest: `for (const std::string &tag : client.tags("oci:hello"))`.
   *
   * Errors: InvalidReferenceError and InvalidArgumentError at once; when a page is
   * requested NotFoundError, UnsupportedError, InvalidManifestError, SizeExceededError,
   * FilesystemError.
   */
  Tags tags(std::string_view repository, const TagsOptions &options = {}) const {
    // What is given is looked at before the client is, and {0} is none.
    const auto checked =
        detail::start<TagsResult>({0}, wasm2oci_tags, options, detail::Text(repository));
    if (!checked && checked.error().status() != Status::closed) {
      checked.error().raise();
    }
    return {[client = client(), text = std::string(repository)](const TagsOptions &page) {
              return detail::start<TagsResult>(client, wasm2oci_tags, page, detail::Text(text))
                  .value()
                  .finish();
            },
            options};
  }

  /** Requests one page of tags, without waiting. */
  Operation<TagsResult> start_tags(std::string_view repository,
                                   const TagsOptions &options = {}) const {
    return try_start_tags(repository, options).value();
  }

  /** start_tags, which returns its error instead of throwing it. */
  Expected<Operation<TagsResult>> try_start_tags(std::string_view repository,
                                                 const TagsOptions &options = {}) const {
    return start<TagsResult>(wasm2oci_tags, options, detail::Text(repository));
  }

  /**
   * Removes one tag, which the reference must have. What it named stays, and so do its
   * other tags.
   *
   * Errors: InvalidReferenceError, also without a tag and with a digest; NotFoundError;
   * UnsupportedError if the registry cannot remove a tag alone; RegistryError if it has
   * deleted more than the tag, and the rest was put back; FilesystemError.
   */
  UntagResult untag(std::string_view reference, const UntagOptions &options = {}) const {
    return try_untag(reference, options).value();
  }

  /** untag, which returns its error instead of throwing it. */
  Expected<UntagResult> try_untag(std::string_view reference,
                                  const UntagOptions &options = {}) const {
    return finish(try_start_untag(reference, options));
  }

  /** untag, without waiting. */
  Operation<UntagResult> start_untag(std::string_view reference,
                                     const UntagOptions &options = {}) const {
    return try_start_untag(reference, options).value();
  }

  /** start_untag, which returns its error instead of throwing it. */
  Expected<Operation<UntagResult>> try_start_untag(std::string_view reference,
                                                   const UntagOptions &options = {}) const {
    return start<UntagResult>(wasm2oci_untag, options, detail::Text(reference));
  }

  /**
   * Deletes the manifest or index that a reference names by its digest, with all its
   * tags; wasm2oci_delete says what becomes of its blobs. (`delete` is a keyword.)
   *
   * Errors: InvalidReferenceError, also without a digest; NotFoundError; UnsupportedError
   * if the registry does not delete manifests, or for a part of an index in a layout or an
   * archive; FilesystemError.
   */
  DeleteResult delete_(std::string_view reference, const DeleteOptions &options = {}) const {
    return try_delete_(reference, options).value();
  }

  /** delete_, which returns its error instead of throwing it. */
  Expected<DeleteResult> try_delete_(std::string_view reference,
                                     const DeleteOptions &options = {}) const {
    return finish(try_start_delete(reference, options));
  }

  /** delete_, without waiting. */
  Operation<DeleteResult> start_delete(std::string_view reference,
                                       const DeleteOptions &options = {}) const {
    return try_start_delete(reference, options).value();
  }

  /** start_delete, which returns its error instead of throwing it. */
  Expected<Operation<DeleteResult>> try_start_delete(std::string_view reference,
                                                     const DeleteOptions &options = {}) const {
    return start<DeleteResult>(wasm2oci_delete, options, detail::Text(reference));
  }

  /**
   * Checks a credential with a registry ("HOST" or "HOST:PORT") and stores it where podman,
   * docker, skopeo, oras and this library find it; wasm2oci_login says where.
   *
   * Errors: InvalidReferenceError for what is not a registry; InvalidArgumentError;
   * AuthenticationError if the registry refuses the credential, or a file or a helper cannot be
   * used; FilesystemError. Nothing is stored then.
   */
  LoginResult login(std::string_view registry, const LoginOptions &options) const {
    return try_login(registry, options).value();
  }

  /** login, which returns its error instead of throwing it. */
  Expected<LoginResult> try_login(std::string_view registry, const LoginOptions &options) const {
    return finish(try_start_login(registry, options));
  }

  /** login, without waiting. */
  Operation<LoginResult> start_login(std::string_view registry, const LoginOptions &options) const {
    return try_start_login(registry, options).value();
  }

  /** start_login, which returns its error instead of throwing it. */
  Expected<Operation<LoginResult>> try_start_login(std::string_view registry,
                                                   const LoginOptions &options) const {
    return start<LoginResult>(wasm2oci_login, options, detail::Text(registry));
  }

  /**
   * Erases the credential of a registry from all files that the client reads, and from their
   * helpers. The registry is "" with all_registries. Having none is not an error.
   *
   * Errors: InvalidReferenceError for what is not a registry; InvalidArgumentError;
   * AuthenticationError for a file or a helper that cannot be used; FilesystemError. What can be
   * erased is erased anyway.
   */
  LogoutResult logout(std::string_view registry, const LogoutOptions &options = {}) const {
    return try_logout(registry, options).value();
  }

  /** logout, which returns its error instead of throwing it. */
  Expected<LogoutResult> try_logout(std::string_view registry,
                                    const LogoutOptions &options = {}) const {
    return finish(try_start_logout(registry, options));
  }

  /** logout, without waiting. */
  Operation<LogoutResult> start_logout(std::string_view registry,
                                       const LogoutOptions &options = {}) const {
    return try_start_logout(registry, options).value();
  }

  /** start_logout, which returns its error instead of throwing it. */
  Expected<Operation<LogoutResult>> try_start_logout(std::string_view registry,
                                                     const LogoutOptions &options = {}) const {
    return start<LogoutResult>(wasm2oci_logout, options, detail::Text(registry));
  }

  /**
   * Attaches files, such as an SBOM, to the manifest or index that a reference names. They
   * become an artifact in the same repository or layout, which points at it. They may be of any
   * kind; the title of each is its base name. With no file, only the annotations are attached.
   *
   * Errors: InvalidArgumentError without an artifact type; NotFoundError for the
   * subject; FilesystemError, DigestMismatchError (a file changed meanwhile),
   * UnsupportedError (the registry does not accept such a manifest).
   */
  AttachResult attach(std::string_view reference,
                      const std::vector<std::filesystem::path> &paths,
                      const AttachOptions &options,
                      const ProgressFunction &progress = {}) const {
    return try_attach(reference, paths, options, progress).value();
  }

  /** attach, which returns its error instead of throwing it. */
  Expected<AttachResult> try_attach(std::string_view reference,
                                    const std::vector<std::filesystem::path> &paths,
                                    const AttachOptions &options,
                                    const ProgressFunction &progress = {}) const {
    return finish(try_start_attach(reference, paths, options), progress);
  }

  /** attach, without waiting. */
  Operation<AttachResult> start_attach(std::string_view reference,
                                       const std::vector<std::filesystem::path> &paths,
                                       const AttachOptions &options) const {
    return try_start_attach(reference, paths, options).value();
  }

  /** start_attach, which returns its error instead of throwing it. */
  Expected<Operation<AttachResult>> try_start_attach(
      std::string_view reference,
      const std::vector<std::filesystem::path> &paths,
      const AttachOptions &options) const {
    std::vector<detail::Text> files;
    std::vector<const char *> raw;
    files.reserve(paths.size());
    for (const std::filesystem::path &path : paths) {
      files.emplace_back(path);
      if (auto checked = files.back().check(); !checked) {
        return std::move(checked).error();
      }
      raw.push_back(files.back().c_str());
    }
    return start<AttachResult>(
        wasm2oci_attach, options, detail::Text(reference), raw.data(), raw.size());
  }

  /**
   * Lists what points at the manifest that a reference names. Each entry is read, so that
   * nothing is listed that points elsewhere. A manifest named by its digest need not exist.
   * Errors: NotFoundError, SizeExceededError, InvalidManifestError.
   */
  ReferrersResult referrers(std::string_view reference,
                            const ReferrersOptions &options = {}) const {
    return try_referrers(reference, options).value();
  }

  /** referrers, which returns its error instead of throwing it. */
  Expected<ReferrersResult> try_referrers(std::string_view reference,
                                          const ReferrersOptions &options = {}) const {
    return finish(try_start_referrers(reference, options));
  }

  /** referrers, without waiting. */
  Operation<ReferrersResult> start_referrers(std::string_view reference,
                                             const ReferrersOptions &options = {}) const {
    return try_start_referrers(reference, options).value();
  }

  /** start_referrers, which returns its error instead of throwing it. */
  Expected<Operation<ReferrersResult>> try_start_referrers(
      std::string_view reference, const ReferrersOptions &options = {}) const {
    return start<ReferrersResult>(wasm2oci_referrers, options, detail::Text(reference));
  }

  /**
   * Inspects an artifact or a local file. `what` is a path if a file of that name
   * exists, or if it begins with "/", "./" or "../" or ends in ".wasm", and otherwise
   * a reference. No request is ever sent for a path.
   *
   * Result: Artifact, or std::string for the result as a JSON object, which is not
   * parsed then; its members are listed at wasm2oci_inspect.
   *
   * Errors: as fetch, except that an artifact without a single module is not an
   * error; FilesystemError.
   */
  template <typename Result = Artifact>
  Result inspect(std::string_view what, const InspectOptions &options = {}) const {
    return try_inspect<Result>(what, options).value();
  }

  /** inspect, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Result> try_inspect(std::string_view what, const InspectOptions &options = {}) const {
    return finish(try_start_inspect<Result>(what, options));
  }

  /** inspect, without waiting. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect(std::string_view what, const InspectOptions &options = {}) const {
    return try_start_inspect<Result>(what, options).value();
  }

  /** start_inspect, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Operation<Result>> try_start_inspect(std::string_view what,
                                                const InspectOptions &options = {}) const {
    return start<Result>(wasm2oci_inspect, options, detail::Text(what));
  }

  /** inspect of a reference, even if a file of that name exists. */
  template <typename Result = Artifact>
  Result inspect(const Reference &reference, const InspectOptions &options = {}) const {
    return try_inspect<Result>(reference, options).value();
  }

  /** inspect of a reference, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Result> try_inspect(const Reference &reference,
                               const InspectOptions &options = {}) const {
    return finish(try_start_inspect<Result>(reference, options));
  }

  /** inspect of a reference, without waiting. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect(const Reference &reference,
                                  const InspectOptions &options = {}) const {
    return try_start_inspect<Result>(reference, options).value();
  }

  /** start_inspect, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Operation<Result>> try_start_inspect(const Reference &reference,
                                                const InspectOptions &options = {}) const {
    return start<Result>(
        wasm2oci_inspect_reference, options, detail::Text(std::string_view(reference)));
  }

  /**
   * inspect of a path. Errors: FilesystemError, NotWasmError; InvalidArgumentError for
   * the option raw.
   */
  template <typename Result = Artifact>
  Result inspect_file(const std::filesystem::path &path, const InspectOptions &options = {}) const {
    return try_inspect_file<Result>(path, options).value();
  }

  /** inspect_file, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Result> try_inspect_file(const std::filesystem::path &path,
                                    const InspectOptions &options = {}) const {
    return finish(try_start_inspect_file<Result>(path, options));
  }

  /** inspect_file, without waiting. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect_file(const std::filesystem::path &path,
                                       const InspectOptions &options = {}) const {
    return try_start_inspect_file<Result>(path, options).value();
  }

  /** start_inspect_file, which returns its error instead of throwing it. */
  template <typename Result = Artifact>
  Expected<Operation<Result>> try_start_inspect_file(const std::filesystem::path &path,
                                                     const InspectOptions &options = {}) const {
    return start<Result>(wasm2oci_inspect_file, options, detail::Text(path));
  }

 private:
  friend Self;
  Verbs() = default;

  wasm2oci_client_t client() const noexcept { return static_cast<const Self &>(*this).get(); }

  template <typename Result, typename Function, typename Options, typename... Arguments>
  Expected<Operation<Result>> start(Function function,
                                    const Options &options,
                                    const Arguments &...arguments) const {
    return detail::start<Result>(client(), function, options, arguments...);
  }

  template <typename Result>
  static Expected<Result> finish(Expected<Operation<Result>> started,
                                 const ProgressFunction &progress = {}) {
    return started ? started->try_finish(progress) : std::move(started).error();
  }
};

}  // namespace wasm2oci

#endif
