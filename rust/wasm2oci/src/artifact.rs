//! The result of an inspection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::result::{Descriptor, Kind, results};

/// What is imported or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ExternKind {
    /// A function.
    Func,
    /// A table.
    Table,
    /// A memory.
    Memory,
    /// A global.
    Global,
    /// A tag of exceptions.
    Tag,
    /// A core module, of a component.
    #[serde(rename = "core module")]
    CoreModule,
    /// A value.
    Value,
    /// A type.
    Type,
    /// A component.
    Component,
    /// An instance.
    Instance,
    /// Something that a later version of the library knows.
    #[serde(other)]
    Unknown,
}

results! {
    /// An artifact or a file, as an inspection found it.
    pub struct Artifact {
        /// The normalised reference; `None` for a file.
        reference: Option<String>,
        /// The media type of the manifest; `"application/wasm"` for a file.
        media_type: String,
        /// The digest of the manifest, or of the file.
        digest: String,
        /// The size of the manifest, or of the file, in bytes.
        size: u64,
        /// The format of the artifact; `None` without a single module.
        format: Option<String>,
        /// What the module is; `None` without a single module.
        kind: Option<Kind>,
        /// The manifest; `None` for a file.
        manifest: Option<Value>,
        /// The config; `None` for a file, and if it is not JSON.
        config: Option<Value>,
        /// The annotations of the manifest.
        annotations: BTreeMap<String, String>,
        /// The artifact type of the manifest.
        artifact_type?: String,
        /// All layers.
        layers: Vec<Descriptor>,
        /// What it is attached to.
        subject?: Descriptor,
        /// The layer that holds the module.
        layer: Option<Descriptor>,
        /// The path of the module in a tar layer.
        member?: String,
        /// The digest of the module.
        file_digest?: String,
        /// The size of the module in bytes.
        file_size?: u64,
        /// The digest of the index that led to the manifest.
        index_digest?: String,
        /// Where it was read from, with a cache or mirrors: `"cache"`, `"mirror"` or `"registry"`.
        source?: String,
        /// The repository of the mirror that was read from, if the source is `"mirror"`.
        mirror?: String,
        /// How many seconds ago the registry said what the tag names, if it was not asked now.
        age?: u64,
        /// What the module calls itself.
        name?: String,
        /// In the order of the binary.
        imports*: Vec<Import>,
        /// In the order of the binary.
        exports*: Vec<Export>,
        /// Languages and tools, by field, such as `"language"` or `"processed-by"`.
        producers*: BTreeMap<String, Vec<Producer>>,
        /// What the metadata sections say.
        metadata?: Metadata,
        /// Features of the compiler, such as `"+simd128"`.
        target_features*: Vec<String>,
        /// A component as seen from outside.
        world?: World,
        /// Modules and components inside a component.
        children*: Vec<Child>,
        /// In the order of the binary.
        custom_sections*: Vec<CustomSection>,
        /// What could not be understood, one line each.
        warnings*: Vec<String>,
        /// The bytes of the manifest or index, if the option `raw` asked for them.
        #[serde(skip)]
        raw: Option<Vec<u8>>,
    }

    /// What a binary needs.
    pub struct Import {
        /// First half of the name in a core module, where it may be `""`; `None` in a component.
        module?: String,
        /// Second half of the name; in a component all of it.
        name: String,
        /// What it is.
        kind: ExternKind,
        /// The signature of a core module's function.
        func?: FuncType,
        /// The type of a table.
        table?: TableType,
        /// The type of a memory.
        memory?: MemoryType,
        /// The type of a global.
        global?: GlobalType,
        /// What a tag carries.
        tag?: FuncType,
        /// The interface of an instance of another name.
        implements?: String,
        /// What completes a shortened version in the name.
        version_suffix?: String,
        /// What it is called elsewhere.
        external_id?: String,
    }

    /// What a binary offers.
    pub struct Export {
        /// Its name.
        name: String,
        /// What it is.
        kind: ExternKind,
        /// As of an import.
        func?: FuncType,
        /// As of an import.
        table?: TableType,
        /// As of an import.
        memory?: MemoryType,
        /// As of an import.
        global?: GlobalType,
        /// As of an import.
        tag?: FuncType,
        /// As of an import.
        implements?: String,
        /// As of an import.
        version_suffix?: String,
        /// As of an import.
        external_id?: String,
    }

    /// The signature of a function.
    pub struct FuncType {
        /// Types of the parameters, such as `"i32"` or `"(ref null 5)"`.
        params: Vec<String>,
        /// Types of the results.
        results: Vec<String>,
    }

    /// The type of a table.
    pub struct TableType {
        /// Type of the elements.
        element: String,
        /// Number of elements at first.
        min: u64,
        /// Number up to which it can grow; `None` for no limit.
        max?: u64,
        /// Whether several threads may use it.
        shared: bool,
        /// Whether its addresses have 64 bits.
        index64: bool,
    }

    /// The type of a memory.
    pub struct MemoryType {
        /// Number of pages at first.
        min: u64,
        /// Number up to which it can grow; `None` for no limit.
        max?: u64,
        /// Whether several threads may use it.
        shared: bool,
        /// Whether its addresses have 64 bits.
        index64: bool,
        /// Size of a page in bytes.
        page_size: u64,
    }

    /// The type of a global.
    pub struct GlobalType {
        /// Type of the value.
        value: String,
        /// Whether it can be changed.
        mutable: bool,
        /// Whether several threads may use it.
        shared: bool,
    }

    /// A language or tool that a binary was made with.
    pub struct Producer {
        /// Its name.
        name: String,
        /// Its version; `""` for most languages.
        version: String,
    }

    /// What a binary says of itself.
    pub struct Metadata {
        /// Who wrote it.
        authors?: String,
        /// What it does.
        description?: String,
        /// URL of the project.
        homepage?: String,
        /// SPDX licence expression.
        licenses?: String,
        /// Revision of the source code.
        revision?: String,
        /// URL of the source code.
        source?: String,
        /// Version of the binary.
        version?: String,
    }

    /// A component as seen from outside.
    pub struct World {
        /// Names of imported instances, functions and types.
        imports: Vec<String>,
        /// Names of exported instances and functions; of a WIT package its interfaces, its worlds and what these
        /// export.
        exports: Vec<String>,
        /// Whether it carries interface definitions only.
        wit_package: bool,
    }

    /// A module or component inside a component.
    pub struct Child {
        /// What it is.
        kind: Kind,
        /// What it calls itself.
        name?: String,
        /// Where it begins in the binary, in bytes.
        offset: u64,
        /// Its size in bytes.
        size: u64,
        /// Languages and tools, by field.
        producers: BTreeMap<String, Vec<Producer>>,
        /// What its metadata sections say.
        metadata: Metadata,
        /// What is inside it.
        children*: Vec<Child>,
    }

    /// A custom section.
    pub struct CustomSection {
        /// Its name.
        name: String,
        /// Size of the content in bytes, without the name.
        size: u64,
    }
}
