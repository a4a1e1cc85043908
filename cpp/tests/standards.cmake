# What depends on the standard of C++ or on how it is compiled: without exceptions, with coroutines, and
# what must not compile.

if(MSVC)
  return()
endif()

# wasm2oci_add_program_as(<target> <source> <standard> [<option>...])
function(wasm2oci_add_program_as target source standard)
  wasm2oci_add_program(${target} wasm2oci::shared "${source}")
  set_target_properties(${target} PROPERTIES CXX_STANDARD ${standard} CXX_STANDARD_REQUIRED ON)
  target_compile_options(${target} PRIVATE ${ARGN})
endfunction()

if(UNIX)
  wasm2oci_add_program_as(cpp_without_exceptions cpp/expected.cpp 17 -fno-exceptions)
  wasm2oci_add_test(cpp.without_exceptions cpp_without_exceptions)

  wasm2oci_add_program_as(cpp_abort cpp/abort.cpp 17 -fno-exceptions)
  wasm2oci_add_test(cpp.abort cpp_abort)
  set_tests_properties(
    cpp.abort
    PROPERTIES PASS_REGULAR_EXPRESSION "wasm2oci: INVALID_REFERENCE: [^\n]*hello"
  )

  if("cxx_std_20" IN_LIST CMAKE_CXX_COMPILE_FEATURES)
    wasm2oci_add_program_as(cpp_coroutine cpp/coroutine.cpp 20)
    wasm2oci_add_test(cpp.coroutine cpp_coroutine)
  endif()
  if("cxx_std_23" IN_LIST CMAKE_CXX_COMPILE_FEATURES)
    wasm2oci_add_program_as(cpp_expected_23 cpp/expected.cpp 23)
    wasm2oci_add_test(cpp.expected_23 cpp_expected_23)
  endif()
endif()

# wasm2oci_add_compile_test(<name> <standard> <number> <what the compiler says, or "">)
function(wasm2oci_add_compile_test name standard number says)
  add_test(
    NAME ${name}
    COMMAND
      "${CMAKE_CXX_COMPILER}" -std=c++${standard} -c -o "${CMAKE_CURRENT_BINARY_DIR}/${name}.o"
      -Wall -Wextra -Werror -DBORROWING=${number} -I "${WASM2OCI_INCLUDE_DIR}"
      "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/cpp/borrowing.cpp"
  )
  if(says)
    set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${says}")
  endif()
endfunction()

wasm2oci_add_compile_test(cpp.borrowing.17 17 0 "")
foreach(number RANGE 1 7)
  wasm2oci_add_compile_test(cpp.borrowing.refused_${number} 17 ${number} "error: .*deleted")
endforeach()
wasm2oci_add_compile_test(cpp.forgotten_operation 17 8 "error: ignoring return")
wasm2oci_add_compile_test(cpp.standard 14 0 "error: .*needs C[+][+]17")
# Nothing that only follows from it.
set_tests_properties(cpp.standard PROPERTIES FAIL_REGULAR_EXPRESSION "string_view|optional")
if("cxx_std_20" IN_LIST CMAKE_CXX_COMPILE_FEATURES)
  wasm2oci_add_compile_test(cpp.borrowing.20 20 0 "")
endif()
