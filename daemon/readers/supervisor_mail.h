/* Check-ins of the readers on their way to the desk, and the answers on their way back: the desk answers on
 * its writer's thread, which must not wait, so an answer is put on a list and the supervisor's thread is
 * woken. */
#ifndef READERS_SUPERVISOR_MAIL_H
#define READERS_SUPERVISOR_MAIL_H
#include <pthread.h>

#include "desk/desk.h"

struct letter {
    struct letter *next;
    struct mail *mail;
    size_t reader;   /* which one asked ... */
    unsigned starts; /* ... and in which of its lives, so that no later process beeps for an earlier one */
    struct presentation presentation; /* what was presented */
    struct desk_answer answer;
};

struct mail {
    pthread_mutex_t lock;
    pthread_cond_t all_back;
    struct letter *first, **last; /* in the order the desk answered */
    size_t under_way;
    int wake_fd; /* readable when letters lie here, or after mail_wake() */
};

int mail_init(struct mail *);  /* 0 or -errno */
void mail_done(struct mail *); /* waits for every answer under way, then frees them all */

/* Takes nothing of the command. 0, or what desk_submit says. */
int mail_submit(struct mail *, struct desk *, const struct desk_command *, size_t reader, unsigned starts);
struct letter *mail_take(struct mail *); /* all that came, oldest first; each to letter_free() */
void letter_free(struct letter *);       /* wiped */
void mail_wake(struct mail *);           /* any thread */

#endif
