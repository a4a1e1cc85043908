# What the guide tells others to write into their CMakeLists.txt: each block builds a program, against an installed
# copy or with the sources. A block without a project stands in one that has the target `program`.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

install_and_move(prefix)
set(
  before
  "cmake_minimum_required(VERSION 3.24)\nproject(program CXX)\nadd_executable(program push_pull.cpp)\n"
)
set(number 0)
file(GLOB pages "${SOURCE}/README.md" "${SOURCE}/docs/*.md" "${SOURCE}/docs/guide/*.md")
foreach(page IN LISTS pages)
  file(READ "${page}" text)
  string(REGEX MATCHALL "\n```cmake\n[^`]*\n```\n" blocks "${text}")
  string(REGEX MATCHALL "```cmake" all "${text}")
  list(LENGTH all count)
  list(LENGTH blocks understood)
  if(NOT count EQUAL understood)
    message(FATAL_ERROR "${page} has ${count} blocks in CMake, of which ${understood} can be read")
  endif()
  foreach(block IN LISTS blocks)
    string(REGEX REPLACE "\n```(cmake)?\n" "\n" block "${block}")
    if(NOT block MATCHES "project\\(")
      string(PREPEND block "${before}")
    endif()
    math(EXPR number "${number} + 1")
    set(project "${FOLDER}/${number}")
    message(STATUS "${page}: ${project}")
    file(WRITE "${project}/CMakeLists.txt" "${block}")
    file(COPY "${SOURCE}/examples/push_pull.cpp" DESTINATION "${project}")
    file(CREATE_LINK "${SOURCE}" "${project}/wasm2oci" SYMBOLIC)
    run(
      "${CMAKE_COMMAND}" -S "${project}" -B "${project}/build" -G "${GENERATOR}"
      "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
      "-DCMAKE_PREFIX_PATH=${FOLDER}/prefix" "-DWASM2OCI_GO_EXECUTABLE=${GO}"
    )
    string(REGEX MATCH "add_executable\\(([a-z_]+)" target "${block}")
    set(target "${CMAKE_MATCH_1}")
    run("${CMAKE_COMMAND}" --build "${project}/build" --target "${target}")
    try("${project}/build/${target}")
  endforeach()
endforeach()
if(number EQUAL 0)
  message(FATAL_ERROR "no blocks were found in ${pages}")
endif()
