// Gives the GIL away around a call of the C API.
#pragma once

#include <Python.h>

#include <cstdint>

namespace wasm2oci_ext {

// Lives as long as the GIL is given away.
//
// Until Python 3.13, a thread that wants the GIL back while the interpreter ends
// is killed, inside C++ code here, which aborts the process. So the interpreter's
// exit hook refuses further calls and waits until no thread is left in one
// (`leave`). What does not come back in time waits here for the end of the process.
class Released {
 public:
  // Throws when calls are refused.
  Released();
  ~Released();
  Released(const Released &) = delete;
  Released &operator=(const Released &) = delete;

 private:
  PyThreadState *state_;
};

// Lives as long as Python code is called from C++ code, where the GIL may change
// hands as well: `leave` waits for that, too. Made with the GIL, by a thread that
// has just seen that it is not left over.
class Calling {
 public:
  Calling();
  ~Calling();
  Calling(const Calling &) = delete;
  Calling &operator=(const Calling &) = delete;
};

// Lets the thread of this exit hook call on, and no other one. Called with the GIL.
void refuse_calls();

// Waits until no other thread is in a call, timeout_ms at most. Called without the
// GIL, once the calls were refused and what they wait for was cancelled.
void leave(int64_t timeout_ms);

// True once refuse_calls was called.
bool calls_refused();

// True when the interpreter ends, and this is not the thread that ends it. All
// that such a thread is to do is to end as well, without a word.
bool is_left_over();

}  // namespace wasm2oci_ext
