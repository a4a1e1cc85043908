/*
 * Every function with NULL, empty, zero, stale and closed arguments: a status,
 * never a crash.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support.h"

#if WASM2OCI_VERSION_NUMBER < WASM2OCI_MAKE_VERSION(0, 1, 0) || \
    WASM2OCI_VERSION_NUMBER >=                                  \
        WASM2OCI_MAKE_VERSION(WASM2OCI_VERSION_MAJOR, WASM2OCI_VERSION_MINOR + 1, 0)
#error the version cannot be compared
#endif

static const wasm2oci_bytes_t kNoBytes = {NULL, 0};

static void library_functions(void) {
  const char *json = NULL;
  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  CHECK(strcmp(wasm2oci_version(), WASM2OCI_VERSION) == 0);
  CHECK_OK(wasm2oci_build_info(&json, &failure), &failure);
  CHECK_CONTAINS(json, "\"version\"");
  CHECK_CONTAINS(json, WASM2OCI_VERSION);
  CHECK_OK(wasm2oci_build_info(&json, NULL), NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_build_info(NULL, error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_runtime_info(NULL, error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                wasm2oci_runtime_configure("{\"processors\": 0}", error));
  CHECK_OK(wasm2oci_runtime_configure(NULL, &failure), &failure);
  wasm2oci_free(NULL);
  wasm2oci_error_clear(NULL);
  wasm2oci_error_clear(&failure);
  wasm2oci_error_clear(&failure);
  CHECK(failure.status == 0 && failure.message == NULL && failure.detail == NULL);
}

static void default_names(void) {
  char *name = NULL;
  CHECK_OK(wasm2oci_default_name("localhost:5000/org/mod:v1", &name, NULL), NULL);
  CHECK(strcmp(name, "mod.wasm") == 0);
  wasm2oci_free(name);
  CHECK_OK(wasm2oci_default_name("oci:dir:v1", &name, NULL), NULL);
  CHECK(strcmp(name, "v1.wasm") == 0);
  wasm2oci_free(name);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_REFERENCE, wasm2oci_default_name("mod", &name, error));
  CHECK(name == NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_default_name(NULL, &name, error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_default_name("oci:d:1", NULL, error));
}

static void references(void) {
  wasm2oci_reference_t reference = WASM2OCI_REFERENCE_INIT;
  CHECK_OK(wasm2oci_reference_parse("LOCALHOST:5000/org/mod", &reference, NULL), NULL);
  CHECK(strcmp(reference.text, "localhost:5000/org/mod:latest") == 0);
  CHECK(strcmp(reference.scheme, "") == 0);
  CHECK(strcmp(reference.registry, "localhost:5000") == 0);
  CHECK(strcmp(reference.repository, "org/mod") == 0);
  CHECK(strcmp(reference.tag, "latest") == 0);
  CHECK(strcmp(reference.written, "localhost:5000/org/mod") == 0);
  CHECK(reference.path == NULL && reference.digest == NULL);
  /* A second call frees what the first one made. */
  CHECK_OK(wasm2oci_reference_parse("oci:d\xff/e@sha256:"
                                    "0123456789abcdef0123456789abcdef"
                                    "0123456789abcdef0123456789abcdef",
                                    &reference,
                                    NULL),
           NULL);
  CHECK(strcmp(reference.scheme, "oci") == 0 && strcmp(reference.path, "d\xff/e") == 0);
  CHECK(strncmp(reference.digest, "sha256:", 7) == 0);
  CHECK(reference.registry == NULL && reference.repository == NULL && reference.tag == NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_REFERENCE,
                wasm2oci_reference_parse("oci:d:v1,v2", &reference, error));
  CHECK(reference.text == NULL && reference.scheme == NULL && reference.path == NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                wasm2oci_reference_parse(NULL, &reference, error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_reference_parse("oci:d", NULL, error));
  wasm2oci_reference_clear(NULL);
  wasm2oci_reference_clear(&reference);
  wasm2oci_reference_clear(&reference);
}

static void status_names(void) {
  CHECK(strcmp(wasm2oci_status_name(WASM2OCI_STATUS_OK), "OK") == 0);
  CHECK(strcmp(wasm2oci_status_name(WASM2OCI_STATUS_AMBIGUOUS), "AMBIGUOUS") == 0);
  CHECK(strcmp(wasm2oci_status_name(-1), "UNKNOWN") == 0);
  CHECK(strcmp(wasm2oci_status_name(INT32_MAX), "UNKNOWN") == 0);
}

