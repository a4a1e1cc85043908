# pkg-config: a program is built with what it says of an installed copy and nothing else, with the library that KIND
# names. The copy has been moved.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

install_and_move(prefix)
file(GLOB_RECURSE found "${FOLDER}/prefix/*/wasm2oci.pc")
cmake_path(GET found PARENT_PATH directory)
set(
  pkg_config
  "${CMAKE_COMMAND}"
  -E
  env
  "PKG_CONFIG_PATH=${directory}"
  "${PKG_CONFIG}"
)

run(${pkg_config} --modversion wasm2oci)
if(NOT output STREQUAL VERSION)
  message(FATAL_ERROR "pkg-config says version ${output} instead of ${VERSION}")
endif()

run(${pkg_config} --variable=libdir wasm2oci)
set(libdir "${output}")
set(options "")
if(KIND STREQUAL "static")
  # The linker takes a shared library where there is one.
  file(MAKE_DIRECTORY "${FOLDER}/archive")
  file(COPY "${libdir}/libwasm2oci.a" DESTINATION "${FOLDER}/archive")
  set(options --static "--define-variable=libdir=${FOLDER}/archive")
endif()
run(${pkg_config} ${options} --cflags --libs wasm2oci)
separate_arguments(flags UNIX_COMMAND "${output}")
if(KIND STREQUAL "shared")
  list(APPEND flags "-Wl,-rpath,${libdir}")
endif()

set(examples "${SOURCE}/examples")
run("${C_COMPILER}" "${examples}/push_pull.c" -o "${FOLDER}/in_c" ${flags})
run("${CXX_COMPILER}" -std=c++17 "${examples}/push_pull.cpp" -o "${FOLDER}/in_cpp" ${flags})
try("${FOLDER}/in_c")
try("${FOLDER}/in_cpp")
