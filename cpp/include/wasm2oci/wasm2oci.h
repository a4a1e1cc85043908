/*
 * wasm2oci.h: the C API of wasm2oci, which moves WebAssembly between files,
 * memory, OCI registries and OCI layouts inside the calling process.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 * -----------
 * Names      wasm2oci_<verb> starts a verb; `_new` creates a handle, `_close`
 *            ends it, `_free` frees memory, `_clear` empties a struct.
 * Status     Every function that can fail returns a wasm2oci_status_t, which is
 *            WASM2OCI_STATUS_OK (0) on success. The numbers never change.
 * Errors     The last parameter may be NULL. Otherwise it points to a
 *            wasm2oci_error_t that was set to WASM2OCI_ERROR_INIT; a failing
 *            call fills it (freeing what an earlier failure left there), a
 *            successful one does not touch it.
 * Handles    A handle is a struct that holds one number. Zero is "no handle".
 *            A closed or stale handle answers WASM2OCI_STATUS_CLOSED, never a
 *            crash. `_close` is idempotent, accepts zero and NULL, and sets the
 *            caller's handle to zero. Handles may be used from any thread.
 * Operations A verb starts an operation and returns at once. Wait for it, then
 *            read its result, then close it. Closing a running operation
 *            cancels it and waits until it has ended.
 * Options    One JSON object as UTF-8 text, or NULL for the defaults. Unknown
 *            keys are refused by name (INVALID_ARGUMENT). Durations end in
 *            `_ms` and are milliseconds, sizes are bytes.
 * Text       NUL-terminated. References, options and messages are UTF-8; a path
 *            is whatever bytes the operating system takes (UTF-8 on Windows).
 * Memory     What is passed in is borrowed until the call returns; the content
 *            of wasm2oci_push_bytes is borrowed until its operation has ended.
 *            Views out (`const char *`, wasm2oci_bytes_t) live as long as the
 *            handle they were read from. What says "free" is freed by
 *            wasm2oci_free, nothing else.
 * fork()     In a child forked after the library was loaded, which is when its
 *            threads start, every call answers WASM2OCI_STATUS_FORKED at once;
 *            the `_close`, `_clear` and `_free` functions do what can be done
 *            and never hang. A program that forks workers links the library to
 *            what the workers execute, or loads it in them (dlopen).
 * Signals    The library installs no handler of its own beyond those of the Go
 *            runtime (SEGV, BUS, FPE, PIPE, URG). Handlers of the host must be
 *            installed with SA_ONSTACK.
 * Static     A binary can hold one Go archive: link the shared library where
 *            another Go library is linked statically.
 */
#ifndef WASM2OCI_H
#define WASM2OCI_H

#include <stddef.h>
#include <stdint.h>

/** The version of this header; the only place in the project that states it. */
#define WASM2OCI_VERSION "0.1.0"

#if defined(_WIN32) && defined(WASM2OCI_SHARED)
#define WASM2OCI_API __declspec(dllimport)
#elif defined(__GNUC__) || defined(__clang__)
#define WASM2OCI_API __attribute__((visibility("default")))
#else
#define WASM2OCI_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ errors */

/** What a call or an operation ended with. Treat unknown numbers as UNKNOWN. */
typedef int32_t wasm2oci_status_t;

