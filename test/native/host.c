/*
 * host <what>: a program with threads, locks, files and memory that forks leave out, which makes a copy of itself as Node
 * does, has it try something, and prints how it ended: the exit code, or minus the signal. For a C library that no Node
 * is at hand for.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "copy.h"

enum { HEAP_BYTES = 1 << 20, BYTE = 7, DONE = 3, WRONG = 4 };

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t free_one = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static sem_t started;
static char *heap;
static int out[2];

static void *hold(void *nothing) {
  pthread_mutex_lock(&held);
  sem_post(&started);
  for (;;) pause();
  return nothing;
}

static void *wait_for_condition(void *nothing) {
  pthread_mutex_lock(&free_one);
  sem_post(&started);
  for (;;) pthread_cond_wait(&condition, &free_one);
  return nothing;
}

static int heap_is_whole(void) {
  for (size_t i = 0; i < HEAP_BYTES; i += 4096) {
    if (heap[i] != BYTE) return 0;
  }
  return 1;
}

/* What the copy does; the answer is its exit code. */
static int try_out(const char *what) {
  if (strcmp(what, "memory") == 0) return heap_is_whole() ? DONE : WRONG;
  if (strcmp(what, "held mutex") == 0) return pthread_mutex_lock(&held) == 0 ? WRONG : DONE;
  if (strcmp(what, "free mutex") == 0) {
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    return pthread_mutex_lock(&own) == 0 && pthread_mutex_unlock(&own) == 0 ? DONE : WRONG;
  }
  if (strcmp(what, "read lock") == 0) return pthread_rwlock_rdlock(&lock) == 0 ? DONE : WRONG;
  if (strcmp(what, "write lock") == 0) return pthread_rwlock_wrlock(&lock) == 0 ? DONE : WRONG;
  if (strcmp(what, "semaphore") == 0) return sem_wait(&semaphore) == 0 ? WRONG : DONE;
  if (strcmp(what, "condition") == 0) {
    for (int i = 0; i < 100; i++) pthread_cond_signal(&condition);
    return pthread_cond_broadcast(&condition) == 0 ? DONE : WRONG;
  }
  if (strcmp(what, "fault") == 0) return *(volatile char *)8;
  if (strcmp(what, "file") == 0) return write(out[1], "x", 1) == 1 ? DONE : WRONG;
  return WRONG;
}

static void stop_here(void) {
  perror("host");
  exit(2);
}

/* What another fork would leave out is still left out: it ends by the signal of a fault. */
static int is_left_out_again(void) {
  pid_t child = fork();
  if (child == 0) _exit(heap_is_whole() ? DONE : WRONG);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

int main(int count, char **words) {
  if (count != 2) return 2;
  heap = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (heap == MAP_FAILED || madvise(heap, HEAP_BYTES, MADV_DONTFORK) != 0 || pipe(out) != 0) stop_here();
  memset(heap, BYTE, HEAP_BYTES);
  sem_init(&semaphore, 0, 0);
  sem_init(&started, 0, 0);
  pthread_t threads[2];
  if (pthread_create(&threads[0], NULL, hold, NULL) != 0) stop_here();
  if (pthread_create(&threads[1], NULL, wait_for_condition, NULL) != 0) stop_here();
  for (int i = 0; i < 2; i++) sem_wait(&started);
  pthread_mutex_lock(&free_one); /* the other one waits now */
  pthread_mutex_unlock(&free_one);

  /* Node calls these; their addresses are taken from the tables of whoever does. */
  if (pthread_mutex_trylock(&free_one) == 0) pthread_mutex_unlock(&free_one);
  if (pthread_rwlock_tryrdlock(&lock) == 0) pthread_rwlock_unlock(&lock);
  if (pthread_rwlock_trywrlock(&lock) == 0) pthread_rwlock_unlock(&lock);
  sem_trywait(&semaphore);

  struct copy_limits limits = {1 << 28, 10, 10};
  pid_t copy = fork_copy(&limits);
  if (copy == 0) syscall(SYS_exit_group, try_out(words[1]));
  if (copy < 0) return 2;
  int status = 0;
  while (waitpid(copy, &status, __WALL) < 0) continue;
  char received;
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  if (read(out[0], &received, 1) > 0) return 2;
  if (!is_left_out_again()) return 2;
  printf("%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 0;
}
