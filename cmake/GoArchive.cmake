# go_add_archive(<target> PACKAGE_DIR <dir> OUTPUT_NAME <name>
#                [BUILDMODE c-archive|c-shared] [CFLAGS <flag>...] [LDFLAGS <flag>...]
#                [EXTLDFLAGS <flag>...] [TAGS <tag>...] [FLAGS <go build flag>...]
#                [DEPENDS <file>...])
#
# Builds the Go main package in <dir> into lib<name>.a, or with c-shared into
# the platform's shared library, and makes <target> an imported library of it
# that carries what it needs to be linked. Its property GO_DECLARATIONS is the
# header that Go writes beside it, GO_BUILD the target that builds it.
#
# It is built again when a file of a package it consists of changes, appears or
# goes, and only then: GoDepfile.cmake asks Go for these after each build.
# DEPENDS adds files that Go does not report: headers in other folders.
# EXTLDFLAGS are for the C compiler that links a shared library.

include("${CMAKE_CURRENT_LIST_DIR}/GoFind.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/GoLink.cmake")

function(go_add_archive target)
  cmake_parse_arguments(
    PARSE_ARGV 1
    ARG
    ""
    "PACKAGE_DIR;OUTPUT_NAME;BUILDMODE"
    "CFLAGS;LDFLAGS;EXTLDFLAGS;TAGS;FLAGS;DEPENDS"
  )
  _go_module_file(module "${ARG_PACKAGE_DIR}")
  go_find("${module}")

  set(out "${CMAKE_CURRENT_BINARY_DIR}/go")
  if(ARG_BUILDMODE STREQUAL "c-shared")
    set(kind SHARED)
    set(file "${CMAKE_SHARED_LIBRARY_PREFIX}${ARG_OUTPUT_NAME}${CMAKE_SHARED_LIBRARY_SUFFIX}")
    set(implib "")
    if(WIN32)
      set(
        implib
        "${out}/${CMAKE_IMPORT_LIBRARY_PREFIX}${ARG_OUTPUT_NAME}${CMAKE_IMPORT_LIBRARY_SUFFIX}"
      )
    endif()
    _go_shared_ldflags(shared_ldflags "${file}" "${implib}" ${ARG_EXTLDFLAGS})
    list(APPEND ARG_LDFLAGS ${shared_ldflags})
  else()
    set(kind STATIC)
    set(ARG_BUILDMODE c-archive)
    set(file "lib${ARG_OUTPUT_NAME}.a")
  endif()
  set(library "${out}/${file}")
  set(declarations "${out}/lib${ARG_OUTPUT_NAME}.h")
  set(depfile "${out}/${ARG_OUTPUT_NAME}.d")
  file(MAKE_DIRECTORY "${out}")

  # Go's cache does not see them either, in no folder of this machine: C code is compiled
  # again where its flags are others.
  set(digests "")
  foreach(header IN LISTS ARG_DEPENDS)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
    file(SHA256 "${header}" digest)
    string(APPEND digests "${digest}")
  endforeach()
  if(digests)
    string(SHA256 digest "${digests}")
    list(APPEND ARG_CFLAGS "-DGO_HEADERS_${digest}")
  endif()

  _go_environment(environment "${ARG_CFLAGS}")
  list(JOIN ARG_LDFLAGS " " ldflags)
  set(tags "")
  if(ARG_TAGS)
    list(JOIN ARG_TAGS "," tags)
    set(tags "-tags=${tags}")
  endif()

  string(MAKE_C_IDENTIFIER "${target}_build" build)
  # What Makefiles remember of earlier depfiles.
  set(remembered "")
  if(CMAKE_GENERATOR MATCHES "Makefiles")
    set(remembered "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${build}.dir/compiler_depend.internal")
  endif()

  add_custom_command(
    OUTPUT "${library}"
    BYPRODUCTS "${declarations}" ${implib}
    WORKING_DIRECTORY "${ARG_PACKAGE_DIR}"
    COMMAND
      "${CMAKE_COMMAND}" -E env ${environment} "${WASM2OCI_GO_EXECUTABLE}" build -trimpath
      -buildvcs=false -buildmode=${ARG_BUILDMODE} ${tags} ${ARG_FLAGS} "-ldflags=${ldflags}" -o
      "${library}" .
    COMMAND
      "${CMAKE_COMMAND}" -E env ${environment} "${CMAKE_COMMAND}" "-DGO=${WASM2OCI_GO_EXECUTABLE}"
      "-DTAGS=${tags}" "-DOUTPUT=${library}" "-DMODULE=${module}" "-DDEPFILE=${depfile}"
      "-DREMEMBERED=${remembered}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GoDepfile.cmake"
    DEPFILE "${depfile}"
    DEPENDS
      "${module}"
      "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
      "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GoDepfile.cmake"
      ${ARG_DEPENDS}
    COMMENT "Building Go package ${ARG_OUTPUT_NAME} (${ARG_BUILDMODE})"
    VERBATIM
  )
  # A shared library is worth building by itself; an archive only for what links it.
  set(all "")
  if(kind STREQUAL "SHARED")
    set(all ALL)
  endif()
  add_custom_target(${build} ${all} DEPENDS "${library}")

  add_library(${target} ${kind} IMPORTED GLOBAL)
  add_dependencies(${target} ${build})
  set_target_properties(
    ${target}
    PROPERTIES IMPORTED_LOCATION "${library}" GO_DECLARATIONS "${declarations}" GO_BUILD ${build}
  )
  if(kind STREQUAL "STATIC")
    go_link_archive(${target})
  elseif(WIN32)
    set_target_properties(${target} PROPERTIES IMPORTED_IMPLIB "${implib}")
  else()
    set_target_properties(${target} PROPERTIES IMPORTED_SONAME "${file}")
  endif()
