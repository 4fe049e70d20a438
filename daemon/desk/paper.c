/* Rows of slips to commands, one after the other. On the thread of whoever asks; the desk's own answers. */
#include "desk/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/trial.h"

/* China Standard Time, which the notices mean; no summer time. */
static const int64_t zone_us = (int64_t)8 * 3600 * 1000000, day_us = (int64_t)24 * 3600 * 1000000;

struct slip {
    const char *label; /* borrowed from the row */
    uint32_t number;
    enum ticket_state outcome;
    bool has_person;
    struct presentation presentation;
    char note[PLAIN_TEXT_MAX + 1]; /* an override's reason stands before it */
    bool has_override;
    int64_t at_us; /* 0: not said */
    enum degree level;
};
struct entering {
    struct desk *desk;
    const struct paper_request *request;
    struct queue_rules rules;
    struct trial *trial; /* a preview: what answers instead of the desk */
    uint32_t next;       /* the lane's next number, as far as the rows so far say */
    uint32_t n_done, n_unchanged, n_refused;
};

/* ---- one row */
static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

/* "unused" has no state of its own: a number nobody had, void at once. */
static bool take_outcome(const char *name, struct slip *slip, bool *ret_unused)
{
    *ret_unused = strcmp(name, "unused") == 0;
    slip->outcome = *ret_unused ? TICKET_VOID : TICKET_NONE;
    for (int state = TICKET_WAITING; !*ret_unused && state < TICKET_STATE_COUNT; state++)
        if (state != TICKET_CALLED && strcmp(name, ticket_state_name((enum ticket_state)state)) == 0)
            slip->outcome = (enum ticket_state)state;
    return slip->outcome != TICKET_NONE;
}

/* "09:31" is the latest such time that is over. */
static bool take_time(const char *text, int64_t now_us, int64_t *ret_us)
{
    unsigned year = 0, month = 0, day = 0, hour, minute;
    int end = -1;
    if (!*text)
        return true;
    bool has_date = sscanf(text, "%4u-%2u-%2u %2u:%2u%n", &year, &month, &day, &hour, &minute, &end) == 5;
    if (!has_date && sscanf(text, "%2u:%2u%n", &hour, &minute, &end) != 2)
        return false;
    if (end != (int)strlen(text) || hour > 23 || minute > 59)
        return false;
    int64_t in_day_us = ((int64_t)hour * 3600 + minute * 60) * 1000000;
    int64_t start_us = (now_us + zone_us) / day_us * day_us - zone_us;
    if (has_date) {
        struct tm date = {.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
        start_us = (int64_t)timegm(&date) * 1000000 - zone_us;
    }
    *ret_us = start_us + in_day_us;
    if (!has_date && *ret_us > now_us)
        *ret_us -= day_us;
    return *ret_us <= now_us;
}

static enum problem take_person(const json_t *row, struct slip *slip)
{
    static const char *const names[] = {"id_number", "student_no", "name"};
    json_t *object = json_pack("{s:s}", "medium", medium_name(MEDIUM_MANUAL));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*text_of(row, names[i]))
            json_object_set(object, names[i], json_object_get(row, names[i]));
    enum problem problem = problem_of_presentation(presentation_from_json(object, &slip->presentation));
    json_decref(object);
    slip->has_person = problem == PROBLEM_NONE;
    return problem;
}

static bool is_numbered(const json_t *row)
{
    return *text_of(row, "id_number") || *text_of(row, "student_no");
}