enum {
  WASM2OCI_STATUS_OK = 0,
  /** Unclassified. */
  WASM2OCI_STATUS_UNKNOWN = 1,
  /** A bug in wasm2oci, such as a recovered panic. */
  WASM2OCI_STATUS_INTERNAL = 2,
  /** An option key is unknown, or an argument or option has a bad value. */
  WASM2OCI_STATUS_INVALID_ARGUMENT = 3,
  /** The reference was refused before any request. */
  WASM2OCI_STATUS_INVALID_REFERENCE = 4,
  /** The registry or the format cannot do this. */
  WASM2OCI_STATUS_UNSUPPORTED = 5,
  /** Cancelled by wasm2oci_operation_cancel, a close, or wasm2oci_shutdown. */
  WASM2OCI_STATUS_CANCELLED = 6,
  /** The operation's deadline, the connect limit or the idle limit passed. */
  WASM2OCI_STATUS_TIMEOUT = 7,
  /** The handle is zero, closed or stale. */
  WASM2OCI_STATUS_CLOSED = 8,
  /** Called in a child forked after the library was loaded. */
  WASM2OCI_STATUS_FORKED = 9,
  /** The repository, tag, manifest, blob or layout does not exist. */
  WASM2OCI_STATUS_NOT_FOUND = 10,
  /** The output exists and overwriting was not allowed. */
  WASM2OCI_STATUS_ALREADY_EXISTS = 11,
  /** 401, or an unusable credential, helper, credential file or token answer. */
  WASM2OCI_STATUS_UNAUTHENTICATED = 12,
  /** 403, DENIED, or 401 with insufficient_scope. */
  WASM2OCI_STATUS_PERMISSION_DENIED = 13,
  /** 429 beyond the retry budget. */
  WASM2OCI_STATUS_RATE_LIMITED = 14,
  /** Any other answer of the registry, 5xx to the end among them. */
  WASM2OCI_STATUS_REGISTRY = 15,
  /** DNS, connect, reset, proxy, or too many redirects. */
  WASM2OCI_STATUS_NETWORK = 20,
  /** A local file: output, source, or a CA or key file that cannot be read. */
  WASM2OCI_STATUS_FILESYSTEM = 21,
  /** A certificate or handshake, or a CA, certificate or key that is no good. */
  WASM2OCI_STATUS_TLS = 22,
  /** The content does not match its digest or its size. */
  WASM2OCI_STATUS_DIGEST_MISMATCH = 30,
  /** A documented limit was hit. */
  WASM2OCI_STATUS_SIZE_EXCEEDED = 31,
  /** The manifest is not JSON, or has the wrong shape. */
  WASM2OCI_STATUS_INVALID_MANIFEST = 32,
  /** There is no WebAssembly inside; the detail lists the types seen. */
  WASM2OCI_STATUS_NOT_WASM = 33,
  /** Several modules or platforms; the detail lists the candidates. */
  WASM2OCI_STATUS_AMBIGUOUS = 34
};

/** Why a call failed. Owned by the caller: end it with wasm2oci_error_clear. */
typedef struct wasm2oci_error {
  /** One of WASM2OCI_STATUS_*. */
  wasm2oci_status_t status;
  /** Unused, zero. */
  int32_t reserved;
  /** One line of UTF-8 with no secret in it. */
  char *message;
  /**
   * A JSON object, or NULL. All members are optional: op, reference,
   * http_status, registry_errors [{code, message}], path, candidates
   * [strings], causes [strings], errno, option, template (the message with
   * "{name}" for each option and all other braces doubled).
   */
  char *detail;
} wasm2oci_error_t;

/** What a wasm2oci_error_t is set to before its first use. */
#define WASM2OCI_ERROR_INIT {0, 0, NULL, NULL}

/** Frees the texts of an error and sets it to WASM2OCI_ERROR_INIT. */
WASM2OCI_API void wasm2oci_error_clear(wasm2oci_error_t *error);

/** The name of a status without its prefix, such as "NOT_FOUND". Static. */
WASM2OCI_API const char *wasm2oci_status_name(wasm2oci_status_t status);

/* ----------------------------------------------------------------- library */

/** The version of the library, equal to WASM2OCI_VERSION of its header. */
WASM2OCI_API const char *wasm2oci_version(void);

/**
 * What the library was built from, as a JSON object: version, go_version,
 * oras_go_version, os, arch. *json is static.
 * Errors: FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_build_info(const char **json, wasm2oci_error_t *error);

/** Frees memory that a function here says to free. NULL is fine. */
WASM2OCI_API void wasm2oci_free(void *memory);

/**
 * Prepares for the end of the process: refuses new operations (CLOSED),
 * cancels all running ones and waits for them, timeout_ms at most.
 * Errors: TIMEOUT when some were still running then; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_shutdown(int64_t timeout_ms, wasm2oci_error_t *error);

/* ----------------------------------------------------------------- runtime */

/**
 * Says how the Go runtime inside the library behaves. What is absent stays as it
 * is.
 *
 * options: gc_percent (how much garbage may come up, in percent of the memory in
 * use, before it is collected; -1: memory_limit alone decides; default 100),
 * memory_limit (bytes that the runtime tries to keep to, not counting the rest of
 * the process; 0: none; default half of what the control groups of the process
 * allow, as in a container, else none; set with the first client, unless GOMEMLIMIT
 * was in the environment that the process was started with), processors (threads
 * that run Go code at a time; default what machine, affinity and control groups
 * give).
 *
 * Errors: INVALID_ARGUMENT, FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_runtime_configure(const char *options,
                                                          wasm2oci_error_t *error);

/**
 * How the Go runtime behaves now, as a JSON object: gc_percent, memory_limit (0
 * for none), processors, memory (bytes it has of the system), handles (an object
 * with the numbers of open clients, operations, readers and completions). Free it.
 * Errors: FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_runtime_info(char **json, wasm2oci_error_t *error);

/* ----------------------------------------------------------------- clients */

