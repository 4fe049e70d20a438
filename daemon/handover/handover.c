/* The two packages: which parts they have, what they say of themselves, what they are called. On the caller's thread. */
#include "handover/handover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handover/agency.h"
#include "handover/cells.h"

struct handover_kept {
    struct handover_kept *next;
    void *context;
    void (*done)(void *);
};

const char *handover_kind_name(enum handover_kind kind)
{
    return kind == HANDOVER_AGENCY ? "agency" : "school";
}

/* ---- parts */
void handover_parts_add(struct handover_parts *parts, const char *name,
                        int (*write)(void *arg, const char *path), void *arg, uint64_t about)
{
    parts->list = bytes_resize(parts->list, (parts->count + 1) * sizeof *parts->list);
    struct package_part *part = &parts->list[parts->count++];
    *part = (struct package_part){.write = write, .arg = arg, .about = about};
    if (strlen(name) >= sizeof part->name)
        abort();
    strcpy(part->name, name);
}

void handover_parts_keep(struct handover_parts *parts, void *context, void (*done)(void *))
{
    struct handover_kept *kept = bytes_alloc(sizeof *kept);
    *kept = (struct handover_kept){parts->kept, context, done};
    parts->kept = kept;
}

void handover_parts_done(struct handover_parts *parts)
{
    for (struct handover_kept *kept = parts->kept, *next; kept; kept = next) {
        next = kept->next;
        kept->done(kept->context);
        free(kept);
    }
    free(parts->list);
    *parts = (struct handover_parts){0};
}

int64_t handover_at(struct day *const days[], size_t n_days)
{
    int64_t at_us = 0;
    for (size_t i = 0; i < n_days; i++)
        if (day_facts(days[i])->at_us > at_us)
            at_us = day_facts(days[i])->at_us;
    return at_us;
}
