/*
 * The descriptor of a queue in a loop of events, and reports under numbers of
 * the host's own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "check.h"
#include "support.h"

enum { kMany = 200 };

static char silent[SUPPORT_PATH_SIZE];
static wasm2oci_client_t client = {0};

static int fd_of(wasm2oci_completions_t queue) {
  intptr_t fd = -1;
  CHECK_OK(wasm2oci_completions_fd(queue, &fd, NULL), NULL);
  CHECK(fd >= 0);
  return (int)fd;
}

/** Whether a descriptor is readable, after up to timeout_ms. */
static int readable(int fd, int timeout_ms) {
  struct pollfd polled = {fd, POLLIN, 0};
  return poll(&polled, 1, timeout_ms) == 1 && polled.revents == POLLIN;
}

/** Takes one report, which is there. */
static uint64_t take(wasm2oci_completions_t queue) {
  uint64_t number = 0;
  size_t count = 0;
  CHECK_OK(wasm2oci_completions_wait(queue, 0, &number, 1, &count, NULL), NULL);
  CHECK(count == 1);
  return number;
}

static wasm2oci_operation_t start_silent(void) {
  wasm2oci_operation_t operation = {0};
  CHECK_OK(wasm2oci_resolve(client, silent, NULL, &operation, NULL), NULL);
  return operation;
}

static void it_is_readable_while_there_are_reports(void) {
  wasm2oci_completions_t queue = {0};
  wasm2oci_operation_t first = start_silent();
  wasm2oci_operation_t second = start_silent();
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  const int fd = fd_of(queue);
  CHECK(fd_of(queue) == fd);
  CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  CHECK_OK(wasm2oci_completions_add_operation_as(queue, first, 1, NULL), NULL);
  CHECK_OK(wasm2oci_completions_add_operation_as(queue, second, UINT64_MAX, NULL), NULL);
  CHECK(!readable(fd, 0));
  CHECK_OK(wasm2oci_operation_cancel(first, NULL), NULL);
  CHECK(readable(fd, -1));
  CHECK(readable(fd, 0));
  CHECK(take(queue) == 1);
  CHECK(!readable(fd, 0));
  CHECK_OK(wasm2oci_operation_close(&second), NULL);
  CHECK_OK(wasm2oci_completions_add_operation(queue, first, NULL), NULL);
  CHECK(readable(fd, -1));
  CHECK(take(queue) == UINT64_MAX);
  CHECK(readable(fd, 0));
  CHECK(take(queue) == first.id);
  CHECK(!readable(fd, 0));
  wasm2oci_operation_close(&first);
  wasm2oci_completions_close(&queue);
  CHECK(fcntl(fd, F_GETFD) == -1);
}

/** What was reported before anybody asked for the descriptor is seen by it. */
static void it_is_never_too_late_to_ask_for_it(void) {
  wasm2oci_completions_t queue = {0};
  wasm2oci_operation_t operation = start_silent();
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  CHECK_OK(wasm2oci_completions_add_operation_as(queue, operation, 3, NULL), NULL);
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  CHECK(readable(fd_of(queue), -1));
  CHECK(take(queue) == 3);
  wasm2oci_completions_close(&queue);
}

