/*
 * Go starts at the first use and not when the library is loaded: until then a
 * process has none of its threads and signal handlers, and may fork children that
 * use the library. Afterwards a forked child has no Go runtime that works, and
 * says so before any Go is entered.
 */
#include "start.h"

#ifdef _WIN32
/* There is no fork, and Go starts when it is loaded. */
wasm2oci_status_t wasm2oci_go_enter(const char **why) {
  (void)why;
  return WASM2OCI_STATUS_OK;
}

int wasm2oci_go_runs(void) { return 1; }
#else
#include <pthread.h>

static volatile int started;
static volatile int forked;
static wasm2oci_status_t outcome = WASM2OCI_STATUS_OK;
static const char *reason;

static void in_child(void) { forked = forked || started || !wasm2oci_go_is_put_off(); }

__attribute__((constructor)) static void watch_fork(void) { pthread_atfork(NULL, NULL, in_child); }

static void start(void) {
  started = 1; /* From here on a child would have half a runtime. */
  outcome = wasm2oci_go_start(&reason);
}

wasm2oci_status_t wasm2oci_go_enter(const char **why) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (forked) {
    *why =
        "wasm2oci was used before this process was forked and cannot be used in the child; use it "
        "after the fork alone, or start a new process";
    return WASM2OCI_STATUS_FORKED;
  }
  if (wasm2oci_go_is_put_off()) pthread_once(&once, start);
  *why = reason;
  return outcome;
}

int wasm2oci_go_runs(void) { return !forked && (started || !wasm2oci_go_is_put_off()); }
#endif
