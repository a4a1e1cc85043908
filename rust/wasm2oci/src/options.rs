//! The options of all verbs: one type for each, and methods of its request that set them.
//!
//! An option that is not set has its default, which only the library knows.

use std::path::Path;
use std::time::Duration;

use crate::batch::Batch;
use crate::client::ClientBuilder;
use crate::credential::RegistryCredential;
use crate::request::Request;
use crate::result::{CopyResult, PullResult, PushResult};
use crate::tags::Tags;
use crate::values::Values;

/// What has the options of a verb: those of a type in this module, and each request.
pub trait Options {
    #[doc(hidden)]
    fn values(&self) -> &Values;
    #[doc(hidden)]
    fn values_mut(&mut self) -> &mut Values;
}

/// How an artifact is laid out: the value of `format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PushFormat {
    /// The layout of the CNCF.
    #[default]
    Wasm,
    /// What wasm-to-oci wrote.
    WasmToOci,
    /// An image with `plugin.wasm`, for proxies.
    Compat,
    /// An image that runs the module.
    Image,
}

impl PushFormat {
    /// Its name, such as `"wasm-to-oci"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasm => "wasm",
            Self::WasmToOci => "wasm-to-oci",
            Self::Compat => "compat",
            Self::Image => "image",
        }
    }
}

/// When to ask a registry despite a cache: the value of `pull_policy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PullPolicy {
    /// It is asked which manifest a tag names.
    #[default]
    Always,
    /// It is asked if the cache does not know.
    Missing,
    /// No connection is opened.
    Never,
}

impl PullPolicy {
    /// Its name, such as `"missing"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Missing => "missing",
            Self::Never => "never",
        }
    }
}

/// How a pull takes a file out of the cache: the value of `link_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkMode {
    /// A file of its own.
    #[default]
    Copy,
    /// A hard link to the read-only file in the cache, if the file system allows that, else a copy.
    Hardlink,
}

impl LinkMode {
    /// Its name, such as `"hardlink"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Hardlink => "hardlink",
        }
    }
}

/// The order of tags: the value of `sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TagOrder {
    /// By name.
    Name,
    /// Versions from the lowest to the highest, a pre-release before its release, then all other names.
    Semver,
}

impl TagOrder {
    /// Its name, such as `"semver"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Semver => "semver",
        }
    }
}

