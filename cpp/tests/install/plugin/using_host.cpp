/*
 * using_host PLUGIN ARGUMENT...: pushes and pulls with the library that it contains, and has
 * a plugin do the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dlfcn.h>

#include <cstdio>

#define main use
#include "push_pull.cpp"
#undef main

int main(int count, char **arguments) {
  if (count < 2 || use(count - 1, arguments + 1) != 0) {
    return EXIT_FAILURE;
  }
  void *plugin = ::dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    return EXIT_FAILURE;
  }
  const auto run = reinterpret_cast<int (*)(int, char **)>(::dlsym(plugin, "run"));
  return run != nullptr ? run(count - 1, arguments + 1) : EXIT_FAILURE;
}
