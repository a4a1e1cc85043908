/*
 * Go's own entry, which the entry in go/internal/start has put off.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include "start.h"

#include "environment.h"

#ifdef _WIN32
void wasm2oci_loaded(void) {}
#else
#include <dlfcn.h>
#ifdef __linux__
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

typedef void entry_t(int argc, char **argv);

static entry_t *entry; /* NULL where Go has started at load. */

/* What the entry in go/internal/start calls, when the library is loaded. */
__attribute__((visibility("hidden"))) void wasm2oci_loaded(int argc,
                                                           char **argv,
                                                           char **environment,
                                                           entry_t *own) {
  (void)argc;
  (void)argv;
  (void)environment;
  entry = own;
}

int wasm2oci_go_is_put_off(void) { return entry != NULL; }

#define NAME "wasm2oci"

#ifdef __linux__
/*
 * The bytes that Go seeds its random numbers with. They are not the kernel's for the process,
 * which another Go runtime in it, or the same one in a forked process, would have as well: all
 * of these would draw the same numbers. Go also overwrites them, and those are the host's.
 */
static char *make_seed(void) {
  static char bytes[16];
  if (syscall(SYS_getrandom, bytes, sizeof bytes, 1 /* GRND_NONBLOCK */) == sizeof bytes)
    return bytes;
  return (char *)getauxval(AT_RANDOM);
}
#endif

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
      AT_PAGESZ, AT_SYSINFO_EHDR, AT_HWCAP, AT_HWCAP2, AT_SECURE, AT_PLATFORM};
  ++next;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    const unsigned long value = getauxval(kinds[i]);
    if (value == 0) continue;
    *next++ = (char *)kinds[i];
    *next++ = (char *)value;
  }
  *next++ = (char *)AT_RANDOM;
  *next++ = make_seed();
#endif
  return block;
}

/*
 * Keeps what this code lies in from being unloaded under Go's threads: a plugin whose linker
 * was not told -z nodelete, as a cdylib of Rust. In a program there is nothing to keep.
 */
static void stay(void) {
  Dl_info self;
  if (dladdr((const void *)&entry, &self) != 0 && self.dli_fname != NULL)
    (void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

wasm2oci_status_t wasm2oci_go_start(const char **why) {
  (void)why;
  stay();
  entry(1, make_arguments());
  return WASM2OCI_STATUS_OK;
}
#endif