/// The methods that set one option, by its kind.
macro_rules! setter {
    ($(#[$about:meta])* $name:ident flag) => {
        $(#[$about])*
        pub fn $name(mut self, value: bool) -> Self {
            self.values_mut().set(stringify!($name), value);
            self
        }
    };
    ($(#[$about:meta])* $name:ident size) => {
        $(#[$about])*
        pub fn $name(mut self, value: u64) -> Self {
            self.values_mut().set(stringify!($name), value);
            self
        }
    };
    ($(#[$about:meta])* $name:ident count) => {
        $(#[$about])*
        pub fn $name(mut self, value: u32) -> Self {
            self.values_mut().set(stringify!($name), value);
            self
        }
    };
    ($(#[$about:meta])* $name:ident percent) => {
        $(#[$about])*
        pub fn $name(mut self, value: i32) -> Self {
            self.values_mut().set(stringify!($name), value);
            self
        }
    };
    ($(#[$about:meta])* $name:ident text) => {
        $(#[$about])*
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.values_mut().set(stringify!($name), value.into());
            self
        }
    };
    ($(#[$about:meta])* $name:ident path) => {
        $(#[$about])*
        pub fn $name(mut self, value: impl AsRef<Path>) -> Self {
            self.values_mut().set_path(stringify!($name), value.as_ref());
            self
        }
    };
    ($(#[$about:meta])* $name:ident duration) => {
        $(#[$about])*
        pub fn $name(mut self, value: Duration) -> Self {
            self.values_mut().set_duration(stringify!($name), value);
            self
        }
    };
    ($(#[$about:meta])* $name:ident name_of $type:ident) => {
        $(#[$about])*
        pub fn $name(mut self, value: $type) -> Self {
            self.values_mut().set(stringify!($name), value.name());
            self
        }
    };
    ($(#[$about:meta])* $name:ident map) => {
        $(#[$about])*
        ///
        /// May be called several times; what is given adds up.
        pub fn $name<K: Into<String>, V: Into<String>>(mut self, entries: impl IntoIterator<Item = (K, V)>) -> Self {
            for (key, value) in entries {
                self.values_mut().insert(stringify!($name), key.into(), value.into());
            }
            self
        }
    };
    ($(#[$about:meta])* $name:ident credentials) => {
        $(#[$about])*
        ///
        /// May be called several times; what is given adds up.
        pub fn $name(mut self, items: impl IntoIterator<Item = RegistryCredential>) -> Self {
            for item in items {
                self.values_mut().push(stringify!($name), item.into_value());
            }
            self
        }
    };
    ($(#[$about:meta])* $name:ident list) => {
        $(#[$about])*
        ///
        /// May be called several times; what is given adds up.
        pub fn $name<S: Into<String>>(mut self, items: impl IntoIterator<Item = S>) -> Self {
            for item in items {
                self.values_mut().push(stringify!($name), item.into());
            }
            self
        }
    };
}

/// Declares the options of a verb, which are set on themselves or on what is listed.
macro_rules! options {
    // Groups of options that several verbs have.
    ($name:ident $hosts:tt { ..packaging, $($rest:tt)* } $($seen:tt)*) => {
        options! { $name $hosts {
            /// The layout of the artifact; default [`PushFormat::Wasm`].
            format: name_of PushFormat,
            /// Annotations of the manifest, which take precedence over what the binary says of itself; `""` omits one.
            annotations: map,
            /// An RFC 3339 time; default `SOURCE_DATE_EPOCH`, else 1970-01-01T00:00:00Z.
            created: text,
            /// The title of the layer; default: the base name of the file.
            title: text,
            /// The media type of the config; default: that of the format.
            config_media_type: text,
            /// The media type of the layer; default: that of the format.
            layer_media_type: text,
            /// The artifact type of the manifest; default: none.
            artifact_type: text,
            $($rest)*
        } $($seen)* }
    };
    ($name:ident $hosts:tt { ..selection, $($rest:tt)* } $($seen:tt)*) => {
        options! { $name $hosts {
            /// `"os/architecture[/variant]"`, to choose from an index.
            platform: text,
            /// The index, digest or title of a layer, or the id of a Spin component.
            layer: text,
            /// The path of a file in a tar layer.
            member: text,
            /// Limit for a layer as it is stored, in bytes; default 4 GiB.
            max_size: size,
            /// Limit for what a layer unpacks to, in bytes; default 4 GiB.
            max_unpacked_size: size,
            /// When to ask the registry despite a cache; default: that of the client.
            pull_policy: name_of PullPolicy,
            $($rest)*
        } $($seen)* }
    };
    // The next option.
    ($name:ident $hosts:tt { $(#[$about:meta])* $field:ident: $kind:ident $($of:ident)?, $($rest:tt)* } $($seen:tt)*) => {
        options! { $name $hosts { $($rest)* } $($seen)* [$(#[$about])* $field $kind $($of)?] }
    };
    // All are seen.
    ($name:ident { $([$($host:tt)*])* } {} $([$(#[$about:meta])* $field:ident $($kind:ident)+])*) => {
        options! { @impl { impl $name } $([$(#[$about])* $field $($kind)+])* }
        options! { @hosts { $([$($host)*])* } { $([$(#[$about])* $field $($kind)+])* } }
        #[cfg(test)]
        impl $name {
            /// What a setter would set, by the names in C.
            const NAMES: &'static [&'static str] = &[$(options!(@name $field $($kind)+)),*];
        }
    };
    (@hosts { $([$($host:tt)*])* } $fields:tt) => {
        $(options! { @host { $($host)* } $fields })*
    };
    (@host { $($host:tt)* } { $([$($field:tt)*])* }) => {
        options! { @impl { $($host)* } $([$($field)*])* }
    };
    (@impl { $($host:tt)* } $([$($field:tt)*])*) => {
        $($host)* { $(setter! { $($field)* })* }
    };
    (@name $field:ident duration) => { concat!(stringify!($field), "_ms") };
    (@name $field:ident $($kind:ident)+) => { stringify!($field) };
    // The type itself.
    ($(#[$about:meta])* pub struct $name:ident; $hosts:tt $fields:tt) => {
        $(#[$about])*
        #[derive(Clone, Default)]
        #[must_use = "options do nothing by themselves"]
        pub struct $name(Values);

        impl $name {
            /// All at their defaults.
            pub fn new() -> Self {
                Self::default()
            }
        }

        impl Options for $name {
            fn values(&self) -> &Values {
                &self.0
            }
            fn values_mut(&mut self) -> &mut Values {
                &mut self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.show(stringify!($name), out)
            }
        }

        options! { $name $hosts $fields }
    };
}

options! {
    /// The options of a client, which [`ClientBuilder`] sets.
    pub struct ClientOptions;
    { [impl ClientBuilder] }
    {
        /// Use HTTP instead of HTTPS; default: only for loopback hosts.
        plain_http: flag,
        /// Do not verify certificates; default false.
        insecure: flag,
        /// A PEM file of authorities to trust in addition to the system's.
        ca_file: path,
        /// A PEM file with the client's certificate; requires `client_key`.
        client_cert: path,
        /// A PEM file with the key of `client_cert`.
        client_key: path,
        /// The only credential file to read; default: podman's and docker's files.
        auth_file: path,
        /// Limit for a credential helper; default 30 s.
        helper_timeout: duration,
        /// The user name for all registries; requires `password`; default `WASM2OCI_USERNAME`.
        username: text,
        /// The password of `username`, which may be empty; default `WASM2OCI_PASSWORD`.
        password: text,
        /// A bearer token for all registries, instead of user name and password; default `WASM2OCI_TOKEN`.
        token: text,
        /// Credentials of single registries, which come before `username` and `token`; default: none.
        credentials: credentials,
        /// The URL of a proxy, or `""` for none; default: from the environment.
        proxy: text,
        /// The only `registries.conf` to read, or `""` for none; default: that of the user or the system.
        registries_conf: path,
        /// Limit for each operation as a whole; default: none.
        timeout: duration,
        /// Limit for making a connection, proxy and TLS included; default 30 s.
        connect_timeout: duration,
        /// Limit for the time in which no byte is moved; default 60 s.
        idle_timeout: duration,
        /// How often a request is repeated; default 5.
        retries: count,
        /// Connections to a host at the same time; default 8, of which one blob uses up to 4.
        connections: count,
        /// Size in bytes above which a blob is pulled over several connections; default 32 MiB, if one is slow.
        range_threshold: size,
        /// Size in bytes above which a blob is pushed in chunks; default: only if one request is too large.
        upload_chunk_size: size,
        /// Other hosts (`"HOST"` or `"HOST:PORT"`) to which a registry may direct uploads; default: none.
        allow_upload_hosts: list,
        /// Text to append to the `User-Agent` header.
        user_agent_suffix: text,
        /// A directory that keeps what is read from registries; default: `WASM2OCI_CACHE`, else none.
        cache_dir: path,
        /// True for a cache in the system's directory for such things; false for none at all.
        cache: flag,
        /// Limit for all blobs of the cache, in bytes; default 10 GiB.
        cache_size: size,
        /// How a pull takes a file out of the cache; default [`LinkMode::Copy`].
        link_mode: name_of LinkMode,
        /// When to ask a registry despite a cache; default [`PullPolicy::Always`].
        pull_policy: name_of PullPolicy,
    }
}

options! {
    /// The Go runtime inside the library. What is not set keeps its current value.
    pub struct RuntimeOptions;
    {}
    {
        /// Garbage that triggers a collection, in percent of the memory in use; -1: none; default 100.
        gc_percent: percent,
        /// Bytes to stay below; 0: no limit; default: half of what the control groups allow.
        memory_limit: size,
        /// Threads that execute Go code at once; default: what the machine or control groups allow.
        processors: count,
    }
}

options! {
    /// The options of a push.
    pub struct PushOptions;
    { [impl<'a, T> Request<'a, PushOptions, T>] [impl<'a, X> Batch<'a, X, PushOptions, PushResult>] }
    {
        ..packaging,
        /// Also push what is not WebAssembly; default false.
        allow_any: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a pull.
    pub struct PullOptions;
    { [impl<'a, T> Request<'a, PullOptions, T>] [impl<'a, X> Batch<'a, X, PullOptions, PullResult>] }
    {
        ..selection,
        /// Replace an existing file; default true.
        overwrite: flag,
        /// Return only once the file has reached the disk (fsync); default false.
        durable: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a conversion.
    pub struct ConvertOptions;
    { [impl<'a, T> Request<'a, ConvertOptions, T>] }
    {
        ..packaging,
        ..selection,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a copy.
    pub struct CopyOptions;
    { [impl<'a, T> Request<'a, CopyOptions, T>] [impl<'a, X> Batch<'a, X, CopyOptions, CopyResult>] }
    {
        /// `"os/architecture[/variant]"`, to copy that one manifest of an index.
        platform: text,
        /// Copy every tag; both references are given without one; default false.
        all_tags: flag,
        /// Also copy what points at what is copied, such as signatures; default false.
        referrers: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a fetch.
    pub struct FetchOptions;
    { [impl<'a, T> Request<'a, FetchOptions, T>] }
    {
        ..selection,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of [`Client::cache`](crate::Client::cache): what to remove.
    pub struct CacheOptions;
    { [impl<'a, T> Request<'a, CacheOptions, T>] }
    {
        /// Remove what has not been used for this many seconds.
        older_than: size,
        /// Remove what was used longest ago, until the rest takes at most this many bytes.
        max_size: size,
        /// Read all of it, and remove what is damaged; default false.
        verify: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
    }
}

options! {
    /// The options of [`Client::cached`](crate::Client::cached).
    pub struct CachedOptions;
    { [impl<'a, T> Request<'a, CachedOptions, T>] }
    {
        ..selection,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of opening for reading.
    pub struct OpenOptions;
    { [impl<'a, T> Request<'a, OpenOptions, T>] }
    {
        ..selection,
        /// Limit for the operation and the reading after it; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of resolving.
    pub struct ResolveOptions;
    { [impl<'a, T> Request<'a, ResolveOptions, T>] }
    {
        /// When to ask the registry despite a cache; default: that of the client.
        pull_policy: name_of PullPolicy,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of tagging.
    pub struct TagOptions;
    { [impl<'a, T> Request<'a, TagOptions, T>] }
    {
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a list of tags.
    pub struct TagsOptions;
    { [impl<'a, T> Request<'a, TagsOptions, T>] }
    {
        /// Leave out this tag and those before it, in the order of the registry.
        last: text,
        /// How many tags to list at most, from 1 on; default: those of one page, or all.
        limit: size,
        /// Go on after a page, with its `next`; goes with neither `last` nor `sort`.
        next: text,
        /// The order; default: that of the registry. All tags are read for one.
        sort: name_of TagOrder,
        /// Limit for each page, or if they are sorted for all; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

/// Without `next`: it asks for the pages by itself.
impl Tags {
    setter! {
        /// Leave out this tag and those before it, in the order of the registry.
        last text
    }
    setter! {
        /// How many tags to list at most, from 1 on; default: all.
        limit size
    }
    setter! {
        /// The order; default: that of the registry. All tags are read for one.
        sort name_of TagOrder
    }
    setter! {
        /// Limit for each page, or if they are sorted for all; default: that of the client.
        timeout duration
    }
}

options! {
    /// The options of removing a tag.
    pub struct UntagOptions;
    { [impl<'a, T> Request<'a, UntagOptions, T>] }
    {
        /// Delete the manifest with all its tags if a tag cannot be removed alone; default false.
        force: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of deleting.
    pub struct DeleteOptions;
    { [impl<'a, T> Request<'a, DeleteOptions, T>] }
    {
        /// Delete nothing; default false.
        dry_run: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of logging in: `username` and `password`, `token`, or `identity_token`.
    pub struct LoginOptions;
    { [impl<'a, T> Request<'a, LoginOptions, T>] }
    {
        /// The user name; requires `password`, and may go with `identity_token`.
        username: text,
        /// The password of `username`, which may be empty.
        password: text,
        /// A bearer token that the registry takes as it is.
        token: text,
        /// A token that the token service of the registry exchanges, as Azure's does.
        identity_token: text,
        /// The credential file, which need not exist; default: that of the client, else the first that has an entry
        /// for the registry, else docker's.
        auth_file: path,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
    }
}

options! {
    /// The options of logging out.
    pub struct LogoutOptions;
    { [impl<'a, T> Request<'a, LogoutOptions, T>] }
    {
        /// Erase the credentials of all registries that the files know; default false.
        all_registries: flag,
        /// The only file to erase from; default: those of the client.
        auth_file: path,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
    }
}

options! {
    /// The options of attaching files.
    pub struct AttachOptions;
    { [impl<'a, T> Request<'a, AttachOptions, T>] }
    {
        /// What is attached, such as `"application/spdx+json"`; required.
        artifact_type: text,
        /// The media type of the files; default `"application/octet-stream"`.
        media_type: text,
        /// Annotations of the manifest.
        annotations: map,
        /// An RFC 3339 time, as an annotation; default `SOURCE_DATE_EPOCH`, else none.
        created: text,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of a list of referrers.
    pub struct ReferrersOptions;
    { [impl<'a, T> Request<'a, ReferrersOptions, T>] }
    {
        /// List only those of this artifact type; default: all.
        artifact_type: text,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

options! {
    /// The options of an inspection.
    pub struct InspectOptions;
    { [impl<'a, T> Request<'a, InspectOptions, T>] }
    {
        ..selection,
        /// Only read the manifest or index that the reference names, or with `platform` the manifest for that:
        /// `Artifact::raw` is its bytes. No module is looked for. Default false.
        raw: flag,
        /// Limit for the operation as a whole; default: that of the client.
        timeout: duration,
        /// Credentials for this operation, which come before those of the client; default: none.
        credentials: credentials,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema;

    #[test]
    fn options_are_those_of_the_library() {
        let ours = [
            ("attach", AttachOptions::NAMES),
            ("cached", CachedOptions::NAMES),
            ("client", ClientOptions::NAMES),
            ("convert", ConvertOptions::NAMES),
            ("copy", CopyOptions::NAMES),
            ("delete", DeleteOptions::NAMES),
            ("fetch", FetchOptions::NAMES),
            ("inspect", InspectOptions::NAMES),
            ("login", LoginOptions::NAMES),
            ("logout", LogoutOptions::NAMES),
            ("open", OpenOptions::NAMES),
            ("cache", CacheOptions::NAMES),
            ("cached", CachedOptions::NAMES),
            ("pull", PullOptions::NAMES),
            ("push", PushOptions::NAMES),
            ("referrers", ReferrersOptions::NAMES),
            ("resolve", ResolveOptions::NAMES),
            ("runtime", RuntimeOptions::NAMES),
            ("tag", TagOptions::NAMES),
            ("tags", TagsOptions::NAMES),
            ("untag", UntagOptions::NAMES),
        ];
        let said = schema::members("options");
        let verbs: BTreeSet<_> = ours.iter().map(|(verb, _)| *verb).collect();
        assert_eq!(verbs, said.keys().map(String::as_str).collect());
        for (verb, names) in ours {
            let said: BTreeSet<_> = said[verb]
                .as_object()
                .expect("an object")
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), said, "{verb}");
        }
    }

    fn json(values: &impl Options) -> String {
        values
            .values()
            .to_json()
            .expect("they are valid")
            .into_string()
            .expect("JSON")
    }

    #[test]
    fn options_of_each_kind_are_written_as_json() {
        let options = PushOptions::new()
            .format(PushFormat::WasmToOci)
            .annotations([("a", "1")])
            .annotations([("b", "2")])
            .title("t")
            .allow_any(true)
            .timeout(Duration::from_micros(1500));
        assert_eq!(
            json(&options),
            r#"{"allow_any":true,"annotations":{"a":"1","b":"2"},"format":"wasm-to-oci","timeout_ms":2,"title":"t"}"#
        );
        assert_eq!(
            json(&RuntimeOptions::new().gc_percent(-1).processors(2)),
            r#"{"gc_percent":-1,"processors":2}"#
        );
        assert_eq!(
            json(&ClientOptions::new().allow_upload_hosts(["x", "y"])),
            r#"{"allow_upload_hosts":["x","y"]}"#
        );
        let credentials = [
            RegistryCredential::password("ghcr.io/me", "me", ""),
            RegistryCredential::token("a.test", "t"),
        ];
        assert_eq!(
            json(&ClientOptions::new().credentials(credentials)),
            r#"{"credentials":[{"password":"","registry":"ghcr.io/me","username":"me"},{"registry":"a.test","token":"t"}]}"#
        );
    }

    #[test]
    fn a_time_limit_of_nothing_is_refused() {
        for duration in [Duration::ZERO, Duration::MAX] {
            let options = PullOptions::new().timeout(duration);
            assert_eq!(
                options.values().to_json().unwrap_err().status(),
                crate::Status::InvalidArgument
            );
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let options = ClientOptions::new().username("me").password("hunter2");
        assert_eq!(
            format!("{options:?}"),
            r#"ClientOptions {"password", "username"}"#
        );
        let credential = RegistryCredential::identity_token("a.test", "hunter2");
        assert_eq!(format!("{credential:?}"), r#"RegistryCredential("a.test")"#);
    }
}
