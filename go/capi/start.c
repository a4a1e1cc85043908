/*
 * Go starts at the first use and not when the library is loaded: until then a
 * process has none of its threads and signal handlers, and may fork children that
 * use the library. Afterwards a forked child has no Go runtime that works, and
 * says so before any Go is entered.
 */
#include "start.h"

#ifdef _WIN32
#include <windows.h>

/*
 * Keeps the DLL that this code lies in from being unloaded under Go's threads, which run from
 * the load on: it stays even if nothing of it was called. It stands here, not in entrypoint.c,
 * since that one is not linked where nothing is taken from it.
 */
__attribute__((constructor)) static void stay(void) {
  HMODULE self;
  (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                           (LPCWSTR)(void *)&wasm2oci_go_enter,
                           &self);
}

/* There is no fork, and Go starts when it is loaded. */
wasm2oci_status_t wasm2oci_go_enter(const char **why) {
  (void)why;
  return WASM2OCI_STATUS_OK;
}

int wasm2oci_go_runs(void) { return 1; }
#else
#include <pthread.h>
#include <stddef.h>
#ifdef __linux__
#include <sys/mman.h>
#include <sys/resource.h>
#endif

/* Whether Go is being started or was, and whether that has ended. */
static int started;
static int ended;
static volatile int forked;
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static wasm2oci_status_t outcome = WASM2OCI_STATUS_OK;
static const char *reason;

static int is_started(void) { return __atomic_load_n(&started, __ATOMIC_RELAXED); }

static void in_child(void) {
  forked = forked || is_started() || !wasm2oci_go_is_put_off();
  /* The one who held it is not in the child. */
  starting = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

__attribute__((constructor)) static void watch_fork(void) { pthread_atfork(NULL, NULL, in_child); }

/* Whether there is the address space that Go and its first threads reserve: if they are refused it,
 * Go ends the process, with less than this now and then, as the layout of the memory happens to be.
 */
static int has_room(void) {
#ifdef __linux__
  const size_t needed = 1800000000;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 1;
  void *room = mmap(NULL, needed, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return 0;
  munmap(room, needed);
#endif
  return 1;
}

/* Starts Go once. Where there is no room for it, the next call tries again. One thread at a time
 * looks and starts, since what the look reserves would be missing at the start. */
static int start(void) {
  if (__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) return 1;
  pthread_mutex_lock(&starting);
  if (!ended && has_room()) {
    /* From here on a child would have half a runtime. */
    __atomic_store_n(&started, 1, __ATOMIC_RELAXED);
    outcome = wasm2oci_go_start(&reason);
    /* A library that was loaded for it has looked again, and has not started Go. */
    const int lacks_room = outcome == WASM2OCI_STATUS_UNSUPPORTED;
    __atomic_store_n(&started, !lacks_room, __ATOMIC_RELAXED);
    __atomic_store_n(&ended, !lacks_room, __ATOMIC_RELEASE);
  }
  const int is = ended;
  pthread_mutex_unlock(&starting);
  return is;
}

wasm2oci_status_t wasm2oci_go_enter(const char **why) {
  if (forked) {
    *why =
        "wasm2oci was used before this process was forked and cannot be used in the child; use it "
        "after the fork alone, or start a new process";
    return WASM2OCI_STATUS_FORKED;
  }
  if (wasm2oci_go_is_put_off() && !start()) {
    *why =
        "less than 1.8 GB of address space is free, because that is limited (RLIMIT_AS, ulimit "
        "-v); leave 3 GB";
    return WASM2OCI_STATUS_UNSUPPORTED;
  }
  *why = reason;
  return outcome;
}

int wasm2oci_go_runs(void) { return !forked && (is_started() || !wasm2oci_go_is_put_off()); }
#endif
