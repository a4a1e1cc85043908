;; Components within components, and exports of every sort that can be made
;; without a value.
(component $outer
  (core module $plain)
  (component $inner
    (core module $deep (func (export "f")))
    (component $innermost)
    (export "deep" (core module $deep))
  )
  (import "wasi:cli/environment@0.2.0" (instance (export "get" (func))))
  (import "logger" (component))
  (import "engine" (core module))
  (import "token" (type (sub resource)))
  (instance $made (instantiate $inner))
  (export "plain" (core module $plain))
  (export "inner" (component $inner))
  (export "made" (instance $made))
)
