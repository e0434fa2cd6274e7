/* Forks a copy of this process that can do nothing to the outside but write its snapshot. */
#ifndef LEAKWATCH_COPY_H
#define LEAKWATCH_COPY_H

#include <sys/types.h>

/* How a copy that did not finish its work exits; smaller codes are those of its own caller. */
enum copy_exit {
  COPY_WAITED = 240,     /* it came to wait for a thread that it does not have */
  COPY_FAULTED = 241,    /* it met memory that it does not have, or the engine gave up */
  COPY_ORPHANED = 242,   /* its parent had ended */
  COPY_UNPREPARED = 243, /* it could not shut itself off */
};

struct copy_limits {
  /* What it may take beyond what it has. */
  double memory_bytes;
  unsigned cpu_seconds;
  unsigned wall_seconds;
};

/*
 * Answers the copy's process id, 0 in the copy itself, or a negative errno where none was made. The parent gets no
 * SIGCHLD when it ends: it is asked after with waitpid's __WALL.
 */
pid_t fork_copy(const struct copy_limits *limits);

/* How many other threads of this process are running or about to, which may hold locks; -1 where that is not told. */
int count_busy_threads(void);

#endif
