package wasm

// Info says what is in a binary. Its JSON form is stable: members are added, not
// renamed or removed.
type Info struct {
	// Kind is a core module or a component.
	Kind Kind `json:"kind"`
	// Name is what the binary calls itself in its name or component-name
	// section; "" where it does not.
	Name string `json:"name,omitempty"`
	// Imports and Exports are in the order of the binary.
	Imports []Import `json:"imports"`
	Exports []Export `json:"exports"`
	// Producers is the binary's own producers section.
	Producers Producers `json:"producers"`
	// Metadata holds the texts of the metadata sections.
	Metadata Metadata `json:"metadata"`
	// TargetFeatures are the compiler's features with their prefix, such as
	// "+bulk-memory".
	TargetFeatures []string `json:"target_features,omitempty"`
	// World is present for components only.
	World *World `json:"world,omitempty"`
	// Children are the modules and components inside a component.
	Children []Child `json:"children,omitempty"`
	// CustomSections are the binary's own, not those of its children.
	CustomSections []CustomSection `json:"custom_sections"`
	// Warnings name parts that were left out because they could not be
	// understood, one line each. They do not make the binary unusable.
	Warnings []string `json:"warnings,omitempty"`
}

// Import is what a binary needs.
type Import struct {
	// Module is the first half of the name in a core module, where it may be
	// empty; nil in a component.
	Module *string `json:"module,omitempty"`
	// Name is the second half, or a component's import name, such as
	// "wasi:http/types@0.2.0" or "log".
	Name string `json:"name"`
	// Kind says which of the members of Type is set.
	Kind ExternKind `json:"kind"`
	Type
	NameOptions
}

// Export is what a binary offers.
type Export struct {
	// Name is the export's name.
	Name string `json:"name"`
	// Kind says which of the members of Type is set.
	Kind ExternKind `json:"kind"`
	Type
	NameOptions
}

// NameOptions are what a component may add to the name of an import or export.
// They are rare.
type NameOptions struct {
	// Implements is the interface that an instance of another name has.
	Implements string `json:"implements,omitempty"`
	// VersionSuffix completes a shortened version in the name.
	VersionSuffix string `json:"version_suffix,omitempty"`
	// ExternalID is the name of the thing elsewhere.
	ExternalID string `json:"external_id,omitempty"`
}

// ExternKind is what an import or export is.
type ExternKind string

// The kinds of core modules, then those of components, which have functions too.
const (
	ExternFunc       ExternKind = "func"
	ExternTable      ExternKind = "table"
	ExternMemory     ExternKind = "memory"
	ExternGlobal     ExternKind = "global"
	ExternTag        ExternKind = "tag"
	ExternCoreModule ExternKind = "core module"
	ExternValue      ExternKind = "value"
	ExternType       ExternKind = "type"
	ExternComponent  ExternKind = "component"
	ExternInstance   ExternKind = "instance"
)

// World is what a component looks like from outside, as the WebAssembly
// configuration of OCI artifacts lists it: the names that the reference tools
// derive from the binary, in their order.
type World struct {
	// Imports are the names of imported instances, functions and types.
	Imports []string `json:"imports"`
	// Exports are the names of exported instances and functions. Of a WIT
	// package they are its interfaces, its worlds and what these export,
	// sorted.
	Exports []string `json:"exports"`
	// WITPackage says that the component only carries interface definitions.
	WITPackage bool `json:"wit_package"`
}

// Producers says which tools made a binary: by field ("language",
// "processed-by" or "sdk"), in the order of the binary.
type Producers map[string][]Producer

// Producer is a language or a tool.
type Producer struct {
	Name string `json:"name"`
	// Version is "" for most languages.
	Version string `json:"version"`
}

// Metadata is what `wasm-tools metadata add` and its like leave in a binary;
// each member is "" where it is missing.
type Metadata struct {
	Authors     string `json:"authors,omitempty"`
	Description string `json:"description,omitempty"`
	// Homepage and Source are URLs: of the project, and of its code.
	Homepage string `json:"homepage,omitempty"`
	// Licenses is an SPDX licence expression.
	Licenses string `json:"licenses,omitempty"`
	// Revision is the source control's name for the state of the code.
	Revision string `json:"revision,omitempty"`
	Source   string `json:"source,omitempty"`
	Version  string `json:"version,omitempty"`
}

// Child is a core module or a component inside a component.
type Child struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name,omitempty"`
	// Offset and Size say where it lies in the binary, in bytes.
	Offset    int64     `json:"offset"`
	Size      int64     `json:"size"`
	Producers Producers `json:"producers"`
	Metadata  Metadata  `json:"metadata"`
	Children  []Child   `json:"children,omitempty"`
}

// CustomSection is a section that the specification leaves to tools.
type CustomSection struct {
	Name string `json:"name"`
	// Size is that of its content in bytes, without the name.
	Size int64 `json:"size"`
}
