# What is installed can be used: the examples are built against an installed copy
# with each library, and run.

if(
  WASM2OCI_BUILD_LIBRARY
  AND WASM2OCI_GO_BUILDMODE STREQUAL "c-archive"
  AND UNIX
  AND NOT WASM2OCI_SANITIZE
)
  foreach(library IN ITEMS shared static)
    add_test(
      NAME install.${library}
      COMMAND
        "${CMAKE_COMMAND}" "-DLIBRARY=wasm2oci::${library}" "-DBUILD=${CMAKE_BINARY_DIR}"
        "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/install-${library}"
        "-DEXAMPLES=${PROJECT_SOURCE_DIR}/examples" "-DGENERATOR=${CMAKE_GENERATOR}"
        "-DC_COMPILER=${CMAKE_C_COMPILER}" "-DCXX_COMPILER=${CMAKE_CXX_COMPILER}" -P
        "${CMAKE_CURRENT_SOURCE_DIR}/install/use_installed.cmake"
    )
    set_tests_properties(install.${library} PROPERTIES TIMEOUT 300)
  endforeach()
endif()
