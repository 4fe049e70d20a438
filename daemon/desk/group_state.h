/* Inside of the desk: a group of commands on its way to the disk, and the people in it. Writer's thread. */
#ifndef DESK_GROUP_STATE_H
#define DESK_GROUP_STATE_H
#include "desk/desk_state.h"
#include "desk/lookup.h"

struct outcome {
    struct job *job;
    enum problem problem;
    bool created, replayed, is_alarm, is_unchanged;
    struct ticket ticket, called; /* number 0: none. As they stood right after this command. */
    struct token_record token;
    uint32_t could_override, blocked, warnings, next_number;
    int32_t difference;
    uint32_t who;
    struct list_result list;
};

struct group {
    struct desk *desk;
    struct writer *writer;
    enum journal_fault fault;
    bool has_begun;
    bool is_trial; /* nothing is written: `deciding` and `news` are private, and thrown away (desk/trial.h) */
    struct outcome *outcomes;
    size_t n_outcomes;
    struct queue_entry *entries;
    size_t n_entries, entries_capacity;
    struct token_record *tokens; /* changed ones, to be made visible */
    size_t n_tokens;
    struct directory *news;  /* people, credentials and units, over the desk's directory; NULL: none yet */
    struct list_slot *slots; /* the new schedule */
    size_t n_slots;
    bool has_slots, has_lists; /* has_lists: lists, payments or the roll changed: open pages look again */
    struct stored_document *documents;
};

/* group.c */
bool group_is_sound(const struct group *); /* to be written to: never of a trial */
void group_begin(struct group *);          /* the transaction, once, before the first write */
/* Applies the entry to the writer's state and writes it, with every ticket it changes. */
void group_append(struct group *, struct queue_entry *);
/* Decides and appends; what is learnt of people is the caller's. */
enum queue_verdict group_decide(struct group *, struct queue_command *, struct queue_decision *ret);
/* What the verdict means to whoever asked. */
void group_settle(struct group *, struct outcome *, const struct queue_decision *);
void group_keep_answer(struct group *, const struct outcome *, enum queue_verdict);
/* One queue command in a trial, decided and applied as the writer would. Any thread; `lock` held. */
void group_try(struct group *, struct job *, struct outcome *ret);

/* group_people.c: who is meant, before the queue decides; and what is learnt of them, after. */
void group_look(const struct group *, struct lookup *ret); /* as this group has left things so far */
struct directory *group_news(struct group *);
void group_write_person(struct group *, const struct person_record *);
void group_write_credential(struct group *, const struct credential_record *, const struct person_id *,
                            const uint8_t *payload, size_t payload_size);
/* Fills the command's person and facts. True when the person was known. */
bool people_prepare_check_in(const struct group *, struct job *);
void people_of_check_in(struct group *, struct job *, bool was_known, enum queue_verdict);
/* Fills the command's person, other, bound, name_differs, text and facts as COMMAND_BIND wants them. */
void people_prepare_bind(const struct group *, struct job *);
/* Ties what was typed to this person, and whatever was read from `before`. */
void people_bind(struct group *, struct job *, const struct person_id *before,
                 const struct person_id *person);

/* ledger_view.c: what the queue asks of the ledger, as this group has left things so far */
void group_take_open_lines(const struct group *, struct queue_command *); /* session and event close */
bool group_take_difference(const struct group *,
                           struct queue_command *); /* ledger-sign. False: no such line */

/* group_tokens.c, group_office.c, group_lists.c: commands of their own */
void group_token_create(struct group *, struct outcome *);
void group_token_revoke(struct group *, struct outcome *);
void group_pair(struct group *, struct outcome *);
void group_tokens_seen(struct group *);
void group_rules(struct group *, struct outcome *);
void group_payment(struct group *, struct outcome *);
void group_roll(struct group *, struct outcome *);
void group_list(struct group *, struct outcome *);
void group_ledger_sign(struct group *, struct outcome *);
/* An entry that vouches for the text, and the text. Does nothing with the same one again. */
void group_put_document(struct group *, struct queue_command *like, const char *kind, const char *text);

#endif
