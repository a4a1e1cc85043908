/*
 * Many operations and readers, and one thread that waits for all of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>

#include "check.h"
#include "support.h"

enum { kMany = 1000, kSize = 64 };

static char silent[SUPPORT_PATH_SIZE];
static wasm2oci_client_t client = {0};

static wasm2oci_completions_t new_queue(void) {
  wasm2oci_completions_t queue = {0};
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  CHECK(queue.id != 0);
  return queue;
}

static wasm2oci_operation_t start_silent(void) {
  wasm2oci_operation_t operation = {0};
  CHECK_OK(wasm2oci_resolve(client, silent, NULL, &operation, NULL), NULL);
  return operation;
}

static void nothing_to_report(void) {
  wasm2oci_completions_t queue = new_queue();
  wasm2oci_operation_t operation = start_silent();
  uint64_t id = 7;
  size_t count = 7;
  CHECK_OK(wasm2oci_completions_add_operation(queue, operation, NULL), NULL);
  CHECK_OK(wasm2oci_completions_wait(queue, 0, &id, 1, &count, NULL), NULL);
  CHECK(count == 0 && id == 7);
  CHECK_OK(wasm2oci_completions_wait(queue, 20, &id, 1, &count, NULL), NULL);
  CHECK(count == 0 && id == 7);
  wasm2oci_operation_close(&operation);
  wasm2oci_completions_close(&queue);
}

/* Whatever it ends with, before or after it was added, cancelled or closed. */
static void every_end_is_reported(void) {
  wasm2oci_completions_t queue = new_queue();
  wasm2oci_operation_t cancelled = start_silent();
  wasm2oci_operation_t closed = start_silent();
  wasm2oci_operation_t failed = {0};
  const uint64_t closed_id = closed.id;
  uint64_t id = 0;
  size_t count = 0;

  CHECK_OK(wasm2oci_completions_add_operation(queue, cancelled, NULL), NULL);
  CHECK_OK(wasm2oci_operation_cancel(cancelled, NULL), NULL);
  CHECK_OK(wasm2oci_completions_wait(queue, -1, &id, 1, &count, NULL), NULL);
  CHECK(count == 1 && id == cancelled.id);
  CHECK(wasm2oci_operation_wait(cancelled, 0, NULL, NULL, NULL) == WASM2OCI_STATUS_CANCELLED);

  CHECK_OK(wasm2oci_completions_add_operation(queue, closed, NULL), NULL);
  CHECK_OK(wasm2oci_operation_close(&closed), NULL);
  CHECK_OK(wasm2oci_completions_wait(queue, -1, &id, 1, &count, NULL), NULL);
  CHECK(count == 1 && id == closed_id);

  CHECK_OK(wasm2oci_resolve(client, "oci:nowhere:1", NULL, &failed, NULL), NULL);
  CHECK(wasm2oci_operation_wait(failed, -1, NULL, NULL, NULL) == WASM2OCI_STATUS_NOT_FOUND);
  CHECK_OK(wasm2oci_completions_add_operation(queue, failed, NULL), NULL);
  CHECK_OK(wasm2oci_completions_wait(queue, 0, &id, 1, &count, NULL), NULL);
  CHECK(count == 1 && id == failed.id);

  wasm2oci_operation_close(&failed);
  wasm2oci_operation_close(&cancelled);
  wasm2oci_completions_close(&queue);
}

static int compare_ids(const void *left, const void *right) {
  const uint64_t a = *(const uint64_t *)left;
  const uint64_t b = *(const uint64_t *)right;
  return a < b ? -1 : a > b;
}

static void one_thread_waits_for_a_thousand(void) {
  static wasm2oci_operation_t operations[kMany];
  static uint64_t ids[kMany];
  wasm2oci_completions_t queue = new_queue();
  size_t reported = 0;
  for (size_t i = 0; i < kMany; ++i) {
    operations[i] = start_silent();
    CHECK_OK(wasm2oci_completions_add_operation(queue, operations[i], NULL), NULL);
  }
  for (size_t i = kMany; i > 0; --i) {
    CHECK_OK(wasm2oci_operation_cancel(operations[i - 1], NULL), NULL);
  }
  while (reported < kMany) {
    size_t count = 0;
    if (!CHECK_OK(
            wasm2oci_completions_wait(queue, 10000, ids + reported, kMany - reported, &count, NULL),
            NULL) ||
        !CHECK(count > 0)) {
      break;
    }
    reported += count;
  }
  qsort(ids, kMany, sizeof ids[0], compare_ids);
  for (size_t i = 0; i < kMany; ++i) {
    CHECK(ids[i] == operations[i].id);
    wasm2oci_operation_close(&operations[i]);
  }
  wasm2oci_completions_close(&queue);
}

