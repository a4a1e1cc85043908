# Plugins with the static library in them: a host opens them where all see their symbols, pulls with each and closes
# them; one built with what CMake's package says, one with what PKG_CONFIG says.

include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

install_and_move(prefix)
run(
  "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/plugin" -B "${FOLDER}/build" -G "${GENERATOR}"
  "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
  "-DCMAKE_PREFIX_PATH=${FOLDER}/prefix" "-DEXAMPLES=${SOURCE}/examples"
  "-DTESTS=${SOURCE}/cpp/tests"
)
run("${CMAKE_COMMAND}" --build "${FOLDER}/build")
file(
  GLOB plugins
  "${FOLDER}/build/libin_c.*"
  "${FOLDER}/build/libin_cpp.*"
  "${FOLDER}/build/libin_cpp_too.*"
)
file(GLOB others "${FOLDER}/build/libin_cpp_[12]*.*")

if(PKG_CONFIG)
  use_pkg_config(static)
  set(plugin "${FOLDER}/by_pkg_config.so")
  run(
    "${C_COMPILER}" -shared -fPIC -Dmain=run "${SOURCE}/examples/push_pull.c" -o "${plugin}"
    ${flags}
  )
  list(APPEND plugins "${plugin}")
endif()

# One whose builder was told neither: it stays, but shows others all that it has taken in.
set(shown "${FOLDER}/by_hand.so")
file(GLOB_RECURSE archive "${FOLDER}/prefix/libwasm2oci.a")
run(
  "${C_COMPILER}" -shared -fPIC -Dmain=run "${SOURCE}/examples/push_pull.c" -o "${shown}"
  "-I${FOLDER}/prefix/include" "${archive}" -lpthread -ldl
)

set(module "${SOURCE}/examples/hello.wasm")
foreach(chosen IN LISTS plugins shown)
  run("${FOLDER}/build/host" 1 "${chosen}" "${module}" "oci:${FOLDER}/layout:1" "${FOLDER}/copy.wasm")
  run("${CMAKE_COMMAND}" -E compare_files "${module}" "${FOLDER}/copy.wasm")
  file(REMOVE "${FOLDER}/copy.wasm")
endforeach()
list(LENGTH plugins count)
run(
  "${FOLDER}/build/host" ${count} ${plugins} "${module}" "oci:${FOLDER}/layout:2"
  "${FOLDER}/copy.wasm"
)

# A host that contains the library itself, and shows others its copy of what the headers define.
file(GLOB plugin "${FOLDER}/build/libin_cpp_shared.*")
run(
  "${FOLDER}/build/using_host" "${plugin}" "${module}" "oci:${FOLDER}/layout:3"
  "${FOLDER}/copy.wasm"
)

# Others see nothing of what a plugin has taken in.
if(NM)
  foreach(plugin IN LISTS plugins)
    run("${NM}" -D --defined-only --format=posix "${plugin}")
    if(output MATCHES "(^|\n)(wasm2oci_|_?cgo|x_cgo|crosscall|_rt0|go)[^\n]*")
      message(SEND_ERROR "${plugin} shows others ${CMAKE_MATCH_0}")
    endif()
  endforeach()

  # -Bsymbolic-functions does not bind data, such as a table of virtual functions that close an operation. An
  # exception may be thrown by one library and caught in another, so its type is shared; it calls nothing.
  foreach(plugin IN LISTS plugins others)
    run("${NM}" -D --defined-only -C "${plugin}")
    string(REGEX MATCHALL "[^\n]* [BDGRSVu] [^\n]*wasm2oci[^\n]*" shared "${output}")
    list(FILTER shared EXCLUDE REGEX "typeinfo (name )?for |vtable for wasm2oci::(Status)?Error")
    if(shared)
      message(SEND_ERROR "${plugin} shares with others: ${shared}")
    endif()
  endforeach()
endif()
