/* Which parts of this process's memory a fork would leave out. */
#ifndef LEAKWATCH_RANGES_H
#define LEAKWATCH_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct range {
  uintptr_t start;
  uintptr_t end;
};

struct ranges {
  struct range *items;
  size_t count;
};

/*
 * Lists the ranges that are marked MADV_DONTFORK, in ascending order and joined where they touch. The list lies in
 * memory of its own: free_ranges() gives it back. Answers 0, or a negative errno.
 */
int find_unforkable(struct ranges *found);

void free_ranges(struct ranges *ranges);

/* Gives each range the advice; what the kernel refuses, device memory for one, is removed from the list. */
void advise_ranges(struct ranges *ranges, int advice);

#endif
