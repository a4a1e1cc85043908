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
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(language C)
  if(NOT "C" IN_LIST languages)
    set(language CXX)
  endif()
  set(isolate "LINKER:--exclude-libs,${file}" "LINKER:-Bsymbolic-functions")
  check_linker_flag(${language} "${isolate}" GO_LINKER_EXCLUDES_LIBS)
  if(NOT GO_LINKER_EXCLUDES_LIBS)
    set(isolate "LINKER:-Bsymbolic")
  endif()
  target_link_options(${target} INTERFACE "LINKER:-z,nodelete" ${isolate})
endfunction()
