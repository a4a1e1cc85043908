# Refuses, with the reason, the systems on which the result could not work.

include(CheckCSourceCompiles)

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  check_c_source_compiles(
    "#include <features.h>
#ifndef __GLIBC__
#error not glibc
#endif
int main(void) { return 0; }"
    WASM2OCI_HAVE_GLIBC
  )
  if(NOT WASM2OCI_HAVE_GLIBC)
    message(
      FATAL_ERROR
      "wasm2oci needs glibc: a Go library inside another program cannot be loaded on musl "
      "(its thread-local storage needs the initial-exec model). "
      "Use a glibc system, such as Debian or Fedora, or a manylinux container."
    )
  endif()
endif()
