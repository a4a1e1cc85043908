# What the compiler adds against memory that is overwritten. It holds for all C
# and C++ that is compiled here, as do sanitizers, and for the C code of the Go
# core (GoArchive.cmake):
#   - a canary in each stack frame that holds an array;
#   - the C library checks the sizes of buffers; this takes optimization;
#   - marks where an indirect jump may land, and protected return addresses,
#     where the processor has them.
# A feature that the flags of whoever builds name already is left to them.
# Sanitizers find more, and are misled by this; Windows has its own.

set(WASM2OCI_PROTECTION_C "")
set(WASM2OCI_PROTECTION_CXX "")
set(WASM2OCI_FORTIFY_C "")
set(WASM2OCI_FORTIFY_CXX "")
if(WASM2OCI_SANITIZE OR NOT UNIX)
  return()
endif()

include(CheckCompilerFlag)
include(CheckSourceCompiles)

# The highest level of _FORTIFY_SOURCE that compiler and C library know; they
# warn of others.
function(_wasm2oci_fortify variable language)
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_source_compiles(
    ${language}
    "#include <string.h>\nint main(void) { return (int)strlen(\"\"); }"
    WASM2OCI_FORTIFY_3_${language}
  )
  set(level 2)
  if(WASM2OCI_FORTIFY_3_${language})
    set(level 3)
  endif()
  # Some compilers define it themselves.
  set(${variable} -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level} PARENT_SCOPE)
endfunction()

set(_optimized Release RelWithDebInfo MinSizeRel)
list(JOIN _optimized "," _optimized)
set(_features stack-protector cf-protection branch-protection)
set(_stack-protector -fstack-protector-strong)
set(_cf-protection -fcf-protection=full)
set(_branch-protection -mbranch-protection=standard)

foreach(_language IN ITEMS C CXX)
  foreach(_feature IN LISTS _features)
    set(_have "WASM2OCI_HAVE_${_feature}_${_language}")
    check_compiler_flag(${_language} "${_${_feature}}" ${_have})
    if(${_have} AND NOT CMAKE_${_language}_FLAGS MATCHES "${_feature}")
      list(APPEND WASM2OCI_PROTECTION_${_language} "${_${_feature}}")
    endif()
  endforeach()
  if(NOT CMAKE_${_language}_FLAGS MATCHES "_FORTIFY_SOURCE")
    _wasm2oci_fortify(WASM2OCI_FORTIFY_${_language} ${_language})
  endif()
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:${_language}>:${WASM2OCI_PROTECTION_${_language}}>"
    "$<$<AND:$<COMPILE_LANGUAGE:${_language}>,$<CONFIG:${_optimized}>>:${WASM2OCI_FORTIFY_${_language}}>"
  )
endforeach()
