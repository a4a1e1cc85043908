/*
 * Checks for test programs in C and in C++. A failed check is printed and
 * counted, and the program goes on; check_result() is what main returns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TESTS_CHECK_H
#define WASM2OCI_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasm2oci/wasm2oci.h>

/** The exit code that ctest takes for "skipped". */
#define CHECK_SKIPPED 77

static int check_failures = 0;

static inline int check_failed(const char *file, int line, const char *text) {
  ++check_failures;
  fprintf(stderr, "%s:%d: check failed: %s\n", file, line, text);
  return 0;
}

static inline int check_status_is(const char *file,
                                  int line,
                                  const char *text,
                                  wasm2oci_status_t expected,
                                  wasm2oci_status_t actual,
                                  const wasm2oci_error_t *error) {
  if (actual == expected) {
    return 1;
  }
  check_failed(file, line, text);
  fprintf(stderr,
          "    expected %s, got %s (%s)\n",
          wasm2oci_status_name(expected),
          wasm2oci_status_name(actual),
          error != NULL && error->message != NULL ? error->message : "no message");
  return 0;
}

static inline int check_contains(const char *file, int line, const char *text, const char *part) {
  if (text != NULL && strstr(text, part) != NULL) {
    return 1;
  }
  check_failed(file, line, "text contains");
  fprintf(stderr, "    \"%s\" does not contain \"%s\"\n", text != NULL ? text : "(null)", part);
  return 0;
}

/** A message is one line that starts with no capital letter. */
static inline int check_message(const char *file, int line, const wasm2oci_error_t *error) {
  if (error->message == NULL || error->message[0] == '\0' || strchr(error->message, '\n') != NULL ||
      (error->message[0] >= 'A' && error->message[0] <= 'Z')) {
    check_failed(file, line, "message is one line in lower case");
    fprintf(stderr, "    \"%s\"\n", error->message != NULL ? error->message : "(null)");
    return 0;
  }
  return 1;
}

static inline int check_result(void) {
  if (check_failures != 0) {
    fprintf(stderr, "%d checks failed\n", check_failures);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

#define CHECK(condition) ((condition) ? 1 : check_failed(__FILE__, __LINE__, #condition))

/** That text contains part. */
#define CHECK_CONTAINS(text, part) check_contains(__FILE__, __LINE__, (text), (part))

/** That call succeeds; prints the message of the variable `error` if not. */
#define CHECK_OK(call, error) \
  check_status_is(__FILE__, __LINE__, #call, WASM2OCI_STATUS_OK, (call), (error))

/**
 * That call, which must name its error pointer `error`, fails with the status,
 * and does so with a message and also where no error is wanted.
 */
#define CHECK_REFUSED(expected, call)                                            \
  do {                                                                           \
    wasm2oci_error_t storage_ = WASM2OCI_ERROR_INIT;                             \
    wasm2oci_error_t *error = &storage_;                                         \
    if (check_status_is(__FILE__, __LINE__, #call, (expected), (call), error)) { \
      check_message(__FILE__, __LINE__, error);                                  \
      CHECK(error->status == (expected));                                        \
    }                                                                            \
    wasm2oci_error_clear(error);                                                 \
    error = NULL;                                                                \
    check_status_is(__FILE__, __LINE__, #call, (expected), (call), error);       \
  } while (0)

#endif
