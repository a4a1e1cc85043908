# wasm2oci_harden(<target> EXPORTS <symbol>...)
#
# What a shared object that carries a Go archive needs. Go adds most of this by
# itself for c-shared only:
#   - nodelete: a Go runtime cannot be unloaded;
#   - Bsymbolic and the short export list: two Go libraries in one process must
#     not see each other's symbols, or they crash under RTLD_GLOBAL;
#   - relro and now: the usual.
# A version script, not --exclude-libs, hides the symbols: every linker has it.
function(wasm2oci_harden target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "EXPORTS")
  if(NOT ARG_EXPORTS)
    message(FATAL_ERROR "wasm2oci_harden(${target}): EXPORTS is empty")
  endif()

  wasm2oci_export_list(options list ${target} ${ARG_EXPORTS})
  if(MINGW)
    target_sources(${target} PRIVATE "${list}")
    return()
  endif()
  # Not LINKER:, which takes a comma in a path for its own.
  list(TRANSFORM options REPLACE "^(.+)$" "\"\\1\"")
  list(JOIN options " " options)
  target_link_options(${target} PRIVATE "SHELL:${options}")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${list}")
  if(UNIX AND NOT APPLE)
    target_link_options(
      ${target}
      PRIVATE "LINKER:-z,nodelete" "LINKER:-z,relro" "LINKER:-z,now" "LINKER:-Bsymbolic"
    )
  endif()
endfunction()

# wasm2oci_export_list(<options variable> <file variable> <name> <symbol>...): writes
# a file that makes a linker export these and nothing else, and sets the options
# of the C compiler for it.
function(wasm2oci_export_list options_variable file_variable name)
  set(base "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  if(APPLE)
    list(TRANSFORM ARGN PREPEND "_" OUTPUT_VARIABLE names)
    list(JOIN names "\n" text)
    set(file "${base}.exports")
    set(options -Xlinker -exported_symbols_list -Xlinker "${file}")
  elseif(WIN32)
    list(JOIN ARGN "\n" names)
    set(text "EXPORTS\n${names}")
    set(file "${base}.def")
    set(options "${file}")
  else()
    list(JOIN ARGN ";\n    " names)
    set(text "{\n  global:\n    ${names};\n  local:\n    *;\n};")
    set(file "${base}.map")
    set(options -Xlinker "--version-script=${file}")
  endif()
  file(CONFIGURE OUTPUT "${file}" CONTENT "${text}\n" @ONLY)
  set(${options_variable} "${options}" PARENT_SCOPE)
  set(${file_variable} "${file}" PARENT_SCOPE)
endfunction()

# wasm2oci_strip(<target>): takes the symbols that nothing needs to run out of a
# library of a release, and keeps them in a file beside it that debuggers find.
function(wasm2oci_strip target)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR APPLE OR NOT UNIX)
    return()
  endif()
  if(NOT CMAKE_OBJCOPY OR CMAKE_CROSSCOMPILING)
    target_link_options(${target} PRIVATE "LINKER:-s")
    return()
  endif()
  set(library "$<TARGET_FILE:${target}>")
  add_custom_command(
    TARGET ${target}
    POST_BUILD
    COMMAND
      "${CMAKE_COMMAND}" "-DLIBRARY=${library}" "-DOBJCOPY=${CMAKE_OBJCOPY}"
      "-DREADELF=${CMAKE_READELF}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/Strip.cmake"
    VERBATIM
  )
  set_property(TARGET ${target} PROPERTY WASM2OCI_SYMBOLS "${library}.debug")
endfunction()

# wasm2oci_header_symbols(<variable> <header>): the functions that the C header
# declares, which are all that libwasm2oci exports.
function(wasm2oci_header_symbols variable header)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
  file(STRINGS "${header}" lines REGEX "^WASM2OCI_API .*\\(")
  list(TRANSFORM lines REPLACE "^WASM2OCI_API .*[ *](wasm2oci_[a-z0-9_]+)\\(.*$" "\\1")
  set(${variable} ${lines} PARENT_SCOPE)
endfunction()
