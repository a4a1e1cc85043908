/*
 * The client: connections, credentials and all verbs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_CLIENT_HPP
#define WASM2OCI_CLIENT_HPP

#include <wasm2oci/bytes.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/error.hpp>
#include <wasm2oci/operation.hpp>
#include <wasm2oci/options.hpp>
#include <wasm2oci/progress.hpp>
#include <wasm2oci/reader.hpp>
#include <wasm2oci/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wasm2oci {

/**
 * Connections, credentials and defaults, shared by what it starts. Move-only. Any
 * number of threads may use one client at a time; destroying it cancels its
 * operations and waits for them.
 *
 * A reference is "registry/repository[:tag][@digest]" or
 * "oci:DIR[:tag][@digest]", in UTF-8; see wasm2oci.h.
 *
 * Each verb has two forms: `pull` waits and returns the result, `start_pull`
 * returns at once with an Operation. Both throw InvalidReferenceError,
 * InvalidArgumentError (an option), ClosedError and ForkError; what else a verb
 * names is thrown by `pull`, or by Operation::wait. To these the transport adds
 * NetworkError, TlsError, OperationTimeoutError, OperationCancelledError,
 * AuthenticationError, PermissionDeniedError, RateLimitedError and RegistryError.
 */
class Client {
 public:
  /**
   * Opens no connection. Proxies, credential files and the like come from the
   * environment as it is during this call.
   * Errors: InvalidArgumentError; FilesystemError and TlsError for the PEM files;
   * ForkError.
   */
  explicit Client(const ClientOptions &options = {}) {
    detail::call(wasm2oci_client_new, options.to_json().c_str(), nullptr, handle_.out());
  }

  /** The same with variables in place of the process's environment. */
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
   * Pushes a WebAssembly file.
   * Errors: FilesystemError, NotWasmError, DigestMismatchError (the file changed
   * meanwhile).
   */
  PushResult push(const std::filesystem::path &path,
                  const std::string &reference,
                  const PushOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return finish(start_push(path, reference, options), progress);
  }

  /** push, not waited for. */
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

  /** push_bytes, not waited for; the bytes must live until it has ended. */
  Operation<PushResult> start_push_bytes(Bytes content,
                                         const std::string &reference,
                                         const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_bytes, options, detail::raw_bytes(content), detail::c_text(reference));
  }

  /**
   * push of an open regular file, read from its start. Its position is neither
   * used nor changed; the descriptor is duplicated during this call.
   */
  PushResult push_fd(int fd,
                     const std::string &reference,
                     const PushOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return finish(start_push_fd(fd, reference, options), progress);
  }

  /** push_fd, not waited for. */
  Operation<PushResult> start_push_fd(int fd,
                                      const std::string &reference,
                                      const PushOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_push_fd, options, static_cast<std::int32_t>(fd), detail::c_text(reference));
  }

  /**
   * Pulls the module or component of an artifact into a file.
   *
   * path: a file; a directory, or a path that ends in "/", for a file of the
   * default name inside it; empty for the default name in the working directory.
   * Nothing stands under the final name before size and digest are verified.
   *
   * Errors: NotFoundError, AlreadyExistsError, FilesystemError,
   * InvalidManifestError, NotWasmError, AmbiguousError, DigestMismatchError.
   */
  PullResult pull(const std::string &reference,
                  const std::filesystem::path &path = {},
                  const PullOptions &options = {},
                  const ProgressFunction &progress = {}) const {
    return finish(start_pull(reference, path, options), progress);
  }

  /** pull, not waited for. */
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
   * Stores the module or component of an artifact as another artifact, under the
   * same or another format. Within one registry a module that stays a layer of its
   * own is not sent again.
   * Errors: as pull and push, without those of files.
   */
  PushResult convert(const std::string &source,
                     const std::string &destination,
                     const ConvertOptions &options = {},
                     const ProgressFunction &progress = {}) const {
    return finish(start_convert(source, destination, options), progress);
  }

  /** convert, not waited for. */
  Operation<PushResult> start_convert(const std::string &source,
                                      const std::string &destination,
                                      const ConvertOptions &options = {}) const {
    return start<PushResult>(
        wasm2oci_convert, options, detail::c_text(source), detail::c_text(destination));
  }

  /**
   * Fetches the module or component of an artifact into memory.
   * Errors: as pull, without those of the file.
   */
  std::vector<std::byte> fetch(const std::string &reference,
                               const FetchOptions &options = {},
                               const ProgressFunction &progress = {}) const {
    return finish(start_fetch(reference, options), progress);
  }

  /** fetch, not waited for; Operation::bytes gives the bytes without a copy. */
  Operation<std::vector<std::byte>> start_fetch(const std::string &reference,
                                                const FetchOptions &options = {}) const {
    return start<std::vector<std::byte>>(wasm2oci_fetch, options, detail::c_text(reference));
  }

  /**
   * Opens the module or component of an artifact for reading; returns when the
   * first byte can be asked for.
   * Errors: as fetch; those of the content come from Reader::read.
   */
  Reader open(const std::string &reference, const OpenOptions &options = {}) const {
    return finish(start_open(reference, options), {});
  }

  /** open, not waited for; Operation::result gives the reader, once. */
  Operation<Reader> start_open(const std::string &reference,
                               const OpenOptions &options = {}) const {
    return start<Reader>(wasm2oci_open, options, detail::c_text(reference));
  }

  /** Resolves a reference to its manifest or index. Errors: NotFoundError. */
  Descriptor resolve(const std::string &reference, const ResolveOptions &options = {}) const {
    return finish(start_resolve(reference, options), {});
  }

  /** resolve, not waited for. */
  Operation<Descriptor> start_resolve(const std::string &reference,
                                      const ResolveOptions &options = {}) const {
    return start<Descriptor>(wasm2oci_resolve, options, detail::c_text(reference));
  }

  /**
   * Says what is in an artifact or a local file, as a JSON object; its members are
   * listed in wasm2oci.h. `what` is a path if a file of that name exists, or if it
   * starts with "/", "./" or "../" or ends in ".wasm"; otherwise a reference. A
   * path is never dialled.
   * Errors: as fetch; FilesystemError.
   */
  std::string inspect(const std::string &what, const InspectOptions &options = {}) const {
    return finish(start_inspect(what, options), {});
  }

  /** inspect, not waited for. */
  Operation<std::string> start_inspect(const std::string &what,
                                       const InspectOptions &options = {}) const {
    return start<std::string>(wasm2oci_inspect, options, detail::c_text(what));
  }

  /** inspect of what is a path for sure. Errors: FilesystemError, NotWasmError. */
  std::string inspect_file(const std::filesystem::path &path,
                           const InspectOptions &options = {}) const {
    return finish(start_inspect_file(path, options), {});
  }

  /** inspect_file, not waited for. */
  Operation<std::string> start_inspect_file(const std::filesystem::path &path,
                                            const InspectOptions &options = {}) const {
    const std::string file = detail::path_text(path);
    return start<std::string>(wasm2oci_inspect_file, options, detail::c_text(file));
  }

  /** Cancels its operations, waits for them and ends it. May be called again. */
  void close() noexcept { handle_.close(); }

  /** The handle of the C API, still owned by this object. */
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
