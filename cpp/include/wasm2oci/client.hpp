/*
 * The client: connections, credentials and all verbs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_CLIENT_HPP
#define WASM2OCI_CLIENT_HPP

#include <wasm2oci/artifact.hpp>
#include <wasm2oci/bytes.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/error.hpp>
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
#include <map>
#include <string>
#include <vector>

namespace wasm2oci {

/**
 * Connections, credentials and defaults, shared by its operations. Move-only. Any
 * number of threads may use a client at the same time. Destroying it cancels its
 * operations and waits for them.
 *
 * A reference is "registry/repository[:tag][@digest]", "oci:DIR[:tag][@digest]" or
 * "oci-archive:FILE[:tag][@digest]", in UTF-8, or a Reference; see wasm2oci.h. One to
 * which an artifact is written may have several tags, as in "oci:DIR:v1,v1.2,latest".
 *
 * Each verb has two forms: `pull` waits and returns the result, `start_pull`
 * returns an Operation at once. Both throw InvalidReferenceError,
 * InvalidArgumentError, ClosedError and ForkError; the errors listed at a verb are
 * thrown by `pull`, or by Operation::wait. The transport adds NetworkError, TlsError,
 * OperationTimeoutError, OperationCancelledError, AuthenticationError,
 * PermissionDeniedError, RateLimitedError and RegistryError.
 */
class Client {
 public:
  /**
   * Opens no connection. Proxies, credential files and so on are taken from the
   * environment as it is during this call.
   * Errors: InvalidArgumentError; FilesystemError and TlsError for the PEM files;
   * ForkError.
   */
  explicit Client(const ClientOptions &options = {}) {
    detail::call(wasm2oci_client_new, options.to_json().c_str(), nullptr, handle_.out());
  }

  /** The same, with variables instead of the environment of the process. */
  Client(const ClientOptions &options, const std::map<std::string, std::string> &environment) {
    std::vector<std::string> entries;
    for (const auto &[name, value] : environment) {
      entries.push_back(name + "=" + value);
    }
    std::vector<const char *> raw;
    for (const std::string &entry : entries) {
      raw.push_back(detail::c_text(entry));
    }
    raw.push_back(nullptr);
    detail::call(wasm2oci_client_new, options.to_json().c_str(), raw.data(), handle_.out());
  }

  /**
   * Pushes a WebAssembly file. The reference may have several tags; the artifact is
   * stored once, and its manifest under each of them.
   * Errors: FilesystemError, NotWasmError, DigestMismatchError (the file changed
   * meanwhile). If a tag other than the first fails, the tags before it are set; the
   * message lists them.
   */
  PushResult push(const std::filesystem::path &path,
                  const std::string &reference,
                  const PushOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return finish(start_push(path, reference, options), progress);
  }

  /** push, without waiting. */
  Operation<PushResult> start_push(const std::filesystem::path &path,
                                   const std::string &reference,
                                   const PushOptions &options = {}) const {
    const std::string file = detail::path_text(path);
    return start<PushResult>(
        wasm2oci_push, options, detail::c_text(file), detail::c_text(reference));
  }

  /** push of bytes in memory. */
  PushResult push_bytes(Bytes content,
                        const std::string &reference,
                        const PushOptions &options = {},
                        const ProgressFunction &progress = {}) const {
    return finish(start_push_bytes(content, reference, options), progress);
  }

