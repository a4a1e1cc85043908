/*
 * What check.h lacks for C++: exceptions, and scratch directories with an end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TESTS_CHECK_HPP
#define WASM2OCI_TESTS_CHECK_HPP

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>
#include <wasm2oci/wasm2oci.hpp>

#include "check.h"
#include "support.h"

/** That the expression throws exactly this class; yields the message, or "". */
#define CHECK_THROWS(kind, expression)                                                   \
  [&]() -> std::string {                                                                 \
    try {                                                                                \
      static_cast<void>(expression);                                                     \
      check_failed(__FILE__, __LINE__, #expression " throws " #kind ", nothing thrown"); \
    } catch (const kind &error) {                                                        \
      return error.what();                                                               \
    } catch (const std::exception &error) {                                              \
      check_failed(__FILE__, __LINE__, #expression " throws " #kind);                    \
      fprintf(stderr, "    got: %s\n", error.what());                                    \
    }                                                                                    \
    return "";                                                                           \
  }()

/** An empty directory, which is the working directory for as long as it lives. */
class Scratch {
 public:
  Scratch() {
    char path[SUPPORT_PATH_SIZE];
    scratch_make(path);
    path_ = path;
    std::filesystem::current_path(path_);
  }
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  ~Scratch() { scratch_remove(path_.c_str()); }

  const std::filesystem::path &path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::vector<std::byte> make_module(std::size_t size, std::uint32_t seed) {
  std::uint8_t *raw = module_make(size, seed);
  const auto *begin = reinterpret_cast<const std::byte *>(raw);
  std::vector<std::byte> module(begin, begin + size);
  free(raw);
  return module;
}

inline void write_file(const std::filesystem::path &path, wasm2oci::Bytes content) {
  file_write(path.c_str(), reinterpret_cast<const std::uint8_t *>(content.data()), content.size());
}

inline std::string read_file(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline bool same(wasm2oci::Bytes left, wasm2oci::Bytes right) {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin());
}

/** main of a test: runs it, and counts what it throws as a failure. */
template <typename Test>
int run(Test test) {
  try {
    test();
  } catch (const std::exception &error) {
    check_failed(__FILE__, __LINE__, error.what());
  }
  return check_result();
}

#endif
