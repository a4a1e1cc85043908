/*
 * The public C functions. They stand here, not in Go, for two reasons: an
 * exported Go function cannot take `const char *`, and before any Go is entered its
 * runtime must have started, or the process be told that it cannot (start.c).
 */
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"
#include "environment.h"
#include "start.h"
#include "wasm2oci/wasm2oci.h"

/* Fills an error without Go. */
static wasm2oci_status_t fail(wasm2oci_error_t *error,
                              wasm2oci_status_t status,
                              const char *message) {
  if (error != NULL) {
    wasm2oci_error_clear(error);
    error->status = status;
    error->message = malloc(strlen(message) + 1);
    if (error->message != NULL) strcpy(error->message, message);
  }
  return status;
}

#define ENTER_GO(error)                                                  \
  do {                                                                   \
    const char *why = NULL;                                              \
    const wasm2oci_status_t entered = wasm2oci_go_enter(&why);           \
    if (entered != WASM2OCI_STATUS_OK) return fail(error, entered, why); \
  } while (0)

/* Go takes a fault on the first page for a nil pointer of its own, not for the caller's: there are
 * the members of a struct at NULL. */
#define CHECK_ADDRESS(argument, error)                                                           \
  do {                                                                                           \
    if ((uintptr_t)(argument) != 0 && (uintptr_t)(argument) < 4096)                              \
      return fail(error,                                                                         \
                  WASM2OCI_STATUS_INVALID_ARGUMENT,                                              \
                  "the argument \"" #argument                                                    \
                  "\" is not an address but a number below 4096, such as that of a member of a " \
                  "NULL struct");                                                                \
  } while (0)

