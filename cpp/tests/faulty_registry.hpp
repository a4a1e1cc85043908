/*
 * A registry with one artifact whose blob is never right: it comes to a stop
 * half-way, or has other bytes than its digest says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TESTS_FAULTY_REGISTRY_HPP
#define WASM2OCI_TESTS_FAULTY_REGISTRY_HPP

#include <string>
#include <thread>
#include <vector>

#include "check.hpp"

class FaultyRegistry {
 public:
  enum class Fault { stalls, wrong_bytes };

  static constexpr std::size_t kBlobSize = 100'000;
  static constexpr std::size_t kSentBeforeStall = 40'000;

  explicit FaultyRegistry(Fault fault) : fault_(fault), listener_(silent_registry(reference_)) {
    thread_ = std::thread([this] { serve(); });
  }
  FaultyRegistry(const FaultyRegistry &) = delete;
  FaultyRegistry &operator=(const FaultyRegistry &) = delete;
  ~FaultyRegistry() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int connection : connections_) {
      ::close(connection);
    }
    ::close(listener_);
  }

  std::string reference() const { return reference_; }

  /** The blob as it is sent: a module, but not the one that the digest names. */
  static const std::vector<std::byte> &blob() {
    static const std::vector<std::byte> content = make_module(kBlobSize, 1);
    return content;
  }

 private:
  /* One request for each connection, in turn; those with a stalled body stay open. */
  void serve() {
    for (;;) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) {
        return;
      }
      connections_.push_back(connection);
      answer(connection, read_request(connection));
    }
  }

  static std::string read_request(int connection) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) {
        break;
      }
      request.append(buffer, static_cast<std::size_t>(count));
    }
    return request;
  }

  void answer(int connection, const std::string &request) const {
    if (request.find("/manifests/") != std::string::npos) {
      send_all(connection, head("application/vnd.oci.image.manifest.v1+json", manifest().size()));
      send_all(connection, manifest());
      return;
    }
    send_all(connection, head("application/octet-stream", kBlobSize));
    const std::size_t size = fault_ == Fault::stalls ? kSentBeforeStall : kBlobSize;
    send_all(connection, std::string(reinterpret_cast<const char *>(blob().data()), size));
  }

  static std::string head(const std::string &type, std::size_t size) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  }

  static std::string manifest() {
    const std::string digest = "sha256:" + std::string(64, 'a');
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
           R"("config":{"mediaType":"application/vnd.wasm.config.v1+json","digest":")" +
           digest + R"(","size":2},"layers":[{"mediaType":"application/wasm","digest":")" + digest +
           R"(","size":)" + std::to_string(kBlobSize) + "}]}";
  }

  static void send_all(int connection, const std::string &text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto count = ::send(connection, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      at += static_cast<std::size_t>(count);
    }
  }

  Fault fault_;
  char reference_[SUPPORT_PATH_SIZE] = {};
  int listener_;
  std::vector<int> connections_;
  std::thread thread_;
};

#endif
