/*
 * libwasm2oci.so is small: the public functions of go/capi/entry.c, and this. The
 * Go core is a library beside it, which is loaded at the first use, so that
 * linking without using costs next to nothing: the dynamic linker alone would
 * write a megabyte of addresses into the core.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "start.h"

struct core core;

static char path[PATH_MAX];
static char failure[PATH_MAX + 512];

/* Where the core is. A relative path means something now; later the process may be elsewhere. */
__attribute__((constructor)) static void find_core(void) {
  Dl_info self;
  char real[PATH_MAX];
  if (dladdr(&core, &self) == 0 || realpath(self.dli_fname, real) == NULL) return;
  char *name = strrchr(real, '/') + 1;
  *name = '\0';
  const int length = snprintf(path, sizeof path, "%s%s", real, WASM2OCI_CORE);
  if (length < 0 || (size_t)length >= sizeof path) path[0] = '\0';
}

static wasm2oci_status_t missing(const char *reason, const char **why) {
  snprintf(failure,
           sizeof failure,
           "cannot load the core of wasm2oci: %s; it belongs beside libwasm2oci.so",
           reason != NULL ? reason : WASM2OCI_CORE);
  *why = failure;
  return WASM2OCI_STATUS_FILESYSTEM;
}

int wasm2oci_go_is_put_off(void) { return 1; }

wasm2oci_status_t wasm2oci_go_start(const char **why) {
  /* Where its own place is unknown, the dynamic linker looks for it. */
  void *library = dlopen(path[0] != '\0' ? path : WASM2OCI_CORE, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return missing(dlerror(), why);
  const struct {
    const char *name;
    void *place;
  } functions[] = {
#define FUNCTION(name) {#name, &core.name},
      CORE_FUNCTIONS(FUNCTION)};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    void *function = dlsym(library, functions[i].name);
    if (function == NULL) return missing(dlerror(), why);
    memcpy(functions[i].place, &function, sizeof function);
  }
  return core.wasm2oci_go_enter(why);
}
