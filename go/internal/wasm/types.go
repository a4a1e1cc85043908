package wasm

// Type is the type of an import or export of a core module; the member that the
// kind names is set. All are nil for what a component imports or exports, and
// where the type uses an encoding that is not known (a warning says so).
type Type struct {
	Func   *FuncType   `json:"func,omitempty"`
	Table  *TableType  `json:"table,omitempty"`
	Memory *MemoryType `json:"memory,omitempty"`
	Global *GlobalType `json:"global,omitempty"`
	// Tag has results only where it suspends a computation.
	Tag *FuncType `json:"tag,omitempty"`
}

// ValType is a value type as the text format spells it: "i32", "funcref",
// "(ref null 5)", where the number is an index into the module's types.
type ValType string

// FuncType is the signature of a function.
type FuncType struct {
	Params  []ValType `json:"params"`
	Results []ValType `json:"results"`
}

// Limits say how big something is at first, and may become. The maximum is nil
// where there is none.
type Limits struct {
	Min uint64  `json:"min"`
	Max *uint64 `json:"max,omitempty"`
	// Shared says that several threads may use it.
	Shared bool `json:"shared"`
	// Index64 says that it is addressed by 64-bit numbers.
	Index64 bool `json:"index64"`
}

// TableType is the type of a table. Its limits count elements.
type TableType struct {
	Element ValType `json:"element"`
	Limits
}

// MemoryType is the type of a memory. Its limits count pages.
type MemoryType struct {
	Limits
	// PageSize is in bytes: 65536 but for modules that ask for another.
	PageSize uint64 `json:"page_size"`
}

// GlobalType is the type of a global.
type GlobalType struct {
	Value   ValType `json:"value"`
	Mutable bool    `json:"mutable"`
	// Shared says that several threads may use it.
	Shared bool `json:"shared"`
}