#define CHECK_NOT_NULL(argument, error)                                                       \
  do {                                                                                        \
    if ((argument) == NULL)                                                                   \
      return fail(                                                                            \
          error, WASM2OCI_STATUS_INVALID_ARGUMENT, "the argument \"" #argument "\" is NULL"); \
    CHECK_ADDRESS(argument, error);                                                           \
  } while (0)

void wasm2oci_error_clear(wasm2oci_error_t *error) {
  if (error == NULL) return;
  free(error->message);
  free(error->detail);
  memset(error, 0, sizeof *error);
}

#define NAME_CASE(NAME, number, value, Class, meaning) \
  case number:                                         \
    return #NAME;

const char *wasm2oci_status_name(wasm2oci_status_t status) {
  switch (status) {
    WASM2OCI_STATUS_MAP(NAME_CASE)
    default:
      return "UNKNOWN";
  }
}

const char *wasm2oci_version(void) { return WASM2OCI_VERSION; }

void wasm2oci_free(void *memory) { free(memory); }

wasm2oci_status_t wasm2oci_build_info(const char **json, wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(json, error);
  return goBuildInfo((char **)json, error);
}

wasm2oci_status_t wasm2oci_default_name(const char *reference,
                                        char **name,
                                        wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(name, error);
  *name = NULL;
  CHECK_NOT_NULL(reference, error);
  return goDefaultName((char *)reference, name, error);
}

void wasm2oci_reference_clear(wasm2oci_reference_t *reference) {
  if (reference == NULL) return;
  free(reference->text);
  free(reference->scheme);
  free(reference->registry);
  free(reference->repository);
  free(reference->path);
  free(reference->tag);
  free(reference->digest);
  free(reference->written);
  memset(reference, 0, sizeof *reference);
}

wasm2oci_status_t wasm2oci_reference_parse(const char *text,
                                           wasm2oci_reference_t *reference,
                                           wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(reference, error);
  wasm2oci_reference_clear(reference);
  CHECK_NOT_NULL(text, error);
  return goReferenceParse((char *)text, reference, error);
}

wasm2oci_status_t wasm2oci_shutdown(int64_t timeout_ms, wasm2oci_error_t *error) {
  ENTER_GO(error);
  return goShutdown(timeout_ms, error);
}

wasm2oci_status_t wasm2oci_runtime_configure(const char *options, wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_ADDRESS(options, error);
  return goRuntimeConfigure((char *)options, error);
}

wasm2oci_status_t wasm2oci_runtime_info(char **json, wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(json, error);
  return goRuntimeInfo(json, error);
}

wasm2oci_status_t wasm2oci_client_new(const char *options,
                                      const char *const *environment,
                                      wasm2oci_client_t *client,
                                      wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(client, error);
  client->id = 0;
  CHECK_ADDRESS(environment, error);
  CHECK_ADDRESS(options, error);
  char **variables = environment == NULL ? ENVIRONMENT : (char **)environment;
  char *none[] = {NULL};
  return goClientNew((char *)options, variables == NULL ? none : variables, &client->id, error);
}

wasm2oci_status_t wasm2oci_client_set_credentials(wasm2oci_client_t client,
                                                  const char *credentials,
                                                  wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(credentials, error);
  return goClientSetCredentials(client.id, (char *)credentials, error);
}

wasm2oci_status_t wasm2oci_client_close(wasm2oci_client_t *client) {
  if (client == NULL || client->id == 0) return WASM2OCI_STATUS_OK;
  uint64_t id = client->id;
  client->id = 0;
  if (wasm2oci_go_runs()) goClientClose(id);
  return WASM2OCI_STATUS_OK;
}

wasm2oci_status_t wasm2oci_operation_wait(wasm2oci_operation_t operation,
                                          int64_t timeout_ms,
                                          wasm2oci_progress_t *progress,
                                          int32_t *done,
                                          wasm2oci_error_t *error) {
  ENTER_GO(error);
  return goOperationWait(operation.id, timeout_ms, progress, done, error);
}

wasm2oci_status_t wasm2oci_operation_cancel(wasm2oci_operation_t operation,
                                            wasm2oci_error_t *error) {
  ENTER_GO(error);
  return goOperationCancel(operation.id, error);
}

wasm2oci_status_t wasm2oci_operation_result(wasm2oci_operation_t operation,
                                            const char **json,
                                            wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(json, error);
  return goOperationResult(operation.id, (char **)json, error);
}

wasm2oci_status_t wasm2oci_operation_descriptor(wasm2oci_operation_t operation,
                                                wasm2oci_descriptor_t *descriptor,
                                                wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(descriptor, error);
  return goOperationDescriptor(operation.id, descriptor, error);
}

wasm2oci_status_t wasm2oci_operation_path(wasm2oci_operation_t operation,
                                          const char **path,
                                          wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(path, error);
  return goOperationPath(operation.id, (char **)path, error);
}

wasm2oci_status_t wasm2oci_operation_bytes(wasm2oci_operation_t operation,
                                           wasm2oci_bytes_t *bytes,
                                           wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(bytes, error);
  return goOperationBytes(operation.id, bytes, error);
}

wasm2oci_status_t wasm2oci_operation_log(wasm2oci_operation_t operation,
                                         char **records,
                                         wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(records, error);
  return goOperationLog(operation.id, records, error);
}

wasm2oci_status_t wasm2oci_operation_reader(wasm2oci_operation_t operation,
                                            wasm2oci_reader_t *reader,
                                            wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(reader, error);
  reader->id = 0;
  return goOperationReader(operation.id, &reader->id, error);
}

wasm2oci_status_t wasm2oci_operation_close(wasm2oci_operation_t *operation) {
  if (operation == NULL || operation->id == 0) return WASM2OCI_STATUS_OK;
  uint64_t id = operation->id;
  operation->id = 0;
  if (wasm2oci_go_runs()) goOperationClose(id);
  return WASM2OCI_STATUS_OK;
}

wasm2oci_status_t wasm2oci_completions_new(wasm2oci_completions_t *completions,
                                           wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(completions, error);
  completions->id = 0;
  return goCompletionsNew(&completions->id, error);
}

wasm2oci_status_t wasm2oci_completions_add_operation_as(wasm2oci_completions_t queue,
                                                        wasm2oci_operation_t operation,
                                                        uint64_t user_data,
                                                        wasm2oci_error_t *error) {
  ENTER_GO(error);
  return goCompletionsAddOperation(queue.id, operation.id, user_data, error);
}

wasm2oci_status_t wasm2oci_completions_add_operation(wasm2oci_completions_t completions,
                                                     wasm2oci_operation_t operation,
                                                     wasm2oci_error_t *error) {
  return wasm2oci_completions_add_operation_as(completions, operation, operation.id, error);
}

wasm2oci_status_t wasm2oci_completions_add_reader_as(wasm2oci_completions_t queue,
                                                     wasm2oci_reader_t reader,
                                                     uint64_t user_data,
                                                     wasm2oci_error_t *error) {
  ENTER_GO(error);
  return goCompletionsAddReader(queue.id, reader.id, user_data, error);
}

wasm2oci_status_t wasm2oci_completions_add_reader(wasm2oci_completions_t completions,
                                                  wasm2oci_reader_t reader,
                                                  wasm2oci_error_t *error) {
  return wasm2oci_completions_add_reader_as(completions, reader, reader.id, error);
}

wasm2oci_status_t wasm2oci_completions_fd(wasm2oci_completions_t completions,
                                          intptr_t *fd,
                                          wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(fd, error);
  *fd = -1;
  return goCompletionsFd(completions.id, fd, error);
}

wasm2oci_status_t wasm2oci_completions_wait(wasm2oci_completions_t completions,
                                            int64_t timeout_ms,
                                            uint64_t *ids,
                                            size_t capacity,
                                            size_t *count,
                                            wasm2oci_error_t *error) {
  ENTER_GO(error);
  if (ids == NULL && capacity > 0) CHECK_NOT_NULL(ids, error);
  CHECK_NOT_NULL(count, error);
  *count = 0;
  return goCompletionsWait(completions.id, timeout_ms, ids, capacity, count, error);
}

wasm2oci_status_t wasm2oci_completions_close(wasm2oci_completions_t *completions) {
  if (completions == NULL || completions->id == 0) return WASM2OCI_STATUS_OK;
  uint64_t id = completions->id;
  completions->id = 0;
  if (wasm2oci_go_runs()) goCompletionsClose(id);
  return WASM2OCI_STATUS_OK;
}

wasm2oci_status_t wasm2oci_push(wasm2oci_client_t client,
                                const char *path,
                                const char *reference,
                                const char *options,
                                wasm2oci_operation_t *operation,
                                wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(path, error);
  CHECK_NOT_NULL(reference, error);
  CHECK_ADDRESS(options, error);
  return goPush(client.id, (char *)path, (char *)reference, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_push_bytes(wasm2oci_client_t client,
                                      wasm2oci_bytes_t content,
                                      const char *reference,
                                      const char *options,
                                      wasm2oci_operation_t *operation,
                                      wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  if (content.size > 0) CHECK_NOT_NULL(content.data, error);
  CHECK_NOT_NULL(reference, error);
  CHECK_ADDRESS(options, error);
  return goPushBytes(client.id,
                     (uint8_t *)content.data,
                     content.size,
                     (char *)reference,
                     (char *)options,
                     &operation->id,
                     error);
}

wasm2oci_status_t wasm2oci_push_fd(wasm2oci_client_t client,
                                   int32_t fd,
                                   const char *reference,
                                   const char *options,
                                   wasm2oci_operation_t *operation,
                                   wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(reference, error);
  CHECK_ADDRESS(options, error);
  return goPushFd(client.id, fd, (char *)reference, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_pull(wasm2oci_client_t client,
                                const char *reference,
                                const char *path,
                                const char *options,
                                wasm2oci_operation_t *operation,
                                wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(reference, error);
  CHECK_ADDRESS(path, error);
  CHECK_ADDRESS(options, error);
  return goPull(client.id, (char *)reference, (char *)path, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_convert(wasm2oci_client_t client,
                                   const char *source,
                                   const char *destination,
                                   const char *options,
                                   wasm2oci_operation_t *operation,
                                   wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(source, error);
  CHECK_NOT_NULL(destination, error);
  CHECK_ADDRESS(options, error);
  return goConvert(
      client.id, (char *)source, (char *)destination, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_copy(wasm2oci_client_t client,
                                const char *source,
                                const char *destination,
                                const char *options,
                                wasm2oci_operation_t *operation,
                                wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(source, error);
  CHECK_NOT_NULL(destination, error);
  CHECK_ADDRESS(options, error);
  return goCopy(
      client.id, (char *)source, (char *)destination, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_tag(wasm2oci_client_t client,
                               const char *reference,
                               const char *tags,
                               const char *options,
                               wasm2oci_operation_t *operation,
                               wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(reference, error);
  CHECK_NOT_NULL(tags, error);
  CHECK_ADDRESS(options, error);
  return goTag(client.id, (char *)reference, (char *)tags, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_attach(wasm2oci_client_t client,
                                  const char *reference,
                                  const char *const *paths,
                                  size_t count,
                                  const char *options,
                                  wasm2oci_operation_t *operation,
                                  wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_NOT_NULL(reference, error);
  if (count > 0) CHECK_NOT_NULL(paths, error);
  CHECK_ADDRESS(options, error);
  return goAttach(
      client.id, (char *)reference, (char **)paths, count, (char *)options, &operation->id, error);
}

wasm2oci_status_t wasm2oci_cache(wasm2oci_client_t client,
                                 const char *options,
                                 wasm2oci_operation_t *operation,
                                 wasm2oci_error_t *error) {
  ENTER_GO(error);
  CHECK_NOT_NULL(operation, error);
  operation->id = 0;
  CHECK_ADDRESS(options, error);
  return goCache(client.id, (char *)options, &operation->id, error);
}

/* The verbs that take one text and options. */
#define START(verb, start, text)                                                   \
  wasm2oci_status_t verb(wasm2oci_client_t client,                                 \
                         const char *text,                                         \
                         const char *options,                                      \
                         wasm2oci_operation_t *operation,                          \
                         wasm2oci_error_t *error) {                                \
    ENTER_GO(error);                                                               \
    CHECK_NOT_NULL(operation, error);                                              \
    operation->id = 0;                                                             \
    CHECK_NOT_NULL(text, error);                                                   \
    CHECK_ADDRESS(options, error);                                                 \
    return start(client.id, (char *)text, (char *)options, &operation->id, error); \
  }

START(wasm2oci_fetch, goFetch, reference)
START(wasm2oci_open, goOpen, reference)
START(wasm2oci_cached, goCached, reference)
START(wasm2oci_resolve, goResolve, reference)
START(wasm2oci_tags, goTags, repository)
START(wasm2oci_untag, goUntag, reference)
START(wasm2oci_delete, goDelete, reference)
START(wasm2oci_referrers, goReferrers, reference)
START(wasm2oci_login, goLogin, registry)
START(wasm2oci_logout, goLogout, registry)
START(wasm2oci_inspect, goInspect, what)
START(wasm2oci_inspect_file, goInspectFile, path)
START(wasm2oci_inspect_reference, goInspectReference, reference)

/* Waits for an operation that was started and ends it. */
static wasm2oci_status_t finish(wasm2oci_operation_t operation,
                                wasm2oci_descriptor_t *descriptor,
                                wasm2oci_error_t *error) {
  wasm2oci_status_t status = wasm2oci_operation_wait(operation, -1, NULL, NULL, error);
  if (status == WASM2OCI_STATUS_OK && descriptor != NULL)
    status = wasm2oci_operation_descriptor(operation, descriptor, error);
  wasm2oci_operation_close(&operation);
  return status;
}

wasm2oci_status_t wasm2oci_push_and_wait(wasm2oci_client_t client,
                                         const char *path,
                                         const char *reference,
                                         const char *options,
                                         wasm2oci_descriptor_t *descriptor,
                                         wasm2oci_error_t *error) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_status_t status = wasm2oci_push(client, path, reference, options, &operation, error);
  return status == WASM2OCI_STATUS_OK ? finish(operation, descriptor, error) : status;
}

wasm2oci_status_t wasm2oci_pull_and_wait(wasm2oci_client_t client,
                                         const char *reference,
                                         const char *path,
                                         const char *options,
                                         wasm2oci_descriptor_t *descriptor,
                                         wasm2oci_error_t *error) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_status_t status = wasm2oci_pull(client, reference, path, options, &operation, error);
  return status == WASM2OCI_STATUS_OK ? finish(operation, descriptor, error) : status;
}

wasm2oci_status_t wasm2oci_reader_read(wasm2oci_reader_t reader,
                                       void *data,
                                       size_t size,
                                       int64_t timeout_ms,
                                       size_t *count,
                                       int32_t *end,
                                       wasm2oci_error_t *error) {
  ENTER_GO(error);
  if (size > 0) CHECK_NOT_NULL(data, error);
  CHECK_NOT_NULL(count, error);
  CHECK_NOT_NULL(end, error);
  *count = 0;
  *end = 0;
  return goReaderRead(reader.id, data, size, timeout_ms, count, end, error);
}

wasm2oci_status_t wasm2oci_reader_close(wasm2oci_reader_t *reader) {
  if (reader == NULL || reader->id == 0) return WASM2OCI_STATUS_OK;
  uint64_t id = reader->id;
  reader->id = 0;
  if (wasm2oci_go_runs()) goReaderClose(id);
  return WASM2OCI_STATUS_OK;
}
