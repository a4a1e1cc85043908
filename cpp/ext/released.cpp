#include "released.hpp"

#include "failure.hpp"

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace nb = nanobind;

namespace wasm2oci_ext {

namespace {

std::atomic<bool> refused{false};
std::atomic<bool> too_late{false};
std::atomic<unsigned long> leaver{0};
std::atomic<int> calls{0};
std::atomic<int> returning{0};

// In nanoseconds, since LLVM's library compares any other duration as a long double, for which
// some processors need functions of the compiler's own library.
constexpr std::chrono::nanoseconds kStep = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kLong = std::chrono::hours(1);

}  // namespace

Released::Released() {
  if (is_left_over()) {
    PyErr_SetNone(PyExc_SystemExit);
    nb::raise_python_error();
  }
  if (refused) {
    throw Failure{WASM2OCI_STATUS_CLOSED, "the interpreter is shutting down", ""};
  }
  ++calls;
  state_ = PyEval_SaveThread();
}

Released::~Released() {
  // Counted before it is asked whether it is too late: `leave` looks in the
  // opposite order, so that it sees whoever has got past this.
  ++returning;
  if (too_late) {
    --returning;
    for (;;) {
      std::this_thread::sleep_for(kLong);
    }
  }
  PyEval_RestoreThread(state_);
  --returning;
  --calls;
}

Calling::Calling() { ++calls; }

Calling::~Calling() { --calls; }

void refuse_calls() {
  leaver = PyThread_get_thread_ident();
  refused = true;
}

void leave(int64_t timeout_ms) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (calls > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kStep);
  }
  too_late = true;
  while (returning > 0) {
    std::this_thread::sleep_for(kStep);
  }
}

bool calls_refused() { return refused; }

bool is_left_over() { return refused && PyThread_get_thread_ident() != leaver; }

}  // namespace wasm2oci_ext
