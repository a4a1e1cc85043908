# wasm2oci::core: the Go core behind the C API, with the public headers, for what
# is built here. It is an archive, or with WASM2OCI_GO_BUILDMODE=c-shared a shared
# library.
# wasm2oci::static: the same for everybody else, where it is an archive. It is an
# imported target as in the installed package, so that a host's static library
# that uses it can be exported: it names the target and does not carry it along.

set(WASM2OCI_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/cpp/include")
set(WASM2OCI_HEADER "${WASM2OCI_INCLUDE_DIR}/wasm2oci/wasm2oci.h")

set(_flags "")
if(WASM2OCI_SANITIZE STREQUAL "address")
  set(_flags -asan)
endif()

# Go starts at the first call, by an entry of ours in place of its own
# (go/internal/start).
go_find("${PROJECT_SOURCE_DIR}/go/go.mod")
go_target(_os _processor)
set(_entry "")
if("${_os}/${_processor}" MATCHES "^(linux|darwin)/(amd64|arm64)$")
  set(_entry -E wasm2oci_entry)
endif()

# A library that Go links exports what the header declares: on Windows the header
# says so itself, since Go has a list of its own there.
set(_cflags "")
set(_extldflags "")
wasm2oci_header_symbols(WASM2OCI_SYMBOLS "${WASM2OCI_HEADER}")
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-shared")
  if(WIN32)
    set(_cflags -DWASM2OCI_BUILDING)
  else()
    wasm2oci_export_list(_extldflags _list wasm2oci_go ${WASM2OCI_SYMBOLS})
  endif()
endif()

# Imported targets are exported by their names.
set(WASM2OCI_GO_TARGET wasm2oci_go)
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-shared")
  set(WASM2OCI_GO_TARGET wasm2oci::shared)
endif()

# No build id: it depends on where the sources are, and so would the result.
go_add_archive(
  ${WASM2OCI_GO_TARGET}
  PACKAGE_DIR "${PROJECT_SOURCE_DIR}/go/capi"
  OUTPUT_NAME wasm2oci
  BUILDMODE ${WASM2OCI_GO_BUILDMODE}
  CFLAGS ${_cflags}
  LDFLAGS
    -s
    -w
    -buildid=
    -X
    github.com/wasm2oci/wasm2oci/go/wasm2oci.version=${WASM2OCI_VERSION}
    ${_entry}
  EXTLDFLAGS ${_extldflags}
  TAGS ${WASM2OCI_GO_TAGS}
  FLAGS ${_flags}
  DEPENDS "${WASM2OCI_HEADER}"
)

add_library(wasm2oci_core INTERFACE)
add_library(wasm2oci::core ALIAS wasm2oci_core)
target_link_libraries(wasm2oci_core INTERFACE ${WASM2OCI_GO_TARGET})
target_include_directories(wasm2oci_core INTERFACE "${WASM2OCI_INCLUDE_DIR}")
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-archive")
  add_library(wasm2oci::static INTERFACE IMPORTED GLOBAL)
  target_link_libraries(wasm2oci::static INTERFACE wasm2oci_core)
  go_isolate_archive(wasm2oci::static libwasm2oci.a)
else()
  target_include_directories(wasm2oci::shared INTERFACE "${WASM2OCI_INCLUDE_DIR}")
  go_isolate_headers(wasm2oci::shared)
  if(WIN32)
    target_compile_definitions(wasm2oci::shared INTERFACE WASM2OCI_SHARED)
  endif()
endif()
