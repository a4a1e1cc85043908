# Sanitizers hold for everything that is compiled here, so they are set once for
# the whole directory tree. The Go core follows by its own flag (GoCore.cmake).

if(WASM2OCI_SANITIZE)
  add_compile_options(-fsanitize=${WASM2OCI_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WASM2OCI_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With a sanitizer GCC takes what is in an empty std::optional for used.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
