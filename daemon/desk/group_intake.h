/* Inside of the desk: a list on its way in, row by row. Writer's thread.
 *
 * A rehearsal goes the same way over a group of its own, whose news nobody merges: it decides like the import, so it says
 * what the import would do, and it writes nothing. */
#ifndef DESK_GROUP_INTAKE_H
#define DESK_GROUP_INTAKE_H
#include "desk/group_state.h"
#include "desk/list_finding.h"

struct intake {
    struct group *group; /* of a rehearsal: one of its own */
    const struct queue_command *like;
    const struct desk_list *list;
    const struct list_person *row; /* in hand */
    struct list_result *result;
    struct list_findings *findings;
    bool is_rehearsal;
    struct person_id *met; /* replacing: whoever the list names */
    size_t n_met, met_capacity;
};

/* Everybody who goes by the row's numbers: by the ID number, and by the student number. */
struct family {
    struct person_id people[2 * FAMILY_MAX];
    size_t count;
    bool is_of_two; /* both numbers are known, and no one goes by both */
};
void family_of_row(const struct intake *, struct family *ret);
enum match { MATCH_NONE, MATCH_ONE, MATCH_UNCLEAR };
/* Whom the row means; MATCH_UNCLEAR has been told. */
enum match match_row(struct intake *, const struct family *, struct person_id *ret);

void intake_tell(struct intake *, enum list_trouble);
void intake_look(const struct intake *, struct lookup *ret);
/* A record of the row's own, nobody's yet; and what the row says of who somebody is: true when that is news. */
void intake_start_person(struct person_record *ret);
bool intake_take_identity(struct person_record *, const struct list_person *row);
bool intake_take_text(char *ret_field, size_t size, const char *news);
void intake_write_person(struct intake *, const struct person_record *);
void intake_store(struct intake *, const struct person_record *); /* and what the person goes by */

/* group_marks.c: rows of exclusions, earlier captures and payments */
void intake_mark(struct intake *);
void intake_payment(struct intake *);
/* Whoever has the mark and is not named in the list loses it. */
void intake_lift_marks(struct intake *);

#endif
