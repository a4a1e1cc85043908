# The ABI is what is written down in cpp/abi: it may grow, but what is there
# stays. A test that fails here says that the ABI has changed; if that is what
# you want and nothing of a released version goes, write the new one down.

set(_abi "${PROJECT_SOURCE_DIR}/cpp/abi")

if(CMAKE_SIZEOF_VOID_P EQUAL 8)
  wasm2oci_add_program(abi_layout wasm2oci::static abi/layout.c)
  add_test(
    NAME abi.layout
    COMMAND
      "${CMAKE_COMMAND}" "-DPROGRAM=${CMAKE_CROSSCOMPILING_EMULATOR};$<TARGET_FILE:abi_layout>"
      "-DEXPECTED=${_abi}/layout.txt" -P "${CMAKE_CURRENT_SOURCE_DIR}/abi/compare_layout.cmake"
  )
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_test(
    NAME abi.symbols
    COMMAND
      "${CMAKE_COMMAND}" "-DNM=${CMAKE_NM}" "-DLIBRARY=$<TARGET_FILE:wasm2oci::shared>"
      "-DHEADER=${WASM2OCI_HEADER}" "-DEXPECTED=${_abi}/symbols.txt" -P
      "${CMAKE_CURRENT_SOURCE_DIR}/abi/compare_symbols.cmake"
  )
endif()
