// wasm2oci._ext: the C API for Python, as plain functions over integers.
//
// No class is bound, so that a second copy of this module can be loaded into a
// process that holds one already.
#include "bind.hpp"

NB_MODULE(_ext, module) {
  using namespace wasm2oci_ext;

  module.doc() = "The C API of wasm2oci. Private: use the package wasm2oci.";
  nanobind::set_leak_warnings(false);  // A daemon thread at exit may hold a function.

  bind_failure();
  bind_library(module);
  bind_client(module);
  bind_operation(module);
  bind_verbs(module);
  bind_reader(module);
  bind_completions(module);
}
