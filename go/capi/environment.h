/*
 * ENVIRONMENT: the process's environment as it is now, which may be NULL.
 */
#ifndef WASM2OCI_ENVIRONMENT_H
#define WASM2OCI_ENVIRONMENT_H

#include <stdlib.h>

#ifdef _WIN32
#define ENVIRONMENT _environ
#elif defined(__APPLE__)
#include <crt_externs.h>
#define ENVIRONMENT (*_NSGetEnviron())
#else
extern char **environ;
#define ENVIRONMENT environ
#endif

#endif
