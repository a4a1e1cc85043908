/*
 * The functions of wasmtime's C API that run.cpp calls, for those who have its library without its
 * headers, such as from PyPI's package. With <wasmtime.h>, of a release of wasmtime's "c-api", this
 * is not needed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASMTIME_API_H
#define WASMTIME_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasi_config_t wasi_config_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_linker wasmtime_linker_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_val wasmtime_val_t;

typedef struct wasm_byte_vec_t {
  size_t size;
  char *data;
} wasm_byte_vec_t;

typedef struct wasmtime_func {
  uint64_t store_id;
  void *__private;
} wasmtime_func_t;

typedef struct wasmtime_instance {
  uint64_t store_id;
  size_t __private;
} wasmtime_instance_t;

#define WASMTIME_EXTERN_FUNC 0

typedef struct wasmtime_extern {
  uint8_t kind;
  union {
    wasmtime_func_t func;
    uint64_t others[3];
  } of;
} wasmtime_extern_t;

void wasm_byte_vec_delete(wasm_byte_vec_t *);
wasm_engine_t *wasm_engine_new(void);
void wasm_engine_delete(wasm_engine_t *);
void wasm_trap_delete(wasm_trap_t *);
void wasm_trap_message(const wasm_trap_t *, wasm_byte_vec_t *);

wasi_config_t *wasi_config_new(void);
void wasi_config_inherit_stdout(wasi_config_t *);
wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *, wasi_config_t *);

void wasmtime_error_delete(wasmtime_error_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
bool wasmtime_error_exit_status(const wasmtime_error_t *, int *);

wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void (*)(void *));
void wasmtime_store_delete(wasmtime_store_t *);
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);

wasmtime_error_t *wasmtime_module_new(wasm_engine_t *,
                                      const uint8_t *,
                                      size_t,
                                      wasmtime_module_t **);
void wasmtime_module_delete(wasmtime_module_t *);

wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *);
void wasmtime_linker_delete(wasmtime_linker_t *);
wasmtime_error_t *wasmtime_linker_define_wasi(wasmtime_linker_t *);
wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *,
                                              wasmtime_context_t *,
                                              const wasmtime_module_t *,
                                              wasmtime_instance_t *,
                                              wasm_trap_t **);
bool wasmtime_instance_export_get(
    wasmtime_context_t *, const wasmtime_instance_t *, const char *, size_t, wasmtime_extern_t *);
void wasmtime_extern_delete(wasmtime_extern_t *);
wasmtime_error_t *wasmtime_func_call(wasmtime_context_t *,
                                     const wasmtime_func_t *,
                                     const wasmtime_val_t *,
                                     size_t,
                                     wasmtime_val_t *,
                                     size_t,
                                     wasm_trap_t **);

#ifdef __cplusplus
}
#endif

#endif
