;; A WASI preview 1 command that prints one line: examples/hello.wasm.
(module $hello
  (type $fd_write (func (param i32 i32 i32 i32) (result i32)))
  (type $proc_exit (func (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (type $fd_write)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (type $proc_exit)))
  (memory (export "memory") 1)
  (global (export "greetings") (mut i32) (i32.const 0))
  (data (i32.const 16) "Hello from WebAssembly!\n")
  (func $_start (export "_start")
    (i32.store (i32.const 0) (i32.const 16)) ;; the only iovec: address,
    (i32.store (i32.const 4) (i32.const 24)) ;; and length
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1)))))
)
