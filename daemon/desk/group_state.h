/* Inside of the desk: a group of commands on its way to the disk, and the people in it. Writer's thread. */
#ifndef DESK_GROUP_STATE_H
#define DESK_GROUP_STATE_H
#include "desk/desk_state.h"

struct outcome {
    struct job *job;
    enum problem problem;
    bool created, replayed;
    struct ticket ticket, called; /* number 0: none. As they stood right after this command. */
    struct token_record token;
};

struct group {
    struct desk *desk;
    struct writer *writer;
    enum journal_fault fault;
    bool has_begun;
    struct outcome *outcomes;
    size_t n_outcomes;
    struct queue_entry *entries;
    size_t n_entries, entries_capacity;
    struct token_record *tokens; /* changed ones, to be made visible */
    size_t n_tokens;
    struct person_record *people; /* likewise */
    size_t n_people;
};

/* group.c */
bool group_is_sound(const struct group *);
void group_begin(struct group *); /* the transaction, once, before the first write */

/* group_people.c: who is meant, before the queue decides; and what is learnt of them, after. */
/* Fills the command's person and whether that person is bound. True when the credential was known. */
bool people_prepare_check_in(const struct group *, struct job *);
void people_of_check_in(struct group *, struct job *, bool was_known, enum queue_verdict);
/* Fills the command's person and bound as COMMAND_BIND wants them. */
void people_prepare_bind(const struct group *, struct job *);
/* Ties what was typed to this person. */
void people_bind(struct group *, struct job *, const struct person_id *);

#endif
