# The library is used as others use it: the examples are built against an installed copy, or with the sources in
# their own build, with each library, and run.

if(
  NOT WASM2OCI_BUILD_LIBRARY
  OR NOT WASM2OCI_GO_BUILDMODE STREQUAL "c-archive"
  OR NOT UNIX
  OR WASM2OCI_SANITIZE
)
  return()
endif()

# wasm2oci_add_install_test(<name> <script> [-D<variable>=<value>...])
function(wasm2oci_add_install_test name script)
  add_test(
    NAME install.${name}
    COMMAND
      "${CMAKE_COMMAND}" "-DBUILD=${CMAKE_BINARY_DIR}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
      "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/install/${name}" "-DVERSION=${PROJECT_VERSION}"
      "-DGENERATOR=${CMAKE_GENERATOR}" "-DC_COMPILER=${CMAKE_C_COMPILER}"
      "-DCXX_COMPILER=${CMAKE_CXX_COMPILER}" ${ARGN} -P
      "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/install/${script}.cmake"
  )
  set_tests_properties(install.${name} PROPERTIES TIMEOUT 300)
endfunction()

wasm2oci_add_install_test(contents contents "-DREADELF=${CMAKE_READELF}" "-DAPPLE=${APPLE}")

foreach(kind IN ITEMS shared static)
  wasm2oci_add_install_test(find_package.${kind} find_package "-DLIBRARY=wasm2oci::${kind}")
endforeach()
wasm2oci_add_install_test(
  find_package.chosen find_package -DLIBRARY=wasm2oci::wasm2oci -DOPTIONS=-DBUILD_SHARED_LIBS=OFF
)

find_program(WASM2OCI_PKG_CONFIG NAMES pkg-config pkgconf)
mark_as_advanced(WASM2OCI_PKG_CONFIG)
if(WASM2OCI_PKG_CONFIG)
  foreach(kind IN ITEMS shared static)
    wasm2oci_add_install_test(
      pkg_config.${kind} pkg_config "-DKIND=${kind}" "-DPKG_CONFIG=${WASM2OCI_PKG_CONFIG}"
    )
  endforeach()
endif()

find_program(WASM2OCI_CLANG NAMES clang)
find_program(WASM2OCI_CLANGXX NAMES clang++)
mark_as_advanced(WASM2OCI_CLANG WASM2OCI_CLANGXX)
set(_plugin plugin "-DPKG_CONFIG=${WASM2OCI_PKG_CONFIG}" "-DNM=${CMAKE_NM}")
wasm2oci_add_install_test(plugin ${_plugin})
if(WASM2OCI_CLANG AND WASM2OCI_CLANGXX AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  wasm2oci_add_install_test(
    plugin.clang ${_plugin} "-DC_COMPILER=${WASM2OCI_CLANG}" "-DCXX_COMPILER=${WASM2OCI_CLANGXX}"
  )
endif()

set(_go "-DGO=${WASM2OCI_GO_EXECUTABLE}")
wasm2oci_add_install_test(
  add_subdirectory embed -DHOW=add_subdirectory -DLIBRARY=wasm2oci::static "${_go}"
)
wasm2oci_add_install_test(
  FetchContent embed -DHOW=FetchContent -DLIBRARY=wasm2oci::wasm2oci "${_go}"
)
wasm2oci_add_install_test(guide guide "${_go}")

# Of a build of its own, in the way of a release, by each generator that is there.
if(CMAKE_OBJCOPY AND CMAKE_NM AND NOT APPLE)
  find_program(WASM2OCI_NINJA NAMES ninja ninja-build)
  find_program(WASM2OCI_MAKE NAMES make gmake)
  mark_as_advanced(WASM2OCI_NINJA WASM2OCI_MAKE)
  foreach(generator IN ITEMS Ninja "Unix Makefiles")
    if(generator STREQUAL "Ninja")
      set(name ninja)
      set(program "${WASM2OCI_NINJA}")
    else()
      set(name make)
      set(program "${WASM2OCI_MAKE}")
    endif()
    if(program)
      wasm2oci_add_install_test(
        release.${name} release "-DGENERATOR=${generator}" "-DPROGRAM=${program}"
        "-DNM=${CMAKE_NM}" "${_go}"
      )
    endif()
  endforeach()
endif()
