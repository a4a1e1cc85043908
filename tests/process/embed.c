/*
 * Embeds Python: embed NUMBER PYTHON PROGRAM ARGUMENT... runs the program in this
 * many interpreters, one after the other, and goes on when they have ended.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static int run(int argc, char **argv) {
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  PyConfig_SetBytesString(&config, &config.executable, argv[2]);
  config.parse_argv = 0;
  PyConfig_SetBytesArgv(&config, argc - 3, argv + 3);
  PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  int failed = PyRun_SimpleString(argv[3]);
  return Py_FinalizeEx() < 0 || failed;
}

int main(int argc, char **argv) {
  for (int number = 1; number <= atoi(argv[1]); number++) {
    if (run(argc, argv)) return number;
  }
  puts("the host goes on");
  return 0;
}
