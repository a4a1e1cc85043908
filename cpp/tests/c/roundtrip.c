/*
 * A module goes to a target and comes back byte for byte, in each way that the C
 * API has. The argument says which target: "layout", or "registry", which needs
 * WASM2OCI_TEST_REGISTRY=host:port.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support.h"

#include <sys/stat.h>

/* More than one buffer of every layer between, and no multiple of any. */
#define MODULE_SIZE ((size_t)3 * 1024 * 1024 + 17)

/* The largest limits there are do no harm. */
static const char kLongest[] = "{\"timeout_ms\":9223372036854775807}";
static const char kLongestOfClient[] =
    "{\"timeout_ms\":9223372036854775807,\"connect_timeout_ms\":9223372036854775807,"
    "\"idle_timeout_ms\":9223372036854775807}";

static wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
static wasm2oci_client_t client = {0};
static uint8_t *module = NULL;
/** Without tag. */
static char repository[SUPPORT_PATH_SIZE];

static const char *tagged(const char *tag) {
  static char reference[SUPPORT_PATH_SIZE + 16];
  snprintf(reference, sizeof reference, "%s:%s", repository, tag);
  return reference;
}

static void check_descriptor(const wasm2oci_descriptor_t *descriptor) {
  CHECK(strcmp(descriptor->media_type, "application/vnd.oci.image.manifest.v1+json") == 0);
  CHECK(strncmp(descriptor->digest, "sha256:", 7) == 0 && strlen(descriptor->digest) == 71);
  CHECK(descriptor->size > 0 && descriptor->size < MODULE_SIZE);
}

static void push_and_pull_in_one_call(void) {
  wasm2oci_descriptor_t pushed;
  wasm2oci_descriptor_t pulled;
  memset(&pushed, 0xff, sizeof pushed);
  memset(&pulled, 0xff, sizeof pulled);
  file_write("in.wasm", module, MODULE_SIZE);
  CHECK_OK(wasm2oci_push_and_wait(client, "in.wasm", tagged("a"), NULL, &pushed, &failure),
           &failure);
  CHECK_OK(wasm2oci_pull_and_wait(client, tagged("a"), "out.wasm", NULL, &pulled, &failure),
           &failure);
  check_descriptor(&pushed);
  CHECK(strcmp(pushed.digest, pulled.digest) == 0 && pushed.size == pulled.size);
  CHECK(file_equals("out.wasm", module, MODULE_SIZE));
  CHECK_OK(wasm2oci_pull_and_wait(client, tagged("a"), "again.wasm", NULL, NULL, &failure),
           &failure);
  CHECK(file_equals("again.wasm", module, MODULE_SIZE));
  CHECK_REFUSED(WASM2OCI_STATUS_ALREADY_EXISTS,
                wasm2oci_pull_and_wait(
                    client, tagged("a"), "out.wasm", "{\"overwrite\":false}", NULL, error));
  CHECK_REFUSED(WASM2OCI_STATUS_NOT_FOUND,
                wasm2oci_pull_and_wait(client, tagged("nope"), "none.wasm", NULL, NULL, error));
  CHECK(access("none.wasm", F_OK) != 0);
}

/** Waits for an operation to end well and checks the last progress. */
static void finish(wasm2oci_operation_t operation) {
  wasm2oci_progress_t progress;
  int32_t done = 0;
  CHECK_OK(wasm2oci_operation_wait(operation, INT64_MAX, &progress, &done, &failure), &failure);
  CHECK(done == 1);
  CHECK(progress.phase == WASM2OCI_PHASE_DONE);
  CHECK(progress.done == progress.total);
}

/** Paths are bytes: no layer takes them for text, or cuts them at a blank. */
static void push_and_pull_by_any_name(void) {
  static const char *const kNames[] = {
      "with space.wasm",
      "\xc3\xbcn\xc3\xaf\xe2\x80\x94\xe2\x9c\x93.wasm",
      "quote\"\\'.wasm",
      "new\nline.wasm",
#ifdef __linux__
      "\xff\xfe.wasm", /* elsewhere names are Unicode */
#endif
  };
  for (size_t i = 0; i < sizeof kNames / sizeof kNames[0]; ++i) {
    wasm2oci_operation_t operation = {0};
    const char *path = NULL;
    char output[SUPPORT_PATH_SIZE];
    scratch_path(output, "named", kNames[i]);
    file_write(kNames[i], module, MODULE_SIZE);
    CHECK_OK(wasm2oci_push_and_wait(client, kNames[i], tagged("named"), NULL, NULL, &failure),
             &failure);
    CHECK_OK(wasm2oci_pull(client, tagged("named"), output, NULL, &operation, &failure), &failure);
    finish(operation);
    CHECK_OK(wasm2oci_operation_path(operation, &path, &failure), &failure);
    CHECK(path != NULL && strcmp(path, output) == 0);
    CHECK(file_equals(output, module, MODULE_SIZE));
    wasm2oci_operation_close(&operation);
  }
}