/** A reader is read by the loop, found by a pointer. */
static void a_reader_is_found_by_its_pointer(void) {
  enum { kSize = 64 };
  wasm2oci_completions_t queue = {0};
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  uint8_t *module = module_make(kSize, 1);
  const wasm2oci_bytes_t content = {module, kSize};
  uint8_t buffer[kSize + 1];
  size_t total = 0;
  int32_t end = 0;
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  const int fd = fd_of(queue);
  CHECK_OK(wasm2oci_push_bytes(client, content, "oci:d:1", NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  wasm2oci_operation_close(&operation);
  CHECK_OK(wasm2oci_open(client, "oci:d:1", NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_OK(wasm2oci_operation_reader(operation, &reader, NULL), NULL);
  while (end == 0) {
    const uint64_t user_data = (uint64_t)(uintptr_t)&reader;
    size_t count = 0;
    CHECK_OK(wasm2oci_completions_add_reader_as(queue, reader, user_data, NULL), NULL);
    if (!CHECK(readable(fd, 10000))) break;
    const wasm2oci_reader_t *found = (const wasm2oci_reader_t *)(uintptr_t)take(queue);
    if (!CHECK(found == &reader)) break;
    CHECK_OK(
        wasm2oci_reader_read(*found, buffer + total, sizeof buffer - total, 0, &count, &end, NULL),
        NULL);
    if (!CHECK(count > 0 || end != 0)) break;
    total += count;
  }
  CHECK(total == kSize && memcmp(buffer, module, kSize) == 0);
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&operation);
  wasm2oci_completions_close(&queue);
  free(module);
}

static void *cancels(void *argument) {
  const wasm2oci_operation_t *operations = (const wasm2oci_operation_t *)argument;
  for (size_t i = 0; i < kMany; ++i) {
    wasm2oci_operation_cancel(operations[i], NULL);
  }
  return NULL;
}

/** Many operations, told apart by index, while another thread cancels them. */
static void each_is_seen_once(int (*wait)(int), int fd, wasm2oci_completions_t queue) {
  static wasm2oci_operation_t operations[kMany];
  int seen[kMany] = {0};
  size_t reported = 0;
  for (size_t i = 0; i < kMany; ++i) {
    operations[i] = start_silent();
    CHECK_OK(wasm2oci_completions_add_operation_as(queue, operations[i], i, NULL), NULL);
  }
  pthread_t other;
  support_must(pthread_create(&other, NULL, cancels, operations) == 0, "thread");
  while (reported < kMany && CHECK(wait(fd))) {
    uint64_t numbers[7];
    size_t count = 7;
    while (count == 7) {
      CHECK_OK(wasm2oci_completions_wait(queue, 0, numbers, 7, &count, NULL), NULL);
      for (size_t i = 0; i < count; ++i) {
        if (CHECK(numbers[i] < kMany)) ++seen[numbers[i]];
      }
      reported += count;
    }
  }
  support_must(pthread_join(other, NULL) == 0, "join");
  for (size_t i = 0; i < kMany; ++i) {
    CHECK(seen[i] == 1);
    wasm2oci_operation_close(&operations[i]);
  }
}

static int wait_by_poll(int fd) { return readable(fd, 20000); }

static void a_loop_of_poll(void) {
  wasm2oci_completions_t queue = {0};
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  each_is_seen_once(wait_by_poll, fd_of(queue), queue);
  wasm2oci_completions_close(&queue);
}

#ifdef __linux__
static int wait_by_epoll(int loop) {
  struct epoll_event event;
  return epoll_wait(loop, &event, 1, 20000) == 1 && event.events == EPOLLIN;
}

/** Told of the level, and of changes only. */
static void a_loop_of_epoll(uint32_t trigger) {
  wasm2oci_completions_t queue = {0};
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | trigger;
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  support_must(loop >= 0, "epoll_create1");
  support_must(epoll_ctl(loop, EPOLL_CTL_ADD, fd_of(queue), &event) == 0, "epoll_ctl");
  each_is_seen_once(wait_by_epoll, loop, queue);
  close(loop);
  wasm2oci_completions_close(&queue);
}
#endif

static void bad_arguments(void) {
  const wasm2oci_completions_t nothing = {0};
  const wasm2oci_operation_t no_operation = {0};
  const wasm2oci_reader_t no_reader = {0};
  wasm2oci_completions_t queue = {0};
  intptr_t fd = 7;
  const wasm2oci_status_t closed = WASM2OCI_STATUS_CLOSED;
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, wasm2oci_completions_fd(queue, NULL, error));
  CHECK_REFUSED(closed, wasm2oci_completions_fd(nothing, &fd, error));
  CHECK(fd == -1);
  CHECK_REFUSED(closed, wasm2oci_completions_add_operation_as(queue, no_operation, 1, error));
  CHECK_REFUSED(closed, wasm2oci_completions_add_reader_as(queue, no_reader, 1, error));
  wasm2oci_completions_close(&queue);
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  const int listener = silent_registry(silent);
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  it_is_readable_while_there_are_reports();
  it_is_never_too_late_to_ask_for_it();
  a_reader_is_found_by_its_pointer();
  a_loop_of_poll();
#ifdef __linux__
  a_loop_of_epoll(0);
  a_loop_of_epoll(EPOLLET);
#endif
  bad_arguments();
  wasm2oci_client_close(&client);
  close(listener);
  scratch_remove(directory);
  return check_result();
}
