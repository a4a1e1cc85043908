# Writes a depfile for a Go build, run as a script with
#   GO          the go command          TAGS     empty or -tags=...
#   OUTPUT      what was built          MODULE   its go.mod
#   DEPFILE     the file to write
#   REMEMBERED  empty, or what Makefiles remember of it
# in the folder of the main package, with the environment of the build.
#
# Folders are listed beside their files: without them a file that is added would
# go unseen.

set(
  kinds
  GoFiles
  CgoFiles
  CFiles
  CXXFiles
  MFiles
  HFiles
  FFiles
  SFiles
  SwigFiles
  SwigCXXFiles
  SysoFiles
  EmbedFiles
)
set(template "{{if not .Standard}}{{$d := .Dir}}{{$d}}\n")
foreach(kind IN LISTS kinds)
  string(APPEND template "{{range .${kind}}}{{$d}}/{{.}}\n{{end}}")
endforeach()
string(APPEND template "{{end}}")

execute_process(
  COMMAND "${GO}" list -deps ${TAGS} -f "${template}" .
  OUTPUT_VARIABLE files
  COMMAND_ERROR_IS_FATAL ANY
)
string(REPLACE "\\" "/" files "${files}")
string(REPLACE ";" "\\;" files "${files}")
string(REGEX REPLACE "\n+" ";" files "${files}")
list(PREPEND files "${MODULE}")
string(REGEX REPLACE "go\\.mod$" "go.sum" sum "${MODULE}")
if(EXISTS "${sum}")
  list(PREPEND files "${sum}")
endif()

# Escapes a path as Make and Ninja read it.
function(escape variable path)
  string(REPLACE " " "\\ " path "${path}")
  string(REPLACE "#" "\\#" path "${path}")
  string(REPLACE "$" "$$" path "${path}")
  set(${variable} "${path}" PARENT_SCOPE)
endfunction()

escape(text "${OUTPUT}")
string(APPEND text ":")
foreach(file IN LISTS files)
  if(NOT file STREQUAL "")
    escape(file "${file}")
    string(APPEND text " \\\n  ${file}")
  endif()
endforeach()
file(WRITE "${DEPFILE}" "${text}\n")

# CMake 3.25 adds a new depfile to the old ones, so that Makefiles would miss a
# file that is gone, and run Go, for ever.
if(REMEMBERED)
  file(REMOVE "${REMEMBERED}")
endif()
