// Gives the GIL away around a call of the C API.
#pragma once

#include <Python.h>

namespace wasm2oci_ext {

// Lives as long as the GIL is given away.
//
// A thread that wants the GIL back while the interpreter ends is killed inside
// C++ code, which aborts the process. So the interpreter's exit hook refuses
// further calls (`refuse_calls`) and waits until no thread is left in one
// (`threads_in_calls`). Both are read and written with the GIL held, except for
// the count, which free-threaded builds need to be atomic.
class Released {
 public:
  // Throws a Failure (CLOSED) when calls are refused.
  Released();
  ~Released();
  Released(const Released &) = delete;
  Released &operator=(const Released &) = delete;

 private:
  PyThreadState *state_;
};

// Refuses every call that gives the GIL away, from now on.
void refuse_calls();

// True when refuse_calls was called.
bool calls_refused();

// How many threads are in a call without the GIL.
int threads_in_calls();

}  // namespace wasm2oci_ext
