/* For a reader run by hand: the work is done by a child, because a confined process cannot open its device again. When
 * the child ends with READER_EXIT_LOST another one takes its place. paihaod's supervisor does the same for the readers
 * of its configuration. */
#ifndef READERS_READER_KEEPER_H
#define READERS_READER_KEEPER_H
#include "readers/reader_driver.h"
#include <stdbool.h>

/* The device was lost, or does not answer any more: start me again. Not an error. */
enum { READER_EXIT_LOST = 4 };

/* `work` gives the exit status of the child; is_again: the device has been lost before. Returns the status of the last
 * child; one that was killed by a signal takes this process with it in the same way. SIGINT, SIGTERM and SIGHUP must be
 * blocked. */
int reader_keeper_run(int (*work)(const struct reader_options *, bool is_again),
                      const struct reader_options *);

#endif