static void push_bytes_and_pull_operation(void) {
  const wasm2oci_bytes_t content = {module, MODULE_SIZE};
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  const char *json = NULL;
  const char *path = NULL;
  char *records = NULL;
  CHECK_OK(wasm2oci_push_bytes(client,
                               content,
                               tagged("b"),
                               "{\"title\":\"b.wasm\",\"annotations\":{\"k\":\"v\"}}",
                               &operation,
                               &failure),
           &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"kind\":\"module\"");
  CHECK_CONTAINS(json, "\"format\":\"wasm\"");
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  CHECK_CONTAINS(json, descriptor.digest);
  wasm2oci_operation_close(&operation);

  /* A path that can only be a directory is made one; another needs its parent. */
  CHECK_OK(wasm2oci_pull(client, tagged("b"), "b/", NULL, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_path(operation, &path, &failure), &failure);
  CHECK(file_equals(path, module, MODULE_SIZE));
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_pull(client, tagged("b"), "no/b.wasm", NULL, &operation, &failure), &failure);
  CHECK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL) == WASM2OCI_STATUS_FILESYSTEM);
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_pull(client, tagged("b"), "b.wasm", NULL, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_path(operation, &path, &failure), &failure);
  CHECK(file_equals(path, module, MODULE_SIZE));
  CHECK(file_equals("b.wasm", module, MODULE_SIZE));
  CHECK_OK(wasm2oci_operation_log(operation, &records, &failure), &failure);
  CHECK(records == NULL || records[0] == '[');
  wasm2oci_free(records);
  wasm2oci_operation_close(&operation);
}

static void push_fd_and_fetch(void) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_bytes_t bytes = {NULL, 0};
  FILE *file = fopen("in.wasm", "rb");
  support_must(file != NULL && fseek(file, 100, SEEK_SET) == 0, "in.wasm");
  const int fd = fileno(file);
  const off_t position = lseek(fd, 0, SEEK_CUR);
  CHECK_OK(wasm2oci_push_fd(client, fd, tagged("c"), NULL, &operation, &failure), &failure);
  finish(operation);
  CHECK(lseek(fd, 0, SEEK_CUR) == position);
  fclose(file);
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_fetch(client, tagged("c"), kLongest, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_bytes(operation, &bytes, &failure), &failure);
  CHECK(bytes.size == MODULE_SIZE && memcmp(bytes.data, module, MODULE_SIZE) == 0);
  wasm2oci_operation_close(&operation);
}

static void open_and_read(void) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  wasm2oci_reader_t second = {0};
  CHECK_OK(wasm2oci_open(client, tagged("a"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_reader(operation, &reader, &failure), &failure);
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED, wasm2oci_operation_reader(operation, &second, error));
  CHECK_OK(wasm2oci_operation_close(&operation), NULL); /* the reader outlives it */

  uint8_t *content = (uint8_t *)malloc(MODULE_SIZE + 1);
  support_must(content != NULL, "malloc");
  size_t total = 0;
  int32_t end = 0;
  while (end == 0 && total <= MODULE_SIZE) {
    const size_t room = MODULE_SIZE + 1 - total;
    size_t count = 0;
    if (!CHECK_OK(
            wasm2oci_reader_read(
                reader, content + total, room < 10007 ? room : 10007, -1, &count, &end, &failure),
            &failure)) {
      break;
    }
    total += count;
  }
  CHECK(end == 1 && total == MODULE_SIZE && memcmp(content, module, MODULE_SIZE) == 0);
  size_t count = 7;
  CHECK_OK(wasm2oci_reader_read(reader, content, 1, -1, &count, &end, &failure), &failure);
  CHECK(count == 0 && end == 1);
  wasm2oci_reader_close(&reader);
  free(content);
}

