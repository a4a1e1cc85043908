/*
 * The start of the Go runtime, and what a fork does to it. See start.c.
 */
#ifndef WASM2OCI_START_H
#define WASM2OCI_START_H

#include "wasm2oci/wasm2oci.h"

/* Starts Go unless it runs already. Where it must not be entered, as in a child that was
 * forked after that, it returns another status than OK and says why. */
wasm2oci_status_t wasm2oci_go_enter(const char **why);

/* Whether Go runs in this process: where it does not, there are no handles. */
int wasm2oci_go_runs(void);

/* The two that start.c calls are in entrypoint.c, where Go is linked in, and in cpp/loader,
 * where it is in a library that is loaded late. */

/* Whether Go waits for the next one; else it has started at load. */
int wasm2oci_go_is_put_off(void);

/* Starts Go. It is called once, unless it returns UNSUPPORTED because there is no room. */
wasm2oci_status_t wasm2oci_go_start(const char **why);

#endif
