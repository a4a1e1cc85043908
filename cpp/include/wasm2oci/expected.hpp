/*
 * What the try_… functions return: a value or an error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_EXPECTED_HPP
#define WASM2OCI_EXPECTED_HPP

#include <wasm2oci/error.hpp>

#include <new>
#include <utility>

#if __cplusplus > 202002L && __has_include(<expected>)
#include <expected>
#endif

namespace wasm2oci {

/**
 * A value, or the Error in place of it. It is used as C++23's std::expected<Value, Error>,
 * to which it converts there, and is the same class in every standard, so that one program
 * may mix them. Move-only.
 */
template <typename Value>
class [[nodiscard]] Expected {
 public:
  using value_type = Value;
  using error_type = Error;

  Expected(Value value) : value_(std::move(value)), has_value_(true) {}
  Expected(Error error) : error_(std::move(error)), has_value_(false) {}
  Expected(Expected &&other) noexcept : has_value_(other.has_value_) {
    if (has_value_) {
      new (&value_) Value(std::move(other.value_));
    } else {
      new (&error_) Error(std::move(other.error_));
    }
  }
  Expected &operator=(Expected &&other) noexcept {
    if (this != &other) {
      this->~Expected();
      new (this) Expected(std::move(other));
    }
    return *this;
  }
  ~Expected() {
    if (has_value_) {
      value_.~Value();
    } else {
      error_.~Error();
    }
  }

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  /** The value, which must be there. */
  const Value &operator*() const & noexcept { return value_; }
  Value &operator*() & noexcept { return value_; }
  Value &&operator*() && noexcept { return std::move(value_); }
  const Value *operator->() const noexcept { return &value_; }
  Value *operator->() noexcept { return &value_; }

  /** The value; if there is none, throws the exception of the error: see Error::raise. */
  const Value &value() const & {
    check();
    return value_;
  }
  Value &value() & {
    check();
    return value_;
  }
  Value &&value() && {
    check();
    return std::move(value_);
  }

  /** The value, or another one. */
  template <typename Other>
  Value value_or(Other &&other) && {
    return has_value_ ? std::move(value_) : static_cast<Value>(std::forward<Other>(other));
  }

  /** The error, which must be there. */
  const Error &error() const & noexcept { return error_; }
  Error &&error() && noexcept { return std::move(error_); }

#ifdef __cpp_lib_expected
  operator std::expected<Value, Error>() && {
    return has_value_ ? std::expected<Value, Error>(std::move(value_))
                      : std::unexpected<Error>(std::move(error_));
  }
#endif

 private:
  void check() const {
    if (!has_value_) {
      error_.raise();
    }
  }

  /* Not a std::optional or std::variant: they take a compiler much longer. */
  union {
    Value value_;
    Error error_;
  };
  bool has_value_;
};

namespace detail {

struct Nothing {};

}  // namespace detail

/** Nothing, or an Error. */
template <>
class [[nodiscard]] Expected<void> {
 public:
  using value_type = void;
  using error_type = Error;

  Expected() : held_(detail::Nothing()) {}
  Expected(Error error) : held_(std::move(error)) {}

  bool has_value() const noexcept { return held_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  /** If there is an error, throws its exception: see Error::raise. */
  void value() const { static_cast<void>(held_.value()); }

  /** The error, which must be there. */
  const Error &error() const & noexcept { return held_.error(); }
  Error &&error() && noexcept { return std::move(held_).error(); }

#ifdef __cpp_lib_expected
  operator std::expected<void, Error>() && {
    return has_value() ? std::expected<void, Error>()
                       : std::expected<void, Error>(std::unexpect, std::move(held_).error());
  }
#endif

 private:
  Expected<detail::Nothing> held_;
};

}  // namespace wasm2oci

#endif
