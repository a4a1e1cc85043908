/*
 * The options of the C++ API: one struct for the client, and one per verb.
 *
 * A member that is not set (or an empty map or list) stands for the default, which only
 * the library knows. A member has the name of the option in the C API, a duration
 * without `_ms`; wasm2oci.h says more about each. An invalid value is refused by the
 * call that takes the options, with InvalidArgumentError.
 *
 * What writes them is a template, so that only what is in use is compiled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_OPTIONS_HPP
#define WASM2OCI_OPTIONS_HPP

#include <wasm2oci/detail/json_writer.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wasm2oci {

/** The Go runtime inside the library; options that are not set keep their current value. */
struct RuntimeOptions {
  /** Garbage that triggers a collection, in percent of the memory in use; -1: none; default 100. */
  std::optional<std::int32_t> gc_percent{};
  /** Bytes to stay below; 0: no limit; default: half of what the control groups allow. */
  std::optional<std::uint64_t> memory_limit{};
  /** Threads that execute Go code at once; default: what the machine or control groups allow. */
  std::optional<std::uint64_t> processors{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("gc_percent", gc_percent)
        .add("memory_limit", memory_limit)
        .add("processors", processors)
        .text();
  }
};

/** A credential for one registry: username and password, token, or identity_token. */
struct RegistryCredential {
  /** "HOST" or "HOST:PORT", which a repository or what is above it may follow ("ghcr.io/me"). */
  std::string registry{};
  /** Requires password. */
  std::optional<std::string> username{};
  /** The password of username, which may be empty. */
  std::optional<std::string> password{};
  /** A bearer token. */
  std::optional<std::string> token{};
  /** A token that the token service of the registry exchanges. */
  std::optional<std::string> identity_token{};

  /** Returns the credential as the C API takes it. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("registry", std::optional<std::string>(registry))
        .add("username", username)
        .add("password", password)
        .add("token", token)
        .add("identity_token", identity_token)
        .text();
  }
};

/** Connections, credentials and defaults of a client. */
struct ClientOptions {
  /** Use HTTP instead of HTTPS; default: only for loopback hosts. */
  std::optional<bool> plain_http{};
  /** Do not verify certificates; default false. */
  std::optional<bool> insecure{};
  /** A PEM file of authorities to trust in addition to the system's. */
  std::optional<std::filesystem::path> ca_file{};
  /** A PEM file with the client's certificate; requires client_key. */
  std::optional<std::filesystem::path> client_cert{};
  /** A PEM file with the key of client_cert. */
  std::optional<std::filesystem::path> client_key{};
  /** The only credential file to read; default: podman's and docker's files. */
  std::optional<std::filesystem::path> auth_file{};
  /** Limit for a credential helper; default 30 s. */
  std::optional<std::chrono::milliseconds> helper_timeout{};
  /** The user name for all registries; requires password; default WASM2OCI_USERNAME. */
  std::optional<std::string> username{};
  /** The password of username, which may be empty; default WASM2OCI_PASSWORD. */
  std::optional<std::string> password{};
  /** A bearer token instead of username and password; default WASM2OCI_TOKEN. */
  std::optional<std::string> token{};
  /** Credentials for single registries, which come before username and token; default: none. */
  std::vector<RegistryCredential> credentials{};
  /** The URL of a proxy, or "" for none; default: from the environment. */
  std::optional<std::string> proxy{};
  /** The only registries.conf to read, or "" for none; default: that of the user or the system. */
  std::optional<std::filesystem::path> registries_conf{};
  /** Limit for each operation as a whole, more than 0; default: none. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Limit for connecting, and for the TLS handshake; default 30 s. */
  std::optional<std::chrono::milliseconds> connect_timeout{};
  /** Limit for the time in which no byte is moved; default 60 s. */
  std::optional<std::chrono::milliseconds> idle_timeout{};
  /** How often a request is repeated; default 5. */
  std::optional<std::uint64_t> retries{};
  /** Connections to a host at the same time; default 8, of which one blob uses up to 4. */
  std::optional<std::uint64_t> connections{};
  /** Size above which a blob is pulled over several connections; default 32 MiB, if one is slow. */
  std::optional<std::uint64_t> range_threshold{};
  /** Size above which a blob is pushed in chunks; default: only if one request is too large. */
  std::optional<std::uint64_t> upload_chunk_size{};
  /** Other hosts ("HOST" or "HOST:PORT") to which a registry may direct uploads; default: none. */
  std::vector<std::string> allow_upload_hosts{};
  /** Text to append to the User-Agent header. */
  std::optional<std::string> user_agent_suffix{};
  /** A directory that keeps what is read from registries; default: WASM2OCI_CACHE, else none. */
  std::optional<std::filesystem::path> cache_dir{};
  /** True for a cache in the system's cache directory; false for none. */
  std::optional<bool> cache{};
  /** Limit for all blobs of the cache, in bytes; default 10 GiB. */
  std::optional<std::uint64_t> cache_size{};
  /** "copy" (default) or "hardlink": how a pull takes a file out of the cache. */
  std::optional<std::string> link_mode{};
  /** "always" (default), "missing" or "never": when to ask a registry despite the cache. */
  std::optional<std::string> pull_policy{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("plain_http", plain_http)
        .add("insecure", insecure)
        .add("ca_file", ca_file)
        .add("client_cert", client_cert)
        .add("client_key", client_key)
        .add("auth_file", auth_file)
        .add("helper_timeout_ms", helper_timeout)
        .add("username", username)
        .add("password", password)
        .add("token", token)
        .add("credentials", credentials)
        .add("proxy", proxy)
        .add("registries_conf", registries_conf)
        .add("timeout_ms", timeout)
        .add("connect_timeout_ms", connect_timeout)
        .add("idle_timeout_ms", idle_timeout)
        .add("retries", retries)
        .add("connections", connections)
        .add("range_threshold", range_threshold)
        .add("upload_chunk_size", upload_chunk_size)
        .add("allow_upload_hosts", allow_upload_hosts)
        .add("user_agent_suffix", user_agent_suffix)
        .add("cache_dir", cache_dir)
        .add("cache", cache)
        .add("cache_size", cache_size)
        .add("link_mode", link_mode)
        .add("pull_policy", pull_policy)
        .text();
  }
};

/** The layout of an artifact to be written. */
struct Packaging {
  /** "wasm" (default), "wasm-to-oci", "compat" or "image". */
  std::optional<std::string> format{};
  /** Annotations of the manifest, which take precedence over what the binary says of itself. */
  std::map<std::string, std::string> annotations{};
  /** An RFC 3339 time; default SOURCE_DATE_EPOCH, else 1970-01-01T00:00:00Z. */
  std::optional<std::string> created{};
  /** The title of the layer; default: the base name of the file. */
  std::optional<std::string> title{};
  /** The media type of the config; default: that of the format. */
  std::optional<std::string> config_media_type{};
  /** The media type of the layer; default: that of the format. */
  std::optional<std::string> layer_media_type{};
  /** The artifact type of the manifest; default: none. */
  std::optional<std::string> artifact_type{};

