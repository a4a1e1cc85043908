# add_subdirectory and FetchContent: the examples are built by a project that has the sources in its own build.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${FOLDER}")
build_and_try(
  "${CMAKE_CURRENT_LIST_DIR}/embedding" "${FOLDER}/build" "-DWASM2OCI_SOURCE=${SOURCE}"
  "-DWASM2OCI_GO_EXECUTABLE=${GO}" "-DHOW=${HOW}" "-DWASM2OCI_LIBRARY=${LIBRARY}"
)
