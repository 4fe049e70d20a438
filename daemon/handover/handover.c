/* The two packages: which parts they have, what they say of themselves, what they are called. On the caller's thread. */
#include "handover/handover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/profile_names.h"
#include "handover/agency.h"
#include "handover/cells.h"
#include "handover/school.h"

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

void handover_parts(enum handover_kind kind, struct day *const days[], size_t n_days,
                    struct handover_parts *ret)
{
    *ret = (struct handover_parts){0};
    if (kind == HANDOVER_AGENCY)
        agency_parts(days, n_days, ret);
    else
        school_parts(days, n_days, ret);
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

/* ---- what a package says of itself */
static json_t *about_day(const struct day_facts *facts)
{
    char at[CLOCK_TEXT_SIZE], created[CLOCK_TEXT_SIZE];
    cell_utc(facts->at_us, at);
    cell_utc(facts->created_us, created);
    json_t *about =
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:b}", "event", facts->event, "id", facts->id,
                  "profile", facts->profile_name, "seq", (json_int_t)facts->seq, "head", facts->head, "at",
                  at, "created_at", created, "is_closed", (int)facts->is_closed);
    if (!about)
        abort(); /* the journal's texts are UTF-8 */
    return about;
}

json_t *handover_about(enum handover_kind kind, struct day *const days[], size_t n_days)
{
    json_t *events = json_array();
    for (size_t i = 0; i < n_days; i++)
        json_array_append_new(events, about_day(day_facts(days[i])));
    json_t *about = json_pack("{s:s, s:o}", "kind", handover_kind_name(kind), "events", events);
    if (!about)
        abort();
    return about;
}

/* Of several days the latest one's profile names the package; the position is the sum of theirs, so that it grows with each. */
char *handover_name(enum handover_kind kind, struct day *const days[], size_t n_days)
{
    const struct day_facts *facts = day_facts(days[0]);
    uint64_t seq = 0;
    for (size_t i = 0; i < n_days; i++) {
        seq += day_facts(days[i])->seq;
        if (day_facts(days[i])->at_us > facts->at_us)
            facts = day_facts(days[i]);
    }
    const struct profile *profile = &facts->profile;
    char position[24], year[CELL_LOCAL_SIZE];
    snprintf(position, sizeof position, "%" PRIu64, seq);
    cell_local(facts->created_us, year);
    year[4] = '\0';
    if (profile->year)
        snprintf(year, sizeof year, "%" PRIu32, profile->year);
    const union name_value values[PACKAGE_FIELD_COUNT] = {
        [PACKAGE_EVENT] = {.text = facts->event},
        [PACKAGE_KIND] = {.text = handover_kind_name(kind)},
        [PACKAGE_DATE] = {.utc_us = facts->at_us},
        [PACKAGE_TIME] = {.utc_us = facts->at_us},
        [PACKAGE_SEQ] = {.text = position},
        [PACKAGE_SCHOOL] = {.text = *profile->school ? profile->school : facts->event},
        [PACKAGE_YEAR] = {.text = year},
        [PACKAGE_PROFILE] = {.text = facts->profile_name},
    };
    struct name_template template;
    const char *text = *profile->package_name ? profile->package_name : PROFILE_PACKAGE_NAME;
    if (profile_template_compile(PROFILE_NAMES_PACKAGE, text, &template, NULL) != 0)
        profile_template_compile(PROFILE_NAMES_PACKAGE, PROFILE_PACKAGE_NAME, &template, NULL);
    return name_template_file(&template, values, NULL);
}
