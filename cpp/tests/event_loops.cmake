# The examples with event loops fetch from a layout, as far as they were built.

if(NOT TARGET push_pull)
  return()
endif()

set(_folder "${CMAKE_CURRENT_BINARY_DIR}/event_loops")
set(_reference "oci:${_folder}/layout:v1")
file(MAKE_DIRECTORY "${_folder}")
add_test(NAME event_loop.setup COMMAND push_pull "${_hello}" "${_reference}" "${_folder}/copy.wasm")
set_tests_properties(event_loop.setup PROPERTIES FIXTURES_SETUP event_loops)

foreach(name IN ITEMS epoll asio libuv glib)
  if(NOT TARGET event_loop_${name})
    continue()
  endif()
  add_test(NAME event_loop.${name} COMMAND event_loop_${name} "${_reference}" "${_reference}")
  add_test(
    NAME event_loop.${name}.fails
    COMMAND event_loop_${name} "${_reference}" "${_reference}x"
  )
  set_tests_properties(
    event_loop.${name}
    PROPERTIES
      FIXTURES_REQUIRED event_loops
      TIMEOUT 120
      PASS_REGULAR_EXPRESSION "[0-9]+ bytes\n[0-9]+ bytes\n$"
  )
  set_tests_properties(
    event_loop.${name}.fails
    PROPERTIES FIXTURES_REQUIRED event_loops TIMEOUT 120 WILL_FAIL ON
  )
endforeach()