static void hold_in_cache(void) {
  wasm2oci_client_t caching = {0};
  wasm2oci_operation_t operation = {0};
  const char *path = NULL;
  CHECK_OK(wasm2oci_cached(client, tagged("a"), NULL, &operation, &failure), &failure);
  CHECK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL) ==
        WASM2OCI_STATUS_INVALID_ARGUMENT);
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_client_new("{\"cache_dir\": \"cache\"}", NULL, &caching, &failure), &failure);
  CHECK_OK(wasm2oci_cached(caching, tagged("a"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_path(operation, &path, &failure), &failure);
  CHECK(file_equals(path, module, MODULE_SIZE));
  wasm2oci_operation_close(&operation);
  const char *json = NULL;
  CHECK_OK(wasm2oci_cache(caching, "{\"max_size\": 0}", &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"blobs\":0");
  wasm2oci_operation_close(&operation);
  wasm2oci_client_close(&caching);
}

static void resolve_and_inspect(void) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  const char *json = NULL;
  CHECK_OK(wasm2oci_resolve(client, tagged("a"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_inspect(client, tagged("b"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "b.wasm");
  CHECK_CONTAINS(json, "\"kind\":\"module\"");
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_inspect_file(client, "in.wasm", NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"kind\":\"module\"");
  wasm2oci_operation_close(&operation);
}

static void tag(void) {
  static const char *const kTags[] = {"d", "e", "f"};
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  CHECK_OK(wasm2oci_tag(client, tagged("a"), "d,e,f", kLongest, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  wasm2oci_operation_close(&operation);
  for (size_t i = 0; i < sizeof kTags / sizeof kTags[0]; ++i) {
    CHECK_OK(wasm2oci_pull_and_wait(client, tagged(kTags[i]), "out.wasm", NULL, NULL, &failure),
             &failure);
  }

  CHECK_REFUSED(bad, wasm2oci_tag(client, tagged("a"), "g,a b", NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_tag(client, tagged("a"), "g,", NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_tag(client, "a", "g", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tag(client, tagged("a"), "", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tag(client, tagged("a"), NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tag(client, NULL, "g", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tag(client, tagged("a"), "g", NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_tag(client, tagged("a"), "g", "{\"x\":1}", &operation, error));
  const wasm2oci_client_t closed = {0};
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED,
                wasm2oci_tag(closed, tagged("a"), "g", NULL, &operation, error));
  CHECK(operation.id == 0);
}

/** Waits for an operation to end with this status, and closes it. */
static void ends_with(wasm2oci_status_t status, wasm2oci_operation_t operation) {
  CHECK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL) == status);
  wasm2oci_operation_close(&operation);
}

static void list_tags(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  const char *json = NULL;
  CHECK_OK(wasm2oci_tags(client, repository, NULL, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"named\"]}");
  CHECK_CONTAINS(json, repository);
  CHECK_REFUSED(WASM2OCI_STATUS_UNSUPPORTED,
                wasm2oci_operation_descriptor(operation, &descriptor, error));
  wasm2oci_operation_close(&operation);

  /* The next page is asked for with what came with the last. */
  CHECK_OK(wasm2oci_tags(client, repository, "{\"limit\":5}", &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"next\":\"");
  const char *next = strstr(json, "\"next\":");
  char options[1024];
  snprintf(options, sizeof options, "{%s", next != NULL ? next : "}");
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_tags(client, repository, options, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"tags\":[\"f\",\"named\"]}");
  wasm2oci_operation_close(&operation);

  CHECK_REFUSED(bad, wasm2oci_tags(client, tagged("a"), NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_tags(client, "a", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tags(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tags(client, repository, NULL, NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_tags(client, repository, "{\"limit\":0}", &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tags(client, repository, "{\"sort\":\"x\"}", &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_tags(client, repository, "{\"next\":\"!\"}", &operation, error));
  CHECK(operation.id == 0);
}

static void remove_tags_and_manifests(void) {
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  const char *json = NULL;
  char reference[SUPPORT_PATH_SIZE + 256];
  CHECK_OK(wasm2oci_untag(client, tagged("d"), kLongest, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"deleted\":false");
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_untag(client, tagged("d"), NULL, &operation, &failure), &failure);
  ends_with(WASM2OCI_STATUS_NOT_FOUND, operation);

  snprintf(reference, sizeof reference, "%s@%s", repository, descriptor.digest);
  CHECK_OK(wasm2oci_delete(client, reference, "{\"dry_run\":true}", &operation, &failure),
           &failure);
  ends_with(WASM2OCI_STATUS_OK, operation);
  CHECK_OK(wasm2oci_delete(client, reference, NULL, &operation, &failure), &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"tags\":[\"a\",\"e\",\"f\"],\"more_tags\":false");
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_delete(client, reference, NULL, &operation, &failure), &failure);
  ends_with(WASM2OCI_STATUS_NOT_FOUND, operation);

  operation.id = 0;
  CHECK_REFUSED(bad, wasm2oci_untag(client, repository, NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_untag(client, reference, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_untag(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_delete(client, tagged("b"), NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_delete(client, reference, "{\"yes\":true}", &operation, error));
  CHECK(operation.id == 0);
}

static void attach_and_referrers(void) {
  static const char *const kPaths[] = {"in.wasm", NULL};
  static const char kOptions[] = "{\"artifact_type\":\"x/y\",\"timeout_ms\":60000}";
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  const char *json = NULL;
  CHECK_OK(wasm2oci_attach(client, tagged("a"), kPaths, 1, kOptions, &operation, &failure),
           &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"subject\":{");
  CHECK_CONTAINS(json, "\"org.opencontainers.image.title\":\"in.wasm\"");
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_referrers(client, tagged("a"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, descriptor.digest);
  CHECK_CONTAINS(json, "\"artifact_type\":\"x/y\"");
  CHECK(wasm2oci_operation_descriptor(operation, &descriptor, NULL) == WASM2OCI_STATUS_UNSUPPORTED);
  wasm2oci_operation_close(&operation);

  CHECK_REFUSED(bad, wasm2oci_attach(client, "a", kPaths, 1, kOptions, &operation, error));
  CHECK_REFUSED(invalid,
                wasm2oci_attach(client, tagged("a"), kPaths, 2, kOptions, &operation, error));
  CHECK_REFUSED(invalid,
                wasm2oci_attach(client, tagged("a"), NULL, 1, kOptions, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_attach(client, NULL, kPaths, 1, kOptions, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_attach(client, tagged("a"), kPaths, 1, kOptions, NULL, error));
  CHECK_REFUSED(invalid,
                wasm2oci_attach(client, tagged("a"), kPaths, 1, "{\"x\":1}", &operation, error));
  CHECK_REFUSED(bad, wasm2oci_referrers(client, "a", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_referrers(client, NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_referrers(client, tagged("a"), "{\"x\":1}", &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_referrers(client, tagged("a"), NULL, NULL, error));
  CHECK(operation.id == 0);
}

static void copy(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t descriptor;
  CHECK_OK(wasm2oci_copy(client, tagged("a"), "oci:copied:a", kLongest, &operation, &failure),
           &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  check_descriptor(&descriptor);
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_pull_and_wait(client, "oci:copied:a", "out.wasm", NULL, NULL, &failure),
           &failure);

  const char *every = "{\"all_tags\":true}";
  CHECK_OK(wasm2oci_copy(client, repository, "oci:every", every, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_REFUSED(WASM2OCI_STATUS_UNSUPPORTED,
                wasm2oci_operation_descriptor(operation, &descriptor, error));
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_pull_and_wait(client, "oci:every:a", "out.wasm", NULL, NULL, &failure),
           &failure);

  CHECK_REFUSED(bad, wasm2oci_copy(client, tagged("a"), "oci:every", every, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_copy(client, repository, "oci:d:1", every, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_copy(client, "a", "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_copy(client, NULL, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_copy(client, tagged("a"), NULL, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_copy(client, tagged("a"), "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(invalid,
                wasm2oci_copy(client, tagged("a"), "oci:d:1", "{\"x\":1}", &operation, error));
  const wasm2oci_client_t closed = {0};
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED,
                wasm2oci_copy(closed, tagged("a"), "oci:d:1", NULL, &operation, error));
  CHECK(operation.id == 0);
}

/** Stored once, under each name; a bad name stores nothing. */
static void push_under_several_names(void) {
  static const char *const kTags[] = {"g", "h", "i"};
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  wasm2oci_operation_t operation = {0};
  wasm2oci_descriptor_t pushed;
  wasm2oci_descriptor_t found;
  const char *json = NULL;
  CHECK_OK(wasm2oci_push(client, "in.wasm", tagged("g,h,i,g"), NULL, &operation, &failure),
           &failure);
  finish(operation);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &pushed, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK_CONTAINS(json, "\"tags\":[\"g\",\"h\",\"i\"]");
  CHECK_CONTAINS(json, tagged("g"));
  wasm2oci_operation_close(&operation);
  for (size_t i = 0; i < sizeof kTags / sizeof kTags[0]; ++i) {
    CHECK_OK(wasm2oci_pull_and_wait(client, tagged(kTags[i]), "out.wasm", NULL, &found, &failure),
             &failure);
    CHECK(strcmp(found.digest, pushed.digest) == 0);
  }
  CHECK_REFUSED(bad, wasm2oci_push(client, "in.wasm", tagged("j,a b"), NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_push(client, "in.wasm", tagged("j,,k"), NULL, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_pull(client, tagged("g,h"), NULL, NULL, &operation, error));
  CHECK_REFUSED(WASM2OCI_STATUS_NOT_FOUND,
                wasm2oci_pull_and_wait(client, tagged("j"), "none.wasm", NULL, NULL, error));
}

static void inspect_raw(void) {
  static const char kRaw[] = "{\"raw\":true}";
  wasm2oci_operation_t operation = {0};
  wasm2oci_bytes_t bytes = {NULL, 0};
  wasm2oci_descriptor_t descriptor;
  CHECK_OK(wasm2oci_inspect_reference(client, tagged("g"), kRaw, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_bytes(operation, &bytes, &failure), &failure);
  CHECK_OK(wasm2oci_operation_descriptor(operation, &descriptor, &failure), &failure);
  CHECK(bytes.size == descriptor.size && bytes.data[0] == '{' && bytes.data[bytes.size - 1] == '}');
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_inspect(client, tagged("g"), NULL, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_REFUSED(WASM2OCI_STATUS_UNSUPPORTED, wasm2oci_operation_bytes(operation, &bytes, error));
  wasm2oci_operation_close(&operation);

  CHECK_OK(wasm2oci_inspect_file(client, "in.wasm", kRaw, &operation, &failure), &failure);
  CHECK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL) ==
        WASM2OCI_STATUS_INVALID_ARGUMENT);
  wasm2oci_operation_close(&operation);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_REFERENCE,
                wasm2oci_inspect_reference(client, "in.wasm", NULL, &operation, error));
  CHECK(operation.id == 0);
}

static void log_in_and_out(void) {
  const wasm2oci_status_t bad = WASM2OCI_STATUS_INVALID_REFERENCE;
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  static const char kToken[] = "{\"token\":\"t0ken\"}";
  static const char kAll[] = "{\"all_registries\":true,\"auth_file\":\"auth.json\"}";
  wasm2oci_operation_t operation = {0};
  const char *json = NULL;
  FILE *file = fopen("auth.json", "w");
  CHECK(file != NULL && fputs("{\"auths\":{\"r.example\":{\"auth\":\"bWU6cHc=\"}}}", file) >= 0);
  CHECK(file != NULL && fclose(file) == 0);
  CHECK_OK(wasm2oci_logout(client, "", kAll, &operation, &failure), &failure);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, &failure), &failure);
  CHECK_OK(wasm2oci_operation_result(operation, &json, &failure), &failure);
  CHECK(strcmp(json, "{\"registries\":[\"r.example\"]}") == 0);
  wasm2oci_operation_close(&operation);
  CHECK_REFUSED(bad, wasm2oci_login(client, "r.example/a", kToken, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_login(client, "r.example", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_login(client, NULL, kToken, &operation, error));
  CHECK_REFUSED(bad, wasm2oci_logout(client, "", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_logout(client, "r.example", kAll, &operation, error));
}

int main(int argc, char **argv) {
  const char *registry = getenv("WASM2OCI_TEST_REGISTRY");
  const int on_registry = argc > 1 && strcmp(argv[1], "registry") == 0;
  if (on_registry && registry == NULL) {
    fprintf(stderr, "skipped: WASM2OCI_TEST_REGISTRY is not set\n");
    return CHECK_SKIPPED;
  }
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  if (on_registry) {
    /* A repository of its own for each run, so that nothing is there already. */
    snprintf(repository, sizeof repository, "%s/ctest/c%ld", registry, (long)getpid());
  } else {
    scratch_path(repository, "oci:.", "layout");
  }
  module = module_make(MODULE_SIZE, (uint32_t)getpid());
  CHECK_OK(wasm2oci_client_new(kLongestOfClient, NULL, &client, &failure), &failure);
  push_and_pull_in_one_call();
  support_must(mkdir("named", 0777) == 0, "mkdir");
  push_and_pull_by_any_name();
  push_bytes_and_pull_operation();
  push_fd_and_fetch();
  open_and_read();
  hold_in_cache();
  resolve_and_inspect();
  tag();
  list_tags();
  copy();
  attach_and_referrers();
  remove_tags_and_manifests();
  push_under_several_names();
  inspect_raw();
  log_in_and_out();
  wasm2oci_client_close(&client);
  wasm2oci_error_clear(&failure);
  free(module);
  scratch_remove(directory);
  return check_result();
}
