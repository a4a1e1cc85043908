# Installs what stands in BUILD into FOLDER, builds EXAMPLES with LIBRARY of that
# copy and pushes and pulls with them; holds what pkg-config says of it as well.

file(REMOVE_RECURSE "${FOLDER}")
set(prefix "${FOLDER}/prefix")
set(work "${FOLDER}/work")

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${code}\n${output}")
  endif()
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")
run(
  "${CMAKE_COMMAND}" -S "${EXAMPLES}" -B "${FOLDER}/examples" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_C_COMPILER=${C_COMPILER}"
  "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" "-DWASM2OCI_LIBRARY=${LIBRARY}"
)
run("${CMAKE_COMMAND}" --build "${FOLDER}/examples")

file(MAKE_DIRECTORY "${work}")
foreach(program IN ITEMS push_pull push_pull_cpp)
  set(copy "${work}/${program}.wasm")
  run("${FOLDER}/examples/${program}" "${EXAMPLES}/hello.wasm" "oci:${work}/layout:1" "${copy}")
  run("${CMAKE_COMMAND}" -E compare_files "${EXAMPLES}/hello.wasm" "${copy}")
endforeach()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  file(GLOB_RECURSE found "${prefix}/*/wasm2oci.pc")
  cmake_path(GET found PARENT_PATH directory)
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${directory}" "${PKG_CONFIG}" --variable=includedir
      wasm2oci
    OUTPUT_VARIABLE include
    OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY
  )
  if(NOT EXISTS "${include}/wasm2oci/wasm2oci.h")
    message(FATAL_ERROR "pkg-config says the headers are in ${include}, where they are not")
  endif()
endif()
