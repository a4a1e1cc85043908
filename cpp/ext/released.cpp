#include "released.hpp"

#include "failure.hpp"

#include <atomic>

namespace wasm2oci_ext {

namespace {

std::atomic<bool> refused{false};
std::atomic<int> threads{0};

}  // namespace

Released::Released() {
  if (refused) {
    throw Failure{WASM2OCI_STATUS_CLOSED, "the interpreter is shutting down", ""};
  }
  ++threads;
  state_ = PyEval_SaveThread();
}

Released::~Released() {
  PyEval_RestoreThread(state_);
  --threads;
}

void refuse_calls() { refused = true; }

bool calls_refused() { return refused; }

int threads_in_calls() { return threads; }

}  // namespace wasm2oci_ext
