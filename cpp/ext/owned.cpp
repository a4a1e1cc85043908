#include "owned.hpp"

#include "released.hpp"

#include <memory>
#include <utility>

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

namespace nb = nanobind;

namespace wasm2oci_ext {

struct Object {
  const Kind *kind;
  uint64_t id;
  std::unique_ptr<Content> content;
};

namespace {

const auto process = getpid();

// True in a forked child of the process that loaded this copy of the extension.
bool is_inherited() { return getpid() != process; }

void close(Object &object) {
  uint64_t id = std::exchange(object.id, 0);
  if (id == 0) {
    return;
  }
  if (calls_refused()) {
    (void)object.content.release();  // It may be read to the very end.
    return;
  }
  if (!is_inherited()) {
    Released released;
    object.kind->close(id);
  }
  object.content.reset();
}

int raise_pending(void *pending) {
  std::unique_ptr<nb::python_error> error(static_cast<nb::python_error *>(pending));
  error->restore();
  return -1;
}

void drop(void *pointer) noexcept {
  std::unique_ptr<Object> object(static_cast<Object *>(pointer));
  if (object->id == 0) {
    return;
  }
  nb::error_scope raised;  // Things are dropped while an exception goes by as well.
  bool warns = object->kind->unclosed != nullptr && !is_inherited();
  close(*object);
  if (warns) {
    warn_of_unclosed(object->kind->unclosed);
  }
}

PyObject *call(PyObject *capsule, PyObject *) {
  auto *object = static_cast<Object *>(PyCapsule_GetPointer(capsule, nullptr));
  if (object == nullptr) {
    return nullptr;
  }
  close(*object);
  Py_RETURN_NONE;
}

PyMethodDef definition = {"close", call, METH_NOARGS, "Closes what it stands for."};

}  // namespace

void warn_of_unclosed(const char *text) {
  if (is_left_over()) {
    return;
  }
  Calling calling;
  if (PyErr_ResourceWarning(nullptr, 1, "%s", text) == 0) {
    return;
  }
  if (!PyErr_ExceptionMatches(PyExc_Exception)) {
    // A signal handler ran while the warning was printed. Nobody could catch here what it
    // raised, so that it is raised again where the program goes on.
    auto error = std::make_unique<nb::python_error>();
    if (Py_AddPendingCall(raise_pending, error.get()) == 0) {
      (void)error.release();
      return;
    }
    error->restore();
  }
  PyErr_WriteUnraisable(nullptr);
}

Owned::Owned(const Kind &kind, const Content *content) {
  auto object = std::make_unique<Object>(
      Object{&kind, 0, content == nullptr ? nullptr : std::make_unique<Content>(*content)});
  object_ = object.get();
  nb::capsule capsule(object.release(), drop);
  close_ = nb::steal(PyCFunction_NewEx(&definition, capsule.ptr(), nullptr));
  if (!close_.is_valid()) {
    nb::raise_python_error();
  }
}

void Owned::take(uint64_t id) { object_->id = id; }

void Owned::append_to(nb::list &list) const { list.append(nb::make_tuple(object_->id, close_)); }

}  // namespace wasm2oci_ext
