/*
 * Fetches a WASI program from a registry or a layout, and runs it with wasmtime.
 *
 *     run REFERENCE
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <wasm2oci/wasm2oci.hpp>

#if __has_include(<wasmtime.h>)
#include <wasmtime.h>
#else
#include "wasmtime_api.h"
#endif

namespace {

constexpr std::string_view kStart = "_start";

/** Owns an object of wasmtime. */
template <typename Object>
using Owned = std::unique_ptr<Object, void (*)(Object *)>;

std::string take_text(wasm_byte_vec_t *text) {
  std::string copy(text->data, text->size);
  wasm_byte_vec_delete(text);
  return copy;
}

/** Throws wasmtime's error; ends the process if the program asked for that. */
void check(wasmtime_error_t *raw) {
  if (raw == nullptr) {
    return;
  }
  const Owned<wasmtime_error_t> error(raw, wasmtime_error_delete);
  int status = 0;
  if (wasmtime_error_exit_status(error.get(), &status)) {
    std::exit(status);
  }
  wasm_byte_vec_t message{};
  wasmtime_error_message(error.get(), &message);
  throw std::runtime_error(take_text(&message));
}

void check(wasm_trap_t *raw) {
  if (raw == nullptr) {
    return;
  }
  const Owned<wasm_trap_t> trap(raw, wasm_trap_delete);
  wasm_byte_vec_t message{};
  wasm_trap_message(trap.get(), &message);
  throw std::runtime_error(take_text(&message));
}

void run(wasm2oci::Bytes wasm) {
  const Owned<wasm_engine_t> engine(wasm_engine_new(), wasm_engine_delete);
  const Owned<wasmtime_store_t> store(wasmtime_store_new(engine.get(), nullptr, nullptr),
                                      wasmtime_store_delete);
  const Owned<wasmtime_linker_t> linker(wasmtime_linker_new(engine.get()), wasmtime_linker_delete);
  wasmtime_context_t *const context = wasmtime_store_context(store.get());

  wasi_config_t *const wasi = wasi_config_new();
  wasi_config_inherit_stdout(wasi);
  check(wasmtime_context_set_wasi(context, wasi));
  check(wasmtime_linker_define_wasi(linker.get()));

  wasmtime_module_t *made = nullptr;
  check(wasmtime_module_new(
      engine.get(), reinterpret_cast<const std::uint8_t *>(wasm.data()), wasm.size(), &made));
  const Owned<wasmtime_module_t> module(made, wasmtime_module_delete);

  wasm_trap_t *trap = nullptr;
  wasmtime_instance_t instance{};
  check(wasmtime_linker_instantiate(linker.get(), context, module.get(), &instance, &trap));
  check(trap);
  wasmtime_extern_t start{};
  if (!wasmtime_instance_export_get(context, &instance, kStart.data(), kStart.size(), &start)) {
    throw std::runtime_error("it is not a program: it does not export \"_start\"");
  }
  const Owned<wasmtime_extern_t> owner(&start, wasmtime_extern_delete);
  if (start.kind != WASMTIME_EXTERN_FUNC) {
    throw std::runtime_error("it is not a program: \"_start\" is not a function");
  }
  check(wasmtime_func_call(context, &start.of.func, nullptr, 0, nullptr, 0, &trap));
  check(trap);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: run REFERENCE\n";
    return 2;
  }
  try {
    const wasm2oci::Client client;
    const auto fetch = client.start_fetch(argv[1]);
    fetch.wait();
    run(fetch.bytes());  // Where the library has put them.
    return EXIT_SUCCESS;
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
