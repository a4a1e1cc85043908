/*
 * The result of Client::inspect: what is in an artifact or a file.
 *
 * A text, list or map that does not exist is empty; where that would not be the same,
 * a member is a std::optional.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_ARTIFACT_HPP
#define WASM2OCI_ARTIFACT_HPP

#include <wasm2oci/detail/json_members.hpp>
#include <wasm2oci/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wasm2oci {

/**
 * The types of what is in an artifact; use them by the aliases that follow. In a template, they
 * cost a compiler nothing where they are not used.
 */
template <typename = void>
struct ArtifactTypes {
  /** The signature of a function, or what a tag carries. */
  struct FuncType {
    /** The types of the parameters, such as "i32" or "(ref null 5)". */
    std::vector<std::string> params;
    /** The types of the results. */
    std::vector<std::string> results;

    template <typename Visit>
    friend void each_member(FuncType &object, Visit visit) {
      visit("params", object.params);
      visit("results", object.results);
    }
  };

  /** How large a table or a memory is. */
  struct Limits {
    /** The size at first: elements of a table, pages of a memory. */
    std::uint64_t min = 0;
    /** The size up to which it can grow; empty for no limit. */
    std::optional<std::uint64_t> max;
    /** Whether several threads may use it. */
    bool shared = false;
    /** Whether its addresses have 64 bits. */
    bool index64 = false;

    template <typename Visit>
    friend void each_member(Limits &object, Visit visit) {
      visit("min", object.min);
      visit("max", object.max);
      visit("shared", object.shared);
      visit("index64", object.index64);
    }
  };

  /** The type of a table. */
  struct TableType : Limits {
    /** The type of the elements, such as "funcref". */
    std::string element;

    template <typename Visit>
    friend void each_member(TableType &object, Visit visit) {
      each_member(static_cast<Limits &>(object), visit);
      visit("element", object.element);
    }
  };

  /** The type of a memory. */
  struct MemoryType : Limits {
    /** The size of a page in bytes, nearly always 65536. */
    std::uint64_t page_size = 0;

    template <typename Visit>
    friend void each_member(MemoryType &object, Visit visit) {
      each_member(static_cast<Limits &>(object), visit);
      visit("page_size", object.page_size);
    }
  };

  /** The type of a global. */
  struct GlobalType {
    /** The type of the value, such as "i32". */
    std::string value;
    /** Whether it can be changed; `mutable` in JSON. */
    bool is_mutable = false;
    /** Whether several threads may use it. */
    bool shared = false;

    template <typename Visit>
    friend void each_member(GlobalType &object, Visit visit) {
      visit("value", object.value);
      visit("mutable", object.is_mutable);
      visit("shared", object.shared);
    }
  };

  /** What imports and exports have in common. */
  struct Extern {
    /** The name; of a core module's import, its second half. */
    std::string name;
    /**
     * "func", "table", "memory", "global", "tag", "core module", "value", "type",
     * "component" or "instance". In a core module, the member of that name is its type.
     */
    std::string kind;
    std::optional<FuncType> func;
    std::optional<TableType> table;
    std::optional<MemoryType> memory;
    std::optional<GlobalType> global;
    std::optional<FuncType> tag;
    /** The interface of an instance of another name. */
    std::string implements;
    /** What completes a shortened version in the name. */
    std::string version_suffix;
    /** What it is called elsewhere. */
    std::string external_id;

    template <typename Visit>
    friend void each_member(Extern &object, Visit visit) {
      visit("name", object.name);
      visit("kind", object.kind);
      visit("func", object.func);
      visit("table", object.table);
      visit("memory", object.memory);
      visit("global", object.global);
      visit("tag", object.tag);
      visit("implements", object.implements);
      visit("version_suffix", object.version_suffix);
      visit("external_id", object.external_id);
    }
  };

  /** What a binary exports. */
  struct Export : Extern {};

  /** What a binary imports. */
  struct Import : Extern {
    /** The first half of the name in a core module, where it may be ""; empty in a component. */
    std::optional<std::string> module;

    template <typename Visit>
    friend void each_member(Import &object, Visit visit) {
      each_member(static_cast<Extern &>(object), visit);
      visit("module", object.module);
    }
  };

  /** A language, a tool or an SDK that a binary was made with. */
  struct Producer {
    std::string name;
    /** "" for most languages. */
    std::string version;

    template <typename Visit>
    friend void each_member(Producer &object, Visit visit) {
      visit("name", object.name);
      visit("version", object.version);
    }
  };

  /** Languages and tools by field, such as "language" or "processed-by". */
  using Producers = std::map<std::string, std::vector<Producer>>;

  /** What the metadata sections of a binary say. */
  struct Metadata {
    std::string authors;
    std::string description;
    /** The URL of the project. */
    std::string homepage;
    /** An SPDX licence expression. */
    std::string licenses;
    /** The revision of the source code. */
    std::string revision;
    /** The URL of the source code. */
    std::string source;
    /** The version of the binary. */
    std::string version;

    template <typename Visit>
    friend void each_member(Metadata &object, Visit visit) {
      visit("authors", object.authors);
      visit("description", object.description);
      visit("homepage", object.homepage);
      visit("licenses", object.licenses);
      visit("revision", object.revision);
      visit("source", object.source);
      visit("version", object.version);
    }
  };

  /** The names of what a component imports and exports. */
  struct World {
    /** The names of imported instances, functions and types. */
    std::vector<std::string> imports;
    /**
     * The names of exported instances and functions; of a WIT package its interfaces,
     * its worlds and what these export.
     */
    std::vector<std::string> exports;
    /** Whether it carries interface definitions only. */
    bool wit_package = false;

