/* Makes a forked copy, in which only one thread lives on, end where it would wait for one of the others. */
#ifndef LEAKWATCH_LOCKS_H
#define LEAKWATCH_LOCKS_H

/* Only for the copy. `give_up` does not return; answers 0, or -1 where the calls could not be found. */
int never_wait(void (*give_up)(void));

#endif
