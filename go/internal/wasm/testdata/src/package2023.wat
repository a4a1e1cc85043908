;; A WIT package as the tools of 2023 wrote it: one export for the whole package.
(component
  (type (component
    (type (instance (type (func)) (export "f" (func (type 0)))))
    (export "old:style/first@0.1.0" (instance (type 0)))
    (type (component
      (type (func))
      (import "in" (func (type 0)))
      (export "out" (func (type 0)))
    ))
    (export "old:style/everything@0.1.0" (component (type 1)))
  ))
  (export "old:style/wit@0.1.0" (type 0))
)