/* A reader is reported again and again until all of it was read without a wait. */
static void a_reader_is_read_without_waiting(void) {
  wasm2oci_completions_t queue = new_queue();
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  uint8_t *module = module_make(kSize, 1);
  const wasm2oci_bytes_t content = {module, kSize};
  uint8_t buffer[kSize + 1];
  size_t total = 0;
  int32_t end = 0;
  CHECK_OK(wasm2oci_push_bytes(client, content, "oci:d:1", NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_open(client, "oci:d:1", NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_OK(wasm2oci_operation_reader(operation, &reader, NULL), NULL);
  while (end == 0 && total <= kSize) {
    uint64_t id = 0;
    size_t count = 0;
    CHECK_OK(wasm2oci_completions_add_reader(queue, reader, NULL), NULL);
    CHECK_OK(wasm2oci_completions_wait(queue, 10000, &id, 1, &count, NULL), NULL);
    if (!CHECK(count == 1 && id == reader.id)) break;
    const size_t room = total < 10 ? 10 : sizeof buffer - total;
    CHECK_OK(wasm2oci_reader_read(reader, buffer + total, room, 0, &count, &end, NULL), NULL);
    if (!CHECK(count > 0 || end != 0)) break;
    total += count;
  }
  CHECK(end == 1 && total == kSize && memcmp(buffer, module, kSize) == 0);

  uint64_t id = 0;
  size_t count = 0;
  CHECK_OK(wasm2oci_completions_add_reader(queue, reader, NULL), NULL);
  CHECK_OK(wasm2oci_completions_wait(queue, 0, &id, 1, &count, NULL), NULL);
  CHECK(count == 1 && id == reader.id);
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&operation);
  wasm2oci_completions_close(&queue);
  free(module);
}

static void *waits_until_closed(void *argument) {
  const wasm2oci_completions_t queue = *(const wasm2oci_completions_t *)argument;
  uint64_t id = 0;
  size_t count = 0;
  const wasm2oci_status_t status = wasm2oci_completions_wait(queue, -1, &id, 1, &count, NULL);
  return status == WASM2OCI_STATUS_CLOSED ? argument : NULL;
}

static void closing_ends_the_waits(void) {
  wasm2oci_completions_t queue = new_queue();
  const wasm2oci_completions_t copy = queue;
  wasm2oci_operation_t operation = start_silent();
  pthread_t waiters[3];
  uint64_t id = 0;
  size_t count = 0;
  CHECK_OK(wasm2oci_completions_add_operation(queue, operation, NULL), NULL);
  for (size_t i = 0; i < 3; ++i) {
    support_must(pthread_create(&waiters[i], NULL, waits_until_closed, (void *)&copy) == 0,
                 "thread");
  }
  CHECK_OK(wasm2oci_completions_close(&queue), NULL);
  for (size_t i = 0; i < 3; ++i) {
    void *result = NULL;
    support_must(pthread_join(waiters[i], &result) == 0, "join");
    CHECK(result != NULL);
  }
  CHECK(queue.id == 0);
  CHECK_OK(wasm2oci_completions_close(&queue), NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED, wasm2oci_completions_wait(copy, 0, &id, 1, &count, error));
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED, wasm2oci_completions_add_operation(copy, operation, error));
  wasm2oci_operation_close(&operation);
}

/* Starts and cancels operations while another thread takes the reports. */
static void *starts_and_cancels(void *argument) {
  const wasm2oci_completions_t queue = *(const wasm2oci_completions_t *)argument;
  intptr_t failures = 0;
  for (int i = 0; i < 100; ++i) {
    wasm2oci_operation_t operation = {0};
    failures += wasm2oci_resolve(client, silent, NULL, &operation, NULL) != WASM2OCI_STATUS_OK;
    failures += wasm2oci_completions_add_operation(queue, operation, NULL) != WASM2OCI_STATUS_OK;
    failures += wasm2oci_operation_close(&operation) != WASM2OCI_STATUS_OK;
  }
  return (void *)failures;
}

static void threads_add_to_one_queue(void) {
  wasm2oci_completions_t queue = new_queue();
  pthread_t threads[4];
  size_t reported = 0;
  for (size_t i = 0; i < 4; ++i) {
    support_must(pthread_create(&threads[i], NULL, starts_and_cancels, &queue) == 0, "thread");
  }
  while (reported < 400) {
    uint64_t ids[16];
    size_t count = 0;
    if (!CHECK_OK(wasm2oci_completions_wait(queue, 10000, ids, 16, &count, NULL), NULL) ||
        !CHECK(count > 0)) {
      break;
    }
    reported += count;
  }
  for (size_t i = 0; i < 4; ++i) {
    void *failures = NULL;
    support_must(pthread_join(threads[i], &failures) == 0, "join");
    CHECK(failures == NULL);
  }
  CHECK(reported == 400);
  wasm2oci_completions_close(&queue);
}

static void bad_arguments(void) {
  wasm2oci_completions_t queue = new_queue();
  const wasm2oci_completions_t nothing = {0};
  wasm2oci_completions_t empty = {0};
  const wasm2oci_operation_t no_operation = {0};
  const wasm2oci_reader_t no_reader = {0};
  uint64_t id = 0;
  size_t count = 0;
  const wasm2oci_status_t closed = WASM2OCI_STATUS_CLOSED;
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  CHECK_REFUSED(invalid, wasm2oci_completions_new(NULL, error));
  CHECK_REFUSED(invalid, wasm2oci_completions_wait(queue, 0, NULL, 1, &count, error));
  CHECK_REFUSED(invalid, wasm2oci_completions_wait(queue, 0, &id, 1, NULL, error));
  CHECK_OK(wasm2oci_completions_wait(queue, -1, NULL, 0, &count, NULL), NULL);
  CHECK_REFUSED(closed, wasm2oci_completions_wait(nothing, 0, &id, 1, &count, error));
  CHECK_REFUSED(closed, wasm2oci_completions_add_operation(queue, no_operation, error));
  CHECK_REFUSED(closed, wasm2oci_completions_add_reader(queue, no_reader, error));
  CHECK_REFUSED(closed, wasm2oci_completions_add_reader(nothing, no_reader, error));
  CHECK_OK(wasm2oci_completions_close(NULL), NULL);
  CHECK_OK(wasm2oci_completions_close(&empty), NULL);
  wasm2oci_completions_close(&queue);
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  const int listener = silent_registry(silent);
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  nothing_to_report();
  every_end_is_reported();
  one_thread_waits_for_a_thousand();
  a_reader_is_read_without_waiting();
  closing_ends_the_waits();
  threads_add_to_one_queue();
  bad_arguments();
  wasm2oci_client_close(&client);
  close(listener);
  scratch_remove(directory);
  return check_result();
}
