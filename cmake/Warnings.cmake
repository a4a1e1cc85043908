# wasm2oci::warnings: the warnings that our own C and C++ is kept clean of.

add_library(wasm2oci_warnings INTERFACE)
add_library(wasm2oci::warnings ALIAS wasm2oci_warnings)

if(MSVC)
  target_compile_options(wasm2oci_warnings INTERFACE /W4 $<$<BOOL:${WASM2OCI_WERROR}>:/WX>)
else()
  target_compile_options(
    wasm2oci_warnings
    INTERFACE -Wall -Wextra -Wconversion -Wshadow $<$<BOOL:${WASM2OCI_WERROR}>:-Werror>
  )
endif()
