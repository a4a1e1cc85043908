/*
 * The options of the C++ API, one struct for the client and one per verb.
 *
 * A field that is not set (or an empty map or list) means the default, which only the
 * library knows. A field has the name of the option of the C API, a duration that
 * of the option without `_ms`; wasm2oci.h explains them at length. A bad value is
 * refused by the call it is given to, with InvalidArgumentError.
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

/** How the Go runtime inside the library behaves; what is not set stays as it is. */
struct RuntimeOptions {
  /** Garbage before it is collected, in percent of the memory in use; -1: memory_limit alone
   * decides; default 100. */
  std::optional<std::int32_t> gc_percent{};
  /** Bytes that the runtime tries to keep to; 0: none; default: half of what the process's
   * control groups allow. */
  std::optional<std::uint64_t> memory_limit{};
  /** Threads that run Go code at a time; default: what the machine and control groups give. */
  std::optional<std::uint32_t> processors{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    return detail::JsonObject()
        .add("gc_percent", gc_percent)
        .add("memory_limit", memory_limit)
        .add("processors", processors)
        .text();
  }
};

/** Connections, credentials and defaults of a client. */
struct ClientOptions {
  /** Speak HTTP in place of HTTPS; by default only to loopback hosts. */
  std::optional<bool> plain_http{};
  /** Do not verify certificates; default false. */
  std::optional<bool> insecure{};
  /** A PEM file of certificates to trust beside the system's. */
  std::optional<std::filesystem::path> ca_file{};
  /** A PEM file with the client's certificate; needs client_key. */
  std::optional<std::filesystem::path> client_cert{};
  /** A PEM file with the key of client_cert. */
  std::optional<std::filesystem::path> client_key{};
  /** The only credential file then; by default podman's and docker's files. */
  std::optional<std::filesystem::path> auth_file{};
  std::optional<std::string> username{};
  std::optional<std::string> password{};
  /** A bearer token. */
  std::optional<std::string> token{};
  /** The URL of a proxy, or "" for none; by default the environment's. */
  std::optional<std::string> proxy{};
  /** For a whole operation; default: no limit. */
  std::optional<std::chrono::milliseconds> timeout{};
  /** For connecting, TLS included; default 30 s. */
  std::optional<std::chrono::milliseconds> connect_timeout{};
  /** For the time without a byte; default 60 s. */
  std::optional<std::chrono::milliseconds> idle_timeout{};
  /** How often a request is tried again; default 5. */
  std::optional<std::uint32_t> retries{};
  /** How many connections are open to one host at a time; default 8, and up to 4 of them for one
   * blob, which may use all that are given. */
  std::optional<std::uint32_t> connections{};
  /** The size, in bytes, above which a blob is pulled over several connections; default 32 MiB,
   * and only where one is slow. */
  std::optional<std::uint64_t> range_threshold{};
  /** The size, in bytes, above which a blob is pushed in chunks of that size; default: in one
   * request, and in chunks only where the registry finds that too large. */
  std::optional<std::uint64_t> upload_chunk_size{};
  /** Hosts ("HOST" or "HOST:PORT") to which a registry may direct uploads; default none. */
  std::vector<std::string> allow_upload_hosts{};
  /** What is added to the User-Agent header. */
  std::optional<std::string> user_agent_suffix{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    return detail::JsonObject()
        .add("plain_http", plain_http)
        .add("insecure", insecure)
        .add("ca_file", ca_file)
        .add("client_cert", client_cert)
        .add("client_key", client_key)
        .add("auth_file", auth_file)
        .add("username", username)
        .add("password", password)
        .add("token", token)
        .add("proxy", proxy)
        .add("timeout_ms", timeout)
        .add("connect_timeout_ms", connect_timeout)
        .add("idle_timeout_ms", idle_timeout)
        .add("retries", retries)
        .add("connections", connections)
        .add("range_threshold", range_threshold)
        .add("upload_chunk_size", upload_chunk_size)
        .add("allow_upload_hosts", allow_upload_hosts)
        .add("user_agent_suffix", user_agent_suffix)
        .text();
  }
};

/** How an artifact is laid out. */
struct Packaging {
  /** "wasm" (default), "wasm-to-oci", "compat" or "image". */
  std::optional<std::string> format{};
  /** Annotations of the manifest; default: those of the format alone. */
  std::map<std::string, std::string> annotations{};
  /** An RFC 3339 time; default SOURCE_DATE_EPOCH, else 1970-01-01T00:00:00Z. */
  std::optional<std::string> created{};
  /** The title of the layer; default: the base name of the file. */
  std::optional<std::string> title{};
  /** The type of the config in place of the format's. */
  std::optional<std::string> config_media_type{};
  /** The type of the layer in place of the format's. */
  std::optional<std::string> layer_media_type{};
  /** The artifact type of the manifest; default: none. */
  std::optional<std::string> artifact_type{};

 protected:
  void add_to(detail::JsonObject &object) const {
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
  /** Push what is not WebAssembly too; default false. */
  std::optional<bool> allow_any{};
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    add_to(object);
    return object.add("allow_any", allow_any).add("timeout_ms", timeout).text();
  }
};

/** Which module of an artifact is meant, and how much is read to find it. */
struct Selection {
  /** "os/architecture[/variant]": chooses from an index. */
  std::optional<std::string> platform{};
  /** A layer's index, digest or title, or the id of a Spin component. */
  std::optional<std::string> layer{};
  /** The path of a file in a tar layer. */
  std::optional<std::string> member{};
  /** The largest layer that is read, in bytes; default 4 GiB. */
  std::optional<std::uint64_t> max_size{};
  /** What a layer may unpack to, in bytes; default 4 GiB. */
  std::optional<std::uint64_t> max_unpacked_size{};

 protected:
  void add_to(detail::JsonObject &object) const {
    object.add("platform", platform)
        .add("layer", layer)
        .add("member", member)
        .add("max_size", max_size)
        .add("max_unpacked_size", max_unpacked_size);
  }
};

/** Options of Client::pull. */
struct PullOptions : Selection {
  /** Replace a file that is there; default true. */
  std::optional<bool> overwrite{};
  /** Bring the file safely to the disk (fsync); default false. */
  std::optional<bool> durable{};
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    add_to(object);
    return object.add("overwrite", overwrite)
        .add("durable", durable)
        .add("timeout_ms", timeout)
        .text();
  }
};

/** Options of Client::convert. */
struct ConvertOptions : Packaging, Selection {
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    Packaging::add_to(object);
    Selection::add_to(object);
    return object.add("timeout_ms", timeout).text();
  }
};

/** Options of Client::fetch. */
struct FetchOptions : Selection {
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    add_to(object);
    return object.add("timeout_ms", timeout).text();
  }
};

/** Options of Client::open. */
struct OpenOptions : Selection {
  /** For the whole operation and the reading after it; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    add_to(object);
    return object.add("timeout_ms", timeout).text();
  }
};

/** Options of Client::resolve. */
struct ResolveOptions {
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const { return detail::JsonObject().add("timeout_ms", timeout).text(); }
};

/** Options of Client::inspect and inspect_file. */
struct InspectOptions : Selection {
  /** For the whole operation; default: the client's. */
  std::optional<std::chrono::milliseconds> timeout{};

  /** The options as the C API takes them. */
  std::string to_json() const {
    detail::JsonObject object;
    add_to(object);
    return object.add("timeout_ms", timeout).text();
  }
};

}  // namespace wasm2oci

#endif
