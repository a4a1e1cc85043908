/*
 * In a child that was forked after the first use, every function answers FORKED at
 * once; what ends and frees things does not hang, and the parent goes on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sys/wait.h>

#include "check.h"
#include "support.h"

static const wasm2oci_status_t kForked = WASM2OCI_STATUS_FORKED;

static void client_functions(wasm2oci_client_t client) {
  const wasm2oci_bytes_t no_bytes = {NULL, 0};
  wasm2oci_operation_t operation = {0};
  wasm2oci_client_t fresh = {0};
  CHECK_REFUSED(kForked, wasm2oci_client_new(NULL, NULL, &fresh, error));
  CHECK_REFUSED(kForked, wasm2oci_push(client, "a.wasm", "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_push_bytes(client, no_bytes, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_push_fd(client, 0, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_pull(client, "oci:d:1", NULL, NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_convert(client, "oci:d:1", "oci:d:2", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_fetch(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_open(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_resolve(client, "oci:d:1", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_inspect(client, "a.wasm", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_inspect_file(client, "a.wasm", NULL, &operation, error));
  CHECK_REFUSED(kForked, wasm2oci_push_and_wait(client, "a.wasm", "oci:d:1", NULL, NULL, error));
  CHECK_REFUSED(kForked, wasm2oci_pull_and_wait(client, "oci:d:1", "a", NULL, NULL, error));
  CHECK(operation.id == 0 && fresh.id == 0);
}

static void operation_functions(wasm2oci_operation_t operation, wasm2oci_reader_t reader) {
  wasm2oci_progress_t progress;
  wasm2oci_descriptor_t descriptor;
  wasm2oci_bytes_t bytes = {NULL, 0};
  wasm2oci_reader_t taken = {0};
  const char *text = NULL;
  char *records = NULL;
  uint8_t byte = 0;
  size_t count = 0;
  int32_t end = 0;
  int32_t done = 0;
  CHECK_REFUSED(kForked, wasm2oci_operation_wait(operation, -1, &progress, &done, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_cancel(operation, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_result(operation, &text, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_descriptor(operation, &descriptor, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_path(operation, &text, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_bytes(operation, &bytes, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_log(operation, &records, error));
  CHECK_REFUSED(kForked, wasm2oci_operation_reader(operation, &taken, error));
  CHECK_REFUSED(kForked, wasm2oci_reader_read(reader, &byte, 1, -1, &count, &end, error));
}

static void completions_functions(wasm2oci_operation_t operation, wasm2oci_reader_t reader) {
  wasm2oci_completions_t completions = {1};
  wasm2oci_completions_t fresh = {0};
  intptr_t fd = -1;
  uint64_t id = 0;
  size_t count = 0;
  CHECK_REFUSED(kForked, wasm2oci_completions_new(&fresh, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_add_operation(completions, operation, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_add_reader(completions, reader, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_add_operation_as(completions, operation, 7, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_add_reader_as(completions, reader, 7, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_fd(completions, &fd, error));
  CHECK_REFUSED(kForked, wasm2oci_completions_wait(completions, -1, &id, 1, &count, error));
  wasm2oci_completions_close(&completions);
  CHECK(completions.id == 0 && fresh.id == 0);
}

static void library_functions(void) {
  const char *json = NULL;
  char *info = NULL;
  CHECK(strcmp(wasm2oci_version(), WASM2OCI_VERSION) == 0);
  CHECK(strcmp(wasm2oci_status_name(kForked), "FORKED") == 0);
  CHECK_REFUSED(kForked, wasm2oci_build_info(&json, error));
  CHECK_REFUSED(kForked, wasm2oci_runtime_configure(NULL, error));
  CHECK_REFUSED(kForked, wasm2oci_runtime_info(&info, error));
  CHECK_REFUSED(kForked, wasm2oci_shutdown(1000, error));
  char *name = NULL;
  CHECK_REFUSED(kForked, wasm2oci_default_name("oci:d:1", &name, error));
}

/** Runs in the child; a hang is ended by the alarm and so seen by the parent. */
static int in_child(wasm2oci_client_t client,
                    wasm2oci_operation_t operation,
                    wasm2oci_reader_t reader,
                    wasm2oci_error_t *error) {
  check_failures = 0;
  alarm(20);
  library_functions();
  client_functions(client);
  operation_functions(operation, reader);
  completions_functions(operation, reader);
  wasm2oci_error_clear(error);
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&operation);
  wasm2oci_client_close(&client);
  CHECK(reader.id == 0 && operation.id == 0 && client.id == 0);
  return check_result();
}

static void check_child(pid_t child) {
  int status = 0;
  support_must(child > 0, "fork");
  support_must(waitpid(child, &status, 0) == child, "waitpid");
  if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
    fprintf(stderr,
            "    the child ended with signal %d, code %d\n",
            WIFSIGNALED(status) ? WTERMSIG(status) : 0,
            WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  char silent[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  const int listener = silent_registry(silent);
  uint8_t *module = module_make(64, 1);
  const wasm2oci_bytes_t content = {module, 64};

  /* In the parent: one operation that runs, one that is done, its reader, an error. */
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t running = {0};
  wasm2oci_operation_t done = {0};
  wasm2oci_reader_t reader = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, &error), &error);
  CHECK_OK(wasm2oci_push_bytes(client, content, "oci:d:1", NULL, &done, &error), &error);
  CHECK_OK(wasm2oci_operation_wait(done, -1, NULL, NULL, &error), &error);
  CHECK_OK(wasm2oci_operation_close(&done), NULL);
  CHECK_OK(wasm2oci_open(client, "oci:d:1", NULL, &done, &error), &error);
  CHECK_OK(wasm2oci_operation_wait(done, -1, NULL, NULL, &error), &error);
  CHECK_OK(wasm2oci_operation_reader(done, &reader, &error), &error);
  CHECK_OK(wasm2oci_resolve(client, silent, NULL, &running, &error), &error);
  CHECK(wasm2oci_resolve(client, "hello:1", NULL, &running, &error) ==
        WASM2OCI_STATUS_INVALID_REFERENCE);

  fflush(NULL);
  const pid_t first = fork();
  if (first == 0) {
    _exit(in_child(client, done, reader, &error));
  }
  check_child(first);
  fflush(NULL);
  const pid_t second = fork();
  if (second == 0) {
    _exit(in_child(client, running, reader, &error));
  }
  check_child(second);

  /* The parent is not disturbed. */
  size_t total = 0;
  int32_t end = 0;
  uint8_t buffer[65];
  while (end == 0 && total < sizeof buffer) {
    size_t count = 0;
    if (!CHECK_OK(wasm2oci_reader_read(
                      reader, buffer + total, sizeof buffer - total, -1, &count, &end, NULL),
                  NULL)) {
      break;
    }
    total += count;
  }
  CHECK(total == 64 && memcmp(buffer, module, 64) == 0);
  CHECK_OK(wasm2oci_push_bytes(client, content, "oci:d:2", NULL, &done, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(done, -1, NULL, NULL, NULL), NULL);

  wasm2oci_error_clear(&error);
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&done);
  wasm2oci_operation_close(&running);
  wasm2oci_client_close(&client);
  free(module);
  close(listener);
  scratch_remove(directory);
  return check_result();
}
