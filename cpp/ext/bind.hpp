// What each file of the extension adds to the module.
#pragma once

#include <nanobind/nanobind.h>

namespace wasm2oci_ext {

void bind_failure();
void bind_library(nanobind::module_ &module);
void bind_client(nanobind::module_ &module);
void bind_operation(nanobind::module_ &module);
void bind_verbs(nanobind::module_ &module);
void bind_reader(nanobind::module_ &module);
void bind_completions(nanobind::module_ &module);
void bind_indent(nanobind::module_ &module);

}  // namespace wasm2oci_ext
