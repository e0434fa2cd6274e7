/*
 * A copy has the locks of all threads but only one of the threads. V8 and libuv wait for the others by calls into the C
 * library, and such calls go through a table of each loaded object (the global offset table), whose entries are replaced
 * here, in the copy alone: telling a thread something is done at once, for nobody hears it (glibc would wait for waiters
 * that died to leave: pthread_cond_signal never returns then), and what would wait gives up, so that another copy is
 * made at a better moment instead of one that hangs.
 */
#define _GNU_SOURCE
#include "locks.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define IS_CALL_ENTRY(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT)
#elif defined(__aarch64__)
#define IS_CALL_ENTRY(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT)
#else
#error "only x64 and arm64"
#endif

/* Of the kernel's <linux/futex.h>, which not every C library's headers bring along. */
enum { FUTEX_WAITS = 0, FUTEX_WAITS_FOR_BITS = 9, FUTEX_COMMANDS = 127 };

static void (*give_up_now)(void);

/* The library's own, taken from the tables: naming them here would tie this binary to glibc 2.34, where they moved. */
static int (*real_mutex_trylock)(pthread_mutex_t *);
static int (*real_rwlock_tryrdlock)(pthread_rwlock_t *);
static int (*real_rwlock_trywrlock)(pthread_rwlock_t *);
static int (*real_sem_trywait)(sem_t *);

static int had(int error) {
  if (error) give_up_now();
  return 0;
}

static int tell_nobody(void *condition) {
  (void)condition;
  return 0;
}

static int wait_in_vain(void) {
  give_up_now();
  return EDEADLK;
}

static int lock_mutex(pthread_mutex_t *mutex) {
  return had(real_mutex_trylock(mutex));
}

static int lock_to_read(pthread_rwlock_t *lock) {
  return had(real_rwlock_tryrdlock(lock));
}

static int lock_to_write(pthread_rwlock_t *lock) {
  return had(real_rwlock_trywrlock(lock));
}

static int take_semaphore(sem_t *semaphore) {
  return had(real_sem_trywait(semaphore));
}

/* Locks that are built on the kernel's futex, without the C library. */
static long call_system(long number, ...) {
  long given[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) given[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex) {
    int command = (int)given[1] & FUTEX_COMMANDS;
    if (command == FUTEX_WAITS || command == FUTEX_WAITS_FOR_BITS) give_up_now();
  }
  return syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

static const struct {
  const char *name;
  void *instead;
} REPLACED[] = {
    {"pthread_cond_signal", tell_nobody},
    {"pthread_cond_broadcast", tell_nobody},
    {"pthread_cond_wait", wait_in_vain},
    {"pthread_cond_timedwait", wait_in_vain},
    {"pthread_cond_clockwait", wait_in_vain},
    {"pthread_join", wait_in_vain},
    {"pthread_barrier_wait", wait_in_vain},
    {"pthread_mutex_lock", lock_mutex},
    {"pthread_rwlock_rdlock", lock_to_read},
    {"pthread_rwlock_wrlock", lock_to_write},
    {"sem_wait", take_semaphore},
    {"sem_timedwait", wait_in_vain},
    {"sem_clockwait", wait_in_vain},
    {"syscall", call_system},
};

static const struct {
  const char *name;
  void **real;
} NEEDED[] = {
    {"pthread_mutex_trylock", (void **)&real_mutex_trylock},
    {"pthread_rwlock_tryrdlock", (void **)&real_rwlock_tryrdlock},
    {"pthread_rwlock_trywrlock", (void **)&real_rwlock_trywrlock},
    {"sem_trywait", (void **)&real_sem_trywait},
};

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

/* What is done with an entry of a table: the name of a function and the place of its address. */
typedef void visit_entry(const char *name, void **place);

static void note_real(const char *name, void **place) {
  for (size_t i = 0; i < LENGTH(NEEDED); i++) {
    if (strcmp(name, NEEDED[i].name) == 0 && *place) *NEEDED[i].real = *place;
  }
}

static void replace(const char *name, void **place) {
  for (size_t i = 0; i < LENGTH(REPLACED); i++) {
    if (strcmp(name, REPLACED[i].name) != 0) continue;
    /* The table is read-only once the program is linked (RELRO). */
    uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *page = (void *)((uintptr_t)place & ~(page_bytes - 1));
    if (mprotect(page, page_bytes, PROT_READ | PROT_WRITE) != 0) give_up_now();
    *place = REPLACED[i].instead;
  }
}

struct dynamic_part {
  const ElfW(Sym) * symbols;
  const char *names;
  const ElfW(Rela) * tables[2];
  size_t table_bytes[2];
};

/* glibc has turned the addresses of the dynamic section into real ones, musl has not. */
static const void *address_in(const struct dl_phdr_info *object, ElfW(Addr) value) {
  return (const void *)(value < object->dlpi_addr ? object->dlpi_addr + value : value);
}

static struct dynamic_part dynamic_part_of(const struct dl_phdr_info *object) {
  struct dynamic_part part = {0};
  const ElfW(Dyn) *entry = NULL;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
      entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
  }
  for (; entry && entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_SYMTAB) part.symbols = address_in(object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_STRTAB) part.names = address_in(object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_JMPREL) part.tables[0] = address_in(object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_PLTRELSZ) part.table_bytes[0] = entry->d_un.d_val;
    if (entry->d_tag == DT_RELA) part.tables[1] = address_in(object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_RELASZ) part.table_bytes[1] = entry->d_un.d_val;
  }
  return part;
}

static int contains(const struct dl_phdr_info *object, const void *address) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    ElfW(Addr) start = object->dlpi_addr + segment->p_vaddr;
    ElfW(Addr) at = (ElfW(Addr))address;
    if (segment->p_type == PT_LOAD && at >= start && at < start + segment->p_memsz) return 1;
  }
  return 0;
}

static int visit_object(struct dl_phdr_info *object, size_t size, void *visit) {
  (void)size;
  if (contains(object, REPLACED)) return 0; /* this addon calls the real ones */
  struct dynamic_part part = dynamic_part_of(object);
  if (!part.symbols || !part.names) return 0;
  for (int t = 0; t < 2; t++) {
    size_t count = part.tables[t] ? part.table_bytes[t] / sizeof(ElfW(Rela)) : 0;
    for (size_t i = 0; i < count; i++) {
      const ElfW(Rela) *entry = &part.tables[t][i];
      if (!IS_CALL_ENTRY(ELF64_R_TYPE(entry->r_info))) continue;
      const char *name = part.names + part.symbols[ELF64_R_SYM(entry->r_info)].st_name;
      (*(visit_entry **)visit)(name, (void **)(object->dlpi_addr + entry->r_offset));
    }
  }
  return 0;
}

static void visit_all(visit_entry *visit) {
  dl_iterate_phdr(visit_object, &visit);
}

int never_wait(void (*give_up)(void)) {
  give_up_now = give_up;
  visit_all(note_real);
  for (size_t i = 0; i < LENGTH(NEEDED); i++) {
    if (*NEEDED[i].real == NULL) return -1;
  }
  visit_all(replace);
  return 0;
}
