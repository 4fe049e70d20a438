/* What the two packages hold. The agency gets number, lane, times, medium, the code's payload and retakes; no name and no
 * student number unless the profile's agency_fields name them. The school gets number to student, and everything around it.
 * Of several days (lanes, rooms, campuses without a network between them) one package: rows say which event they are of,
 * nothing is renumbered. The same days at the same positions give the same bytes. */
#ifndef HANDOVER_HANDOVER_H
#define HANDOVER_HANDOVER_H
#include "handover/day.h"
#include "handover/package.h"

enum handover_kind { HANDOVER_AGENCY, HANDOVER_SCHOOL };
const char *handover_kind_name(enum handover_kind); /* "agency" "school" */

/* The parts of a package, to be given to package_write. They borrow the days. */
struct handover_parts {
    struct package_part *list;
    size_t count;
    struct handover_kept *kept; /* what the parts' write functions need */
};
/* `name` is a path in the package. */
void handover_parts_add(struct handover_parts *, const char *name, int (*write)(void *arg, const char *path),
                        void *arg, uint64_t about);
/* `context` is done with once the parts are. */
void handover_parts_keep(struct handover_parts *, void *context, void (*done)(void *));

/* At least one and at most MERGE_DAYS_MAX days. */
void handover_parts(enum handover_kind, struct day *const days[], size_t n_days, struct handover_parts *ret);
void handover_parts_done(struct handover_parts *);
/* The manifest's "about": kind, event, id, seq, head, created_at ... of each day. Nothing personal. */
json_t *handover_about(enum handover_kind, struct day *const days[], size_t n_days);
/* The time that a package of these days bears: that of the latest of their positions. */
int64_t handover_at(struct day *const days[], size_t n_days);
/* The package's name by the profile's package_name; free(). */
char *handover_name(enum handover_kind, struct day *const days[], size_t n_days);

#endif
