# wasm2oci::shared: libwasm2oci as a shared library that exports the functions
# of the C header and nothing else.
# wasm2oci::wasm2oci: this one, or the static one where BUILD_SHARED_LIBS is set
# to off. Not where it is not set: a program can hold one Go archive only.
#
# On Linux it is a loader (cpp/loader), with the Go core in a library beside it
# that is loaded at the first use. Elsewhere the core is in it.

include(GNUInstallDirs)

if(WASM2OCI_GO_BUILDMODE STREQUAL "c-shared")
  # Go has linked it already.
  add_library(wasm2oci::wasm2oci ALIAS wasm2oci::shared)
  return()
endif()

set(_capi "${PROJECT_SOURCE_DIR}/go/capi")

# _wasm2oci_add_carrier(<target> <kind> EXPORTS <symbol>... NEEDS <function>...): a
# library of what the functions pull out of the Go archive. Not WHOLE_ARCHIVE,
# which zig's linker does not take.
function(_wasm2oci_add_carrier target kind)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "" "" "EXPORTS;NEEDS")
  list(JOIN ARG_NEEDS ", " names)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}.c")
  file(
    CONFIGURE
    OUTPUT "${source}"
    CONTENT
      "/* All code is in the Go archive. */
typedef void function(void);
extern function ${names};
function *const wasm2oci_carried[] = {${names}};
"
    @ONLY
  )
  add_library(${target} ${kind} "${source}")
  target_link_libraries(${target} PRIVATE wasm2oci_go)
  wasm2oci_harden(${target} EXPORTS ${ARG_EXPORTS})
endfunction()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # The name has the whole version: loader and core fit each other alone.
  set(_core "wasm2oci-core-${PROJECT_VERSION}")
  _wasm2oci_add_carrier(
    wasm2oci_loaded
    MODULE
    EXPORTS wasm2oci_go_enter "go[A-Z]*"
    NEEDS wasm2oci_go_enter goBuildInfo
  )
  set_target_properties(wasm2oci_loaded PROPERTIES OUTPUT_NAME "${_core}")

  set(_table "${CMAKE_CURRENT_BINARY_DIR}/loader")
  get_target_property(_declarations wasm2oci_go GO_DECLARATIONS)
  get_target_property(_go_build wasm2oci_go GO_BUILD)
  file(MAKE_DIRECTORY "${_table}")
  add_custom_command(
    OUTPUT "${_table}/core.h" "${_table}/_cgo_export.h"
    COMMAND
      "${CMAKE_COMMAND}" "-DDECLARATIONS=${_declarations}" "-DFOLDER=${_table}" -P
      "${PROJECT_SOURCE_DIR}/cmake/CoreTable.cmake"
    DEPENDS ${_go_build} "${_declarations}" "${PROJECT_SOURCE_DIR}/cmake/CoreTable.cmake"
    VERBATIM
  )
  add_library(
    wasm2oci_shared
    SHARED
    "${PROJECT_SOURCE_DIR}/cpp/loader/load.c"
    "${_capi}/entry.c"
    "${_capi}/start.c"
    "${_table}/core.h"
    "${_table}/_cgo_export.h"
  )
  add_dependencies(wasm2oci_shared wasm2oci_loaded)
  cmake_path(GET _declarations PARENT_PATH _go)
  # Before the folder of entry.c, which has no such header.
  target_include_directories(wasm2oci_shared PRIVATE "${_table}" "${_go}" "${_capi}")
  target_compile_definitions(
    wasm2oci_shared
    PRIVATE
      _GNU_SOURCE
      "WASM2OCI_CORE=\"${CMAKE_SHARED_MODULE_PREFIX}${_core}${CMAKE_SHARED_MODULE_SUFFIX}\""
  )
  find_package(Threads REQUIRED)
  target_link_libraries(wasm2oci_shared PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  wasm2oci_harden(wasm2oci_shared EXPORTS ${WASM2OCI_SYMBOLS})
else()
  _wasm2oci_add_carrier(
    wasm2oci_shared
    SHARED
    EXPORTS ${WASM2OCI_SYMBOLS}
    NEEDS ${WASM2OCI_SYMBOLS}
  )
  if(WIN32)
    target_compile_definitions(wasm2oci_shared INTERFACE WASM2OCI_SHARED)
  endif()
endif()

add_library(wasm2oci::shared ALIAS wasm2oci_shared)
if(DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS)
  add_library(wasm2oci::wasm2oci ALIAS wasm2oci::static)
else()
  add_library(wasm2oci::wasm2oci ALIAS wasm2oci_shared)
endif()
set_target_properties(
  wasm2oci_shared
  PROPERTIES
    OUTPUT_NAME wasm2oci
    EXPORT_NAME shared
    VERSION ${PROJECT_VERSION}
    SOVERSION ${WASM2OCI_SOVERSION}
)
target_include_directories(
  wasm2oci_shared
  PUBLIC
    "$<BUILD_INTERFACE:${WASM2OCI_INCLUDE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
)
go_isolate_headers(wasm2oci_shared)
wasm2oci_strip(wasm2oci_shared)
if(TARGET wasm2oci_loaded)
  wasm2oci_strip(wasm2oci_loaded)
endif()