endfunction()

# The go.mod above a package.
function(_go_module_file variable dir)
  set(at "${dir}")
  while(NOT EXISTS "${at}/go.mod")
    cmake_path(GET at PARENT_PATH parent)
    if(parent STREQUAL at)
      message(FATAL_ERROR "no go.mod in ${dir} or above it")
    endif()
    set(at "${parent}")
  endwhile()
  set(${variable} "${at}/go.mod" PARENT_SCOPE)
endfunction()

# What a c-shared library needs at its link: a name of its own, and on Windows
# an import library. Go splits the flags at spaces, but for what is in quotes.
function(_go_shared_ldflags variable file implib)
  if(WIN32)
    set(flags -Xlinker --out-implib -Xlinker "${implib}")
  elseif(APPLE)
    set(flags "-Wl,-install_name,@rpath/${file}")
  else()
    set(flags "-Wl,-soname,${file}")
  endif()
  list(APPEND flags ${ARGN})
  list(TRANSFORM flags REPLACE "^(.* .*)$" "\"\\1\"")
  list(JOIN flags " " flags)
  set(quote "'")
  if(flags MATCHES "'")
    set(quote "\"")
  endif()
  if(flags MATCHES "${quote}")
    message(
      FATAL_ERROR
      "Go's linker cannot be told of a path that has an apostrophe and a space, as "
      "${CMAKE_CURRENT_BINARY_DIR} has. Build in another folder, or not with c-shared."
    )
  endif()
  set(${variable} "-extldflags" "${quote}${flags}${quote}" PARENT_SCOPE)
endfunction()

# go_target(<os variable> <processor variable>): what Go calls the system that is
# built for. In a cross build CMake says it; else it is the one that Go runs on,
# whatever GOOS and GOARCH say.
function(go_target os_variable processor_variable)
  if(NOT CMAKE_CROSSCOMPILING OR APPLE)
    _go_say(os GOHOSTOS)
    _go_say(processor GOHOSTARCH)
    if(APPLE AND CMAKE_OSX_ARCHITECTURES)
      string(REPLACE "x86_64" "amd64" processor "${CMAKE_OSX_ARCHITECTURES}")
    endif()
  else()
    string(TOLOWER "${CMAKE_SYSTEM_NAME}" os)
    string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
    if(processor MATCHES "^(x86_64|amd64)$")
      set(processor amd64)
    elseif(processor MATCHES "^(aarch64|arm64)$")
      set(processor arm64)
    elseif(NOT processor MATCHES "^(ppc64le|riscv64|s390x)$")
      message(
        FATAL_ERROR
        "wasm2oci cannot be cross-compiled for ${CMAKE_SYSTEM_PROCESSOR}: it is not known what Go "
        "calls it"
      )
    endif()
  endif()
  set(${os_variable} "${os}" PARENT_SCOPE)
  set(${processor_variable} "${processor}" PARENT_SCOPE)
endfunction()

# _go_say(<variable> <name>): what `go env` says of one setting.
function(_go_say variable name)
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -E env ${_go_unset} GOTOOLCHAIN=local "${WASM2OCI_GO_EXECUTABLE}" env
      ${name}
    OUTPUT_VARIABLE said
    ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE
  )
  set(${variable} "${said}" PARENT_SCOPE)
endfunction()