  /** push_bytes, without waiting; the bytes must live until it has ended. */
  Operation<PushResult> start_push_bytes(Bytes content,
                                         const std::string &reference,
                                         const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_bytes, options, detail::raw_bytes(content), detail::c_text(reference));
  }

  /**
   * push of an open regular file, read from its start; its position is neither used
   * nor changed. The descriptor is duplicated during this call.
   */
  PushResult push_fd(int fd,
                     const std::string &reference,
                     const PushOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return finish(start_push_fd(fd, reference, options), progress);
  }

  /** push_fd, without waiting. */
  Operation<PushResult> start_push_fd(int fd,
                                      const std::string &reference,
                                      const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_fd, options, static_cast<std::int32_t>(fd), detail::c_text(reference));
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
  PullResult pull(const std::string &reference,
                  const std::filesystem::path &path = {},
                  const PullOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return finish(start_pull(reference, path, options), progress);
  }

  /** pull, without waiting. */
  Operation<PullResult> start_pull(const std::string &reference,
                                   const std::filesystem::path &path = {},
                                   const PullOptions &options = {}) const {
    const std::string file = detail::path_text(path);
    return start<PullResult>(wasm2oci_pull,
                             options,
                             detail::c_text(reference),
                             file.empty() ? nullptr : detail::c_text(file));
  }

  /**
   * Stores the module or component of an artifact as another artifact, in the same or
   * another format. Within a registry, a module that remains a layer of its own is not
   * sent again. The destination may have several tags, as for push.
   * Errors: as pull and push, except for those of files.
   */
  PushResult convert(const std::string &source,
                     const std::string &destination,
                     const ConvertOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return finish(start_convert(source, destination, options), progress);
  }

  /** convert, without waiting. */
  Operation<PushResult> start_convert(const std::string &source,
                                      const std::string &destination,
                                      const ConvertOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_convert, options, detail::c_text(source), detail::c_text(destination));
  }

  /**
   * Copies what a reference names, with all that it lists, to another registry or
   * layout. Digests stay, and nothing is sent that is there. The destination is named
   * last; after an error the next copy goes on with what is missing.
   *
   * Errors: InvalidReferenceError by start_copy as well if all_tags meets a tag;
   * NotFoundError, FilesystemError, InvalidManifestError, AmbiguousError and
   * NotWasmError for a platform, DigestMismatchError, SizeExceededError,
   * UnsupportedError. Their detail has the reference of the side that failed.
   */
  CopyResult copy(const std::string &source,
                  const std::string &destination,
                  const CopyOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return finish(start_copy(source, destination, options), progress);
  }

  /** copy, without waiting. */
  Operation<CopyResult> start_copy(const std::string &source,
                                   const std::string &destination,
                                   const CopyOptions &options = {}) const {
    return start<CopyResult>(
        wasm2oci_copy, options, detail::c_text(source), detail::c_text(destination));
  }

  /**
   * Fetches the module or component of an artifact into memory.
   * Errors: as pull, except for those of the file.
   */
  std::vector<std::byte> fetch(const std::string &reference,
                               const FetchOptions &options = {},
                               const ProgressFunction &progress = {}) const {
    return finish(start_fetch(reference, options), progress);
  }

  /** fetch, without waiting; Operation::bytes returns the bytes without copying them. */
  Operation<std::vector<std::byte>> start_fetch(const std::string &reference,
                                                const FetchOptions &options = {}) const {
    return start<std::vector<std::byte>>(wasm2oci_fetch, options, detail::c_text(reference));
  }

  /**
   * Opens the module or component of an artifact for reading. Returns when the first
   * byte can be requested.
   * Errors: as fetch; those of the content are thrown by Reader::read.
   */
  Reader open(const std::string &reference, const OpenOptions &options = {}) const {
    return finish(start_open(reference, options), {});
  }

  /** open, without waiting; Operation::result returns the reader, once. */
  Operation<Reader> start_open(const std::string &reference,
                               const OpenOptions &options = {}) const {
    return start<Reader>(wasm2oci_open, options, detail::c_text(reference));
  }

  /** Resolves a reference to its manifest or index. Errors: NotFoundError. */
  Descriptor resolve(const std::string &reference, const ResolveOptions &options = {}) const {
    return finish(start_resolve(reference, options), {});
  }

  /** resolve, without waiting. */
  Operation<Descriptor> start_resolve(const std::string &reference,
                                      const ResolveOptions &options = {}) const {
    return start<Descriptor>(wasm2oci_resolve, options, detail::c_text(reference));
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
  Descriptor tag(const std::string &reference,
                 const std::vector<std::string> &tags,
                 const TagOptions &options = {}) const {
    return finish(start_tag(reference, tags, options), {});
  }

  /** tag, without waiting. */
  Operation<Descriptor> start_tag(const std::string &reference,
                                  const std::vector<std::string> &tags,
                                  const TagOptions &options = {}) const {
    std::string names;
    for (const std::string &tag : tags) {
      names += (&tag == tags.data() ? "" : ",") + tag;
    }
    return start<Descriptor>(
        wasm2oci_tag, options, detail::c_text(reference), detail::c_text(names));
  }

  /**
   * Lists the tags of a repository, a layout or an archive, which is a reference without a
   * tag and a digest: `for (const std::string &tag : client.tags("oci:hello"))`.
   *
   * Errors: InvalidReferenceError and InvalidArgumentError at once; when a page is
   * requested NotFoundError, UnsupportedError, InvalidManifestError, SizeExceededError,
   * FilesystemError.
   */
  Tags tags(const std::string &repository, const TagsOptions &options = {}) const {
    // What is given is looked at before the client is, and {0} is none.
    wasm2oci_operation_t none = {0};
    detail::RawError error;
    const wasm2oci_status_t status = wasm2oci_tags(
        {0}, detail::c_text(repository), options.to_json().c_str(), &none, error.get());
    if (status != WASM2OCI_STATUS_CLOSED) {
      error.raise(status);
    }
    const wasm2oci_client_t client = get();
    return {[client, repository](const TagsOptions &page) {
              wasm2oci_operation_t raw = {0};
              detail::call(wasm2oci_tags, client, repository.c_str(), page.to_json().c_str(), &raw);
              return finish(Operation<TagsResult>(raw), {});
            },
            options};
  }

  /** Requests one page of tags, without waiting. */
  Operation<TagsResult> start_tags(const std::string &repository,
                                   const TagsOptions &options = {}) const {
    return start<TagsResult>(wasm2oci_tags, options, detail::c_text(repository));
  }

  /**
   * Removes one tag, which the reference must have. What it named stays, and so do its
   * other tags.
   *
   * Errors: InvalidReferenceError, also without a tag and with a digest; NotFoundError;
   * UnsupportedError if the registry does not remove tags; RegistryError if it has deleted
   * more than the tag, which is put back then; FilesystemError.
   */
  UntagResult untag(const std::string &reference, const UntagOptions &options = {}) const {
    return finish(start_untag(reference, options), {});
  }

  /** untag, without waiting. */
  Operation<UntagResult> start_untag(const std::string &reference,
                                     const UntagOptions &options = {}) const {
    return start<UntagResult>(wasm2oci_untag, options, detail::c_text(reference));
  }

  /**
   * Deletes the manifest or index that a reference names by its digest, with all its
   * tags; wasm2oci_delete says what becomes of its blobs. (`delete` is a keyword.)
   *
   * Errors: InvalidReferenceError, also without a digest; NotFoundError; UnsupportedError
   * if the registry does not delete, or for a part of an index in a layout or an archive;
   * FilesystemError.
   */
  DeleteResult delete_(const std::string &reference, const DeleteOptions &options = {}) const {
    return finish(start_delete(reference, options), {});
  }

  /** delete_, without waiting. */
  Operation<DeleteResult> start_delete(const std::string &reference,
                                       const DeleteOptions &options = {}) const {
    return start<DeleteResult>(wasm2oci_delete, options, detail::c_text(reference));
  }

  /**
   * Attaches files to the manifest or index that a reference names: stores them, in the
   * same repository or layout, as an artifact that points at it. They may be of any kind;
   * the title of each is its base name. With no file, the annotations are attached.
   *
   * Errors: InvalidArgumentError without an artifact type; NotFoundError for the
   * subject; FilesystemError, DigestMismatchError (a file changed meanwhile),
   * UnsupportedError (the registry takes no such manifest).
   */
  AttachResult attach(const std::string &reference,
                      const std::vector<std::filesystem::path> &paths,
                      const AttachOptions &options,
                      const ProgressFunction &progress = {}) const {
    return finish(start_attach(reference, paths, options), progress);
  }

  /** attach, without waiting. */
  Operation<AttachResult> start_attach(const std::string &reference,
                                       const std::vector<std::filesystem::path> &paths,
                                       const AttachOptions &options) const {
    std::vector<std::string> files;
    for (const std::filesystem::path &path : paths) {
      files.push_back(detail::path_text(path));
    }
    std::vector<const char *> raw;
    for (const std::string &file : files) {
      raw.push_back(detail::c_text(file));
    }
    return start<AttachResult>(
        wasm2oci_attach, options, detail::c_text(reference), raw.data(), raw.size());
  }

  /**
   * Lists the manifests that point at the one that a reference names. Each is read, so
   * that nothing is listed that points elsewhere. A digest need not exist.
   * Errors: NotFoundError, SizeExceededError, InvalidManifestError.
   */
  ReferrersResult referrers(const std::string &reference,
                            const ReferrersOptions &options = {}) const {
    return finish(start_referrers(reference, options), {});
  }

  /** referrers, without waiting. */
  Operation<ReferrersResult> start_referrers(const std::string &reference,
                                             const ReferrersOptions &options = {}) const {
    return start<ReferrersResult>(wasm2oci_referrers, options, detail::c_text(reference));
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
  Result inspect(const std::string &what, const InspectOptions &options = {}) const {
    return finish(start_inspect<Result>(what, options), {});
  }

  /** inspect of a reference, even if a file of that name exists. */
  template <typename Result = Artifact>
  Result inspect(const Reference &reference, const InspectOptions &options = {}) const {
    return finish(start_inspect<Result>(reference, options), {});
  }

  /** inspect of a reference, without waiting. Throws InvalidReferenceError as other verbs. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect(const Reference &reference,
                                  const InspectOptions &options = {}) const {
    return start<Result>(wasm2oci_inspect_reference, options, detail::c_text(reference));
  }

  /** inspect, without waiting. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect(const std::string &what,
                                  const InspectOptions &options = {}) const {
    return start<Result>(wasm2oci_inspect, options, detail::c_text(what));
  }

  /**
   * inspect of a path. Errors: FilesystemError, NotWasmError; InvalidArgumentError for
   * the option raw.
   */
  template <typename Result = Artifact>
  Result inspect_file(const std::filesystem::path &path, const InspectOptions &options = {}) const {
    return finish(start_inspect_file<Result>(path, options), {});
  }

  /** inspect_file, without waiting. */
  template <typename Result = Artifact>
  Operation<Result> start_inspect_file(const std::filesystem::path &path,
                                       const InspectOptions &options = {}) const {
    const std::string file = detail::path_text(path);
    return start<Result>(wasm2oci_inspect_file, options, detail::c_text(file));
  }

  /** Cancels its operations, waits for them and closes it. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_client_t get() const noexcept { return handle_.get(); }

 private:
  template <typename Result, typename Function, typename Options, typename... Arguments>
  Operation<Result> start(Function function, const Options &options, Arguments... arguments) const {
    wasm2oci_operation_t raw = {0};
    detail::call(function, handle_.get(), arguments..., options.to_json().c_str(), &raw);
    return Operation<Result>(raw);
  }

  template <typename Result>
  static Result finish(const Operation<Result> &operation, const ProgressFunction &progress) {
    operation.wait(progress);
    return operation.result();
  }

  detail::Handle<wasm2oci_client_t, wasm2oci_client_close> handle_;
};

}  // namespace wasm2oci

#endif
