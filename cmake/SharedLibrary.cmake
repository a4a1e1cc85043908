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
  add_library(wasm2oci::shared ALIAS wasm2oci_core)
  add_library(wasm2oci::wasm2oci ALIAS wasm2oci_core)
  return()
endif()

set(_capi "${PROJECT_SOURCE_DIR}/go/capi")
set(_nothing "${CMAKE_CURRENT_BINARY_DIR}/nothing.c")
file(
  CONFIGURE
  OUTPUT "${_nothing}"
  CONTENT "/* All code is in the Go archive. */\ntypedef int wasm2oci_nothing_here;\n"
)
wasm2oci_header_symbols(_symbols "${WASM2OCI_HEADER}")

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # The name has the whole version: loader and core fit each other alone.
  set(_core "wasm2oci-core-${PROJECT_VERSION}")
  add_library(wasm2oci_loaded MODULE "${_nothing}")
  set_target_properties(wasm2oci_loaded PROPERTIES OUTPUT_NAME "${_core}")
  target_link_libraries(wasm2oci_loaded PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,wasm2oci_go>")
  wasm2oci_harden(wasm2oci_loaded EXPORTS wasm2oci_go_enter "go[A-Z]*")

  set(_table "${CMAKE_CURRENT_BINARY_DIR}/loader")
  get_target_property(_declarations wasm2oci_go GO_DECLARATIONS)
  file(MAKE_DIRECTORY "${_table}")
  add_custom_command(
    OUTPUT "${_table}/core.h" "${_table}/_cgo_export.h"
    COMMAND
      "${CMAKE_COMMAND}" "-DDECLARATIONS=${_declarations}" "-DFOLDER=${_table}" -P
      "${PROJECT_SOURCE_DIR}/cmake/CoreTable.cmake"
    DEPENDS wasm2oci_go_build "${_declarations}" "${PROJECT_SOURCE_DIR}/cmake/CoreTable.cmake"
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
else()
  add_library(wasm2oci_shared SHARED "${_nothing}")
  target_link_libraries(wasm2oci_shared PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,wasm2oci_go>")
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
wasm2oci_harden(wasm2oci_shared EXPORTS ${_symbols})
