// wasm2oci._ext: the C API for Python, as plain functions over integers.
//
// No class is bound, so that a second copy of this module can be loaded into a
// process that holds one already.
#include "bind.hpp"
#include "released.hpp"

NB_MODULE(_ext, module) {
  using namespace wasm2oci_ext;

  // nanobind refuses those interpreters that have a GIL of their own; mod_wsgi's share one.
  if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0) {
    throw nanobind::import_error(
        "wasm2oci cannot be used in a sub-interpreter: its Go runtime serves the main one");
  }

  // A host that embeds Python may begin a second interpreter after the first.
  if (calls_refused()) {
    throw nanobind::import_error(
        "wasm2oci cannot be loaded again once an interpreter that used it has ended");
  }

  module.doc() = "The C API of wasm2oci. Private: use the package wasm2oci.";
  nanobind::set_leak_warnings(false);  // A daemon thread at exit may hold a function.

  bind_failure();
  bind_library(module);
  bind_client(module);
  bind_operation(module);
  bind_verbs(module);
  bind_reader(module);
  bind_completions(module);
  bind_indent(module);
}