/** Connections, credentials and defaults, shared by the operations it starts. */
typedef struct wasm2oci_client {
  uint64_t id;
} wasm2oci_client_t;

/**
 * Makes a client. No connection is opened.
 *
 * options: plain_http (bool; default true for loopback hosts, else false),
 * insecure (bool: do not verify certificates), ca_file, client_cert, client_key
 * (paths of PEM files), auth_file (path; the only credential file then),
 * username and password, token (a bearer token), proxy (URL; "" for none;
 * default from the environment), timeout_ms (whole operation; default none),
 * connect_timeout_ms (default 30000), idle_timeout_ms (time without a byte;
 * default 60000), retries (per request; default 5), connections (to one host at
 * a time; default 8, and up to 4 of them for one blob, which may use all that are
 * given), range_threshold (size from which on a blob is pulled over several
 * connections; default 32 MiB, and only where one is slow), upload_chunk_size
 * (size above which a blob is pushed in chunks of that size; default in one
 * request, and in chunks only where the registry finds that too large),
 * allow_upload_hosts (array of "HOST" or "HOST:PORT" to which
 * a registry may direct uploads beside itself; they never get the credentials;
 * default none), user_agent_suffix (text).
 *
 * environment: NULL, or "NAME=value" strings ended by NULL, in place of the
 * process's environment. With NULL that is copied during this call; later
 * changes are not seen by this client. Proxies, DOCKER_CONFIG,
 * REGISTRY_AUTH_FILE, SSL_CERT_*, HOME, XDG_*, PATH and SOURCE_DATE_EPOCH are
 * looked at, and credential helpers run with all of it.
 *
 * Errors: INVALID_ARGUMENT; FILESYSTEM and TLS for the PEM files; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_client_new(const char *options,
                                                   const char *const *environment,
                                                   wasm2oci_client_t *client,
                                                   wasm2oci_error_t *error);

/** Cancels the operations of the client, waits for them and closes it. */
WASM2OCI_API wasm2oci_status_t wasm2oci_client_close(wasm2oci_client_t *client);

/* -------------------------------------------------------------- operations */

/** One verb in flight, or ended and not yet closed. */
typedef struct wasm2oci_operation {
  uint64_t id;
} wasm2oci_operation_t;

/** What an operation is doing. */
enum {
  WASM2OCI_PHASE_STARTING = 0,
  WASM2OCI_PHASE_HASHING = 1,
  WASM2OCI_PHASE_RESOLVING = 2,
  WASM2OCI_PHASE_TRANSFERRING = 3,
  WASM2OCI_PHASE_FINISHING = 4,
  WASM2OCI_PHASE_DONE = 5
};

/** A snapshot of a running operation. */
typedef struct wasm2oci_progress {
  /** Bytes moved so far, and in all; total is 0 while it is not known. */
  uint64_t done;
  uint64_t total;
  /** Bytes that were there already (not moved), counted in done. */
  uint64_t reused;
  /** Bytes that had come before a connection broke and did not come again. */
  uint64_t resumed;
  /** One of WASM2OCI_PHASE_*. */
  int32_t phase;
  /** Requests tried again so far. */
  uint32_t retries;
  /** The digest of the blob being moved, or "". */
  char item[144];
} wasm2oci_progress_t;

/** A manifest by its media type, digest and size in bytes. */
typedef struct wasm2oci_descriptor {
  uint64_t size;
  char digest[144];
  char media_type[256];
} wasm2oci_descriptor_t;

/** A view of bytes that somebody else owns. */
typedef struct wasm2oci_bytes {
  const uint8_t *data;
  size_t size;
} wasm2oci_bytes_t;

