# wasm2oci::shared: libwasm2oci as a shared library that exports the functions
# of the C header and nothing else.
# wasm2oci::wasm2oci: this one, or the static one where BUILD_SHARED_LIBS is set
# to off. Not where it is not set: a program can hold one Go archive only.

include(GNUInstallDirs)

if(WASM2OCI_GO_BUILDMODE STREQUAL "c-shared")
  # Go has linked it already.
  add_library(wasm2oci::shared ALIAS wasm2oci_core)
  add_library(wasm2oci::wasm2oci ALIAS wasm2oci_core)
  return()
endif()

file(
  CONFIGURE
  OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/shared.c"
  CONTENT "/* All code is in the Go archive. */\ntypedef int wasm2oci_nothing_here;\n"
)
add_library(wasm2oci_shared SHARED "${CMAKE_CURRENT_BINARY_DIR}/shared.c")
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
    SOVERSION ${PROJECT_VERSION_MAJOR}
)
target_include_directories(
  wasm2oci_shared
  PUBLIC
    "$<BUILD_INTERFACE:${WASM2OCI_INCLUDE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
)
target_link_libraries(wasm2oci_shared PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,wasm2oci_go>")
wasm2oci_header_symbols(_symbols "${WASM2OCI_HEADER}")
wasm2oci_harden(wasm2oci_shared EXPORTS ${_symbols})
