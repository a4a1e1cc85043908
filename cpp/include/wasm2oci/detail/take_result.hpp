/*
 * How the result of an operation becomes what its verb returns. Not part of the public
 * API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_DETAIL_TAKE_RESULT_HPP
#define WASM2OCI_DETAIL_TAKE_RESULT_HPP

#include <wasm2oci/bytes.hpp>
#include <wasm2oci/detail/call.hpp>
#include <wasm2oci/detail/json_members.hpp>
#include <wasm2oci/detail/text.hpp>
#include <wasm2oci/reader.hpp>
#include <wasm2oci/result.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace wasm2oci {

class CachedModule;

}  // namespace wasm2oci

namespace wasm2oci::detail {

inline Expected<std::string> raw_result(wasm2oci_operation_t operation) {
  const char *json = nullptr;
  auto called = try_call(wasm2oci_operation_result, operation, &json);
  if (!called) {
    return std::move(called).error();
  }
  return std::string(json);
}

inline Expected<Bytes> raw_content(wasm2oci_operation_t operation) {
  wasm2oci_bytes_t bytes = {nullptr, 0};
  auto called = try_call(wasm2oci_operation_bytes, operation, &bytes);
  if (!called) {
    return std::move(called).error();
  }
  return Bytes(bytes.data, bytes.size);
}

/*
 * What a result has that is not in its JSON form, or not parsed from it. Called with 0, which is
 * an int before it is a long: the second is for what has no such member.
 */

template <typename Result>
auto take_path(wasm2oci_operation_t operation, Result &out, int)
    -> decltype(static_cast<void>(out.path), Expected<void>()) {
  const char *path = nullptr;
  auto called = try_call(wasm2oci_operation_path, operation, &path);
  if (called) {
    out.path = text_path(path);
  } else if (called.error().status() != Status::unsupported) {  // Another verb has none.
    return called;
  }
  return {};
}

template <typename Result>
Expected<void> take_path(wasm2oci_operation_t, Result &, long) {
  return {};
}

template <typename Result>
auto take_raw(wasm2oci_operation_t operation, Result &out, int)
    -> decltype(static_cast<void>(out.raw), Expected<void>()) {
  auto content = raw_content(operation);
  if (content) {
    out.raw.assign(reinterpret_cast<const char *>(content->data()), content->size());
  } else if (content.error().status() != Status::unsupported) {  // It was not asked for.
    return std::move(content).error();
  }
  return {};
}

template <typename Result>
Expected<void> take_raw(wasm2oci_operation_t, Result &, long) {
  return {};
}

template <typename Result>
auto keep_json(std::string &json, Result &out, int) -> decltype(static_cast<void>(out.json)) {
  out.json = std::move(json);
}

template <typename Result>
void keep_json(const std::string &, const Result &, long) {}

template <typename Result>
inline constexpr bool kHoldsModule = std::is_same_v<Result, CachedModule>;

/** PullResult, which a compiler does not know before it knows Result, and so looks at it then. */
template <typename Result>
using HeldModule = std::enable_if_t<kHoldsModule<Result>, PullResult>;

/* Templates, so that only the results in use are compiled. */
template <typename Result>
Expected<Result> take_result(wasm2oci_operation_t operation) {
  if constexpr (std::is_same_v<Result, std::string>) {
    return raw_result(operation);
  } else if constexpr (std::is_same_v<Result, std::vector<std::byte>>) {
    auto content = raw_content(operation);
    if (!content) {
      return std::move(content).error();
    }
    return Result(content->begin(), content->end());
  } else if constexpr (std::is_same_v<Result, Reader>) {
    wasm2oci_reader_t reader = {0};
    auto called = try_call(wasm2oci_operation_reader, operation, &reader);
    if (!called) {
      return std::move(called).error();
    }
    return Reader(reader);
  } else if constexpr (kHoldsModule<Result>) {
    auto module = take_result<HeldModule<Result>>(operation);
    if (!module) {
      return std::move(module).error();
    }
    return Result(std::move(*module));
  } else {
    auto json = raw_result(operation);
    if (!json) {
      return std::move(json).error();
    }
    Result result{};
    read_value(*json, result);
    if (auto taken = take_path(operation, result, 0); !taken) {
      return std::move(taken).error();
    }
    if (auto taken = take_raw(operation, result, 0); !taken) {
      return std::move(taken).error();
    }
    keep_json(*json, result, 0);
    return result;
  }
}

}  // namespace wasm2oci::detail

#endif