/* What a handle that is no handle answers. */

static void dead_client(wasm2oci_client_t client) {
  wasm2oci_operation_t operation = {0};
  const wasm2oci_status_t closed = WASM2OCI_STATUS_CLOSED;
  CHECK_REFUSED(closed, wasm2oci_client_set_credentials(client, "[]", error));
  CHECK_REFUSED(closed, wasm2oci_push(client, "a.wasm", "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_push_bytes(client, kNoBytes, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_push_fd(client, 0, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_pull(client, "oci:d:1", NULL, NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_convert(client, "oci:d:1", "oci:d:2", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_fetch(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_open(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_resolve(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_inspect(client, "a.wasm", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_inspect_file(client, "a.wasm", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_inspect_reference(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(closed, wasm2oci_push_and_wait(client, "a.wasm", "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(closed, wasm2oci_pull_and_wait(client, "oci:d:1", "a", NULL, NULL, error));
  CHECK(operation.id == 0);
}

static void dead_operation(wasm2oci_operation_t operation) {
  const wasm2oci_status_t closed = WASM2OCI_STATUS_CLOSED;
  wasm2oci_progress_t progress;
  wasm2oci_descriptor_t descriptor;
  wasm2oci_bytes_t bytes = kNoBytes;
  wasm2oci_reader_t reader = {0};
  const char *text = NULL;
  char *records = NULL;
  int32_t done = 0;
  CHECK_REFUSED(closed, wasm2oci_operation_wait(operation, 0, &progress, &done, error));
  CHECK_REFUSED(closed, wasm2oci_operation_wait(operation, -1, NULL, NULL, error));
  CHECK_REFUSED(closed, wasm2oci_operation_cancel(operation, error));
  CHECK_REFUSED(closed, wasm2oci_operation_result(operation, &text, error));
  CHECK_REFUSED(closed, wasm2oci_operation_descriptor(operation, &descriptor, error));
  CHECK_REFUSED(closed, wasm2oci_operation_path(operation, &text, error));
  CHECK_REFUSED(closed, wasm2oci_operation_bytes(operation, &bytes, error));
  CHECK_REFUSED(closed, wasm2oci_operation_log(operation, &records, error));
  CHECK_REFUSED(closed, wasm2oci_operation_reader(operation, &reader, error));
  CHECK(done == 0 && text == NULL && records == NULL && reader.id == 0);
}

static void dead_reader(wasm2oci_reader_t reader) {
  uint8_t byte = 0;
  size_t count = 7;
  int32_t end = 7;
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED,
                wasm2oci_reader_read(reader, &byte, 1, 0, &count, &end, error));
}

static void zero_and_unknown_handles(void) {
  const uint64_t ids[] = {0, 1, 123456789, UINT64_MAX};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; ++i) {
    const wasm2oci_client_t client = {ids[i]};
    const wasm2oci_operation_t operation = {ids[i]};
    const wasm2oci_reader_t reader = {ids[i]};
    dead_client(client);
    dead_operation(operation);
    dead_reader(reader);
  }
}

static void closing_nothing(void) {
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  CHECK_OK(wasm2oci_client_close(NULL), NULL);
  CHECK_OK(wasm2oci_operation_close(NULL), NULL);
  CHECK_OK(wasm2oci_reader_close(NULL), NULL);
  CHECK_OK(wasm2oci_client_close(&client), NULL);
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  CHECK_OK(wasm2oci_reader_close(&reader), NULL);
}

/* Stale handles: the copy of one that was closed. */

