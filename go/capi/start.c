/*
 * Go starts at the first use and not when the library is loaded: until then a
 * process has none of its threads and signal handlers, and may fork children that
 * use the library. Afterwards a forked child has no Go runtime that works, and
 * says so before any Go is entered. See go/internal/start for how it is put off.
 */
#include "start.h"

#include "environment.h"

#ifdef _WIN32
/* There is no fork, and Go starts when it is loaded. */
int go_enter(void) { return 1; }
int go_runs(void) { return 1; }
void wasm2oci_loaded(void) {}
#else
#include <pthread.h>

#ifdef __linux__
#include <sys/auxv.h>
#endif

typedef void start_t(int argc, char **argv);

static start_t *put_off; /* Go's entry; NULL where Go has started at load. */
static volatile int started;
static volatile int forked;

/* What the entry in go/internal/start calls, when the library is loaded. */
__attribute__((visibility("hidden"))) void wasm2oci_loaded(int argc,
                                                           char **argv,
                                                           char **environment,
                                                           start_t *start) {
  (void)argc;
  (void)argv;
  (void)environment;
  put_off = start;
}

static void in_child(void) { forked = forked || put_off == NULL || started; }

__attribute__((constructor)) static void watch_fork(void) { pthread_atfork(NULL, NULL, in_child); }

#define NAME "wasm2oci"

/*
 * What Go finds at the start of a process: arguments, environment and the kernel's
 * vector, each ended by zeros. Those of the process itself may be gone by now: daemons
 * overwrite them with titles. Go keeps pointers into it, so it is not freed.
 */
static char **make_arguments(void) {
  static char *bare[] = {NAME, NULL, NULL, NULL, NULL};
  char **environment = ENVIRONMENT;
  size_t count = 0;
  if (environment != NULL)
    while (environment[count] != NULL) ++count;
  char **block = calloc(count + 32, sizeof *block);
  if (block == NULL) return bare;
  char **next = block;
  *next = NAME;
  next += 2;
  for (size_t i = 0; i < count; ++i) *next++ = environment[i];
#ifdef __linux__
  static const unsigned long kinds[] = {
      AT_PAGESZ, AT_RANDOM, AT_SYSINFO_EHDR, AT_HWCAP, AT_HWCAP2, AT_SECURE, AT_PLATFORM};
  ++next;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    const unsigned long value = getauxval(kinds[i]);
    if (value == 0) continue;
    *next++ = (char *)kinds[i];
    *next++ = (char *)value;
  }
#endif
  return block;
}

static void start(void) {
  started = 1; /* From here on a child would have half a runtime. */
  put_off(1, make_arguments());
}

int go_enter(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (forked) return 0;
  if (put_off != NULL) pthread_once(&once, start);
  return 1;
}

int go_runs(void) { return !forked && (put_off == NULL || started); }
#endif
