# add_subdirectory and FetchContent: the examples are built by a project that has the sources in its own build, and a
# library of it is installed for others. Linkers, Make and Go give a meaning to characters that these folders have.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${FOLDER}")
set(copy "${FOLDER}/the sources, #1")
foreach(
  name
  IN
  ITEMS CMakeLists.txt LICENSE THIRD_PARTY_LICENSES cmake cpp examples go
)
  file(COPY "${SOURCE}/${name}" DESTINATION "${copy}")
endforeach()
set(build "${FOLDER}/the build, #1")
# CMake itself hands run paths to the linker with commas round them; relative ones have none.
build_and_try(
  "${CMAKE_CURRENT_LIST_DIR}/embedding" "${build}" "-DWASM2OCI_SOURCE=${copy}"
  "-DWASM2OCI_GO_EXECUTABLE=${GO}" "-DHOW=${HOW}" "-DWASM2OCI_LIBRARY=${LIBRARY}"
  -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON
)

# The project installs what is its own; wasm2oci comes from elsewhere there.
run("${CMAKE_COMMAND}" --install "${build}" --prefix "${FOLDER}/host")
file(GLOB_RECURSE files RELATIVE "${FOLDER}/host" "${FOLDER}/host/*")
list(FILTER files INCLUDE REGEX "wasm2oci")
if(files)
  message(
    FATAL_ERROR
    "files of wasm2oci were installed by a project that did not ask for them: ${files}"
  )
endif()
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}/host")
run(
  "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/using" -B "${FOLDER}/using" -G "${GENERATOR}"
  "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_PREFIX_PATH=${FOLDER}/host"
)
run("${CMAKE_COMMAND}" --build "${FOLDER}/using")
try("${FOLDER}/using/program")
