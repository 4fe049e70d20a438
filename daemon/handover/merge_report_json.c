/* The report of a merge for machines. On the caller's thread. */
#include <stdlib.h>
#include <string.h>

#include "handover/cells.h"
#include "handover/merge_report_state.h"

static json_t *sure(json_t *json)
{
    if (!json)
        abort(); /* no memory: the texts of a journal are UTF-8 */
    return json;
}

static json_t *source_json(const char *id, const char *head, uint64_t seq, int64_t at_us)
{
    char at[CLOCK_TEXT_SIZE];
    cell_utc(at_us, at);
    return sure(json_pack("{s:s, s:I, s:s, s:s}", "id", id, "seq", (json_int_t)seq, "head", head, "at", at));
}

static json_t *events_json(const struct merge_report *report)
{
    json_t *list = sure(json_array());
    for (size_t i = 0; i < report->n_days; i++) {
        const struct day_facts *facts = day_facts(report->days[i]);
        const struct queue *queue = day_queue(report->days[i]);
        uint64_t issued = 0, shot = 0;
        for (size_t lane = 0; lane < queue_lane_count(queue); lane++) {
            issued += queue_lane_at(queue, lane)->counts.issued;
            shot += queue_lane_at(queue, lane)->counts.shot;
        }
        json_t *event = source_json(facts->id, facts->head, facts->seq, facts->at_us);
        json_object_set_new(event, "event", sure(json_string(facts->event)));
        json_object_set_new(event, "issued", json_integer((json_int_t)issued));
        json_object_set_new(event, "shot", json_integer((json_int_t)shot));
        json_array_append_new(list, event);
    }
    return list;
}

static json_t *left_out_json(const struct merge_report *report)
{
    json_t *list = sure(json_array());
    for (size_t i = 0; i < report->n_left_out; i++) {
        const struct merge_left_out *copy = &report->left_out[i];
        json_array_append_new(list, source_json(copy->id, copy->head, copy->seq, copy->at_us));
    }
    return list;
}

/* ---- labels that more than one event has */
static uint32_t issued_there(const struct day *day, const struct queue_lane *lane, const char *label)
{
    char other[TICKET_LABEL_SIZE];
    const struct queue_lane *there = queue_lane(day_queue(day), lane->name);
    ticket_label(&queue_event(day_queue(day))->rules, lane->name, 1, other);
    return there && strcmp(label, other) == 0 ? there->counts.issued : 0;
}

/* Of each two events and lane: as far as both have come. */
static void add_shared(const struct merge_report *report, size_t one, size_t other, json_t *list)
{
    char first[TICKET_LABEL_SIZE], last[TICKET_LABEL_SIZE];
    const struct queue *queue = day_queue(report->days[one]);
    const struct queue_rules *rules = &queue_event(queue)->rules;
    for (size_t i = 0; i < queue_lane_count(queue); i++) {
        const struct queue_lane *lane = queue_lane_at(queue, i);
        ticket_label(rules, lane->name, 1, first);
        const uint32_t there = issued_there(report->days[other], lane, first);
        const uint32_t shared = there < lane->counts.issued ? there : lane->counts.issued;
        if (!shared)
            continue;
        ticket_label(rules, lane->name, shared, last);
        json_array_append_new(
            list, sure(json_pack("{s:[I,I], s:s, s:s, s:s}", "events", (json_int_t)one, (json_int_t)other,
                                 "lane", lane->name, "first", first, "last", last)));
    }
}

static json_t *shared_json(const struct merge_report *report)
{
    json_t *list = sure(json_array());
    for (size_t one = 0; one < report->n_days; one++)
        for (size_t other = one + 1; other < report->n_days; other++)
            add_shared(report, one, other, list);
    return list;
}

/* ---- people */
struct people {
    const struct merge_report *report;
    json_t *list;
};

static json_t *member_json(const struct merge_report *report, const struct merge_elsewhere *member)
{
    struct member_texts texts;
    char shot[CLOCK_TEXT_SIZE];
    merge_report_member(report, member, &texts);
    cell_utc(texts.shot_us, shot);
    json_t *json = sure(json_pack("{s:I}", "event", (json_int_t)member->day));
    if (member->ticket)
        json_object_update_new(json, sure(json_pack("{s:s, s:s, s:s, s:s}", "number", texts.label, "lane",
                                                    texts.lane, "state", texts.state, "shot_at", shot)));
    if (report->kind == HANDOVER_SCHOOL) {
        struct day_person person;
        day_person(report->days[member->day], &member->id, &person);
        json_object_update_new(json, sure(json_pack("{s:s, s:s, s:s}", "student_no", person.student_no,
                                                    "name", person.name, "unit", person.unit)));
    }
    return json;
}

static int add_person(void *arg, enum merge_case which, const struct merge_elsewhere *members,
                      size_t n_members)
{
    const struct people *people = arg;
    if (!merge_report_shows(people->report, which))
        return 0;
    json_t *list = sure(json_array());
    for (size_t i = 0; i < n_members; i++)
        json_array_append_new(list, member_json(people->report, &members[i]));
    json_array_append_new(people->list,
                          sure(json_pack("{s:s, s:o}", "case", merge_case_name(which), "members", list)));
    return 0;
}

json_t *merge_report_json(const struct merge_report *report)
{
    struct people people = {report, sure(json_array())};
    json_t *counts = sure(json_object());
    merge_rows(report->merge, add_person, &people);
    for (int which = 0; which < MERGE_CASE_COUNT; which++)
        if (merge_report_shows(report, (enum merge_case)which))
            json_object_set_new(counts, merge_case_name((enum merge_case)which),
                                json_integer((json_int_t)merge_count(report->merge, (enum merge_case)which)));
    return sure(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "kind", handover_kind_name(report->kind),
                          "events", events_json(report), "left_out", left_out_json(report), "same_numbers",
                          shared_json(report), "counts", counts, "people", people.list));
}
