;; Names with the options that a component may add to them.
(component
  (import "logs" (implements "wasi:logging/logging@0.1.0") (instance))
  (import "a:b/c@1" (version-suffix ".2.3") (instance))
  (import "wasi:http/types@0.2" (version-suffix ".6") (instance))
  (import "ext" (external-id "some id") (func))
)
