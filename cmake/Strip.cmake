# Splits the symbols of LIBRARY off by OBJCOPY into LIBRARY.debug, once: what READELF
# shows to be split already stays as it is.
#
# The library keeps its time. Ninja runs this together with the symbolic links to the
# library, and would do so in every build if they were older than it.

if(READELF)
  execute_process(
    COMMAND "${READELF}" --section-headers --wide "${LIBRARY}"
    OUTPUT_VARIABLE sections
    COMMAND_ERROR_IS_FATAL ANY
  )
  if(sections MATCHES "\\.gnu_debuglink")
    return()
  endif()
endif()

set(symbols "${LIBRARY}.debug")
execute_process(
  COMMAND "${OBJCOPY}" --only-keep-debug "${LIBRARY}" "${symbols}"
  COMMAND_ERROR_IS_FATAL ANY
)
# Not objcopy's --preserve-dates, which older versions round down to seconds.
execute_process(COMMAND touch -r "${LIBRARY}" "${symbols}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND "${OBJCOPY}" --strip-unneeded "--add-gnu-debuglink=${symbols}" "${LIBRARY}"
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(COMMAND touch -r "${symbols}" "${LIBRARY}" COMMAND_ERROR_IS_FATAL ANY)
