/*
 * Fetches modules at the same time in a main loop of GLib.
 *
 *     glib localhost:5000/hello:1.0 oci:layout:v1
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
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
static gboolean readable(gint fd, GIOCondition condition, gpointer loop) {
  uint64_t numbers[16];
  size_t count = 0;
  (void)fd;
  (void)condition;
  if (wasm2oci_completions_wait(queue, 0, numbers, 16, &count, NULL) == WASM2OCI_STATUS_OK) {
    for (size_t i = 0; i < count; ++i) {
      fetched((wasm2oci_operation_t *)(uintptr_t)numbers[i]);
      --running;
    }
  }
  if (running > 0) {
    return G_SOURCE_CONTINUE;
  }
  g_main_loop_quit((GMainLoop *)loop);
  return G_SOURCE_REMOVE;
}

int main(int argc, char **argv) {
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t *operations = g_new0(wasm2oci_operation_t, argc);
  intptr_t fd = -1;
  if (wasm2oci_client_new(NULL, NULL, &client, &error) != 0 ||
      wasm2oci_completions_new(&queue, &error) != 0 ||
      wasm2oci_completions_fd(queue, &fd, &error) != 0) {
    fprintf(stderr, "%s\n", error.message);
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
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    g_unix_fd_add((gint)fd, G_IO_IN, readable, loop);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
  }
  wasm2oci_completions_close(&queue);
  wasm2oci_client_close(&client);
  wasm2oci_error_clear(&error);
  g_free(operations);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
