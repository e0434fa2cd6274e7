/* The addon as JavaScript sees it: `agent/snapshot-addon.ts` says what each function does. */
#define _GNU_SOURCE
#include <node_api.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "copy.h"

/* Whether this is a copy: only there may the process be ended past its exit handlers. */
static int is_copy;

static napi_value number(napi_env env, double value) {
  napi_value result;
  return napi_create_double(env, value, &result) == napi_ok ? result : NULL;
}

/* Reads the numbers a function was called with; those that are missing or no numbers stay 0. */
static void read_numbers(napi_env env, napi_callback_info info, double *numbers, size_t most) {
  napi_value given[4];
  size_t count = most;
  if (napi_get_cb_info(env, info, &count, given, NULL, NULL) != napi_ok) return;
  for (size_t i = 0; i < most && i < count; i++) napi_get_value_double(env, given[i], &numbers[i]);
}

static napi_value fork_function(napi_env env, napi_callback_info info) {
  double given[3] = {0, 0, 0};
  read_numbers(env, info, given, 3);
  struct copy_limits limits = {given[0], (unsigned)given[1], (unsigned)given[2]};
  pid_t copy = is_copy ? -EPERM : fork_copy(&limits);
  if (copy == 0) is_copy = 1;
  return number(env, copy);
}

static napi_value exit_function(napi_env env, napi_callback_info info) {
  double given[1] = {0};
  read_numbers(env, info, given, 1);
  if (is_copy) syscall(SYS_exit_group, (int)given[0]);
  return NULL;
}

static void set(napi_env env, napi_value object, const char *name, double value) {
  napi_set_named_property(env, object, name, number(env, value));
}

static napi_value reap_function(napi_env env, napi_callback_info info) {
  double given[1] = {0};
  read_numbers(env, info, given, 1);
  int status = 0;
  struct rusage usage = {0};
  pid_t ended = wait4((pid_t)given[0], &status, WNOHANG | __WALL, &usage);
  napi_value result = NULL;
  if (ended == 0) return napi_get_null(env, &result) == napi_ok ? result : NULL;
  if (napi_create_object(env, &result) != napi_ok) return NULL;
  /* Somebody else of this process may have waited for every child there is. */
  set(env, result, "exitCode", ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  set(env, result, "signal", ended > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  set(env, result, "peakBytes", (double)usage.ru_maxrss * 1024);
  return result;
}

static napi_value busy_threads_function(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, count_busy_threads());
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"fork", NULL, fork_function, NULL, NULL, NULL, napi_enumerable, NULL},
      {"exit", NULL, exit_function, NULL, NULL, NULL, napi_enumerable, NULL},
      {"reap", NULL, reap_function, NULL, NULL, NULL, napi_enumerable, NULL},
      {"busyThreads", NULL, busy_threads_function, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  set(env, exports, "pageBytes", (double)sysconf(_SC_PAGESIZE));
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}
