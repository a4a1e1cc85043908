# find_package: the examples are built against an installed copy with LIBRARY, before and after it was moved.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${FOLDER}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}/prefix")
build_and_try(
  "${SOURCE}/examples" "${FOLDER}/build" "-DCMAKE_PREFIX_PATH=${FOLDER}/prefix"
  "-DWASM2OCI_LIBRARY=${LIBRARY}" ${OPTIONS}
)
file(RENAME "${FOLDER}/prefix" "${FOLDER}/moved here")
build_and_try(
  "${SOURCE}/examples" "${FOLDER}/build again" "-DCMAKE_PREFIX_PATH=${FOLDER}/moved here"
  "-DWASM2OCI_LIBRARY=${LIBRARY}" ${OPTIONS}
)

# What is linked statically needs none of it to run.
if(NOT LIBRARY STREQUAL "wasm2oci::shared")
  file(REMOVE_RECURSE "${FOLDER}/moved here")
  try("${FOLDER}/build again/push_pull")
endif()
