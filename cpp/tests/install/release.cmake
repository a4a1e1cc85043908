# A release build comes to rest, and the symbols that it splits off are still there after further builds.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${FOLDER}")
set(build "${FOLDER}/the build")
run(
  "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${build}" -G "${GENERATOR}"
  "-DCMAKE_MAKE_PROGRAM=${PROGRAM}" "-DCMAKE_C_COMPILER=${C_COMPILER}"
  "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" "-DWASM2OCI_GO_EXECUTABLE=${GO}"
  -DCMAKE_BUILD_TYPE=Release -DWASM2OCI_BUILD_TESTS=OFF -DWASM2OCI_BUILD_EXAMPLES=OFF
)

# Each library has a function that is in its file of symbols alone.
function(expect_symbols)
  foreach(
    pair
    IN
    ITEMS
      "libwasm2oci.so.${VERSION}=wasm2oci_go_start"
      "libwasm2oci-core-${VERSION}.so=x_cgo_thread_start"
  )
    string(REGEX MATCH "(.+)=(.+)" pair "${pair}")
    set(library "${build}/${CMAKE_MATCH_1}")
    set(function " [Tt] ${CMAKE_MATCH_2}(\n|$)")
    run("${NM}" "${library}.debug")
    if(NOT output MATCHES "${function}")
      message(FATAL_ERROR "${library}.debug has no${function}, only:\n${output}")
    endif()
    execute_process(COMMAND "${NM}" "${library}" OUTPUT_VARIABLE left ERROR_QUIET)
    if(left MATCHES "${function}")
      message(FATAL_ERROR "${library} is not stripped of${function}")
    endif()
  endforeach()
endfunction()

# Builds a target of which nothing is left to do but what installs.
function(expect_rest target)
  run(
    "${CMAKE_COMMAND}" -E env "DESTDIR=${FOLDER}/staged" "${CMAKE_COMMAND}" --build "${build}"
    --target ${target}
  )
  if(
    output MATCHES "Building|Linking|Creating"
    OR (target STREQUAL "all" AND GENERATOR STREQUAL "Ninja" AND NOT output MATCHES "no work to do")
  )
    message(FATAL_ERROR "something of ${target} was left to do:\n${output}")
  endif()
  expect_symbols()
endfunction()

run("${CMAKE_COMMAND}" --build "${build}")
expect_symbols()
expect_rest(all)
expect_rest(install)
expect_rest(all)

# The links are made again, to a library that is split already.
file(REMOVE "${build}/libwasm2oci.so")
run("${CMAKE_COMMAND}" --build "${build}")
expect_symbols()
expect_rest(all)
