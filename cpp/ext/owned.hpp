// Closes the objects of the library, also those that Python drops.
//
// A finalizer written in Python could be interrupted by a signal handler, and what that
// raises would be lost: Python prints it and goes on. So there are none. What stands for
// an object is a C function that closes it when it is called, and when it is dropped.
//
// Both are code of the copy of this extension that made the object, so that the number of
// another copy, which a forked child has, never gets here.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>

// The type of the list that Owned appends to.
#define WASM2OCI_OWNED "list[tuple[int, collections.abc.Callable[[], None]]]"

namespace wasm2oci_ext {

using Content =
    nanobind::ndarray<const uint8_t, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;

// What there is to know of the objects of one kind.
struct Kind {
  void (*close)(uint64_t id);
  const char *unclosed;  // The warning for one that was dropped, or null.
};

struct Object;

// An object that is being made.
class Owned {
 public:
  // All that can fail is done here, before the object exists. It keeps the content until it
  // is closed.
  explicit Owned(const Kind &kind, const Content *content = nullptr);

  void take(uint64_t id);

  // Appends a tuple of the number and the function that closes it. It is appended rather
  // than returned: a signal that arrives during the call raises when that returns, and a
  // returned value would be lost then.
  void append_to(nanobind::list &list) const;

 private:
  Object *object_;
  nanobind::object close_;
};

inline constexpr const char *kUnclosedReader =
    "a wasm2oci reader was never closed; use \"with\", or close()";

// Emits a ResourceWarning, unless the interpreter ends in another thread.
void warn_of_unclosed(const char *text);

}  // namespace wasm2oci_ext
