/*
 * A process that has not used the library yet is like one without it: it has one
 * thread and no signal handlers, and what it forks may use the library, be it a
 * daemon or workers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "support.h"

extern char **environ;

enum { kWorkers = 4, kUsers = 16 };

/* How many threads this process has; 0 where that cannot be seen, or are an emulator's too. */
static int threads(void) {
  DIR *tasks = getenv("WASM2OCI_TEST_EMULATED") != NULL ? NULL : opendir("/proc/self/task");
  if (tasks == NULL) return 0;
  int count = 0;
  for (const struct dirent *one = readdir(tasks); one != NULL; one = readdir(tasks))
    if (one->d_name[0] != '.') ++count;
  closedir(tasks);
  return count;
}

/* How much of the shared library is in memory, in KiB; 0 where that cannot be seen. */
static long resident(void) {
  FILE *maps = fopen("/proc/self/smaps", "r");
  if (maps == NULL) return 0;
  char line[SUPPORT_PATH_SIZE];
  long total = 0;
  long size = 0;
  int ours = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    if (strchr(line, '/') != NULL) ours = strstr(line, "libwasm2oci") != NULL;
    if (ours && sscanf(line, "Rss: %ld kB", &size) == 1) total += size;
  }
  fclose(maps);
  return total;
}

static int has_handler(int number) {
  struct sigaction action;
  support_must(sigaction(number, NULL, &action) == 0, "sigaction");
  return (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL;
}

static void check_untouched(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return; /* They have threads and handlers of their own. */
#endif
  CHECK(threads() <= 1);
  CHECK(resident() < 500);
  CHECK(!has_handler(SIGSEGV) && !has_handler(SIGURG) && !has_handler(SIGPIPE));
}

/* Pushes a module to a layout of its own and pulls it. */
static void use(unsigned number) {
  char reference[64];
  char path[64];
  snprintf(reference, sizeof reference, "oci:layout-%d-%u:1", (int)getpid(), number);
  snprintf(path, sizeof path, "copy-%d-%u.wasm", (int)getpid(), number);
  uint8_t *module = module_make(64, number);
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  wasm2oci_client_t client = {0};
  wasm2oci_operation_t push = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, &error), &error);
  const wasm2oci_bytes_t content = {module, 64};
  CHECK_OK(wasm2oci_push_bytes(client, content, reference, NULL, &push, &error), &error);
  CHECK_OK(wasm2oci_operation_wait(push, -1, NULL, NULL, &error), &error);
  CHECK_OK(wasm2oci_operation_close(&push), NULL);
  CHECK_OK(wasm2oci_pull_and_wait(client, reference, path, NULL, NULL, &error), &error);
  CHECK(file_equals(path, module, 64));
  wasm2oci_client_close(&client);
  wasm2oci_error_clear(&error);
  free(module);
}

/* Runs a function in a child, where a hang is ended by the alarm. */
static void in_child(void (*function)(void)) {
  fflush(NULL);
  const pid_t child = fork();
  support_must(child >= 0, "fork");
  if (child == 0) {
    check_failures = 0;
    alarm(60);
    function();
    fflush(NULL);
    _exit(check_result());
  }
  int status = 0;
  support_must(waitpid(child, &status, 0) == child, "waitpid");
  if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0))
    fprintf(stderr, "    the child ended with status %#x\n", (unsigned)status);
}

static void forked(void) {
  wasm2oci_client_t client = {0};
  CHECK_REFUSED(WASM2OCI_STATUS_FORKED, wasm2oci_client_new(NULL, NULL, &client, error));
}

static void work(void) {
  check_untouched();
  use(0);
  CHECK(threads() != 1);
  in_child(forked);
}

/* What this process numbers its next handle. */
static uint64_t next_handle(void) {
  wasm2oci_client_t client = {0};
  CHECK_OK(wasm2oci_client_new(NULL, NULL, &client, NULL), NULL);
  const uint64_t number = client.id;
  wasm2oci_client_close(&client);
  return number;
}

/*
 * A server that forks its workers first, all at once. Each draws random numbers of its own:
 * handles, and how long to wait before it tries again.
 */
