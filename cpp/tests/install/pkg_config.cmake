# pkg-config: a program is built with what it says of an installed copy and nothing else, with the library that KIND
# names. The copy has been moved.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

install_and_move(prefix)
use_pkg_config("${KIND}")
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "pkg-config says version ${version} instead of ${VERSION}")
endif()

set(examples "${SOURCE}/examples")
run("${C_COMPILER}" "${examples}/push_pull.c" -o "${FOLDER}/in_c" ${flags})
run("${CXX_COMPILER}" -std=c++17 "${examples}/push_pull.cpp" -o "${FOLDER}/in_cpp" ${flags})
try("${FOLDER}/in_c")
try("${FOLDER}/in_cpp")
