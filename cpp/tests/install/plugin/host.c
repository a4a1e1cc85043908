/*
 * host COUNT PLUGIN... ARGUMENT...: loads plugins where all can see their symbols, calls
 * the function run of each with the arguments, unloads all, and does it once more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*run_t)(int, char **);

static void *load(const char *path) {
  void *plugin = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (plugin == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(EXIT_FAILURE);
  }
  return plugin;
}

int main(int argc, char **argv) {
  enum { kMost = 8 };
  void *plugins[kMost];
  const int count = argc > 1 ? atoi(argv[1]) : 0;
  if (count < 1 || count > kMost || argc < 2 + count) return 2;
  char **arguments = argv + 1 + count; /* The last plugin stands for the program's name. */
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < count; ++i) plugins[i] = load(argv[2 + i]);
    for (int i = 0; i < count; ++i) {
      run_t run = (run_t)dlsym(plugins[i], "run");
      if (run == NULL || run(argc - 1 - count, arguments) != 0) return EXIT_FAILURE;
    }
    for (int i = 0; i < count; ++i) {
      dlclose(plugins[i]);
      if (dlopen(argv[2 + i], RTLD_NOW | RTLD_NOLOAD) == NULL) {
        fprintf(stderr, "%s was unloaded under the threads of its Go runtime\n", argv[2 + i]);
        return EXIT_FAILURE;
      }
    }
  }
  return EXIT_SUCCESS;
}
