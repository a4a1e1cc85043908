/*
 * Pushes a WebAssembly file to a registry or a layout and pulls it back.
 *
 *     push_pull hello.wasm localhost:5000/hello:1.0 copy.wasm
 *     push_pull hello.wasm oci:layout:1.0 copy.wasm
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <wasm2oci/wasm2oci.h>

/* Pushes and pulls; says on stdout what it did. */
static wasm2oci_status_t push_and_pull(wasm2oci_client_t client,
                                       const char *source,
                                       const char *reference,
                                       const char *copy,
                                       wasm2oci_error_t *error) {
  wasm2oci_descriptor_t manifest;
  wasm2oci_status_t status =
      wasm2oci_push_and_wait(client, source, reference, NULL, &manifest, error);
  if (status != WASM2OCI_STATUS_OK) {
    return status;
  }
  printf("pushed %s\n", manifest.digest);

  status = wasm2oci_pull_and_wait(client, reference, copy, NULL, &manifest, error);
  if (status != WASM2OCI_STATUS_OK) {
    return status;
  }
  printf("pulled %s to %s\n", manifest.digest, copy);
  return WASM2OCI_STATUS_OK;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s FILE REFERENCE COPY\n", argv[0]);
    return 2;
  }
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_status_t status = wasm2oci_client_new(NULL, NULL, &client, &error);
  if (status == WASM2OCI_STATUS_OK) {
    status = push_and_pull(client, argv[1], argv[2], argv[3], &error);
  }
  if (status != WASM2OCI_STATUS_OK) {
    fprintf(stderr, "%s: %s\n", wasm2oci_status_name(status), error.message);
  }
  wasm2oci_error_clear(&error);
  wasm2oci_client_close(&client);
  return status == WASM2OCI_STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
