/* Inside of the day: how it is laid out. Only for day.c and day_rows.c. */
#ifndef HANDOVER_DAY_STATE_H
#define HANDOVER_DAY_STATE_H
#include "desk/directory.h"
#include "handover/day.h"

struct day_place { /* of a person in the order of day_people */
    struct person_id id;
    uint32_t unit, rank, arrival;
};
struct day {
    struct journal *journal; /* one read transaction */
    struct queue *queue;     /* at the position */
    struct directory *people;
    struct day_place *order;
    size_t n_people, people_capacity;
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

#endif
