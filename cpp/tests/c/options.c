/*
 * Options that are no JSON object, have unknown keys or values of a wrong type:
 * refused by each verb at its start, and the message says what is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "support.h"

static const wasm2oci_bytes_t kNoBytes = {NULL, 0};

/** A call that takes options; `client` has no meaning to the first of them. */
typedef wasm2oci_status_t (*start_t)(wasm2oci_client_t, const char *, wasm2oci_error_t *);

static wasm2oci_status_t start_client(wasm2oci_client_t unused,
                                      const char *options,
                                      wasm2oci_error_t *error) {
  wasm2oci_client_t client = {0};
  (void)unused;
  const wasm2oci_status_t status = wasm2oci_client_new(options, NULL, &client, error);
  CHECK((status == WASM2OCI_STATUS_OK) == (client.id != 0));
  wasm2oci_client_close(&client);
  return status;
}

/* Starts an operation with `call`, which names it `operation`, and drops it. */
#define DEFINE_START(name, call)                                                \
  static wasm2oci_status_t start_##name(                                        \
      wasm2oci_client_t client, const char *options, wasm2oci_error_t *error) { \
    wasm2oci_operation_t operation = {0};                                       \
    const wasm2oci_status_t status = (call);                                    \
    CHECK((status == WASM2OCI_STATUS_OK) == (operation.id != 0));               \
    wasm2oci_operation_close(&operation);                                       \
    return status;                                                              \
  }

DEFINE_START(push, wasm2oci_push(client, "a.wasm", "oci:d:1", options, &operation, error))
DEFINE_START(push_bytes,
             wasm2oci_push_bytes(client, kNoBytes, "oci:d:1", options, &operation, error))
DEFINE_START(push_fd, wasm2oci_push_fd(client, 0, "oci:d:1", options, &operation, error))
DEFINE_START(pull, wasm2oci_pull(client, "oci:d:1", "a", options, &operation, error))
DEFINE_START(convert, wasm2oci_convert(client, "oci:d:1", "oci:d:2", options, &operation, error))
DEFINE_START(fetch, wasm2oci_fetch(client, "oci:d:1", options, &operation, error))
DEFINE_START(open, wasm2oci_open(client, "oci:d:1", options, &operation, error))
DEFINE_START(resolve, wasm2oci_resolve(client, "oci:d:1", options, &operation, error))
DEFINE_START(inspect, wasm2oci_inspect(client, "oci:d:1", options, &operation, error))
DEFINE_START(inspect_file, wasm2oci_inspect_file(client, "a.wasm", options, &operation, error))

static wasm2oci_status_t start_push_and_wait(wasm2oci_client_t client,
                                             const char *options,
                                             wasm2oci_error_t *error) {
  return wasm2oci_push_and_wait(client, "a.wasm", "oci:d:1", options, NULL, error);
}

static wasm2oci_status_t start_pull_and_wait(wasm2oci_client_t client,
                                             const char *options,
                                             wasm2oci_error_t *error) {
  return wasm2oci_pull_and_wait(client, "oci:d:1", "a", options, NULL, error);
}

static const start_t kStarts[] = {start_client,
                                  start_push,
                                  start_push_bytes,
                                  start_push_fd,
                                  start_pull,
                                  start_convert,
                                  start_fetch,
                                  start_open,
                                  start_resolve,
                                  start_inspect,
                                  start_inspect_file,
                                  start_push_and_wait,
                                  start_pull_and_wait};

/** What each of them refuses, and what the message must name. */
static const struct {
  const char *options;
  const char *named;
} kRefused[] = {
    {"", ""},
    {" ", ""},
    {"x", ""},
    {"1", ""},
    {"[]", ""},
    {"null", ""},
    {"\"timeout_ms\"", ""},
    {"{", ""},
    {"{}{}", ""},
    {"{} x", ""},
    {"{\"nope\":1}", "nope"},
    {"{\"timeout_ms\":1000,\"tiemout_ms\":1}", "tiemout_ms"},
    {"{\"Timeout_ms\":1}", "Timeout_ms"},
    {"{\"timeout_ms\":\"1\"}", "timeout cannot be"},
    {"{\"timeout_ms\":1.5}", "timeout cannot be"},
    {"{\"timeout_ms\":true}", "timeout cannot be"},
    {"{\"timeout_ms\":{}}", "timeout cannot be"},
    {"{\"timeout_ms\":-1}", "timeout is negative"},
    {"{\"timeout_ms\":0}", "timeout is 0, which allows no time"},
    {"{\"timeout_ms\":99999999999999999999}", "timeout cannot be"},
    {"{\"\xff\":1}", "UTF-8"},
};

static void refused_options(wasm2oci_client_t client) {
  for (size_t i = 0; i < sizeof kStarts / sizeof kStarts[0]; ++i) {
    for (size_t j = 0; j < sizeof kRefused / sizeof kRefused[0]; ++j) {
      wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
      const start_t start = kStarts[i];
      const wasm2oci_status_t status = start(client, kRefused[j].options, &error);
      if (!CHECK(status == WASM2OCI_STATUS_INVALID_ARGUMENT) ||
          !CHECK_CONTAINS(error.message, kRefused[j].named)) {
        fprintf(stderr, "    start %d, options %s\n", (int)i, kRefused[j].options);
      }
      check_message(__FILE__, __LINE__, &error);
      wasm2oci_error_clear(&error);
      CHECK(start(client, kRefused[j].options, NULL) == status);
    }
  }
}

