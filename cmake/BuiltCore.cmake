# wasm2oci::core of an archive that another build has made, so that Go need not run
# again: WASM2OCI_GO_ARCHIVE. For the Python extension alone.

include(GoLink)

if(WASM2OCI_BUILD_LIBRARY)
  message(FATAL_ERROR "WASM2OCI_GO_ARCHIVE needs WASM2OCI_BUILD_LIBRARY=OFF")
endif()
if(NOT EXISTS "${WASM2OCI_GO_ARCHIVE}")
  message(FATAL_ERROR "WASM2OCI_GO_ARCHIVE is '${WASM2OCI_GO_ARCHIVE}', which does not exist")
endif()

set(WASM2OCI_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/cpp/include")
add_library(wasm2oci_go STATIC IMPORTED GLOBAL)
set_target_properties(wasm2oci_go PROPERTIES IMPORTED_LOCATION "${WASM2OCI_GO_ARCHIVE}")
go_link_archive(wasm2oci_go)
add_library(wasm2oci_core INTERFACE)
add_library(wasm2oci::core ALIAS wasm2oci_core)
target_link_libraries(wasm2oci_core INTERFACE wasm2oci_go)
target_include_directories(wasm2oci_core INTERFACE "${WASM2OCI_INCLUDE_DIR}")
