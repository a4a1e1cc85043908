# Writes the C code by which the loader calls the Go core, run as a script with
#   DECLARATIONS  the header that Go has written beside the archive
#   FOLDER        where to write core.h and _cgo_export.h
#
# core.h has the functions as a struct of pointers; _cgo_export.h, which
# go/capi/entry.c includes, makes their names mean these.

file(STRINGS "${DECLARATIONS}" lines REGEX "^extern [^(]*[ *]go[A-Z][A-Za-z0-9]*\\(")
set(names wasm2oci_go_enter)
foreach(line IN LISTS lines)
  string(REGEX REPLACE "^[^(]*[ *](go[A-Za-z0-9]+)\\(.*" "\\1" name "${line}")
  list(APPEND names "${name}")
endforeach()

set(members "")
set(list "")
set(meanings "")
foreach(name IN LISTS names)
  string(APPEND members "  __typeof__(&${name}) ${name};\n")
  string(APPEND list " \\\n  X(${name})")
  if(NOT name STREQUAL "wasm2oci_go_enter")
    string(APPEND meanings "#define ${name} core.${name}\n")
  endif()
endforeach()
cmake_path(GET DECLARATIONS FILENAME header)
file(
  CONFIGURE
  OUTPUT "${FOLDER}/core.h"
  CONTENT
    "#ifndef WASM2OCI_CORE_H
#define WASM2OCI_CORE_H
#include \"${header}\"
#include \"start.h\"
struct core {
${members}};
extern struct core core;
#define CORE_FUNCTIONS(X)${list}
#endif
"
  @ONLY
)
file(CONFIGURE OUTPUT "${FOLDER}/_cgo_export.h" CONTENT "#include \"core.h\"\n${meanings}" @ONLY)
