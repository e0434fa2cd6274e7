/*
 * V8 marks its heap MADV_DONTFORK (Node 20.5, V8_ENABLE_PRIVATE_MAPPING_FORK_OPTIMIZATION), so a forked copy would have
 * none. /proc/self/smaps knows the marks, but reading it walks every page of the process: 45 ms for a heap of 1 GB.
 * Instead a copy is forked that has only what is not marked, which is quick for that very reason, and is asked which
 * ranges it has: the marked ones are those it misses.
 */
#define _GNU_SOURCE
#include "ranges.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel allows a process 65,530 mappings unless told otherwise. What is not touched takes no memory. */
#define MOST_RANGES (1u << 18)

struct listing {
  size_t count;
  int error;
  struct range items[MOST_RANGES];
};

static struct listing *new_listing(int sharing) {
  void *memory = mmap(NULL, sizeof(struct listing), PROT_READ | PROT_WRITE,
                      sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/* Reads the `start-end` that each line of /proc/self/maps begins with; allocates nothing. */
static void list_mappings(struct listing *list) {
  list->count = 0;
  list->error = 0;
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    list->error = errno;
    return;
  }
  char buffer[16384];
  enum { START, END, REST } part = START;
  struct range range = {0, 0};
  ssize_t length;
  while ((length = read(file, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < length; i++) {
      char c = buffer[i];
      int digit = hex_digit(c);
      if (part == START && digit >= 0) range.start = range.start << 4 | (uintptr_t)digit;
      else if (part == START) part = END;
      else if (part == END && digit >= 0) range.end = range.end << 4 | (uintptr_t)digit;
      else if (part == END) part = REST;
      if (c != '\n') continue;
      if (list->count == MOST_RANGES) {
        list->error = E2BIG;
        break;
      }
      list->items[list->count++] = range;
      range = (struct range){0, 0};
      part = START;
    }
  }
  if (length < 0) list->error = errno;
  close(file);
}

/* Has a copy of this process list its mappings; this thread stands still meanwhile. */
static int list_mappings_of_copy(struct listing *shared) {
  shared->error = ECHILD;
  pid_t copy = (pid_t)syscall(SYS_clone, CLONE_VFORK, NULL, NULL, NULL, NULL);
  if (copy == 0) {
    list_mappings(shared);
    syscall(SYS_exit_group, 0);
  }
  if (copy < 0) return errno;
  while (waitpid(copy, NULL, __WALL) < 0 && errno == EINTR) continue;
  return shared->error;
}

/* Keeps of the first list what no range of the second overlaps, and joins what touches. Both are ascending. */
static size_t keep_missing(struct listing *all, const struct listing *present) {
  size_t kept = 0;
  size_t at = 0;
  for (size_t i = 0; i < all->count; i++) {
    struct range range = all->items[i];
    while (at < present->count && present->items[at].end <= range.start) at++;
    if (at < present->count && present->items[at].start < range.end) continue;
    if (kept > 0 && all->items[kept - 1].end == range.start) all->items[kept - 1].end = range.end;
    else all->items[kept++] = range;
  }
  return kept;
}

int find_unforkable(struct ranges *found) {
  struct listing *all = new_listing(MAP_PRIVATE);
  struct listing *copied = new_listing(MAP_SHARED);
  int error = all && copied ? 0 : ENOMEM;
  if (!error) {
    list_mappings(all);
    error = all->error;
  }
  if (!error) error = list_mappings_of_copy(copied);
  if (!error) *found = (struct ranges){all->items, keep_missing(all, copied)};
  if (copied) munmap(copied, sizeof *copied);
  if (error && all) munmap(all, sizeof *all);
  return -error;
}

void free_ranges(struct ranges *ranges) {
  char *items = (char *)ranges->items;
  munmap(items - offsetof(struct listing, items), sizeof(struct listing));
}

void advise_ranges(struct ranges *ranges, int advice) {
  size_t kept = 0;
  for (size_t i = 0; i < ranges->count; i++) {
    struct range range = ranges->items[i];
    if (madvise((void *)range.start, range.end - range.start, advice) == 0) ranges->items[kept++] = range;
  }
  ranges->count = kept;
}
