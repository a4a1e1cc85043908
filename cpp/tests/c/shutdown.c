/*
 * The end of the process: shutdown ends what runs and refuses what is new, and
 * what was read before stays readable.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <poll.h>

#include "check.h"
#include "support.h"

int main(void) {
  char silent[SUPPORT_PATH_SIZE];
  const int listener = silent_registry(silent);
  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t operations[3] = {{0}, {0}, {0}};
  wasm2oci_operation_t refused = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, &failure), &failure);
  for (size_t i = 0; i < 3; ++i) {
    CHECK_OK(wasm2oci_fetch(client, silent, NULL, &operations[i], &failure), &failure);
  }

  wasm2oci_completions_t queue = {0};
  uint64_t id = 0;
  size_t count = 0;
  intptr_t fd = -1;
  CHECK_OK(wasm2oci_completions_new(&queue, NULL), NULL);
  CHECK_OK(wasm2oci_completions_fd(queue, &fd, NULL), NULL);

  CHECK_OK(wasm2oci_shutdown(10000, &failure), &failure);
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED,
                wasm2oci_completions_wait(queue, -1, &id, 1, &count, error));
  /* A loop of events sees that as well. */
  struct pollfd polled = {(int)fd, POLLIN, 0};
  CHECK(poll(&polled, 1, -1) == 1 && polled.revents == POLLIN);
  wasm2oci_completions_close(&queue);
  for (size_t i = 0; i < 3; ++i) {
    int32_t done = 0;
    CHECK(wasm2oci_operation_wait(operations[i], 0, NULL, &done, NULL) ==
          WASM2OCI_STATUS_CANCELLED);
    CHECK(done == 1);
  }
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED, wasm2oci_fetch(client, silent, NULL, &refused, error));
  CHECK(refused.id == 0);
  /* Nothing would ever be reported to a new queue: who waited for it would wait for ever. */
  CHECK_REFUSED(WASM2OCI_STATUS_CLOSED, wasm2oci_completions_new(&queue, error));
  CHECK(queue.id == 0);
  CHECK_OK(wasm2oci_shutdown(10000, &failure), &failure);
  CHECK_OK(wasm2oci_shutdown(0, NULL), NULL);

  for (size_t i = 0; i < 3; ++i) {
    CHECK_OK(wasm2oci_operation_close(&operations[i]), NULL);
  }
  CHECK_OK(wasm2oci_client_close(&client), NULL);
  wasm2oci_error_clear(&failure);
  close(listener);
  return check_result();
}