/**
 * Waits until an operation has ended, timeout_ms at most (negative: no limit;
 * 0: do not wait).
 *
 * *done is set to 1 if it has ended, else to 0, in which case OK is returned.
 * *progress is filled either way. done and progress may be NULL.
 * Errors: what the operation ended with; CLOSED; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_wait(wasm2oci_operation_t operation,
                                                       int64_t timeout_ms,
                                                       wasm2oci_progress_t *progress,
                                                       int32_t *done,
                                                       wasm2oci_error_t *error);

/**
 * Asks an operation to end. It ends soon, with CANCELLED unless it was done
 * before; wait for it to be sure that nothing more is written.
 * Errors: CLOSED; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_cancel(wasm2oci_operation_t operation,
                                                         wasm2oci_error_t *error);

/**
 * The result of an operation that ended with OK, as a JSON object; its members
 * are listed at each verb. *json is a view.
 * Errors: INVALID_ARGUMENT while it is running; what it ended with; CLOSED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_result(wasm2oci_operation_t operation,
                                                         const char **json,
                                                         wasm2oci_error_t *error);

/**
 * The manifest that an operation pushed, pulled, resolved or read, so that the
 * common verbs need no JSON parser. Errors: as wasm2oci_operation_result;
 * UNSUPPORTED for an operation on a local file.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_descriptor(wasm2oci_operation_t operation,
                                                             wasm2oci_descriptor_t *descriptor,
                                                             wasm2oci_error_t *error);

/**
 * The path that a pull wrote. *path is a view.
 * Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_path(wasm2oci_operation_t operation,
                                                       const char **path,
                                                       wasm2oci_error_t *error);

/**
 * The bytes that a fetch brought. *bytes is a view.
 * Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_bytes(wasm2oci_operation_t operation,
                                                        wasm2oci_bytes_t *bytes,
                                                        wasm2oci_error_t *error);

/**
 * Takes what an operation has logged since the last call: *records is NULL, or
 * a JSON array of {level: "debug" | "warning", message} to free. Secrets are
 * masked. At most 1000 records wait; older ones are dropped. Works while the
 * operation runs and after it has ended.
 * Errors: CLOSED; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_log(wasm2oci_operation_t operation,
                                                      char **records,
                                                      wasm2oci_error_t *error);

/** Ends an operation: cancels it and waits if it is running; frees its views. */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_close(wasm2oci_operation_t *operation);

/* ------------------------------------------------------------------- verbs */

/*
 * A reference is "registry/repository[:tag][@digest]" or
 * "oci:DIR[:tag][@digest]"; the tag is "latest" where neither is given, and the
 * digest decides where both are. The registry must be named: "docker.io/…" for
 * Docker Hub. All verbs take the option timeout_ms (for the whole operation; 0
 * or absent: the client's).
 *
 * The verbs that look for a module take the options platform
 * ("os/architecture[/variant]", chooses from an index), layer (index, digest or
 * title of a layer, or the id of a Spin component), member (path of a file in a
 * tar layer), max_size (bytes of a layer as stored; default 4 GiB) and
 * max_unpacked_size (bytes that a layer unpacks to; default 4 GiB). A layer that
 * is packed or a tar is kept in a temporary file of the system's meanwhile.
 *
 * Starting a verb fails with CLOSED (client), INVALID_ARGUMENT (NULL, or options
 * that are not of the names and types listed), INVALID_REFERENCE or FORKED; all
 * else is what the operation ends with: the bad value of an option
 * (INVALID_ARGUMENT), too, and INVALID_REFERENCE in wasm2oci_inspect, which has
 * to look for a file first.
 */

/**
 * Pushes a WebAssembly file.
 *
 * options: format ("wasm", the default: the CNCF layout; "wasm-to-oci";
 * "compat": an image with plugin.wasm, for proxies; "image": an image that runs
 * the module), config_media_type, layer_media_type (in place of the format's),
 * artifact_type (default none),
 * annotations (object of strings, on the manifest), created (RFC 3339 time;
 * default SOURCE_DATE_EPOCH, else 1970-01-01T00:00:00Z, so that pushes can be
 * reproduced), title (default: the file's base name), allow_any (bool: push
 * what is not WebAssembly too).
 * Result: reference, digest, media_type, size, format, kind ("module" or
 * "component"), layer {media_type, digest, size, annotations}.
 * Ends with, beside the transport's: FILESYSTEM, NOT_WASM, DIGEST_MISMATCH (the
 * file changed meanwhile), UNAUTHENTICATED, PERMISSION_DENIED, REGISTRY.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_push(wasm2oci_client_t client,
                                             const char *path,
                                             const char *reference,
                                             const char *options,
                                             wasm2oci_operation_t *operation,
                                             wasm2oci_error_t *error);

/** wasm2oci_push of bytes in memory, which are borrowed until it has ended. */
WASM2OCI_API wasm2oci_status_t wasm2oci_push_bytes(wasm2oci_client_t client,
                                                   wasm2oci_bytes_t content,
                                                   const char *reference,
                                                   const char *options,
                                                   wasm2oci_operation_t *operation,
                                                   wasm2oci_error_t *error);

