# Installs libwasm2oci with its headers, a CMake package and a pkg-config file, in
# the components runtime and development.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/wasm2oci")

install(
  DIRECTORY "${WASM2OCI_INCLUDE_DIR}/wasm2oci"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT development
)

install(
  FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/THIRD_PARTY_LICENSES"
  DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/wasm2oci"
  COMPONENT runtime
)

set(WASM2OCI_SHARED_FILE "")
set(WASM2OCI_IMPLIB_FILE "")
get_target_property(_built ${WASM2OCI_GO_TARGET} IMPORTED_LOCATION)
if(WASM2OCI_GO_BUILDMODE STREQUAL "c-shared")
  # An imported library cannot be exported, so the package describes it itself.
  cmake_path(GET _built FILENAME WASM2OCI_SHARED_FILE)
  set(_place "${CMAKE_INSTALL_LIBDIR}")
  if(WIN32)
    set(_place "${CMAKE_INSTALL_BINDIR}")
    get_target_property(_implib ${WASM2OCI_GO_TARGET} IMPORTED_IMPLIB)
    cmake_path(GET _implib FILENAME WASM2OCI_IMPLIB_FILE)
    install(FILES "${_implib}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
  endif()
  install(PROGRAMS "${_built}" DESTINATION "${_place}" COMPONENT runtime)
else()
  install(FILES "${_built}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
  if(TARGET wasm2oci_loaded)
    install(TARGETS wasm2oci_loaded LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime)
  endif()
  install(
    TARGETS wasm2oci_shared
    EXPORT wasm2ociTargets
    RUNTIME COMPONENT runtime
    LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE COMPONENT development
  )
  # Of a release; nobody gets them unasked.
  foreach(_target IN ITEMS wasm2oci_shared wasm2oci_loaded)
    if(TARGET ${_target})
      get_target_property(_symbols ${_target} WASM2OCI_SYMBOLS)
      if(_symbols)
        install(
          FILES "${_symbols}"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          COMPONENT debug
          EXCLUDE_FROM_ALL
        )
      endif()
    endif()
  endforeach()
  install(
    EXPORT wasm2ociTargets
    NAMESPACE wasm2oci::
    DESTINATION "${_package_dir}"
    COMPONENT development
  )
endif()
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/wasm2ociConfig.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/wasm2ociConfig.cmake"
  INSTALL_DESTINATION "${_package_dir}"
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR
)
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/wasm2ociConfigVersion.cmake"
  COMPATIBILITY ${WASM2OCI_COMPATIBILITY}
)
set(WASM2OCI_PC_LIBS "")
if(GO_LINKER_BINDS_FUNCTIONS)
  set(WASM2OCI_PC_LIBS " -Wl,-Bsymbolic-functions")
endif()
# What a program needs beside the static library; the shared one brings it along.
set(WASM2OCI_PC_LIBS_PRIVATE "")
if(TARGET wasm2oci::static)
  set(WASM2OCI_PC_LIBS_PRIVATE "-lpthread")
  if(APPLE)
    string(
      APPEND WASM2OCI_PC_LIBS_PRIVATE
      " -framework CoreFoundation -framework Security -lresolv"
    )
  endif()
  get_target_property(_options wasm2oci::static INTERFACE_LINK_OPTIONS)
  if(_options)
    list(TRANSFORM _options REPLACE "^LINKER:" "-Wl,")
    list(JOIN _options " " _options)
    string(APPEND WASM2OCI_PC_LIBS_PRIVATE " ${_options}")
  endif()
endif()
# Relative to the file itself, so that `cmake --install --prefix` may choose the place.
set(WASM2OCI_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH _up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" _up "${_up}")
  set(WASM2OCI_PC_PREFIX "\${pcfiledir}/${_up}")
endif()
foreach(_name IN ITEMS LIBDIR INCLUDEDIR)
  set(WASM2OCI_PC_${_name} "${CMAKE_INSTALL_${_name}}")
  if(NOT IS_ABSOLUTE "${WASM2OCI_PC_${_name}}")
    string(PREPEND WASM2OCI_PC_${_name} "\${prefix}/")
  endif()
endforeach()
configure_file(
  "${PROJECT_SOURCE_DIR}/cmake/wasm2oci.pc.in"
  "${CMAKE_CURRENT_BINARY_DIR}/wasm2oci.pc"
  @ONLY
)
install(
  FILES
    "${CMAKE_CURRENT_BINARY_DIR}/wasm2ociConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/wasm2ociConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/GoLink.cmake"
  DESTINATION "${_package_dir}"
  COMPONENT development
)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/wasm2oci.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
  COMPONENT development
)
