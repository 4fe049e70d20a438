/* Inside of the desk: who is meant by what was presented, and what is known of that person. Reads only; any thread that
 * may read the directory and the queue given.
 *
 * One human at two degree levels (硕博连读) is two people of the roster. The digest of a number names the first of them;
 * each further one has a level key, the digest of number and level. */
#ifndef DESK_LOOKUP_H
#define DESK_LOOKUP_H
#include "desk/directory.h"
#include "desk/list.h"

struct lookup {
    const struct directory *directory;
    const struct queue *queue;
    const struct journal_keys *keys;
    const struct list_slot *slots;
    size_t n_slots;
};

enum { FAMILY_MAX = DEGREE_COUNT + 1 };
/* Everybody whom a number names, at whatever level. Returns how many. */
size_t lookup_family(const struct lookup *, enum credential_kind, const char *number,
                     struct person_id ret_people[static FAMILY_MAX]);
void lookup_level_digest(const struct lookup *, enum credential_kind, const char *number, enum degree,
                         uint8_t ret_digest[static DIGEST_SIZE]);

/* What was presented, and as whom it would be kept if nobody is known by it. */
struct presented {
    const struct person_record *fresh;
    const struct credential_record *credential, *second; /* as in struct job */
    enum degree level;                                   /* asked for */
};
struct who {
    struct person_id person; /* as known, else the fresh id */
    struct person_id other;  /* somebody else whom the numbers name, too; none: nobody */
    bool is_known, is_ambiguous,
        is_other_level; /* is_other_level: known, though not at the level asked for */
};
void lookup_who(const struct lookup *, const struct presented *, struct who *ret);

/* What the queue asks about somebody at a lane at a time. */
void lookup_facts(const struct lookup *, const struct person_id *, bool is_ambiguous, const char *lane,
                  int64_t at_us, struct queue_facts *ret);
/* The member of a unit who should come next: without a number, not absent, to be photographed. The first such after the
 * highest rank that has come, and when that was the last one, the first of those who were left out. NULL: nobody;
 * ret_rank may be NULL. */
const struct person_id *lookup_next(const struct lookup *, uint32_t unit, uint32_t *ret_rank);
/* Somebody whom the school expects: on the roster, neither excluded nor captured before. */
bool person_is_expected(const struct person_facts *);

#endif
