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

  set(base "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  if(APPLE)
    list(TRANSFORM ARG_EXPORTS PREPEND "_" OUTPUT_VARIABLE names)
    list(JOIN names "\n" names)
    set(script "${base}.exports")
    file(CONFIGURE OUTPUT "${script}" CONTENT "${names}\n" @ONLY)
    target_link_options(${target} PRIVATE "LINKER:-exported_symbols_list,${script}")
  elseif(UNIX)
    list(JOIN ARG_EXPORTS ";\n    " names)
    set(script "${base}.map")
    file(
      CONFIGURE
      OUTPUT "${script}"
      CONTENT "{\n  global:\n    ${names};\n  local:\n    *;\n};\n"
      @ONLY
    )
    target_link_options(
      ${target}
      PRIVATE
        "LINKER:--version-script=${script}"
        "LINKER:-z,nodelete"
        "LINKER:-z,relro"
        "LINKER:-z,now"
        "LINKER:-Bsymbolic"
    )
  else()
    return()
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${script}")
endfunction()

# wasm2oci_header_symbols(<variable> <header>): the functions that the C header
# declares, which are all that libwasm2oci exports.
function(wasm2oci_header_symbols variable header)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
  file(STRINGS "${header}" lines REGEX "^WASM2OCI_API .*\\(")
  list(TRANSFORM lines REPLACE "^WASM2OCI_API .*[ *](wasm2oci_[a-z0-9_]+)\\(.*$" "\\1")
  set(${variable} ${lines} PARENT_SCOPE)
endfunction()
