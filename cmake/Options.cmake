# Every option of the build. scikit-build-core sets SKBUILD; a Python build
# wants the extension and nothing else.

if(DEFINED SKBUILD OR NOT PROJECT_IS_TOP_LEVEL)
  set(_standalone OFF)
else()
  set(_standalone ON)
endif()
if(DEFINED SKBUILD)
  set(_python ON)
  set(_library OFF)
else()
  set(_python OFF)
  set(_library ON)
endif()

option(WASM2OCI_BUILD_PYTHON "Build the Python extension module" ${_python})
option(WASM2OCI_BUILD_LIBRARY "Build libwasm2oci for C and C++ hosts" ${_library})
option(WASM2OCI_INSTALL "Install libwasm2oci with its CMake package" ${PROJECT_IS_TOP_LEVEL})
option(WASM2OCI_BUILD_TESTS "Build the C and C++ tests" ${_standalone})
option(WASM2OCI_BUILD_EXAMPLES "Build the example programs" ${_standalone})
option(WASM2OCI_WERROR "Turn compiler warnings into errors" OFF)
set(
  WASM2OCI_SANITIZE
  ""
  CACHE STRING
  "Sanitizer of C, C++ and Go: empty, address, thread, or undefined"
)
set_property(
  CACHE WASM2OCI_SANITIZE
  PROPERTY STRINGS "" address thread undefined
)

if(MSVC)
  # MSVC cannot link a Go archive (golang/go#20982).
  set(_buildmode c-shared)
else()
  set(_buildmode c-archive)
endif()
set(
  WASM2OCI_GO_BUILDMODE
  ${_buildmode}
  CACHE STRING
  "How the Go core is built: c-archive (linked in) or c-shared (a library of its own)"
)
set_property(CACHE WASM2OCI_GO_BUILDMODE PROPERTY STRINGS c-archive c-shared)
set(
  WASM2OCI_GO_ARCHIVE
  ""
  CACHE FILEPATH
  "Archive of the Go core that another build has made, for the Python extension"
)
set(WASM2OCI_GO_TAGS "" CACHE STRING "Build tags of the Go core, such as netgo;osusergo")
set(
  WASM2OCI_GO_CC
  ""
  CACHE FILEPATH
  "C compiler that cgo uses; CMAKE_C_COMPILER where empty. MSVC needs a MinGW gcc here"
)

if(NOT WASM2OCI_GO_BUILDMODE MATCHES "^c-(archive|shared)$")
  message(
    FATAL_ERROR
    "WASM2OCI_GO_BUILDMODE is '${WASM2OCI_GO_BUILDMODE}'; it must be c-archive or c-shared"
  )
endif()
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-archive" AND MSVC)
  message(
    FATAL_ERROR
    "MSVC cannot link a Go archive; configure with -DWASM2OCI_GO_BUILDMODE=c-shared"
  )
endif()
if(NOT WASM2OCI_SANITIZE MATCHES "^(address|thread|undefined)?$")
  message(
    FATAL_ERROR
    "WASM2OCI_SANITIZE is '${WASM2OCI_SANITIZE}'; it must be empty, address, thread, or undefined"
  )
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