/* "override":{"reason":"..."}, and the note behind it: the journal keeps one text. */
static enum problem take_override(const json_t *row, struct slip *slip)
{
    const json_t *wish = json_object_get(row, "override");
    const char *reason = text_of(wish, "reason"), *note = text_of(row, "note");
    if (!wish || json_is_null(wish))
        return PROBLEM_NONE;
    if (!json_is_object(wish))
        return PROBLEM_BAD_REQUEST;
    if (entry_text_is_blank(reason))
        return PROBLEM_REASON_NEEDED;
    const int size = snprintf(slip->note, sizeof slip->note, "%s%s%s", reason, *note ? "; " : "", note);
    slip->has_override = true;
    return (size_t)size < sizeof slip->note && text_is_plain(reason, strlen(reason), PLAIN_TEXT_MAX)
               ? PROBLEM_NONE
               : PROBLEM_BAD_REQUEST;
}

/* As the pages send it, or as an office writes it. */
static bool take_level(const char *text, enum degree *ret)
{
    for (int level = DEGREE_NONE + 1; level < DEGREE_COUNT; level++)
        if (strcmp(degree_name((enum degree)level), text) == 0) {
            *ret = (enum degree)level;
            return true;
        }
    return degree_from_text(text, ret);
}

static enum problem take_slip(const struct entering *entering, const json_t *row, struct slip *ret)
{
    const char *note = text_of(row, "note");
    bool is_unused;
    *ret = (struct slip){.label = text_of(row, "number")};
    ret->number = ticket_label_parse(&entering->rules, entering->request->lane, ret->label);
    if (ret->number == 0)
        return PROBLEM_TICKET_UNKNOWN;
    if (!take_outcome(text_of(row, "outcome"), ret, &is_unused) ||
        (*note && !text_is_plain(note, strlen(note), PLAIN_TEXT_MAX)) ||
        !take_time(text_of(row, "at"), clock_utc_us(), &ret->at_us))
        return PROBLEM_BAD_REQUEST;
    strcpy(ret->note, note);
    if (*text_of(row, "level") && !take_level(text_of(row, "level"), &ret->level))
        return PROBLEM_BAD_REQUEST;
    if (is_unused)
        return is_numbered(row) || *text_of(row, "name") ? PROBLEM_UNUSED_NAMED : PROBLEM_NONE;
    if (!is_numbered(row))
        return PROBLEM_NUMBER_MISSING;
    const enum problem problem = take_override(row, ret);
    return problem ? problem : take_person(row, ret);
}

/* ---- what it would do, or does */
static void enter(const struct entering *entering, const struct slip *slip, struct desk_answer *ret)
{
    const struct paper_request *request = entering->request;
    struct desk_command command = {
        .kind = DESK_QUEUE,
        .queue = {.kind = COMMAND_PAPER,
                  .number = slip->number,
                  .outcome = slip->outcome,
                  .at_us = slip->at_us,
                  .overrides = slip->has_override ? ISSUE_OVER_SHOT : 0,
                  .authority = request->authority},
        .presentation = slip->has_person ? &slip->presentation : NULL,
        .level = slip->level,
    };
    snprintf(command.queue.lane, sizeof command.queue.lane, "%s", request->lane);
    snprintf(command.queue.device, sizeof command.queue.device, "%s", request->device);
    snprintf(command.queue.text, sizeof command.queue.text, "%s", slip->note);
    if (entering->trial)
        trial_call(entering->trial, &command, ret);
    else
        desk_call(entering->desk, &command, ret);
}

/* ---- answers */
static json_t *override_codes(uint32_t flags)
{
    json_t *codes = json_array();
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *code = flags & UINT32_C(1) << bit ? override_code((enum issue_flag)(1u << bit)) : "";
        if (*code)
            json_array_append_new(codes, json_string(code));
    }
    return codes;
}

/* Nothing about the row itself, but about the lane, the desk or the rows before. */
static bool is_of_the_row(enum problem problem)
{
    static const enum problem others[] = {
        PROBLEM_PAPER_GAP,    PROBLEM_PAPER_CONFLICT, PROBLEM_TICKET_UNKNOWN, PROBLEM_LANE_STOPPED,
        PROBLEM_EVENT_CLOSED, PROBLEM_NO_EVENT,       PROBLEM_BUSY,           PROBLEM_STOPPING,
        PROBLEM_DISK_FULL,    PROBLEM_STORE_FAILED};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] == problem)
            return false;
    return true;
}

