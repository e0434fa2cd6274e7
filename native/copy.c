#define _GNU_SOURCE
#include "copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "locks.h"
#include "ranges.h"

/* A tenth of what the application gets where there is not enough for both: at 19 it would be copied pages for minutes. */
static const int COPY_PRIORITY = 10;
/* ioprio_set has no wrapper: IOPRIO_WHO_PROCESS, and the best-effort class at its lowest level. */
static const int IO_OF_PROCESS = 1;
static const int LOWEST_IO_PRIORITY = 2 << 13 | 7;

static void end_copy(enum copy_exit code) {
  syscall(SYS_exit_group, code);
}

static void give_up(void) {
  end_copy(COPY_WAITED);
}

static void on_fault(int signal) {
  (void)signal;
  end_copy(COPY_FAULTED);
}

/* What the engine ends itself by. */
static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
#define FAULT_COUNT (sizeof FAULTS / sizeof FAULTS[0])

/* None of the application's handlers runs in the copy, and what is sent to the whole process group is for the original. */
static void reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  action.sa_handler = on_fault;
  action.sa_flags = SA_NODEFER;
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, SIGALRM);
  sigaddset(&own, SIGXCPU);
  for (size_t i = 0; i < FAULT_COUNT; i++) {
    sigaction(FAULTS[i], &action, NULL);
    sigaddset(&own, FAULTS[i]);
  }
  sigprocmask(SIG_UNBLOCK, &own, NULL);
}

static void write_to(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t written = write(file, text, strlen(text));
  (void)written; /* where it is refused, the copy is as likely to be killed as the original */
  close(file);
}

/*
 * Puts /dev/null in the place of every open file and socket, so that the copy can answer nobody, keeps nothing open, and
 * prints nothing. They are not closed, because libuv aborts when a descriptor of its own is gone.
 */
static int cover_descriptors(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files); /* the application may have used up its own limit */
  }
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  DIR *listing = opendir("/proc/self/fd");
  if (null < 0 || !listing) return -1;
  struct dirent *entry;
  while ((entry = readdir(listing))) {
    int descriptor = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || descriptor == null || descriptor == dirfd(listing)) continue;
    if (dup3(null, descriptor, O_CLOEXEC) < 0) return -1;
  }
  closedir(listing);
  close(null);
  return 0;
}

static void limit(int resource, rlim_t most) {
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) return;
  if (now.rlim_max != RLIM_INFINITY && most > now.rlim_max) most = now.rlim_max;
  now.rlim_cur = most;
  setrlimit(resource, &now);
}

static rlim_t mapped_bytes(void) {
  char text[64] = "";
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  return length > 0 ? (rlim_t)strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) : 0;
}

static void set_limits(const struct copy_limits *limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits->cpu_seconds);
  limit(RLIMIT_AS, mapped_bytes() + (rlim_t)limits->memory_bytes);
  struct itimerval wall = {.it_value = {.tv_sec = limits->wall_seconds}};
  setitimer(ITIMER_REAL, &wall, NULL);
}

/* Visits each of malloc's arenas once: if a lost thread holds one, it is better to hang now than after the work. */
static void visit_malloc(void) {
#ifdef __GLIBC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  (void)mallinfo();
#pragma GCC diagnostic pop
#else
  free(malloc(1));
#endif
}

static void become_copy(pid_t parent, const struct copy_limits *limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) end_copy(COPY_ORPHANED);
  /* Before anything else: the original is about to go on, maybe on the same CPU. */
  setpriority(PRIO_PROCESS, 0, COPY_PRIORITY);
  syscall(SYS_ioprio_set, IO_OF_PROCESS, 0, LOWEST_IO_PRIORITY);
  reset_signals();
  set_limits(limits);
  prctl(PR_SET_NAME, "leakwatch-snap");
  visit_malloc();
  /* A process that has given up its privileges may not look into its own /proc. */
  int dumpable = prctl(PR_GET_DUMPABLE);
  prctl(PR_SET_DUMPABLE, 1);
  write_to("/proc/self/oom_score_adj", "1000");
  int covered = cover_descriptors();
  prctl(PR_SET_DUMPABLE, dumpable == 1);
  if (covered != 0 || never_wait(give_up) != 0) end_copy(COPY_UNPREPARED);
}

pid_t fork_copy(const struct copy_limits *limits) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  struct ranges left_out;
  pid_t copy = find_unforkable(&left_out);
  if (copy == 0) {
    pid_t parent = getpid();
    advise_ranges(&left_out, MADV_DOFORK);
    /* Not fork(), whose child announces its end by a SIGCHLD: here the exit signal is 0. */
    copy = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
    if (copy == 0) {
      become_copy(parent, limits);
      return 0;
    }
    if (copy < 0) copy = -errno;
    advise_ranges(&left_out, MADV_DONTFORK);
    free_ranges(&left_out);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  return copy;
}

static char state_of_thread(const char *id) {
  char path[64] = "/proc/self/task/";
  char text[256];
  strncat(path, id, 20);
  strcat(path, "/stat");
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 'X';
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 'X';
  text[length] = '\0';
  const char *name_end = strrchr(text, ')');
  return name_end && name_end[1] ? name_end[2] : 'X';
}

int count_busy_threads(void) {
  DIR *threads = opendir("/proc/self/task");
  if (!threads) return -1;
  long self = syscall(SYS_gettid);
  int busy = 0;
  struct dirent *entry;
  while ((entry = readdir(threads))) {
    if (entry->d_name[0] == '.' || atol(entry->d_name) == self) continue;
    char state = state_of_thread(entry->d_name);
    busy += state == 'R' || state == 'D';
  }
  closedir(threads);
  return busy;
}
