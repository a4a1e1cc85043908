/*
 * The client: connections and credentials.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_CLIENT_HPP
#define WASM2OCI_CLIENT_HPP

#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/handle.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/expected.hpp>
#include <wasm2oci/options.hpp>
#include <wasm2oci/verbs.hpp>

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace wasm2oci {

/**
 * Connections, credentials and defaults, shared by its operations. Move-only. Any
 * number of threads may use a client at the same time. Destroying it cancels its
 * operations and waits for them. Its functions are those of Verbs.
 *
 * What takes options is a template, so that it is compiled only where it is used.
 */
class Client : public Verbs<Client> {
 public:
  /** Variables, by their names. */
  using Environment = std::map<std::string, std::string>;

  /**
   * Opens no connection. Proxies, credential files and so on are taken from the
   * environment as it is during this call.
   * Errors: InvalidArgumentError; FilesystemError and TlsError for the PEM files;
   * ForkError.
   */
  template <typename Json = detail::JsonObject>
  explicit Client(const ClientOptions &options = {}) : Client(try_create<Json>(options).value()) {}

  /** The same, with variables instead of the environment of the process. */
  template <typename Variables = Environment>
  Client(const ClientOptions &options, const Variables &environment)
      : Client(try_create(options, environment).value()) {}

  /** Takes ownership of a client of the C API, and of nothing that only converts to one. */
  template <typename Raw, std::enable_if_t<std::is_same_v<Raw, wasm2oci_client_t>, int> = 0>
  explicit Client(Raw raw) noexcept : handle_(raw) {}

  /** Makes one. Errors: as the constructor. */
  template <typename Json = detail::JsonObject>
  static Expected<Client> try_create(const ClientOptions &options = {}) {
    return make<Json>(options, nullptr);
  }

  /** The same, with variables instead of the environment of the process. */
  template <typename Variables = Environment>
  static Expected<Client> try_create(const ClientOptions &options, const Variables &environment) {
    std::vector<detail::Text> entries;
    std::vector<const char *> raw;
    entries.reserve(environment.size());
    for (const auto &[name, value] : environment) {
      entries.emplace_back(std::string(name) + "=" + std::string(value));
      if (auto checked = entries.back().check(); !checked) {
        return std::move(checked).error();
      }
      raw.push_back(entries.back().c_str());
    }
    raw.push_back(nullptr);
    return make<detail::JsonObject>(options, raw.data());
  }

  /**
   * Gives it credentials of single registries while it lives, such as a password that was renewed.
   * Each replaces the one that it has for the same registry; one with nothing but registry removes
   * it. Operations that were started before keep those that they were started with. Throws
   * InvalidArgumentError; nothing has changed then.
   */
  template <typename Json = detail::JsonObject>
  void set_credentials(const std::vector<RegistryCredential> &credentials) const {
    try_set_credentials<Json>(credentials).value();
  }

  /** set_credentials, whose error is returned. */
  template <typename Json = detail::JsonObject>
  Expected<void> try_set_credentials(const std::vector<RegistryCredential> &credentials) const {
    const auto list = Json::list(credentials);
    return detail::try_call(wasm2oci_client_set_credentials, handle_.get(), list.c_str());
  }

  /** Cancels its operations, waits for them and closes it. Idempotent. */
  void close() noexcept { handle_.close(); }

  /** Returns the handle of the C API, which this object still owns. */
  wasm2oci_client_t get() const noexcept { return handle_.get(); }

 private:
  template <typename Json>
  static Expected<Client> make(const ClientOptions &options, const char *const *environment) {
    wasm2oci_client_t raw = {0};
    auto made =
        detail::try_call(wasm2oci_client_new, options.to_json<Json>().c_str(), environment, &raw);
    if (!made) {
      return std::move(made).error();
    }
    return Client(raw);
  }

  detail::Handle<wasm2oci_client_t, wasm2oci_client_close> handle_;
};

}  // namespace wasm2oci

#endif
