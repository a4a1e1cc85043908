/*
 * Operations against a registry that never answers: waiting with a limit, the
 * deadline, cancelling, closing, and many of them from several threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>
#include <time.h>

#include "check.h"
#include "support.h"

static char silent[SUPPORT_PATH_SIZE];
static wasm2oci_client_t client = {0};

static wasm2oci_operation_t start_pull(const char *options) {
  wasm2oci_operation_t operation = {0};
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  CHECK_OK(wasm2oci_pull(client, silent, "never.wasm", options, &operation, &error), &error);
  wasm2oci_error_clear(&error);
  return operation;
}

static double now(void) {
  struct timespec time;
  support_must(clock_gettime(CLOCK_MONOTONIC, &time) == 0, "clock_gettime");
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A wait that passes is no failure, and the operation goes on. */
static void wait_with_a_limit(void) {
  wasm2oci_progress_t progress;
  wasm2oci_operation_t operation = start_pull(NULL);
  const char *json = NULL;
  int32_t done = 7;
  memset(&progress, 0xff, sizeof progress);
  CHECK_OK(wasm2oci_operation_wait(operation, 0, NULL, &done, NULL), NULL);
  CHECK(done == 0);
  const double start = now();
  CHECK_OK(wasm2oci_operation_wait(operation, 50, &progress, &done, NULL), NULL);
  CHECK(now() - start >= 0.045);
  CHECK(done == 0);
  CHECK(progress.done == 0 && progress.total == 0 && progress.phase < WASM2OCI_PHASE_DONE);
  CHECK(memchr(progress.item, '\0', sizeof progress.item) != NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT,
                wasm2oci_operation_result(operation, &json, error));
  wasm2oci_operation_close(&operation);
}

static void deadline(void) {
  wasm2oci_operation_t operation = start_pull("{\"timeout_ms\":100}");
  const double start = now();
  const char *json = NULL;
  int32_t done = 0;
  wasm2oci_progress_t progress;
  CHECK(wasm2oci_operation_wait(operation, -1, &progress, &done, NULL) == WASM2OCI_STATUS_TIMEOUT);
  CHECK(done == 1);
  CHECK(now() - start < 10);
  CHECK_REFUSED(WASM2OCI_STATUS_TIMEOUT, wasm2oci_operation_wait(operation, -1, NULL, NULL, error));
  CHECK_REFUSED(WASM2OCI_STATUS_TIMEOUT, wasm2oci_operation_result(operation, &json, error));
  wasm2oci_operation_close(&operation);
  CHECK_REFUSED(
      WASM2OCI_STATUS_TIMEOUT,
      wasm2oci_pull_and_wait(client, silent, "never.wasm", "{\"timeout_ms\":100}", NULL, error));
}

static void cancel(void) {
  wasm2oci_operation_t operation = start_pull(NULL);
  int32_t done = 0;
  CHECK_OK(wasm2oci_operation_cancel(operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_cancel(operation, NULL), NULL);
  CHECK(wasm2oci_operation_wait(operation, -1, NULL, &done, NULL) == WASM2OCI_STATUS_CANCELLED);
  CHECK(done == 1);
  CHECK_OK(wasm2oci_operation_cancel(operation, NULL), NULL);
  wasm2oci_operation_close(&operation);
  CHECK(access("never.wasm", F_OK) != 0);
}

static void close_while_running(void) {
  const double start = now();
  wasm2oci_operation_t operation = start_pull(NULL);
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  CHECK(now() - start < 10);
}

static void close_client_while_running(void) {
  wasm2oci_client_t other = {0};
  wasm2oci_operation_t operation = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &other, NULL), NULL);
  CHECK_OK(wasm2oci_fetch(other, silent, NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_client_close(&other), NULL);
  CHECK(wasm2oci_operation_wait(operation, 0, NULL, NULL, NULL) == WASM2OCI_STATUS_CANCELLED);
  wasm2oci_operation_close(&operation);
}

static void *waits_for_cancelled(void *argument) {
  const wasm2oci_operation_t operation = *(const wasm2oci_operation_t *)argument;
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  const wasm2oci_status_t status = wasm2oci_operation_wait(operation, -1, NULL, NULL, &error);
  wasm2oci_error_clear(&error);
  return status == WASM2OCI_STATUS_CANCELLED ? argument : NULL;
}

/* Two threads wait for one operation and a third cancels it. */
static void cancel_from_another_thread(void) {
  wasm2oci_operation_t operation = start_pull(NULL);
  pthread_t waiters[2];
  for (size_t i = 0; i < 2; ++i) {
    support_must(pthread_create(&waiters[i], NULL, waits_for_cancelled, &operation) == 0, "thread");
  }
  CHECK_OK(wasm2oci_operation_cancel(operation, NULL), NULL);
  for (size_t i = 0; i < 2; ++i) {
    void *result = NULL;
    support_must(pthread_join(waiters[i], &result) == 0, "join");
    CHECK(result != NULL);
  }
  wasm2oci_operation_close(&operation);
}

/** Starts, cancels and closes operations of the one client; the failures seen. */
static void *starts_and_cancels(void *argument) {
  intptr_t failures = 0;
  (void)argument;
  for (int i = 0; i < 25; ++i) {
    wasm2oci_operation_t operation = {0};
    wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
    failures += wasm2oci_fetch(client, silent, NULL, &operation, &error) != WASM2OCI_STATUS_OK;
    if (i % 2 == 0) {
      failures += wasm2oci_operation_cancel(operation, &error) != WASM2OCI_STATUS_OK;
      failures +=
          wasm2oci_operation_wait(operation, -1, NULL, NULL, &error) != WASM2OCI_STATUS_CANCELLED;
    }
    failures += wasm2oci_operation_close(&operation) != WASM2OCI_STATUS_OK;
    failures += wasm2oci_fetch(client, "hello:1", NULL, &operation, &error) !=
                WASM2OCI_STATUS_INVALID_REFERENCE;
    wasm2oci_error_clear(&error);
  }
  return (void *)failures;
}

static void threads_share_a_client(void) {
  pthread_t threads[4];
  for (size_t i = 0; i < 4; ++i) {
    support_must(pthread_create(&threads[i], NULL, starts_and_cancels, NULL) == 0, "thread");
  }
  for (size_t i = 0; i < 4; ++i) {
    void *failures = NULL;
    support_must(pthread_join(threads[i], &failures) == 0, "join");
    CHECK(failures == NULL);
  }
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  const int listener = silent_registry(silent);
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  wait_with_a_limit();
  deadline();
  cancel();
  close_while_running();
  close_client_while_running();
  cancel_from_another_thread();
  threads_share_a_client();
  wasm2oci_client_close(&client);
  close(listener);
  scratch_remove(directory);
  return check_result();
}