static void add_refusal(const struct entering *entering, const struct slip *slip,
                        const struct desk_answer *answer, json_t *object)
{
    const enum problem problem = answer->problem;
    char next[TICKET_LABEL_SIZE];
    json_t *unblocks = json_array();
    json_object_set_new(object, "code", json_string(problem_code(problem)));
    json_object_set_new(object, "message",
                        json_pack("{s:s, s:s}", "zh", problem_zh(problem), "en", problem_en(problem)));
    if (answer->has_ticket && *answer->ticket.label)
        json_object_set_new(object, "ticket", json_string(answer->ticket.label));
    if (problem == PROBLEM_PAPER_GAP) {
        ticket_label(&entering->rules, entering->request->lane, answer->next_number, next);
        json_object_set_new(object, "next", json_string(next));
    }
    if (answer->could_override)
        json_array_append_new(unblocks, json_string("override"));
    if (slip->number == entering->next && is_of_the_row(problem))
        json_array_append_new(unblocks, json_string("unused"));
    json_object_set_new(object, "unblocks", unblocks);
}

static json_t *row_result(struct entering *entering, size_t index, const struct slip *slip,
                          const struct desk_answer *answer)
{
    const bool is_refused = answer->problem != PROBLEM_NONE;
    const char *result = is_refused ? "refused" : answer->is_unchanged ? "unchanged" : "done";
    json_t *object = json_pack("{s:I, s:s, s:s, s:o}", "row", (json_int_t)index + 1, "number", slip->label,
                               "result", result, "warnings", override_codes(answer->warnings));
    *(is_refused             ? &entering->n_refused
      : answer->is_unchanged ? &entering->n_unchanged
                             : &entering->n_done) += 1;
    if (is_refused)
        add_refusal(entering, slip, answer, object);
    else if (slip->number >= entering->next)
        entering->next = slip->number + 1;
    return object;
}

static json_t *take_row(struct entering *entering, size_t index, const json_t *row)
{
    struct slip slip;
    struct desk_answer answer = {.problem = take_slip(entering, row, &slip)};
    if (!answer.problem)
        enter(entering, &slip, &answer);
    presentation_wipe(&slip.presentation);
    return row_result(entering, index, &slip, &answer);
}

static bool are_rows(const json_t *rows)
{
    size_t i;
    const json_t *row;
    bool is_right = json_array_size(rows) > 0 && json_array_size(rows) <= PAPER_ROWS_MAX;
    for (i = 0; is_right && (row = json_array_get(rows, i)); i++)
        is_right = json_is_object(row);
    return is_right;
}

enum problem paper_enter(struct desk *desk, const struct paper_request *request, const json_t *rows,
                         json_t **ret)
{
    struct entering entering = {.desk = desk, .request = request};
    struct queue_event event;
    struct queue_lane lane;
    if (!are_rows(rows))
        return PROBLEM_BAD_REQUEST;
    desk_event(desk, &event);
    if (!event.exists)
        return PROBLEM_NO_EVENT;
    if (desk_lane_facts(desk, request->lane, &lane) != 0)
        return PROBLEM_LANE_UNKNOWN;
    entering.rules = event.rules;
    entering.next = lane.counts.issued + 1;
    json_t *results = json_array();
    entering.trial = request->is_preview ? trial_new(desk) : NULL;
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append_new(results, take_row(&entering, i, json_array_get(rows, i)));
    if (entering.trial)
        trial_free(entering.trial);
    *ret = json_pack("{s:b, s:{s:I, s:I, s:I}, s:o}", "preview", request->is_preview, "counts", "done",
                     (json_int_t)entering.n_done, "unchanged", (json_int_t)entering.n_unchanged, "refused",
                     (json_int_t)entering.n_refused, "rows", results);
    return PROBLEM_NONE;
}
