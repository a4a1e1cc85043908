;; The core module inside tests/data/greeter.wasm: logs a name and answers it.
(module $greeter
  (import "example:greeter/log@0.1.0" "line" (func $line (param i32 i32)))
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))
  ;; Nothing is ever given back: one call per instance is enough for a test.
  (func (export "cabi_realloc") (param $old i32) (param $had i32) (param $align i32) (param $want i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $want)))
    (local.get $at))
  (func (export "example:greeter/greet@0.1.0#greet") (param $name i32) (param $size i32) (result i32)
    (call $line (local.get $name) (local.get $size))
    (i32.store (i32.const 0) (local.get $name))
    (i32.store (i32.const 4) (local.get $size))
    (i32.const 0))
)
