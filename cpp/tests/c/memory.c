/*
 * Memory of the caller's that is not there when it is read: an error, and the
 * process goes on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"
#include "support.h"

static wasm2oci_client_t client = {0};
static size_t page = 0;

/** Two pages of which the first holds the start of a module, and the second is as `protection`. */
static uint8_t *two_pages(int protection) {
  void *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  support_must(memory != MAP_FAILED, "mmap");
  uint8_t *module = module_make(2 * page, 1);
  memcpy(memory, module, 2 * page);
  free(module);
  support_must(mprotect((uint8_t *)memory + page, page, protection) == 0, "mprotect");
  return (uint8_t *)memory;
}

static wasm2oci_status_t push(const uint8_t *data, size_t size, wasm2oci_error_t *error) {
  wasm2oci_operation_t operation = {0};
  const wasm2oci_bytes_t content = {data, size};
  wasm2oci_status_t status =
      wasm2oci_push_bytes(client, content, "oci:layout:1", NULL, &operation, error);
  if (status == WASM2OCI_STATUS_OK) {
    status = wasm2oci_operation_wait(operation, -1, NULL, NULL, error);
  }
  wasm2oci_operation_close(&operation);
  return status;
}

/** A -1 that has become unsigned is a mistake that hosts make. */
static void content_larger_than_memory(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  uint8_t byte = 0;
  CHECK_REFUSED(invalid, push(&byte, SIZE_MAX, error));
  CHECK_REFUSED(invalid, push(&byte, SIZE_MAX / 2 + 1, error));
  CHECK_REFUSED(invalid, push(&byte, SIZE_MAX - 4096, error));
}

static void content_that_cannot_be_read(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  uint8_t *memory = two_pages(PROT_NONE);
  CHECK_REFUSED(invalid, push(memory, 2 * page, error));
  CHECK_REFUSED(invalid, push(memory + page, page, error));
  CHECK(push(memory, 2 * page, &failure) == invalid);
  CHECK_CONTAINS(failure.message, "fault at address 0x");
  CHECK_CONTAINS(failure.message, "oci:layout:1");
  wasm2oci_error_clear(&failure);
  support_must(mprotect(memory, 2 * page, PROT_READ) == 0, "mprotect");
  CHECK_OK(push(memory, 2 * page, NULL), NULL);
  support_must(munmap(memory, 2 * page) == 0, "munmap");
  CHECK_REFUSED(invalid, push(memory, 2 * page, error));
}

/** A mapped file that was cut off raises SIGBUS in place of SIGSEGV. */
static void content_whose_file_is_cut_off(void) {
  /* Now and then the emulator says that the address is near 0, which means something else. */
  if (getenv("WASM2OCI_TEST_EMULATED") != NULL) return;
  const int file = open("mapped", O_RDWR | O_CREAT | O_EXCL, 0600);
  support_must(file >= 0 && ftruncate(file, (off_t)(2 * page)) == 0, "mapped");
  void *memory = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, file, 0);
  support_must(memory != MAP_FAILED, "mmap");
  support_must(ftruncate(file, 0) == 0, "ftruncate");
  CHECK_REFUSED(WASM2OCI_STATUS_INVALID_ARGUMENT, push((const uint8_t *)memory, 2 * page, error));
  support_must(munmap(memory, 2 * page) == 0, "munmap");
  close(file);
}

/** Texts, lists and what a reader fills. */
static void other_arguments(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  uint8_t *memory = two_pages(PROT_NONE);
  const char *text = (const char *)memory + page;
  const char *const *list = (const char *const *)(const void *)text;
  wasm2oci_operation_t operation = {0};
  wasm2oci_reader_t reader = {0};
  wasm2oci_client_t other = {0};
  size_t count = 0;
  int32_t end = 0;
  CHECK_REFUSED(invalid, wasm2oci_resolve(client, text, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_resolve(client, "oci:layout:1", text, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_push(client, text, "oci:layout:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_pull(client, "oci:layout:1", text, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_convert(client, "oci:d:1", text, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_inspect_reference(client, text, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_client_new(NULL, list, &other, error));
  const char *attached = "{\"artifact_type\":\"a/b\"}";
  const char *const none[] = {"hello.txt", NULL};
  CHECK_REFUSED(invalid, wasm2oci_attach(client, "oci:d:1", list, 1, attached, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_attach(client, "oci:d:1", &text, 1, attached, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_attach(client, "oci:d:1", none, 2, attached, &operation, error));
  CHECK_REFUSED(invalid,
                wasm2oci_attach(client, "oci:d:1", none, SIZE_MAX, attached, &operation, error));

  CHECK_OK(wasm2oci_open(client, "oci:layout:1", NULL, &operation, NULL), NULL);
  CHECK_OK(wasm2oci_operation_wait(operation, -1, NULL, NULL, NULL), NULL);
  CHECK_OK(wasm2oci_operation_reader(operation, &reader, NULL), NULL);
  CHECK_REFUSED(invalid,
                wasm2oci_reader_read(reader, memory + page, page, -1, &count, &end, error));
  CHECK_OK(wasm2oci_reader_read(reader, memory, page, -1, &count, &end, NULL), NULL);
  CHECK(count > 0);
  wasm2oci_reader_close(&reader);
  wasm2oci_operation_close(&operation);
  support_must(munmap(memory, 2 * page) == 0, "munmap");
}

/** The address of a member of a struct at NULL: a mistake of the caller's, not of the library's. */
static void addresses_of_members_of_null(void) {
  const wasm2oci_status_t invalid = WASM2OCI_STATUS_INVALID_ARGUMENT;
  const struct {
    uint8_t before[16];
    char member[8];
  } *nothing = NULL;
  const uintptr_t number = (uintptr_t)nothing + 16;
  const char *text = (const char *)number;
  const char *const *list = (const char *const *)number;
  wasm2oci_operation_t operation = {0};
  wasm2oci_client_t other = {0};
  wasm2oci_error_t failure = WASM2OCI_ERROR_INIT;
  CHECK(wasm2oci_resolve(client, text, NULL, &operation, &failure) == invalid);
  CHECK_CONTAINS(failure.message, "is not an address");
  wasm2oci_error_clear(&failure);
  CHECK_REFUSED(invalid, wasm2oci_resolve(client, "oci:layout:1", text, &operation, error));
  CHECK_REFUSED(invalid,
                wasm2oci_resolve(client, "oci:d:1", NULL, (wasm2oci_operation_t *)number, error));
  CHECK_REFUSED(invalid, wasm2oci_push(client, text, "oci:layout:1", NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_pull(client, "oci:layout:1", text, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_pull(client, "oci:layout:1", NULL, text, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_attach(client, "oci:d:1", list, 1, NULL, &operation, error));
  CHECK_REFUSED(invalid, wasm2oci_client_new(NULL, list, &other, error));
  CHECK_REFUSED(invalid, wasm2oci_client_new(text, NULL, &other, error));
  CHECK_REFUSED(invalid, wasm2oci_client_set_credentials(client, text, error));
  CHECK_REFUSED(invalid, push((const uint8_t *)number, 8, error));
  /* Languages have such addresses for what is empty. */
  CHECK_REFUSED(WASM2OCI_STATUS_NOT_WASM, push((const uint8_t *)number, 0, error));
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  page = (size_t)sysconf(_SC_PAGESIZE);
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  content_larger_than_memory();
  content_that_cannot_be_read();
  content_whose_file_is_cut_off();
  other_arguments();
  addresses_of_members_of_null();
  wasm2oci_client_close(&client);
  scratch_remove(directory);
  return check_result();
}
