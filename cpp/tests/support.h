/*
 * What the C tests need around the calls: a scratch directory, a module, files,
 * and a server that never answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TESTS_SUPPORT_H
#define WASM2OCI_TESTS_SUPPORT_H

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SUPPORT_PATH_SIZE 512

static inline void support_must(int condition, const char *what) {
  if (!condition) {
    perror(what);
    exit(EXIT_FAILURE);
  }
}

static inline int support_remove_one(const char *path,
                                     const struct stat *info,
                                     int kind,
                                     struct FTW *place) {
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

/** Makes an empty directory and writes its path to `path`. */
static inline void scratch_make(char path[SUPPORT_PATH_SIZE]) {
  const char *base = getenv("TMPDIR");
  const int length =
      snprintf(path, SUPPORT_PATH_SIZE, "%s/wasm2oci-XXXXXX", base != NULL ? base : "/tmp");
  support_must(length > 0 && length < SUPPORT_PATH_SIZE / 2, "TMPDIR is too long");
  support_must(mkdtemp(path) != NULL, "mkdtemp");
}

static inline void scratch_remove(const char *path) {
  support_must(nftw(path, support_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, "nftw");
}

/** Writes "directory/name" to `path`. */
static inline const char *scratch_path(char path[SUPPORT_PATH_SIZE],
                                       const char *directory,
                                       const char *name) {
  const int length = snprintf(path, SUPPORT_PATH_SIZE, "%s/%s", directory, name);
  support_must(length > 0 && length < SUPPORT_PATH_SIZE, "path is too long");
  return path;
}

/**
 * A valid core module of `size` bytes (at least 16), which differs with `seed`:
 * one custom section. To free.
 */
static inline uint8_t *module_make(size_t size, uint32_t seed) {
  static const uint8_t kStart[] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x00};
  uint8_t *module = (uint8_t *)malloc(size);
  support_must(module != NULL, "malloc");
  memcpy(module, kStart, sizeof kStart);
  size_t left = size - sizeof kStart - 5;
  for (size_t i = 0; i < 5; ++i) {
    module[sizeof kStart + i] = (uint8_t)((left >> (7 * i) & 0x7f) | (i < 4 ? 0x80 : 0));
  }
  module[14] = 1;  // the length of the section's name
  module[15] = 'x';
  for (size_t i = 16; i < size; ++i) {
    seed = seed * 1664525U + 1013904223U;
    module[i] = (uint8_t)(seed >> 24);
  }
  return module;
}

static inline void file_write(const char *path, const uint8_t *data, size_t size) {
  FILE *file = fopen(path, "wb");
  support_must(file != NULL, path);
  support_must(fwrite(data, 1, size, file) == size, path);
  support_must(fclose(file) == 0, path);
}

/** Whether a file holds exactly these bytes. */
static inline int file_equals(const char *path, const uint8_t *data, size_t size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return 0;
  }
  uint8_t *content = (uint8_t *)malloc(size + 1);
  support_must(content != NULL, "malloc");
  const size_t count = fread(content, 1, size + 1, file);
  const int equal = count == size && memcmp(content, data, size) == 0;
  free(content);
  fclose(file);
  return equal;
}

/**
 * Listens on loopback and accepts nothing: a client connects and then waits for
 * an answer for ever. Writes a reference to it; close the returned socket.
 */
static inline int silent_registry(char reference[SUPPORT_PATH_SIZE]) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  support_must(listener >= 0, "socket");
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  support_must(bind(listener, (const struct sockaddr *)&address, length) == 0, "bind");
  support_must(listen(listener, 64) == 0, "listen");
  support_must(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
  snprintf(
      reference, SUPPORT_PATH_SIZE, "127.0.0.1:%d/silent/hello:1", (int)ntohs(address.sin_port));
  return listener;
}

#endif
