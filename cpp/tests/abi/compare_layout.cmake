# Compares what PROGRAM, a command, prints with the file EXPECTED.

execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE actual COMMAND_ERROR_IS_FATAL ANY)
file(READ "${EXPECTED}" expected)
if(NOT actual STREQUAL expected)
  message(FATAL_ERROR "the layout is not that of ${EXPECTED}; it is now\n${actual}")
endif()