/**
 * wasm2oci_push of an open regular file, read from its start (the position is
 * neither used nor changed). The descriptor is duplicated during this call.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_push_fd(wasm2oci_client_t client,
                                                int32_t fd,
                                                const char *reference,
                                                const char *options,
                                                wasm2oci_operation_t *operation,
                                                wasm2oci_error_t *error);

/**
 * Pulls the module or component of an artifact into a file.
 *
 * path: a file; a directory, or a path that ends in "/", for a file of the
 * default name inside it; NULL for the default name in the working directory.
 * The default name is the last part of the repository (of a layout: the tag,
 * else the folder's name) with ".wasm". Nothing stands under the final name
 * before size and digest are verified.
 *
 * options: overwrite (bool; default true), durable (bool: fsync; default false).
 * Result: reference, digest, media_type, size, format, kind, layer, member (path
 * in a tar layer), file_digest, file_size, index_digest (where an index led here). The path is
 * read by wasm2oci_operation_path.
 * Ends with, beside the transport's: NOT_FOUND, ALREADY_EXISTS, FILESYSTEM,
 * INVALID_MANIFEST, NOT_WASM, AMBIGUOUS, DIGEST_MISMATCH.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_pull(wasm2oci_client_t client,
                                             const char *reference,
                                             const char *path,
                                             const char *options,
                                             wasm2oci_operation_t *operation,
                                             wasm2oci_error_t *error);

/**
 * Stores the module or component of an artifact as another artifact, under the
 * same or another format. Annotations and title are taken over. Within one
 * registry a module that stays a layer of its own is not sent again.
 *
 * options: those of wasm2oci_push but allow_any, and those that look for a module.
 * Result: as wasm2oci_push. Ends with what wasm2oci_pull and wasm2oci_push end with.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_convert(wasm2oci_client_t client,
                                                const char *source,
                                                const char *destination,
                                                const char *options,
                                                wasm2oci_operation_t *operation,
                                                wasm2oci_error_t *error);

/**
 * Fetches the module or component of an artifact into memory; read it with
 * wasm2oci_operation_bytes. Result and errors: as wasm2oci_pull, no file.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_fetch(wasm2oci_client_t client,
                                              const char *reference,
                                              const char *options,
                                              wasm2oci_operation_t *operation,
                                              wasm2oci_error_t *error);

/**
 * Opens the module or component of an artifact for reading; take the reader
 * with wasm2oci_operation_reader. The operation ends when the first byte can be
 * asked for; timeout_ms goes on to hold for the reading. Result: as
 * wasm2oci_fetch.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_open(wasm2oci_client_t client,
                                             const char *reference,
                                             const char *options,
                                             wasm2oci_operation_t *operation,
                                             wasm2oci_error_t *error);

/**
 * Resolves a reference to its manifest or index.
 * Result: reference, media_type, digest, size, annotations (only where a layout's
 * index has them).
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_resolve(wasm2oci_client_t client,
                                                const char *reference,
                                                const char *options,
                                                wasm2oci_operation_t *operation,
                                                wasm2oci_error_t *error);

/**
 * Says what is in an artifact or a local file. `what` is a path if a file of
 * that name exists, or if it starts with "/", "./" or "../" or ends in ".wasm";
 * otherwise a reference. A path is never dialled.
 *
 * Result: reference (null for a file), digest, media_type, size, format, kind,
 * manifest, config, annotations, layers [descriptors], layer, file_digest,
 * file_size, and of the binary: name, imports, exports, producers.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_inspect(wasm2oci_client_t client,
                                                const char *what,
                                                const char *options,
                                                wasm2oci_operation_t *operation,
                                                wasm2oci_error_t *error);

/** wasm2oci_inspect of what is a path for sure. */
WASM2OCI_API wasm2oci_status_t wasm2oci_inspect_file(wasm2oci_client_t client,
                                                     const char *path,
                                                     const char *options,
                                                     wasm2oci_operation_t *operation,
                                                     wasm2oci_error_t *error);

/**
 * The default name of a reference: that of the file which wasm2oci_pull writes
 * where it is given a directory. *name is to free.
 * Errors: INVALID_ARGUMENT (NULL); INVALID_REFERENCE; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_default_name(const char *reference,
                                                     char **name,
                                                     wasm2oci_error_t *error);

/* --------------------------------------------------------- waiting wrappers */

