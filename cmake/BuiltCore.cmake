# wasm2oci::core of an archive that another build has made, so that Go need not run
# again: WASM2OCI_GO_ARCHIVE. For the Python extension alone.

if(WASM2OCI_BUILD_LIBRARY)
  message(FATAL_ERROR "WASM2OCI_GO_ARCHIVE needs WASM2OCI_BUILD_LIBRARY=OFF")
endif()
if(NOT EXISTS "${WASM2OCI_GO_ARCHIVE}")
  message(FATAL_ERROR "WASM2OCI_GO_ARCHIVE is '${WASM2OCI_GO_ARCHIVE}', which does not exist")
endif()

set(WASM2OCI_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/cpp/include")
find_package(Threads REQUIRED)
add_library(wasm2oci_core INTERFACE)
add_library(wasm2oci::core ALIAS wasm2oci_core)
target_include_directories(wasm2oci_core INTERFACE "${WASM2OCI_INCLUDE_DIR}")
target_link_libraries(
  wasm2oci_core
  INTERFACE "${WASM2OCI_GO_ARCHIVE}" Threads::Threads ${CMAKE_DL_LIBS}
)
if(APPLE)
  target_link_libraries(
    wasm2oci_core
    INTERFACE "-framework CoreFoundation" "-framework Security" resolv
  )
endif()