 protected:
  template <typename Json>
  void add_to(Json &object) const {
    object.add("format", format)
        .add("annotations", annotations)
        .add("created", created)
        .add("title", title)
        .add("config_media_type", config_media_type)
        .add("layer_media_type", layer_media_type)
        .add("artifact_type", artifact_type);
  }
};

/** Options of Client::push, push_bytes and push_fd. */
struct PushOptions : Packaging {
  /** Also push what is not WebAssembly; default false. */
  std::optional<bool> allow_any{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("allow_any", allow_any)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Which module of an artifact to use, and how much to read to find it. */
struct Selection {
  /** "os/architecture[/variant]", to choose from an index. */
  std::optional<std::string> platform{};
  /** The index, digest or title of a layer, or the id of a Spin component. */
  std::optional<std::string> layer{};
  /** The path of a file in a tar layer. */
  std::optional<std::string> member{};
  /** Limit for a layer as it is stored, in bytes; default 4 GiB. */
  std::optional<std::uint64_t> max_size{};
  /** Limit for what a layer unpacks to, in bytes; default 4 GiB. */
  std::optional<std::uint64_t> max_unpacked_size{};
  /** When to ask the registry despite the cache; default: that of the client. */
  std::optional<std::string> pull_policy{};

 protected:
  template <typename Json>
  void add_to(Json &object) const {
    object.add("platform", platform)
        .add("layer", layer)
        .add("member", member)
        .add("max_size", max_size)
        .add("max_unpacked_size", max_unpacked_size)
        .add("pull_policy", pull_policy);
  }
};

/** Options of Client::pull. */
struct PullOptions : Selection {
  /** Replace an existing file; default true. */
  std::optional<bool> overwrite{};
  /** Return only once the file has reached the disk (fsync); default false. */
  std::optional<bool> durable{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("overwrite", overwrite)
        .add("durable", durable)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::convert. */
struct ConvertOptions : Packaging, Selection {
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    Packaging::add_to(object);
    Selection::add_to(object);
    return object.add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

/** Options of Client::copy. */
struct CopyOptions {
  /** "os/architecture[/variant]", to copy that one manifest of an index. */
  std::optional<std::string> platform{};
  /** Copy every tag; both references are given without one; default false. */
  std::optional<bool> all_tags{};
  /** Also copy what points at the artifact, such as signatures; default false. */
  std::optional<bool> referrers{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("platform", platform)
        .add("all_tags", all_tags)
        .add("referrers", referrers)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::fetch. */
struct FetchOptions : Selection {
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

/** Options of Client::cache: what to remove. */
struct CacheOptions {
  /** Remove what has not been used for this many seconds. */
  std::optional<std::uint64_t> older_than{};
  /** Remove what was used longest ago, until the rest takes at most this many bytes. */
  std::optional<std::uint64_t> max_size{};
  /** Read everything, and remove what is damaged; default false. */
  std::optional<bool> verify{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("older_than", older_than)
        .add("max_size", max_size)
        .add("verify", verify)
        .add("timeout_ms", timeout)
        .text();
  }
};

/** Options of Client::cached. */
struct CachedOptions : Selection {
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

/** Options of Client::open. */
struct OpenOptions : Selection {
  /** Limit for the operation and the reading after it; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

/** Options of Client::resolve. */
struct ResolveOptions {
  /** When to ask the registry despite the cache; default: that of the client. */
  std::optional<std::string> pull_policy{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("pull_policy", pull_policy)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::tag. */
struct TagOptions {
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json().add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

/** Options of Client::tags. */
struct TagsOptions {
  /** Leave out this tag and those before it, in the order of the registry. */
  std::optional<std::string> last{};
  /** How many tags to list at most, from 1 on; default: all. */
  std::optional<std::uint64_t> limit{};
  /** Go on after a page, with its `next`; goes with neither last nor sort. */
  std::optional<std::string> next{};
  /** "name" or "semver"; default: the order of the registry. */
  std::optional<std::string> sort{};
  /** Limit for each page, or if they are sorted for all; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("last", last)
        .add("limit", limit)
        .add("next", next)
        .add("sort", sort)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::untag. */
struct UntagOptions {
  /** Delete the manifest with all its tags if a tag cannot be removed alone; default false. */
  std::optional<bool> force{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("force", force)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::delete_. */
struct DeleteOptions {
  /** Delete nothing; default false. */
  std::optional<bool> dry_run{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("dry_run", dry_run)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::login: username and password, token, or identity_token. */
struct LoginOptions {
  /** The user name; requires password, and may go with identity_token. */
  std::optional<std::string> username{};
  /** The password of username, which may be empty. */
  std::optional<std::string> password{};
  /** A bearer token that the registry takes as it is. */
  std::optional<std::string> token{};
  /** A token that the token service of the registry exchanges, as Azure's does. */
  std::optional<std::string> identity_token{};
  /** The credential file, which need not exist; default: wasm2oci_login says which. */
  std::optional<std::filesystem::path> auth_file{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("username", username)
        .add("password", password)
        .add("token", token)
        .add("identity_token", identity_token)
        .add("auth_file", auth_file)
        .add("timeout_ms", timeout)
        .text();
  }
};

/** Options of Client::logout. */
struct LogoutOptions {
  /** Erase the credentials of all registries that the files know; default false. */
  std::optional<bool> all_registries{};
  /** The only file to erase from; default: those of the client. */
  std::optional<std::filesystem::path> auth_file{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("all_registries", all_registries)
        .add("auth_file", auth_file)
        .add("timeout_ms", timeout)
        .text();
  }
};

/** Options of Client::attach. */
struct AttachOptions {
  /** What is attached, such as "application/spdx+json"; required. */
  std::optional<std::string> artifact_type{};
  /** The media type of the files; default "application/octet-stream". */
  std::optional<std::string> media_type{};
  /** Annotations of the manifest. */
  std::map<std::string, std::string> annotations{};
  /** An RFC 3339 time, as an annotation; default SOURCE_DATE_EPOCH, else none. */
  std::optional<std::string> created{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("artifact_type", artifact_type)
        .add("media_type", media_type)
        .add("annotations", annotations)
        .add("created", created)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::referrers. */
struct ReferrersOptions {
  /** List only those of this artifact type; default: all. */
  std::optional<std::string> artifact_type{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    return Json()
        .add("artifact_type", artifact_type)
        .add("timeout_ms", timeout)
        .add("credentials", credentials)
        .text();
  }
};

/** Options of Client::inspect and inspect_file. */
struct InspectOptions : Selection {
  /**
   * Only read the manifest or index that the reference names, or with platform the manifest for
   * that: Artifact::raw is its bytes. No module is looked for. Default false.
   */
  std::optional<bool> raw{};
  /** Limit for the operation as a whole; default: that of the client. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** Credentials for this operation, which come before those of the client; default: none. */
  std::vector<RegistryCredential> credentials{};

  /** Returns the options as the C API takes them. */
  template <typename Json = detail::JsonObject>
  std::string to_json() const {
    Json object;
    add_to(object);
    return object.add("raw", raw).add("timeout_ms", timeout).add("credentials", credentials).text();
  }
};

}  // namespace wasm2oci

#endif