    template <typename Visit>
    friend void each_member(World &object, Visit visit) {
      visit("imports", object.imports);
      visit("exports", object.exports);
      visit("wit_package", object.wit_package);
    }
  };

  /** A core module or a component inside a component. */
  struct Child {
    /** "module" or "component". */
    std::string kind;
    /** What it calls itself. */
    std::string name;
    /** Where it begins in the binary, in bytes. */
    std::uint64_t offset = 0;
    /** In bytes. */
    std::uint64_t size = 0;
    Producers producers;
    Metadata metadata;
    /** What is inside it. */
    std::vector<Child> children;

    template <typename Visit>
    friend void each_member(Child &object, Visit visit) {
      visit("kind", object.kind);
      visit("name", object.name);
      visit("offset", object.offset);
      visit("size", object.size);
      visit("producers", object.producers);
      visit("metadata", object.metadata);
      visit("children", object.children);
    }
  };

  /** A custom section of a binary. */
  struct CustomSection {
    std::string name;
    /** The size of the content in bytes, without the name. */
    std::uint64_t size = 0;

    template <typename Visit>
    friend void each_member(CustomSection &object, Visit visit) {
      visit("name", object.name);
      visit("size", object.size);
    }
  };

  /**
   * What is in an artifact or a file. The members of the Descriptor are those of the
   * manifest; of a file, its digest and size, and "application/wasm".
   *
   * Without a single module, `format`, `kind` and `layer` are empty, and all that is
   * said about a module.
   */
  struct Artifact : Descriptor {
    /** The normalised reference, with its tag or digest; "" for a file. */
    std::string reference;
    /** The format of the artifact, such as "wasm". */
    std::string format;
    /** "module" or "component". */
    std::string kind;
    /** The manifest as JSON text; "" for a file. */
    std::string manifest;
    /** The config as JSON text; "" for a file, and if it is not JSON. */
    std::string config;
    /** All layers. */
    std::vector<Descriptor> layers;
    /** What it is attached to. */
    std::optional<Descriptor> subject;
    /** The layer that holds the module. */
    std::optional<Descriptor> layer;
    /** The path of the module in a tar layer. */
    std::string member;
    /** The digest of the module. */
    std::string file_digest;
    /** The size of the module in bytes. */
    std::uint64_t file_size = 0;
    /** The digest of the index that led to the manifest. */
    std::string index_digest;
    /** Where it was read from, with a cache or mirrors: "cache", "mirror" or "registry". */
    std::string source;
    /** The repository of the mirror that was read from, if the source is "mirror". */
    std::string mirror;
    /** How many seconds ago the registry said what the tag names, if it was not asked now. */
    std::optional<std::uint64_t> age;
    /** What the module calls itself. */
    std::string name;
    std::vector<Import> imports;
    std::vector<Export> exports;
    Producers producers;
    Metadata metadata;
    /** The features that the compiler used, such as "+simd128". */
    std::vector<std::string> target_features;
    /** Only for a component. */
    std::optional<World> world;
    /** The modules and components inside a component. */
    std::vector<Child> children;
    std::vector<CustomSection> custom_sections;
    /** What could not be understood, one line each. */
    std::vector<std::string> warnings;
    /**
     * The unchanged bytes of the manifest or index with InspectOptions::raw, else "". With raw,
     * everything but reference, digest, media_type, size and index_digest is empty.
     */
    std::string raw;
    /** The result as a JSON object; its members are listed at wasm2oci_inspect. */
    std::string json;

    template <typename Visit>
    friend void each_member(Artifact &object, Visit visit) {
      detail::each_member(static_cast<Descriptor &>(object), visit);
      visit("reference", object.reference);
      visit("format", object.format);
      visit("kind", object.kind);
      visit("manifest", detail::RawMember{object.manifest});
      visit("config", detail::RawMember{object.config});
      visit("layers", object.layers);
      visit("subject", object.subject);
      visit("layer", object.layer);
      visit("member", object.member);
      visit("file_digest", object.file_digest);
      visit("file_size", object.file_size);
      visit("index_digest", object.index_digest);
      visit("source", object.source);
      visit("mirror", object.mirror);
      visit("age", object.age);
      visit("name", object.name);
      visit("imports", object.imports);
      visit("exports", object.exports);
      visit("producers", object.producers);
      visit("metadata", object.metadata);
      visit("target_features", object.target_features);
      visit("world", object.world);
      visit("children", object.children);
      visit("custom_sections", object.custom_sections);
      visit("warnings", object.warnings);
    }
  };
};

using FuncType = ArtifactTypes<>::FuncType;
using Limits = ArtifactTypes<>::Limits;
using TableType = ArtifactTypes<>::TableType;
using MemoryType = ArtifactTypes<>::MemoryType;
using GlobalType = ArtifactTypes<>::GlobalType;
using Extern = ArtifactTypes<>::Extern;
using Export = ArtifactTypes<>::Export;
using Import = ArtifactTypes<>::Import;
using Producer = ArtifactTypes<>::Producer;
using Producers = ArtifactTypes<>::Producers;
using Metadata = ArtifactTypes<>::Metadata;
using World = ArtifactTypes<>::World;
using Child = ArtifactTypes<>::Child;
using CustomSection = ArtifactTypes<>::CustomSection;
using Artifact = ArtifactTypes<>::Artifact;

}  // namespace wasm2oci

#endif
