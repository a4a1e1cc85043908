# What is installed, by component; the versions that find_package takes; the names that the dynamic linker sees.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${FOLDER}")
string(REGEX MATCH "^[0-9]+" major "${VERSION}")
string(REGEX MATCH "^[0-9]+(\\.[0-9]+)?" compatible "${VERSION}")
if(major GREATER 0)
  set(compatible ${major})
endif()

# Installs one component and compares what came with the patterns: each must be met, and nothing else be there.
function(expect_component component)
  set(prefix "${FOLDER}/${component}")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --component "${component}")
  file(GLOB_RECURSE files RELATIVE "${prefix}" "${prefix}/*")
  foreach(pattern IN LISTS ARGN)
    set(met ${files})
    list(FILTER met INCLUDE REGEX "^${pattern}$")
    if(NOT met)
      message(SEND_ERROR "component ${component} has no ${pattern}, only ${files}")
    endif()
    list(FILTER files EXCLUDE REGEX "^${pattern}$")
  endforeach()
  if(files)
    message(SEND_ERROR "component ${component} has ${files} as well")
  endif()
endfunction()

set(lib "lib[^/]*(/[^/]*-linux-gnu)?")
set(end "so")
if(APPLE)
  set(end "dylib")
endif()
expect_component(
  runtime
  "${lib}/libwasm2oci(-core-[.0-9]+)?[.0-9]*\\.${end}[.0-9]*"
  "share/doc/wasm2oci/LICENSE"
  "share/doc/wasm2oci/THIRD_PARTY_LICENSES"
)
expect_component(
  development
  "include/wasm2oci/wasm2oci\\.h"
  "include/wasm2oci/wasm2oci\\.hpp"
  "include/wasm2oci/(detail/)?[a-z_]+\\.hpp"
  "${lib}/libwasm2oci\\.${end}"
  "${lib}/libwasm2oci\\.a"
  "${lib}/pkgconfig/wasm2oci\\.pc"
  "${lib}/cmake/wasm2oci/wasm2ociConfig\\.cmake"
  "${lib}/cmake/wasm2oci/GoLink\\.cmake"
  "${lib}/cmake/wasm2oci/wasm2ociConfigVersion\\.cmake"
  "${lib}/cmake/wasm2oci/wasm2ociTargets(-[a-z]+)?\\.cmake"
)
# Its place is in a wheel.
expect_component(python)

if(READELF)
  file(GLOB_RECURSE library "${FOLDER}/runtime/*/libwasm2oci.so.${VERSION}")
  run("${READELF}" --dynamic --wide "${library}")
  if(NOT output MATCHES "\\(SONAME\\)[^\n]*\\[libwasm2oci\\.so\\.${compatible}\\]")
    message(SEND_ERROR "${library} is not called libwasm2oci.so.${compatible}:\n${output}")
  endif()
  if(output MATCHES "\\((RPATH|RUNPATH)\\)")
    message(SEND_ERROR "${library} has a run path:\n${output}")
  endif()
endif()

# Which versions are wanted decides what is found.
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}/whole")
foreach(wanted IN ITEMS "${VERSION}" "${VERSION} EXACT" "99" "${major}.99")
  file(
    WRITE "${FOLDER}/project/CMakeLists.txt"
    "cmake_minimum_required(VERSION 3.24)\nproject(version C)\n"
    "find_package(wasm2oci ${wanted} CONFIG QUIET)\n"
    "message(STATUS \"found=\${wasm2oci_FOUND} version=\${wasm2oci_VERSION}.\")\n"
  )
  run(
    "${CMAKE_COMMAND}" --fresh -S "${FOLDER}/project" -B "${FOLDER}/project/build" -G "${GENERATOR}"
    "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_PREFIX_PATH=${FOLDER}/whole"
  )
  if(wanted MATCHES "99")
    set(expected "found=0")
  else()
    set(expected "found=1 version=${VERSION}\\.")
  endif()
  if(NOT output MATCHES "${expected}")
    message(SEND_ERROR "find_package(wasm2oci ${wanted}) did not say ${expected}:\n${output}")
  endif()
endforeach()
