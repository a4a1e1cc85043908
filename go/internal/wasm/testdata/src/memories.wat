;; Limits: none, shared, 64-bit, and a page size of one byte.
(module
  (import "env" "shared" (memory 1 2 shared))
  (import "env" "wide" (memory i64 1))
  (memory $wide i64 5 4294967296)
  (memory $bytes 100 (pagesize 1))
  (table $wide_table i64 1 2 funcref)
  (export "wide" (memory $wide))
  (export "bytes" (memory $bytes))
  (export "wide_table" (table $wide_table))
)