static void serve(void) {
  pid_t workers[kWorkers];
  uint64_t *handles = (uint64_t *)mmap(
      NULL, kWorkers * sizeof *handles, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  support_must(handles != MAP_FAILED, "mmap");
  for (int i = 0; i < kWorkers; ++i) {
    fflush(NULL);
    workers[i] = fork();
    support_must(workers[i] >= 0, "fork");
    if (workers[i] == 0) {
      work();
      handles[i] = next_handle();
      fflush(NULL);
      _exit(check_result());
    }
  }
  for (int i = 0; i < kWorkers; ++i) {
    int status = 0;
    support_must(waitpid(workers[i], &status, 0) == workers[i], "waitpid");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  for (int i = 1; i < kWorkers; ++i) CHECK(handles[i] != handles[i - 1]);
  munmap(handles, kWorkers * sizeof *handles);
  check_untouched();
}

/* What is left of a child of a child. */
static void nest(void) { in_child(work); }

/* The process goes to the background and says by a pipe how it fared. */
static void become_daemon(void) {
  int ends[2];
  support_must(pipe(ends) == 0, "pipe");
  fflush(NULL);
  const pid_t front = fork();
  support_must(front >= 0, "fork");
  if (front == 0) {
    close(ends[0]);
#ifdef __APPLE__
    support_must(fork() == 0 || (_exit(0), 0), "fork");
#else
    support_must(daemon(1, 1) == 0, "daemon");
#endif
    alarm(60);
    check_failures = 0;
    use(0);
    fflush(NULL);
    const char failed = (char)(check_failures != 0);
    _exit(write(ends[1], &failed, 1) == 1 ? 0 : 1);
  }
  close(ends[1]);
  char failed = 1;
  CHECK(read(ends[0], &failed, 1) == 1 && failed == 0);
  close(ends[0]);
  support_must(waitpid(front, NULL, 0) == front, "waitpid");
}

/* Daemons clear their environment, and write titles over it. */
static void clear_environment(void) {
  for (char **one = environ; one != NULL && *one != NULL; ++one) memset(*one, ' ', strlen(*one));
  environ[0] = NULL;
  use(0);
}

/* Go heeds what the host has set by then. */
static void set_environment(void) {
  setenv("GOMEMLIMIT", "96MiB", 1);
  setenv("GOMAXPROCS", "1", 1);
  char *info = NULL;
  CHECK_OK(wasm2oci_runtime_info(&info, NULL), NULL);
  CHECK_CONTAINS(info, "100663296");
  CHECK_CONTAINS(info, "\"processors\":1");
  wasm2oci_free(info);
}

/* Leaves so many bytes of address space, and returns what the first call says, which without the
 * limit succeeds. */
static wasm2oci_status_t with_address_space(rlim_t room) {
  wasm2oci_status_t status = WASM2OCI_STATUS_UNSUPPORTED;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  FILE *sizes = getenv("WASM2OCI_TEST_EMULATED") != NULL ? NULL : fopen("/proc/self/statm", "r");
  if (sizes == NULL) return status;
  unsigned long pages = 0;
  support_must(fscanf(sizes, "%lu", &pages) == 1, "statm");
  fclose(sizes);
  struct rlimit before;
  support_must(getrlimit(RLIMIT_AS, &before) == 0, "getrlimit");
  struct rlimit limit = before;
  limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + room;
  support_must(setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit");
  wasm2oci_client_t client = {0};
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  status = wasm2oci_client_new(NULL, NULL, &client, &error);
  if (status != WASM2OCI_STATUS_OK) {
    CHECK_CONTAINS(error.message, "RLIMIT_AS");
    CHECK(threads() <= 1);
  }
  wasm2oci_error_clear(&error);
  wasm2oci_client_close(&client);
  support_must(setrlimit(RLIMIT_AS, &before) == 0, "setrlimit");
  use(0);
#else
  (void)room;
#endif
  return status;
}

/* Where Go would end the process for want of address space, it is not started. */
static void lack_address_space(void) {
  CHECK(with_address_space(1536UL << 20) == WASM2OCI_STATUS_UNSUPPORTED);
}

/* The core, where it is a library of its own, takes from what was found before it was loaded. */
static void lack_address_space_for_the_core(void) {
  const wasm2oci_status_t status = with_address_space(1820000000);
  CHECK(status == WASM2OCI_STATUS_UNSUPPORTED || status == WASM2OCI_STATUS_OK);
}

/* Nothing that stands for nothing starts anything. */
static void free_nothing(void) {
  wasm2oci_client_t client = {7};
  wasm2oci_operation_t operation = {8};
  wasm2oci_error_t error = WASM2OCI_ERROR_INIT;
  CHECK(strcmp(wasm2oci_version(), WASM2OCI_VERSION) == 0);
  CHECK(strcmp(wasm2oci_status_name(WASM2OCI_STATUS_FORKED), "FORKED") == 0);
  CHECK_OK(wasm2oci_client_close(&client), NULL);
  CHECK_OK(wasm2oci_operation_close(&operation), NULL);
  wasm2oci_error_clear(&error);
  wasm2oci_free(NULL);
  check_untouched();
}

static void *use_in_thread(void *number) {
  use((unsigned)(uintptr_t)number);
  return NULL;
}

/* Many threads come first. */
static void use_at_once(void) {
  pthread_t users[kUsers];
  for (uintptr_t i = 0; i < kUsers; ++i)
    support_must(pthread_create(&users[i], NULL, use_in_thread, (void *)i) == 0, "pthread_create");
  for (int i = 0; i < kUsers; ++i) pthread_join(users[i], NULL);
}

int main(void) {
  char directory[SUPPORT_PATH_SIZE];
  scratch_make(directory);
  support_must(chdir(directory) == 0, "chdir");
  check_untouched();
  free_nothing();
  serve();
  become_daemon();
  in_child(nest);
  in_child(lack_address_space);
  in_child(lack_address_space_for_the_core);
  in_child(clear_environment);
  in_child(set_environment);
  in_child(use_at_once);
  check_untouched();
  use(0);
  in_child(forked);
  use(1);
  scratch_remove(directory);
  return check_result();
}