/**
 * wasm2oci_push, wait and close in one call. descriptor may be NULL.
 * Errors: those of wasm2oci_push and of its operation.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_push_and_wait(wasm2oci_client_t client,
                                                      const char *path,
                                                      const char *reference,
                                                      const char *options,
                                                      wasm2oci_descriptor_t *descriptor,
                                                      wasm2oci_error_t *error);

/**
 * wasm2oci_pull, wait and close in one call. descriptor may be NULL.
 * Errors: those of wasm2oci_pull and of its operation.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_pull_and_wait(wasm2oci_client_t client,
                                                      const char *reference,
                                                      const char *path,
                                                      const char *options,
                                                      wasm2oci_descriptor_t *descriptor,
                                                      wasm2oci_error_t *error);

/* ----------------------------------------------------------------- readers */

/** A stream of the bytes of one module. One thread reads at a time. */
typedef struct wasm2oci_reader {
  uint64_t id;
} wasm2oci_reader_t;

/**
 * Takes the reader of an operation started by wasm2oci_open; it belongs to the
 * caller then, and outlives the operation. A second call answers CLOSED.
 * Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_operation_reader(wasm2oci_operation_t operation,
                                                         wasm2oci_reader_t *reader,
                                                         wasm2oci_error_t *error);

/**
 * Reads up to `size` bytes, waiting for the first of them timeout_ms at most
 * (negative: no limit).
 *
 * *count is set to the bytes read; *end to 1 when all bytes have been read and
 * the digest is verified, else to 0. Neither a byte nor the end: the time
 * passed. A digest that does not match is an error in place of the end: do not
 * use the bytes before *end is 1.
 * Errors: DIGEST_MISMATCH, NETWORK, TIMEOUT (the operation's or the idle
 * limit), CANCELLED (closed meanwhile), CLOSED, FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_reader_read(wasm2oci_reader_t reader,
                                                    void *data,
                                                    size_t size,
                                                    int64_t timeout_ms,
                                                    size_t *count,
                                                    int32_t *end,
                                                    wasm2oci_error_t *error);

/** Ends a reader and its connection. */
WASM2OCI_API wasm2oci_status_t wasm2oci_reader_close(wasm2oci_reader_t *reader);

/* ------------------------------------------------------------- completions */

/** A queue of what has ended or can be read: one thread waits for any number. */
typedef struct wasm2oci_completions {
  uint64_t id;
} wasm2oci_completions_t;

/** Makes an empty queue. Errors: FORKED. */
WASM2OCI_API wasm2oci_status_t wasm2oci_completions_new(wasm2oci_completions_t *completions,
                                                        wasm2oci_error_t *error);

/**
 * Reports an operation once when it has ended, however that was; at once if it
 * has ended already, and also if it is closed meanwhile. The operation is waited
 * for, read and closed as ever.
 * Errors: CLOSED (the queue or the operation); FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_completions_add_operation(
    wasm2oci_completions_t completions, wasm2oci_operation_t operation, wasm2oci_error_t *error);

/**
 * Reports a reader once when wasm2oci_reader_read would not wait: there are
 * bytes, the end or an error, or it was closed; at once if that is so already.
 * Add it again before the next wait.
 * Errors: CLOSED (the queue or the reader); FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_completions_add_reader(wasm2oci_completions_t completions,
                                                               wasm2oci_reader_t reader,
                                                               wasm2oci_error_t *error);

/**
 * Waits until something is reported, timeout_ms at most (negative: no limit; 0:
 * do not wait).
 *
 * ids is filled with the numbers of up to `capacity` handles, the oldest report
 * first, *count set to how many; 0 means that the time passed. No two handles of
 * a process have one number, of whatever kind they are. Any number of threads
 * may wait; each report goes to one of them.
 * Errors: CLOSED, also when the queue is closed meanwhile or wasm2oci_shutdown
 * has ended what ran; FORKED.
 */
WASM2OCI_API wasm2oci_status_t wasm2oci_completions_wait(wasm2oci_completions_t completions,
                                                         int64_t timeout_ms,
                                                         uint64_t *ids,
                                                         size_t capacity,
                                                         size_t *count,
                                                         wasm2oci_error_t *error);

/** Ends a queue, and the waits for it; what was added to it goes on. */
WASM2OCI_API wasm2oci_status_t wasm2oci_completions_close(wasm2oci_completions_t *completions);

#ifdef __cplusplus
}
#endif

#endif
