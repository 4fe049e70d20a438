/* Lists as the office hands them in, checked already by who read them: people, exclusions, earlier captures, payments,
 * and the schedule's slots. The desk stores a list whole or not at all. */
#ifndef DESK_LIST_H
#define DESK_LIST_H
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "desk/list_finding.h"
#include "identity/degree.h"
#include "identity/medium.h"

enum list_kind {
    LIST_PEOPLE =
        1,         /* the roster: adds and updates, never takes away; a ticket stays whoever it belongs to */
    LIST_EXCLUDED, /* people who are not photographed here; a reason in `note` */
    LIST_CAPTURED, /* photographed before at `level` (DEGREE_NONE: at every level) */
    LIST_PAID,     /* paid already: amount_fen, method */
    LIST_SCHEDULE,
};
const char *list_kind_name(enum list_kind);       /* "people" "excluded" "captured" "paid" "schedule" */
enum list_kind list_kind_from_name(const char *); /* 0: unknown */

enum { CAMPUS_MAX = 60, NOTE_MAX = 120, METHOD_MAX = 16 };
struct list_person { /* "" or 0 for what the list does not say; an ID number or a student number is there */
    char name[PERSON_NAME_MAX + 1], id_number[ID_NUMBER_LENGTH + 1], student_no[STUDENT_NO_MAX + 1];
    char passport[STUDENT_NO_MAX + 1];              /* its number; lists do not say of which state */
    char college[UNIT_MAX + 1], unit[UNIT_MAX + 1]; /* unit: the class; with none, the college is the unit */
    char campus[CAMPUS_MAX + 1], note[NOTE_MAX + 1], method[METHOD_MAX + 1];
    enum degree level;
    uint32_t amount_fen;
    uint32_t row; /* of the file, for messages */
};
/* A stretch of time that is a unit's in a lane, after a college's own division has won over the school's table. */
struct list_slot {
    char lane[LANE_NAME_MAX + 1];
    int64_t start_us, end_us; /* UTC */
    char unit[UNIT_MAX + 1];  /* a class or a college, by its name; "" with a level: all of that level */
    enum degree level;        /* DEGREE_NONE: any */
};
struct desk_list {
    enum list_kind kind;
    struct list_person *people;
    size_t n_people;
    struct list_slot *slots;
    size_t n_slots;
    char *document;      /* LIST_SCHEDULE: its canonical text, for the pages; else NULL */
    char digest[32 + 1]; /* hexadecimal BLAKE2b-128 of the file's bytes */
    bool is_preview;     /* says what would happen row by row, stores nothing */
    bool
        accepts_good; /* stores the good rows although others have errors; else such a list is IMPORT_REFUSED */
    bool
        replaces; /* LIST_EXCLUDED, LIST_CAPTURED: whoever is not in it loses the mark. Not with accepts_good */
    struct list_findings
        *findings; /* borrowed until the answer; NULL: not wanted. Empty when the answer is replayed */
};
void desk_list_free(struct desk_list *); /* wipes it; NULL is fine */
/* Every value is one that can be stored: kinds, levels, slots that end after they begin, texts that fit. */
enum { DOCUMENT_MAX = 4 << 20 }; /* bytes */
bool desk_list_is_sound(const struct desk_list *);

#endif