/* Credentials of single registries, of which none may be shown. */
static void refused_credentials(wasm2oci_client_t client) {
  static const struct {
    const char *list;
    const char *named;
  } kBad[] = {
      {"", "cannot be read"},
      {"{}", "credentials cannot be a JSON object; give an array of objects"},
      {"[7]", "object"},
      {"[{}]", "HOST"},
      {"[{\"registry\":\"ghcr\",\"token\":\"s3cret\"}]", "ghcr"},
      {"[{\"registry\":\"ghcr.io\",\"tokn\":\"s3cret\"}]", "tokn"},
      {"[{\"registry\":\"ghcr.io\",\"username\":\"me\"}]", "together"},
      {"[{\"registry\":\"ghcr.io\",\"token\":7}]", "cannot be"},
      {"[{\"registry\":\"\xff\"}]", "UTF-8"},
  };
  for (size_t i = 0; i < sizeof kBad / sizeof kBad[0]; ++i) {
    wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
    CHECK(wasm2oci_client_set_credentials(client, kBad[i].list, &error) ==
          WASM2OCI_STATUS_INVALID_ARGUMENT);
    CHECK_CONTAINS(error.message, kBad[i].named);
    CHECK(strstr(error.message, "s3cret") == NULL);
    wasm2oci_error_clear(&error);
    /* Those of an operation are refused before it is started. */
    char options[128];
    wasm2oci_operation_t operation = {0};
    snprintf(options, sizeof options, "{\"credentials\":%s}", kBad[i].list);
    CHECK(wasm2oci_resolve(client, "ghcr.io/me/mod", options, &operation, &error) ==
          WASM2OCI_STATUS_INVALID_ARGUMENT);
    CHECK(operation.id == 0);
    CHECK(strstr(error.message, "s3cret") == NULL);
    wasm2oci_error_clear(&error);
  }
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  CHECK_OK(wasm2oci_client_set_credentials(
               client, "[{\"registry\":\"ghcr.io/me\",\"token\":\"s3cret\"}]", &error),
           &error);
  CHECK_OK(wasm2oci_client_set_credentials(client, "[{\"registry\":\"ghcr.io/me\"}]", &error),
           &error);
  CHECK_OK(wasm2oci_client_set_credentials(client, "[]", &error), &error);
}

/* An empty object stands for the defaults. */
static void accepted_options(wasm2oci_client_t client) {
  static const char *const kAccepted[] = {
      NULL, "{}", " {\n} ", "{\"timeout_ms\":9223372036854775807}"};
  for (size_t i = 0; i < 10; ++i) {
    for (size_t j = 0; j < sizeof kAccepted / sizeof kAccepted[0]; ++j) {
      wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
      CHECK_OK(kStarts[i](client, kAccepted[j], &error), &error);
      wasm2oci_error_clear(&error);
    }
  }
}

/* Text that is not UTF-8 is refused, not replaced: it would name something else. */
static void invalid_utf8_values(wasm2oci_client_t client) {
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                start_client(client, "{\"ca_file\":\"/tmp/\xe9.pem\"}", error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                start_push(client, "{\"title\":\"\xc3\x28\"}", error));
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                start_push(client, "{\"annotations\":{\"a\":\"\xff\"}}", error));
}

static void bad_values(wasm2oci_client_t client) {
  static const struct {
    start_t start;
    const char *options;
    const char *named;
  } kRows[] = {
      {start_push_and_wait, "{\"format\":\"zip\"}", "zip"},
      {start_push_and_wait, "{\"created\":\"yesterday\"}", "yesterday"},
      {start_push, "{\"annotations\":[\"a\"]}", "annotations"},
      {start_push, "{\"annotations\":{\"a\":1}}", "annotations"},
      {start_push, "{\"allow_any\":\"yes\"}", "allow_any"},
      {start_pull, "{\"overwrite\":1}", "overwrite"},
      {start_pull, "{\"durable\":\"true\"}", "durable"},
      {start_client, "{\"retries\":-1}", "retries"},
      {start_client, "{\"connections\":\"8\"}", "connections"},
      {start_client, "{\"proxy\":\"no proxy\"}", "proxy"},
      {start_client, "{\"client_cert\":\"a.pem\"}", "client_key"},
  };
  for (size_t i = 0; i < sizeof kRows / sizeof kRows[0]; ++i) {
    wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
    if (!CHECK(kRows[i].start(client, kRows[i].options, &error) ==
               WASM2OCI_STATUS_INVALID_ARGUMENT) ||
        !CHECK_CONTAINS(error.message, kRows[i].named)) {
      fprintf(stderr, "    options %s\n", kRows[i].options);
    }
    wasm2oci_error_clear(&error);
  }
}

static void environments(void) {
  static const char *const kEmpty[] = {NULL};
  static const char *const kGood[] = {"HOME=/nowhere", "HTTPS_PROXY=", NULL};
  static const char *const kOdd[] = {"", "NO_EQUALS", "=x", NULL};
  const char *const *const environments[] = {kEmpty, kGood, kOdd};
  for (size_t i = 0; i < 3; ++i) {
    wasm2oci_client_t client = {0};
    CHECK_OK(wasm2oci_client_new(NULL, environments[i], &client, NULL), NULL);
    wasm2oci_client_close(&client);
  }
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  wasm2oci_client_t client = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  refused_options(client);
  refused_credentials(client);
  accepted_options(client);
  invalid_utf8_values(client);
  bad_values(client);
  environments();
  wasm2oci_client_close(&client);
  scratch_remove(directory);
  return check_result();
}
