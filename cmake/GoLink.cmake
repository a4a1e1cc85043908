# What a Go archive wants of whoever links it. The build uses it, and it is
# installed beside the CMake package.

include(CheckLinkerFlag)

# go_link_archive(<target>): the libraries of the system, for an imported library.
function(go_link_archive target)
  find_package(Threads REQUIRED)
  target_link_libraries(${target} INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
  if(APPLE)
    target_link_libraries(
      ${target}
      INTERFACE "-framework CoreFoundation" "-framework Security" resolv
    )
  endif()
endfunction()

# _go_linker_takes(<options> <variable>)
function(_go_linker_takes options variable)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(language C)
  if(NOT "C" IN_LIST languages)
    set(language CXX)
  endif()
  check_linker_flag(${language} "${options}" ${variable})
endfunction()

# go_isolate_headers(<target>): the option for somebody's shared library that links
# the shared one, where the linker has it; in a program it changes nothing. Like any
# library that includes the C++ headers it has its own copy of what they define. If the
# program contains the archive and exports its symbols, that copy would serve both.
function(go_isolate_headers target)
  if(APPLE OR NOT UNIX)
    return()
  endif()
  set(isolate "LINKER:-Bsymbolic-functions")
  _go_linker_takes("${isolate}" GO_LINKER_BINDS_FUNCTIONS)
  if(NOT GO_LINKER_BINDS_FUNCTIONS)
    return()
  endif()
  get_target_property(imported ${target} IMPORTED)
  if(NOT imported)
    # Whoever finds the package asks a linker of their own.
    set(isolate "$<BUILD_INTERFACE:${isolate}>")
  endif()
  target_link_options(${target} INTERFACE "${isolate}")
endfunction()

# go_isolate_archive(<target> <file name>): the options for somebody's shared
# library that takes the archive in; in a program they change nothing.
#   - nodelete: a Go runtime cannot be unloaded. Its threads would run on in
#     memory that dlclose has taken away;
#   - exclude-libs: the archive's symbols stay inside, so that two such libraries
#     do not see each other's, not even under RTLD_GLOBAL;
#   - Bsymbolic-functions: what the C++ headers define is compiled into each library
#     that includes them, where others can see it. Without this the first one's
#     serve all, and call the first one's Go. Where the linker has no exclude-libs,
#     Bsymbolic, which is the same for all symbols, stands for both.
function(go_isolate_archive target file)
  if(APPLE OR NOT UNIX)
    return()
  endif()
  set(isolate "LINKER:--exclude-libs,${file}" "LINKER:-Bsymbolic-functions")
  _go_linker_takes("${isolate}" GO_LINKER_EXCLUDES_LIBS)
  if(NOT GO_LINKER_EXCLUDES_LIBS)
    set(isolate "LINKER:-Bsymbolic")
  endif()
  target_link_options(${target} INTERFACE "LINKER:-z,nodelete" ${isolate})
endfunction()
