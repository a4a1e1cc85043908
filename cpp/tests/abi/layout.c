/*
 * Prints the layout of every struct and the value of every constant of the C
 * API, on a machine with 64-bit pointers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdio.h>
#include <wasm2oci/wasm2oci.h>

#define STRUCT(type) printf("%s size %zu\n", #type, sizeof(type))
#define FIELD(type, field)              \
  printf("%s.%s offset %zu size %zu\n", \
         #type,                         \
         #field,                        \
         offsetof(type, field),         \
         sizeof(((const type *)NULL)->field))
#define CONSTANT(name) printf("%s %d\n", #name, (int)(name))

static void structs(void) {
  printf("wasm2oci_status_t size %zu\n", sizeof(wasm2oci_status_t));
  STRUCT(wasm2oci_error_t);
  FIELD(wasm2oci_error_t, status);
  FIELD(wasm2oci_error_t, reserved);
  FIELD(wasm2oci_error_t, message);
  FIELD(wasm2oci_error_t, detail);
  STRUCT(wasm2oci_client_t);
  FIELD(wasm2oci_client_t, id);
  STRUCT(wasm2oci_operation_t);
  FIELD(wasm2oci_operation_t, id);
  STRUCT(wasm2oci_reader_t);
  FIELD(wasm2oci_reader_t, id);
  STRUCT(wasm2oci_completions_t);
  FIELD(wasm2oci_completions_t, id);
  STRUCT(wasm2oci_progress_t);
  FIELD(wasm2oci_progress_t, done);
  FIELD(wasm2oci_progress_t, total);
  FIELD(wasm2oci_progress_t, reused);
  FIELD(wasm2oci_progress_t, resumed);
  FIELD(wasm2oci_progress_t, phase);
  FIELD(wasm2oci_progress_t, retries);
  FIELD(wasm2oci_progress_t, item);
  STRUCT(wasm2oci_descriptor_t);
  FIELD(wasm2oci_descriptor_t, size);
  FIELD(wasm2oci_descriptor_t, digest);
  FIELD(wasm2oci_descriptor_t, media_type);
  STRUCT(wasm2oci_bytes_t);
  FIELD(wasm2oci_bytes_t, data);
  FIELD(wasm2oci_bytes_t, size);
  STRUCT(wasm2oci_reference_t);
  FIELD(wasm2oci_reference_t, text);
  FIELD(wasm2oci_reference_t, scheme);
  FIELD(wasm2oci_reference_t, registry);
  FIELD(wasm2oci_reference_t, repository);
  FIELD(wasm2oci_reference_t, path);
  FIELD(wasm2oci_reference_t, tag);
  FIELD(wasm2oci_reference_t, digest);
  FIELD(wasm2oci_reference_t, written);
}

/* Named by the library, so that a new status cannot be missed here. */
static void statuses(void) {
  for (wasm2oci_status_t status = 0; status < 1000; ++status) {
    const char *name = wasm2oci_status_name(status);
    if (status == WASM2OCI_STATUS_UNKNOWN || name[0] != 'U' || name[1] != 'N' || name[2] != 'K') {
      printf("WASM2OCI_STATUS_%s %d\n", name, (int)status);
    }
  }
}

static void phases(void) {
  CONSTANT(WASM2OCI_PHASE_STARTING);
  CONSTANT(WASM2OCI_PHASE_HASHING);
  CONSTANT(WASM2OCI_PHASE_RESOLVING);
  CONSTANT(WASM2OCI_PHASE_TRANSFERRING);
  CONSTANT(WASM2OCI_PHASE_FINISHING);
  CONSTANT(WASM2OCI_PHASE_DONE);
}

int main(void) {
  structs();
  statuses();
  phases();
  return 0;
}
