# wasm2oci::core: the Go core behind the C API, with the public headers. It is
# an archive, or with WASM2OCI_GO_BUILDMODE=c-shared a shared library.
# wasm2oci::static: the same, where it is an archive.

set(WASM2OCI_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/cpp/include")
set(WASM2OCI_HEADER "${WASM2OCI_INCLUDE_DIR}/wasm2oci/wasm2oci.h")

set(_flags "")
if(WASM2OCI_SANITIZE STREQUAL "address")
  set(_flags -asan)
endif()

# No build id: it depends on where the sources are, and so would the result.
go_add_archive(
  wasm2oci_go
  PACKAGE_DIR "${PROJECT_SOURCE_DIR}/go/capi"
  OUTPUT_NAME wasm2oci
  BUILDMODE ${WASM2OCI_GO_BUILDMODE}
  LDFLAGS -s -w -buildid= -X github.com/wasm2oci/wasm2oci/go/wasm2oci.version=${WASM2OCI_VERSION}
  TAGS ${WASM2OCI_GO_TAGS}
  FLAGS ${_flags}
  DEPENDS "${WASM2OCI_HEADER}"
)

add_library(wasm2oci_core INTERFACE)
add_library(wasm2oci::core ALIAS wasm2oci_core)
target_link_libraries(wasm2oci_core INTERFACE wasm2oci_go)
target_include_directories(wasm2oci_core INTERFACE "${WASM2OCI_INCLUDE_DIR}")
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-archive")
  add_library(wasm2oci::static ALIAS wasm2oci_core)
elseif(WIN32)
  target_compile_definitions(wasm2oci_core INTERFACE WASM2OCI_SHARED)
endif()
