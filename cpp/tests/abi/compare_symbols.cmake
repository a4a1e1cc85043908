# Compares the symbols that LIBRARY exports, the functions that HEADER declares
# and the list in EXPECTED, one name in a line, sorted.

execute_process(
  COMMAND "${NM}" -D --defined-only --format=posix "${LIBRARY}"
  OUTPUT_VARIABLE table
  COMMAND_ERROR_IS_FATAL ANY
)
string(REGEX MATCHALL "[^ \n]+ [A-Za-z] [^\n]*" rows "${table}")
set(exported "")
foreach(row IN LISTS rows)
  string(REGEX REPLACE " .*" "" name "${row}")
  list(APPEND exported "${name}")
endforeach()
list(SORT exported)

file(READ "${HEADER}" text)
string(REGEX MATCHALL "\nWASM2OCI_API [^(;]*\\(" declarations "${text}")
set(declared "")
foreach(declaration IN LISTS declarations)
  string(REGEX REPLACE ".*[ *](wasm2oci_[a-z0-9_]+)\\($" "\\1" name "${declaration}")
  list(APPEND declared "${name}")
endforeach()
list(SORT declared)

file(STRINGS "${EXPECTED}" expected)
if(NOT exported STREQUAL expected)
  list(JOIN exported "\n" lines)
  message(SEND_ERROR "${LIBRARY} does not export what ${EXPECTED} lists; it exports\n${lines}")
endif()
if(NOT declared STREQUAL expected)
  list(JOIN declared "\n" lines)
  message(SEND_ERROR "${HEADER} does not declare what ${EXPECTED} lists; it declares\n${lines}")
endif()
