/* `paihao rehearse`: a whole day at the door without hardware, for training staff and for tests. The daemon,
 * the drivers, libnfc, the database and the pages are the real ones; the readers, the cards and the people
 * are not. */
#ifndef REHEARSAL_REHEARSE_H
#define REHEARSAL_REHEARSE_H

/* argv[0] is "rehearse". Options: --people N, --pace SECONDS, --seed S, --line K, --photographer, --port N,
 * --keep,
 * --exit-after-people, --fast, --help. Returns the process's exit code: 0 done, 1 somebody got no number or
 * two, 2 usage, 3 a program could not run or died. Blocks SIGINT, SIGTERM and SIGHUP for good. */
int rehearse_main(int argc, char **argv);

#endif
