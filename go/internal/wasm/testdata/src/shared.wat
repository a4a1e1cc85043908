;; Things that threads share beside memories, and imports in groups of one module.
(module
  (import "many" (item "log" (func (param i32))) (item "zero" (global i32)))
  (import "same" (item "a") (item "b") (func (result i64)))
  (global $counter (shared mut i32) (i32.const 0))
  (global $small (ref (shared i31)) (ref.i31_shared (i32.const 1)))
  (export "counter" (global $counter))
  (export "small" (global $small))
)
