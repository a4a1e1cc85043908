# Each header compiles as the first of a file, twice in it, in each standard that
# it promises, without a warning. The C++ headers are also linked from two files,
# which fails where a function is not inline.

set(
  _strict
  -pedantic
  -Wall
  -Wextra
  -Wconversion
  -Wshadow
  -Werror
)

# wasm2oci_check_headers(<language> <extension> <standards> <header>...)
function(wasm2oci_check_headers language extension standards)
  set(sources "")
  foreach(header IN LISTS ARGN)
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${WASM2OCI_INCLUDE_DIR}")
    string(MAKE_C_IDENTIFIER "${header}" name)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.${extension}")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include <${header}>\n#include <${header}>\n" @ONLY)
    list(APPEND sources "${source}")
  endforeach()
  foreach(standard IN LISTS standards)
    set(target headers_${extension}${standard})
    add_library(${target} OBJECT ${sources})
    target_include_directories(${target} PRIVATE "${WASM2OCI_INCLUDE_DIR}")
    target_compile_options(${target} PRIVATE ${_strict})
    set_target_properties(
      ${target}
      PROPERTIES
        ${language}_STANDARD ${standard}
        ${language}_STANDARD_REQUIRED ON
        ${language}_EXTENSIONS OFF
    )
  endforeach()
endfunction()

if(NOT MSVC)
  file(GLOB_RECURSE _cpp_headers CONFIGURE_DEPENDS "${WASM2OCI_INCLUDE_DIR}/wasm2oci/*.hpp")
  wasm2oci_check_headers(C c "99;11;17;23" "${WASM2OCI_HEADER}")
  wasm2oci_check_headers(CXX cpp "17;20;23" "${WASM2OCI_HEADER}" ${_cpp_headers})
endif()

set(_files "")
foreach(name IN ITEMS first second)
  set(_file "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp")
  file(
    CONFIGURE
    OUTPUT "${_file}"
    CONTENT
      "#include <wasm2oci/wasm2oci.hpp>\n\nconst char *${name}() { return wasm2oci::version(); }\n"
    @ONLY
  )
  list(APPEND _files "${_file}")
endforeach()
file(
  CONFIGURE
  OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/headers/main.cpp"
  CONTENT
    "const char *first();\nconst char *second();\n\nint main() { return first() == second() ? 0 : 1; }\n"
  @ONLY
)
wasm2oci_add_program(headers_in_two_files wasm2oci::shared
  "${CMAKE_CURRENT_BINARY_DIR}/headers/main.cpp"
)
target_sources(headers_in_two_files PRIVATE ${_files})
wasm2oci_add_test(cpp.headers_in_two_files headers_in_two_files)
