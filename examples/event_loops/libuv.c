/*
 * Fetches modules at the same time in a loop of libuv.
 *
 *     libuv localhost:5000/hello:1.0 oci:layout:v1
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include <wasm2oci/wasm2oci.h>

static wasm2oci_completions_t queue = {0};
static int running = 0;
static int failures = 0;

/** Prints how an operation ended, and closes it. */
static void fetched(wasm2oci_operation_t *operation) {
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_bytes_t module;
  if (wasm2oci_operation_bytes(*operation, &module, &error) == WASM2OCI_STATUS_OK) {
    printf("%zu bytes\n", module.size);
  } else {
    fprintf(stderr, "%s\n", error.message);
    ++failures;
  }
  wasm2oci_error_clear(&error);
  wasm2oci_operation_close(operation);
}

/** Takes what was reported: each number is a pointer to an operation. */
static void readable(uv_poll_t *poll, int status, int events) {
  uint64_t numbers[16];
  size_t count = 0;
  (void)events;
  if (status == 0 &&
      wasm2oci_completions_wait(queue, 0, numbers, 16, &count, NULL) == WASM2OCI_STATUS_OK) {
    for (size_t i = 0; i < count; ++i) {
      fetched((wasm2oci_operation_t *)(uintptr_t)numbers[i]);
      --running;
    }
  }
  if (running == 0) {
    uv_close((uv_handle_t *)poll, NULL);
  }
}

int main(int argc, char **argv) {
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t *operations = calloc((size_t)argc, sizeof *operations);
  intptr_t fd = -1;
  uv_poll_t poll;
  if (operations == NULL || wasm2oci_client_new(NULL, NULL, &client, &error) != 0 ||
      wasm2oci_completions_new(&queue, &error) != 0 ||
      wasm2oci_completions_fd(queue, &fd, &error) != 0) {
    fprintf(stderr, "%s\n", error.message != NULL ? error.message : "out of memory");
    return EXIT_FAILURE;
  }
  for (int i = 1; i < argc; ++i) {
    const uint64_t user_data = (uint64_t)(uintptr_t)&operations[i];
    if (wasm2oci_fetch(client, argv[i], NULL, &operations[i], &error) == 0 &&
        wasm2oci_completions_add_operation_as(queue, operations[i], user_data, &error) == 0) {
      ++running;
    } else {
      fprintf(stderr, "%s\n", error.message);
      ++failures;
    }
  }
  if (running > 0) {
    uv_poll_init(uv_default_loop(), &poll, (int)fd);
    uv_poll_start(&poll, UV_READABLE, readable);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  }
  uv_loop_close(uv_default_loop());
  wasm2oci_completions_close(&queue);
  wasm2oci_client_close(&client);
  wasm2oci_error_clear(&error);
  free(operations);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
