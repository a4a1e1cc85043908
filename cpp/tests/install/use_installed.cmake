# Installs what stands in BUILD into FOLDER, builds EXAMPLES with LIBRARY of that
# copy and pushes and pulls with them.

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
