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

# Without the core beside it the shared library says at the first use what is missing.
file(GLOB_RECURSE core "${FOLDER}/moved here/*/libwasm2oci-core-*")
if(LIBRARY STREQUAL "wasm2oci::shared" AND core)
  file(REMOVE "${core}")
  execute_process(
    COMMAND "${FOLDER}/build again/push_pull" in.wasm oci:layout:1 out.wasm
    ERROR_VARIABLE said
    RESULT_VARIABLE code
  )
  string(FIND "${said}" "${core}" place)
  if(
    NOT code EQUAL 1
    OR place EQUAL -1
    OR NOT said MATCHES "^FILESYSTEM: [^\n]*beside libwasm2oci.so"
  )
    message(FATAL_ERROR "without ${core} the program ended with ${code} and said\n${said}")
  endif()
endif()
