/* Inside of the day: how it is laid out. Only for day.c and day_rows.c. */
#ifndef HANDOVER_DAY_STATE_H
#define HANDOVER_DAY_STATE_H
#include "desk/directory.h"
#include "handover/day.h"

struct day_place { /* of a person in the order of day_people */
    struct person_id id;
    uint32_t unit, rank, arrival;
};
enum day_mark { DAY_MARK_KEPT = 1, DAY_MARK_PAPER = 2 };
struct day_marks { /* of a lane's numbers: number n at n - 1 */
    char lane[LANE_NAME_MAX + 1];
    uint8_t *marks;
    size_t n_marks, capacity;
    uint32_t *
        codes; /* likewise: which capture code of the day the number was given for, from 1 in the order they came */
    size_t n_codes, codes_capacity;
};
struct day {
    struct journal *journal; /* one read transaction */
    struct queue *queue;     /* at the position */
    struct directory *people;
    struct day_place *order;
    size_t n_people, people_capacity;
    struct day_marks *lanes;
    size_t n_lanes;
    uint32_t n_capture_codes;
    struct unit_record *units;
    size_t n_units;
    struct day_facts facts;
    bool has_profile; /* the office wrote one */
    char *detail;
    /* of the row under way */
    struct person_record record;
    char reason[PLAIN_TEXT_MAX + 1];
    uint8_t payload[CREDENTIAL_MAX];
};

/* day_marks.c: what of a number stands in its entries only. */
void day_marks_take(struct day *, const struct queue_entry *);
unsigned day_marks_of(const struct day *, const struct ticket *); /* enum day_mark */
void day_marks_done(struct day *);

/* day_codes.c: somebody may have shown several codes (a bind joined them), and each number has its own. */
void day_codes_take(struct day *, const struct queue_entry *); /* after it was applied */
/* How many codes came before the number's among those of its person. */
size_t day_code_of(const struct day *, const struct ticket *, bool *ret_is_one_of_several);
struct day_marks *day_marks_lane(struct day *, const char *lane); /* added if there is none */

#endif
