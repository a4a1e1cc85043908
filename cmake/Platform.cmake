# Refuses, with the reason, the compilers that are too old and the systems on
# which the result could not work.

include(CheckCSourceCompiles)

if(
  NOT "cxx_std_17" IN_LIST CMAKE_CXX_COMPILE_FEATURES
  OR (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 8)
)
  message(
    FATAL_ERROR
    "wasm2oci needs a compiler for C++17, and ${CMAKE_CXX_COMPILER} is "
    "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. Install GCC 8, Clang 7, or a newer "
    "one, or name it with -DCMAKE_CXX_COMPILER= or in the variable CXX."
  )
endif()

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
