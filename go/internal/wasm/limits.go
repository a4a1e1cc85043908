package wasm

// A binary from a registry is hostile until proven otherwise. Each length is
// checked against what remains of the section around it, nothing is allocated
// from a count that was not paid for in bytes, and these limits end the rest.
// They lie well above what compilers write.
const (
	// readSize is how many bytes are asked for at once.
	readSize = 64 << 10

	// maxName is the engines' common limit for the bytes of one name.
	maxName = 100_000

	// maxKept bounds the memory that one binary can make us hold, and with it
	// the size of the answer: every name, type and list entry that is kept is
	// charged. A name costs its bytes and its entry about a hundred more.
	maxKept = 32 << 20

	// maxNesting bounds components within components; tools nest them two or
	// three deep. Component types have a limit of the same purpose and the
	// value that other readers use.
	maxNesting     = 32
	maxTypeNesting = 100

	// maxChildren bounds the modules and components inside a component, as the
	// common validators do.
	maxChildren = 1000

	// maxMetadata bounds the text of one metadata section; maxProducers the
	// bytes of a producers or target_features section. Bigger ones are left
	// out with a warning.
	maxMetadata  = 64 << 10
	maxProducers = 256 << 10

	// maxWarnings bounds how many warnings are kept.
	maxWarnings = 20
)

// What the parts of an answer are charged as, in bytes, beside their texts.
const (
	costEntry = 112 // an import, an export, a custom section, a child
	costType  = 48  // a type that an index can point to
	costValue = 16  // a parameter, a result, a list item
	costIndex = 8   // an index that is kept
)