# _go_sources(<variable>): what `go env -w` has said of where modules come from and
# where Go keeps things. The rest of that file is for the user's own projects.
function(_go_sources variable)
  set(settings "")
  _go_say(file GOENV)
  if(EXISTS "${file}")
    file(
      STRINGS "${file}"
      settings
      REGEX "^GO(PROXY|PRIVATE|NOPROXY|SUMDB|NOSUMDB|INSECURE|AUTH|VCS|CACHE|MODCACHE|TMPDIR)="
    )
    foreach(setting IN LISTS settings)
      string(REGEX REPLACE "=.*" "" name "${setting}")
      if(DEFINED ENV{${name}})
        list(REMOVE_ITEM settings "${setting}")
      endif()
    endforeach()
  endif()
  # Go finds no place for its caches where there is no home.
  foreach(name IN ITEMS GOCACHE GOMODCACHE)
    _go_say(place ${name})
    if(NOT place OR place STREQUAL "off")
      string(TOLOWER "${name}" folder)
      list(APPEND settings "${name}=${CMAKE_BINARY_DIR}/${folder}")
    endif()
  endforeach()
  set(${variable} "${settings}" PARENT_SCOPE)
endfunction()

# Adds the protections of Protection.cmake, which were tried with CMake's compiler,
# unless the flags are about them.
function(_go_protection variable flags)
  if(NOT WASM2OCI_GO_CC)
    foreach(flag IN LISTS WASM2OCI_PROTECTION_C)
      string(REGEX MATCH "(stack|cf|branch)-protect[a-z]*" feature "${flag}")
      if(NOT flags MATCHES "${feature}")
        string(APPEND flags " ${flag}")
      endif()
    endforeach()
    if(
      WASM2OCI_FORTIFY_C
      AND flags MATCHES "-O[^0]"
      AND NOT "$ENV{CGO_CPPFLAGS} ${flags}" MATCHES "_FORTIFY_SOURCE"
    )
      list(JOIN WASM2OCI_FORTIFY_C " " fortify)
      string(APPEND flags " ${fortify}")
    endif()
  endif()
  set(${variable} "${flags}" PARENT_SCOPE)
endfunction()

# The environment of the go command: nothing that is set on this machine may
# change the result or download a toolchain.
function(_go_environment variable cflags)
  if(WASM2OCI_GO_CC)
    set(cc "${WASM2OCI_GO_CC}")
  else()
    set(cc "${CMAKE_C_COMPILER}")
  endif()
  # Quoted inside, since Go splits CC at spaces; and only then, since `go build
  # -asan` runs CC as it stands.
  if(cc MATCHES " ")
    set(cc "\"${cc}\"")
  endif()
  if(NOT WASM2OCI_GO_CC AND CMAKE_C_COMPILER_ARG1)
    string(APPEND cc " ${CMAKE_C_COMPILER_ARG1}")
  endif()
  go_target(os processor)
  set(environment ${_go_unset})
  _go_sources(sources)
  list(APPEND environment ${sources})
  list(APPEND environment CGO_ENABLED=1 GOTOOLCHAIN=local GOWORK=off GOENV=off)
  list(APPEND environment "GOOS=${os}" "GOARCH=${processor}")

  if(APPLE AND CMAKE_OSX_ARCHITECTURES)
    list(LENGTH CMAKE_OSX_ARCHITECTURES count)
    if(count GREATER 1)
      message(
        FATAL_ERROR
        "Go builds for one architecture at a time, CMAKE_OSX_ARCHITECTURES is "
        "'${CMAKE_OSX_ARCHITECTURES}'; build each by itself and join them by lipo"
      )
    endif()
    string(APPEND cc " -arch ${CMAKE_OSX_ARCHITECTURES}")
  endif()
  if(APPLE AND CMAKE_OSX_DEPLOYMENT_TARGET)
    list(APPEND environment "MACOSX_DEPLOYMENT_TARGET=${CMAKE_OSX_DEPLOYMENT_TARGET}")
  endif()
  list(APPEND environment "CC=${cc}")

  # cgo compiles small probes for a plain CPU and breaks on what packaging
  # environments ask for, so the machine flags go. No -g by default: the
  # library is stripped anyway.
  foreach(name IN ITEMS CGO_CFLAGS CGO_CXXFLAGS CGO_LDFLAGS)
    set(flags "$ENV{${name}}")
    if(NOT flags AND NOT name STREQUAL "CGO_LDFLAGS")
      set(flags "-O2")
    endif()
    string(REGEX REPLACE "(^| )-m(arch|tune|cpu)=[^ ]*" "" flags "${flags}")
    if(name STREQUAL "CGO_CFLAGS")
      _go_protection(flags "${flags}")
      list(JOIN cflags " " more)
      if(more)
        string(APPEND flags " ${more}")
      endif()
    endif()
    if(WASM2OCI_SANITIZE STREQUAL "thread")
      # By this cgo knows to tell the sanitizer where C and Go synchronize.
      string(APPEND flags " -fsanitize=thread")
    endif()
    list(APPEND environment "${name}=${flags}")
  endforeach()
  set(${variable} "${environment}" PARENT_SCOPE)
endfunction()
