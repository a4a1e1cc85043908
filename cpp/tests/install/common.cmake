# What the tests of installed copies share; included by scripts.

# Runs a command, which must end well; what it said is in `output` afterwards.
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE said ERROR_VARIABLE errors RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${code}\n${said}${errors}")
  endif()
  string(STRIP "${said}" said)
  set(output "${said}" PARENT_SCOPE)
endfunction()

# Runs one of the examples that push and pull, and looks at what it wrote.
function(try program)
  cmake_path(GET program FILENAME name)
  set(module "${SOURCE}/examples/hello.wasm")
  file(MAKE_DIRECTORY "${FOLDER}/work")
  set(copy "${FOLDER}/work/${name}.wasm")
  file(REMOVE "${copy}")
  run("${program}" "${module}" "oci:${FOLDER}/work/layout:1" "${copy}")
  run("${CMAKE_COMMAND}" -E compare_files "${module}" "${copy}")
endfunction()

# Configures and builds a project with the compilers of this build, and tries its programs.
function(build_and_try project folder)
  run(
    "${CMAKE_COMMAND}" -S "${project}" -B "${folder}" -G "${GENERATOR}"
    "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" ${ARGN}
  )
  run("${CMAKE_COMMAND}" --build "${folder}")
  file(GLOB_RECURSE programs "${folder}/*push_pull" "${folder}/*push_pull_cpp")
  list(LENGTH programs count)
  if(NOT count EQUAL 2)
    message(FATAL_ERROR "two programs should be in ${folder}: ${programs}")
  endif()
  foreach(program IN LISTS programs)
    try("${program}")
  endforeach()
endfunction()

# Installs into FOLDER/<name>, then moves that elsewhere, so that nothing can rest on its place.
function(install_and_move name)
  file(REMOVE_RECURSE "${FOLDER}")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}/first place")
  file(RENAME "${FOLDER}/first place" "${FOLDER}/${name}")
endfunction()

# Sets `flags` to what PKG_CONFIG says of the copy in FOLDER/prefix, for the library of a kind, and `version`.
function(use_pkg_config kind)
  file(GLOB_RECURSE found "${FOLDER}/prefix/*/wasm2oci.pc")
  cmake_path(GET found PARENT_PATH directory)
  set(
    pkg_config
    "${CMAKE_COMMAND}"
    -E
    env
    "PKG_CONFIG_PATH=${directory}"
    "${PKG_CONFIG}"
  )
  run(${pkg_config} --modversion wasm2oci)
  set(version "${output}" PARENT_SCOPE)
  run(${pkg_config} --variable=libdir wasm2oci)
  set(libdir "${output}")
  set(options "")
  if(kind STREQUAL "static")
    # The linker takes a shared library where there is one.
    file(MAKE_DIRECTORY "${FOLDER}/archive")
    file(COPY "${libdir}/libwasm2oci.a" DESTINATION "${FOLDER}/archive")
    set(options --static "--define-variable=libdir=${FOLDER}/archive")
  endif()
  run(${pkg_config} ${options} --cflags --libs wasm2oci)
  separate_arguments(flags UNIX_COMMAND "${output}")
  if(kind STREQUAL "shared")
    list(APPEND flags "-Wl,-rpath,${libdir}")
  endif()
  set(flags "${flags}" PARENT_SCOPE)
endfunction()