static void closing_twice(wasm2oci_client_t client, const char *reference) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  CHECK_OK(wasm2oci_open(client, reference, NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_OK(wasm2oci_operation_reader(operation, &reader, NULL), NULL);
  CHECK(reader.id != 0);

  const wasm2oci_reader_t stale_reader = reader;
  CHECK_OK(wasm2oci_reader_close(&reader), NULL);
  CHECK(reader.id == 0);
  CHECK_OK(wasm2oci_reader_close(&reader), NULL);
  dead_reader(stale_reader);

  const wasm2oci_operation_t stale_operation = operation;
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  CHECK(operation.id == 0);
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  dead_operation(stale_operation);

  wasm2oci_client_t stale_client = client;
  CHECK_OK(wasm2oci_client_close(&client), NULL);
  CHECK(client.id == 0);
  dead_client(stale_client);
  CHECK_OK(wasm2oci_client_close(&stale_client), NULL);
  CHECK(stale_client.id == 0);
}

/* NULL where something must be. */

static void null_out_of_verbs(wasm2oci_client_t client) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  CHECK_REFUSED(invalid, wasm2oci_client_new(NULL, NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_push(client, "a.wasm", "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_push_bytes(client, kNoBytes, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_push_fd(client, 0, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_pull(client, "oci:d:1", NULL, NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_fetch(client, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_open(client, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_convert(client, "oci:d:1", "oci:d:2", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_resolve(client, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_inspect(client, "a.wasm", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_inspect_file(client, "a.wasm", NULL, NULL, error));
}

static void null_in(wasm2oci_client_t client) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const wasm2oci_bytes_t null_but_sized = {NULL, 5};
  wasm2oci_operation_t operation = {0};
  CHECK_REFUSED(invalid, wasm2oci_client_set_credentials(client, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_push(client, NULL, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_push(client, "a.wasm", NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid,
                wasm2oci_push_bytes(client, null_but_sized, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_push_bytes(client, kNoBytes, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_push_fd(client, 0, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_pull(client, NULL, "a", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_fetch(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_open(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_convert(client, NULL, "oci:d:2", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_convert(client, "oci:d:1", NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_resolve(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_inspect(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_inspect_file(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_push_and_wait(client, NULL, "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_push_and_wait(client, "a.wasm", NULL, NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_pull_and_wait(client, NULL, "a", NULL, NULL, error));
  CHECK(operation.id == 0);
}

static void empty_and_bad_references(wasm2oci_client_t client) {
  static const char *const kReferences[] = {"", "oci:", "hello:1", "oci:d:", "127.0.0.1:1/UP:1"};
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  for (size_t i = 0; i < sizeof kReferences / sizeof kReferences[0]; ++i) {
    const char *reference = kReferences[i];
    CHECK_REFUSED(invalid, wasm2oci_push(client, "a.wasm", reference, NULL, &operation, error));
    CHECK_REFUSED(invalid,
                  wasm2oci_push_bytes(client, kNoBytes, reference, NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_push_fd(client, 0, reference, NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_pull(client, reference, "a", NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_fetch(client, reference, NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_open(client, reference, NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_resolve(client, reference, NULL, &operation, error));
    CHECK_REFUSED(invalid, wasm2oci_push_and_wait(client, "a.wasm", reference, NULL, NULL, error));
    CHECK_REFUSED(invalid, wasm2oci_pull_and_wait(client, reference, "a", NULL, NULL, error));
  }
  CHECK(operation.id == 0);
  for (size_t i = 0; i < sizeof kReferences / sizeof kReferences[0]; ++i) {
    CHECK_OK(wasm2oci_inspect(client, kReferences[i], NULL, &operation, NULL), NULL);
    CHECK_REFUSED(invalid, wasm2oci_operation_wait(operation, -1, NULL, NULL, error));
    wasm2oci_operation_close(&operation);
  }
}

/** Waits for an operation and closes it; what it ended with. */
static wasm2oci_status_t ended_with(wasm2oci_operation_t operation) {
  const wasm2oci_status_t status = wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL);
  wasm2oci_operation_close(&operation);
  return status;
}

static void empty_sources(wasm2oci_client_t client) {
  wasm2oci_operation_t operation = {0};
  CHECK_REFUSED(WASM2OCI_STATUS_FILESYSTEM,
                wasm2oci_push_and_wait(client, "", "oci:d:1", NULL, NULL, error));
  if (CHECK_OK(wasm2oci_push_bytes(client, kNoBytes, "oci:d:1", NULL, &operation, NULL), NULL)) {
    CHECK(ended_with(operation) == WASM2OCI_STATUS_NOT_WASM);
  }
  if (CHECK_OK(wasm2oci_inspect_file(client, "", NULL, &operation, NULL), NULL)) {
    CHECK(ended_with(operation) == WASM2OCI_STATUS_FILESYSTEM);
  }
}

/** Pushes a file descriptor, at the start or on the way; what came of it. */
static wasm2oci_status_t push_fd_status(wasm2oci_client_t client, int32_t fd) {
  wasm2oci_operation_t operation = {0};
  const wasm2oci_status_t status = wasm2oci_push_fd(client, fd, "oci:d:1", NULL, &operation, NULL);
  return status == WASM2OCI_STATUS_OK ? ended_with(operation) : status;
}

static void bad_file_descriptors(wasm2oci_client_t client) {
  int ends[2];
  support_must(pipe(ends) == 0, "pipe");
  CHECK(push_fd_status(client, -1) == WASM2OCI_STATUS_FILESYSTEM);
  CHECK(push_fd_status(client, 9999) == WASM2OCI_STATUS_FILESYSTEM);
  CHECK(push_fd_status(client, ends[0]) == WASM2OCI_STATUS_FILESYSTEM);
  close(ends[0]);
  close(ends[1]);
}

static void null_out_of_operations(wasm2oci_client_t client, const char *reference) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  CHECK_OK(wasm2oci_open(client, reference, NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_REFUSED(invalid, wasm2oci_operation_result(operation, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_operation_descriptor(operation, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_operation_path(operation, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_operation_bytes(operation, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_operation_log(operation, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_operation_reader(operation, NULL, error));

  CHECK_OK(wasm2oci_operation_reader(operation, &reader, NULL), NULL);
  uint8_t byte = 0;
  size_t count = 0;
  int32_t end = 0;
  CHECK_REFUSED(invalid, wasm2oci_reader_read(reader, NULL, 1, 0, &count, &end, error));
  CHECK_REFUSED(invalid, wasm2oci_reader_read(reader, &byte, 1, 0, NULL, &end, error));
  CHECK_REFUSED(invalid, wasm2oci_reader_read(reader, &byte, 1, 0, &count, NULL, error));
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&operation);
}

/* What the operation of another verb answers. */
static void of_another_verb(wasm2oci_client_t client, const char *reference, const char *file) {
  const wasm2oci_status_t unsupported = WASM2OCI_STATUS_UNSUPPORTED;
  wasm2oci_descriptor_t descriptor;
  wasm2oci_bytes_t bytes = kNoBytes;
  wasm2oci_reader_t reader = {0};
  const char *path = NULL;
  wasm2oci_operation_t operation = {0};
  CHECK_OK(wasm2oci_resolve(client, reference, NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_REFUSED(unsupported, wasm2oci_operation_path(operation, &path, error));
  CHECK_REFUSED(unsupported, wasm2oci_operation_bytes(operation, &bytes, error));
  CHECK_REFUSED(unsupported, wasm2oci_operation_reader(operation, &reader, error));
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_inspect_file(client, file, NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_REFUSED(unsupported, wasm2oci_operation_descriptor(operation, &descriptor, error));
  wasm2oci_operation_close(&operation);
}

/* An error struct that is used again loses nothing and is not touched by success. */
static void error_struct_is_reused(wasm2oci_client_t client) {
  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  wasm2oci_operation_t operation = {0};
  for (int i = 0; i < 3; ++i) {
    CHECK(wasm2oci_fetch(client, "hello:1", NULL, &operation, &failure) ==
          WASM2OCI_STATUS_INVALID_REFERENCE);
    CHECK_CONTAINS(failure.message, "hello:1");
  }
  const char *json = NULL;
  CHECK_OK(wasm2oci_build_info(&json, &failure), NULL);
  CHECK(failure.status == WASM2OCI_STATUS_INVALID_REFERENCE);
  CHECK_CONTAINS(failure.message, "hello:1");
  wasm2oci_error_clear(&failure);
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  char file[SUPPORT_PATH_SIZE];
  char reference[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  scratch_path(file, directory, "hello.wasm");
  snprintf(reference, sizeof reference, "oci:layout:1");
  uint8_t *module = module_make(64, 1);
  file_write(file, module, 64);
  free(module);

  library_functions();
  status_names();
  default_names();
  references();
  zero_and_unknown_handles();
  closing_nothing();

  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, &failure), &failure);
  CHECK(client.id != 0);
  null_out_of_verbs(client);
  null_in(client);
  empty_and_bad_references(client);
  empty_sources(client);
  bad_file_descriptors(client);
  error_struct_is_reused(client);
  CHECK_OK(wasm2oci_push_and_wait(client, file, reference, NULL, NULL, &failure), &failure);
  null_out_of_operations(client, reference);
  of_another_verb(client, reference, file);
  closing_twice(client, reference);

  wasm2oci_error_clear(&failure);
  scratch_remove(directory);
  return check_result();
}
