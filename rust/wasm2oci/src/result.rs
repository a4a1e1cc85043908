//! The results of the verbs; that of an inspection is in `artifact.rs`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Declares results. `name?: T` may be absent, and `name*: T` is empty then.
macro_rules! results {
    // The members of a manifest, which most results have.
    (@fields [$($head:tt)*] { ..manifest, $($rest:tt)* } $($seen:tt)*) => {
        results! { @fields [$($head)*] {
            /// The media type of the manifest.
            media_type: String,
            /// The digest of the manifest, such as `"sha256:…"`.
            digest: String,
            /// The size of the manifest in bytes.
            size: u64,
            /// The annotations of its entry in an index.
            annotations*: BTreeMap<String, String>,
            /// The artifact type of the manifest, such as `"application/spdx+json"`.
            artifact_type?: String,
            $($rest)*
        } $($seen)* }
    };
    (@fields [$($head:tt)*] { $(#[$about:meta])* $name:ident?: $type:ty, $($rest:tt)* } $($seen:tt)*) => {
        results! { @fields [$($head)*] { $($rest)* } $($seen)*
            $(#[$about])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<$type>,
        }
    };
    (@fields [$($head:tt)*] { $(#[$about:meta])* $name:ident*: $type:ty, $($rest:tt)* } $($seen:tt)*) => {
        results! { @fields [$($head)*] { $($rest)* } $($seen)*
            $(#[$about])*
            #[serde(default, skip_serializing_if = "crate::result::is_empty")]
            pub $name: $type,
        }
    };
    (@fields [$($head:tt)*] { $(#[$about:meta])* $name:ident: $type:ty, $($rest:tt)* } $($seen:tt)*) => {
        results! { @fields [$($head)*] { $($rest)* } $($seen)*
            $(#[$about])*
            pub $name: $type,
        }
    };
    (@fields [$($head:tt)*] {} $($seen:tt)*) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        $($head)* { $($seen)* }
    };
    ($($(#[$about:meta])* pub struct $name:ident $fields:tt)*) => {
        $(results! { @fields [$(#[$about])* pub struct $name] $fields })*
    };
}
pub(crate) use results;

/// Whether a list or a map has nothing in it.
pub(crate) fn is_empty<'a, T>(many: &'a T) -> bool
where
    &'a T: IntoIterator,
{
    many.into_iter().next().is_none()
}

/// What a WebAssembly binary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// A core module.
    Module,
    /// A component.
    Component,
    /// Something that a later version of the library knows.
    #[serde(other)]
    Unknown,
}

results! {
    /// The media type, digest and size of a manifest or a blob.
    pub struct Descriptor {
        /// Its media type.
        media_type: String,
        /// Its digest, such as `"sha256:…"`.
        digest: String,
        /// Its size in bytes.
        size: u64,
        /// Its annotations.
        annotations*: BTreeMap<String, String>,
        /// The artifact type of a manifest, such as `"application/spdx+json"`.
        artifact_type?: String,
    }

    /// What was pushed.
    pub struct PushResult {
        /// The normalised reference, with its first tag or its digest.
        reference: String,
        /// All tags that were set, in their order; empty if the reference has only a digest.
        tags: Vec<String>,
        ..manifest,
        /// The format of the artifact, such as `"wasm"`.
        format: String,
        /// What was pushed; `None` for what is not WebAssembly.
        kind?: Kind,
        /// The layer that holds the module.
        layer: Descriptor,
    }

    /// What a module was read from.
    pub struct FetchResult {
        /// The normalised reference, with its tag or digest.
        reference: String,
        ..manifest,
        /// The format of the artifact, such as `"wasm"`.
        format: String,
        /// What was read.
        kind?: Kind,
        /// The layer that the module came from.
        layer: Descriptor,
        /// The path of the module in a tar layer; `None` if the layer is the module.
        member?: String,
        /// The digest of the module.
        file_digest: String,
        /// The size of the module in bytes.
        file_size: u64,
        /// The digest of the index that led to the manifest.
        index_digest?: String,
        /// Where it was read from, with a cache or mirrors: `"cache"`, `"mirror"` or `"registry"`.
        source?: String,
        /// The repository of the mirror that was read from, if the source is `"mirror"`.
        mirror?: String,
        /// How many seconds ago the registry said what the tag names, if it was not asked now.
        age?: u64,
    }

    /// What was pulled.
    pub struct PullResult {
        /// The normalised reference, with its tag or digest.
        reference: String,
        ..manifest,
        /// The format of the artifact, such as `"wasm"`.
        format: String,
        /// What was pulled.
        kind?: Kind,
        /// The layer that the module came from.
        layer: Descriptor,
        /// The path of the module in a tar layer; `None` if the layer is the module.
        member?: String,
        /// The digest of the module.
        file_digest: String,
        /// The size of the module in bytes.
        file_size: u64,
        /// The digest of the index that led to the manifest.
        index_digest?: String,
        /// Where it was read from, with a cache or mirrors: `"cache"`, `"mirror"` or `"registry"`.
        source?: String,
        /// The repository of the mirror that was read from, if the source is `"mirror"`.
        mirror?: String,
        /// How many seconds ago the registry said what the tag names, if it was not asked now.
        age?: u64,
        /// The file that was written.
        #[serde(skip)]
        path: PathBuf,
    }

    /// What was copied. The members of the manifest are empty with `all_tags`.
    pub struct CopyResult {
        /// The normalised destination; with `all_tags` without a tag.
        reference: String,
        ..manifest,
        /// How many blobs and manifests were sent.
        sent: u64,
        /// How many blobs the registry took from the repository of the source.
        mounted: u64,
        /// How many blobs and manifests the destination already had.
        reused: u64,
        /// The size of what was sent, in bytes.
        bytes: u64,
        /// The tags that `all_tags` copied, each with the digest of what it names.
        tags*: BTreeMap<String, String>,
    }

    /// What a reference names.
    pub struct ResolveResult {
        /// The normalised reference, with its tag or digest.
        reference: String,
        ..manifest,
    }

    /// A page of tags.
    pub struct TagsResult {
        /// The normalised reference, without a tag.
        repository: String,
        /// The tags.
        tags: Vec<String>,
        /// The option `next` that asks for the following page; `None` at the end.
        next?: String,
    }

    /// What a tag that was removed had named.
    pub struct UntagResult {
        /// The normalised reference, with its tag.
        reference: String,
        ..manifest,
        /// Whether the manifest was deleted, with all its tags.
        deleted: bool,
    }

    /// What is in a cache, and what was removed from it.
    pub struct CacheResult {
        /// The size of all blobs together, in bytes.
        size: u64,
        /// How many blobs there are.
        blobs: u64,
        /// How large all blobs together may become, in bytes.
        limit: u64,
        /// What the cache knows about tags, in the order of the references.
        artifacts: Vec<CachedArtifact>,
        /// The digests of whole artifacts that were read by digest, which no tag is known to name.
        unnamed: Vec<String>,
        /// The digests of the blobs that were removed.
        removed: Vec<String>,
        /// The size of the blobs that were removed, in bytes.
        freed: u64,
        /// The directory of the cache.
        #[serde(skip)]
        path: PathBuf,
    }

    /// What a tag in a cache named when its registry was last asked.
    pub struct CachedArtifact {
        /// The reference, with its tag.
        reference: String,
        /// The digest of the manifest or index that it named.
        digest: String,
        /// The size of that, with everything in the cache that belongs to it, in bytes.
        size: u64,
        /// How many seconds ago the registry was asked.
        age: u64,
    }

    /// What was deleted.
    pub struct DeleteResult {
        /// The normalised reference, with its digest.
        reference: String,
        ..manifest,
        /// The tags that it had.
        tags: Vec<String>,
        /// Whether it may have had more tags: at most 1,000 of the repository are checked.
        more_tags: bool,
    }

    /// Where a credential is stored.
    pub struct LoginResult {
        /// The registry, as `HOST` or `HOST:PORT`.
        registry: String,
        /// The program that holds the credential; `None` if the file does.
        helper?: String,
        /// The file that holds the credential, or names the helper.
        #[serde(skip)]
        path: PathBuf,
    }

    /// What was erased.
    pub struct LogoutResult {
        /// The registries for which there was a credential.
        registries: Vec<String>,
    }

    /// What was attached.
    pub struct AttachResult {
        /// The attached artifact, by its digest.
        reference: String,
        ..manifest,
        /// The manifest or index that it points at.
        subject: Descriptor,
        /// The files, in their order.
        layers: Vec<Descriptor>,
    }

    /// What points at a manifest.
    pub struct ReferrersResult {
        /// The normalised reference, with its tag or digest.
        reference: String,
        /// The digest of the manifest that is pointed at.
        digest: String,
        /// What points at it, in the order of the registry or layout.
        referrers: Vec<Descriptor>,
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::{artifact, error, runtime, schema};

    /// A value of a type of the schema; `all` is with what may be left out.
    fn sample(types: &Map<String, Value>, name: &str, all: bool) -> Value {
        if let Some(inner) = name.strip_suffix(" | null") {
            return if all {
                sample(types, inner, all)
            } else {
                Value::Null
            };
        }
        if let Some(inner) = name.strip_suffix("[]") {
            return json!([sample(types, inner, all)]);
        }
        if let Some(inner) = name
            .strip_prefix("Record<string, ")
            .and_then(|rest| rest.strip_suffix('>'))
        {
            return json!({ "key": sample(types, inner, all) });
        }
        match name {
            "string" | "any" => json!("text"),
            "integer" => json!(7),
            "boolean" => json!(true),
            _ => match &types[name] {
                Value::Array(names) => names[names.len() - 1].clone(),
                members => object(types, members, name, all),
            },
        }
    }

    fn object(types: &Map<String, Value>, members: &Value, name: &str, all: bool) -> Value {
        let mut made = Map::new();
        for (member, kind) in members.as_object().expect("a type") {
            let kind = kind.as_str().expect("a name");
            match member.strip_suffix('?') {
                // A child has children, which has an end.
                Some(_) if !all || kind == format!("{name}[]") => {}
                optional => {
                    let member = optional.unwrap_or(member);
                    // Go has a text where the names are known.
                    let kind = if member == "kind" {
                        kind.replace("string", "Kind")
                    } else {
                        kind.to_owned()
                    };
                    made.insert(member.to_owned(), sample(types, &kind, all));
                }
            }
        }
        made.into()
    }

    /// What the library says comes out again, so nothing of it is lost.
    fn holds<T: DeserializeOwned + Serialize>(name: &str) {
        let types = schema::members("types");
        for all in [true, false] {
            let said = sample(&types, name, all);
            let ours: T =
                serde_json::from_value(said.clone()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
            assert_eq!(serde_json::to_value(ours).expect("JSON"), said, "{name}");
        }
    }

    macro_rules! held {
        ($($name:literal $type:ty,)*) => {
            const HELD: &[&str] = &[$($name),*];

            #[test]
            fn results_say_what_the_library_says() {
                $(holds::<$type>($name);)*
            }
        };
    }

    held! {
        "Artifact" artifact::Artifact,
        "AttachResult" AttachResult,
        "CacheResult" CacheResult,
        "CachedArtifact" CachedArtifact,
        "Child" artifact::Child,
        "CopyResult" CopyResult,
        "CustomSection" artifact::CustomSection,
        "DeleteResult" DeleteResult,
        "Descriptor" Descriptor,
        "Detail" error::ErrorDetail,
        "Export" artifact::Export,
        "FetchResult" FetchResult,
        "FuncType" artifact::FuncType,
        "GlobalType" artifact::GlobalType,
        "Import" artifact::Import,
        "LoginResult" LoginResult,
        "LogoutResult" LogoutResult,
        "MemoryType" artifact::MemoryType,
        "Metadata" artifact::Metadata,
        "Producer" artifact::Producer,
        "PushResult" PushResult,
        "ReferrersResult" ReferrersResult,
        "RegistryError" error::RegistryError,
        "ResolveResult" ResolveResult,
        "TableType" artifact::TableType,
        "TagsResult" TagsResult,
        "UntagResult" UntagResult,
        "World" artifact::World,
        "openHandles" runtime::OpenHandles,
        "runtimeInfo" runtime::RuntimeInfo,
    }

    #[test]
    fn a_pull_says_what_the_library_says() {
        let mut types = schema::members("types");
        let said = sample(&types, "PullResult", true);
        let mut ours: PullResult = serde_json::from_value(said.clone()).expect("a result");
        ours.path = "somewhere".into();
        assert_eq!(serde_json::to_value(ours).expect("JSON"), said);
        // There is no type that is not held.
        types.retain(|name, members| members.is_object() && name != "PullResult");
        assert_eq!(types.keys().map(String::as_str).collect::<Vec<_>>(), HELD);
    }

    #[test]
    fn every_name_of_a_kind_is_known() {
        let types = schema::members("types");
        for name in types["ExternKind"].as_array().expect("a list") {
            let kind: artifact::ExternKind = serde_json::from_value(name.clone()).expect("a kind");
            assert_ne!(kind, artifact::ExternKind::Unknown);
        }
        for name in types["Kind"].as_array().expect("a list") {
            let kind: Kind = serde_json::from_value(name.clone()).expect("a kind");
            assert_ne!(kind, Kind::Unknown);
        }
        assert_eq!(
            serde_json::from_str::<Kind>("\"new\"").expect("a kind"),
            Kind::Unknown
        );
    }
}
