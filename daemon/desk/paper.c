/* Rows of slips to commands, one after the other. On the thread of whoever asks; the desk's own answers. */
#include "desk/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

/* China Standard Time, which the notices mean; no summer time. */
static const int64_t zone_us = (int64_t)8 * 3600 * 1000000, day_us = (int64_t)24 * 3600 * 1000000;

struct slip {
    const char *label; /* borrowed from the row */
    uint32_t number;
    enum ticket_state outcome;
    bool has_person;
    struct presentation presentation;
    char note[PLAIN_TEXT_MAX + 1];
    int64_t at_us; /* 0: not said */
    enum degree level;
};
struct entering {
    struct desk *desk;
    const struct paper_request *request;
    struct queue_rules rules;
    uint32_t next; /* preview: the number that would come next */
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

static bool is_nobody(const json_t *row)
{
    return !*text_of(row, "id_number") && !*text_of(row, "student_no") && !*text_of(row, "name");
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
        return is_nobody(row) ? PROBLEM_NONE : PROBLEM_BAD_REQUEST;
    return take_person(row, ret);
}

/* ---- what it would do, or does */
/* What the line did is not undone: only what cannot stand beside the numbers there are is refused; the rest is told. */
static bool forgives(enum problem problem)
{
    static const enum problem refused[] = {PROBLEM_ALREADY_SHOT, PROBLEM_ALREADY_WAITING_ELSEWHERE,
                                           PROBLEM_NAME_DIFFERS, PROBLEM_CREDENTIAL_TAKEN,
                                           PROBLEM_LEVEL_AMBIGUOUS};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (refused[i] == problem)
            return false;
    return true;
}

static enum problem preview(struct entering *entering, const struct slip *slip, bool *ret_unchanged,
                            uint32_t *ret_warnings)
{
    struct ticket_view view;
    struct desk_preview found = {0};
    bool exists = desk_ticket(entering->desk, entering->request->lane, slip->number, &view) == 0;
    if (slip->has_person)
        desk_preview(entering->desk, entering->request->lane, &slip->presentation, &found);
    if (exists) {
        bool is_same =
            slip->has_person ? strcmp(found.label, slip->label) == 0 : view.ticket.state == TICKET_VOID;
        *ret_unchanged = is_same && view.ticket.state == slip->outcome;
        return is_same || view.ticket.state == TICKET_MISSED ? PROBLEM_NONE : PROBLEM_PAPER_CONFLICT;
    }
    if (slip->number != entering->next)
        return PROBLEM_PAPER_GAP;
    if (found.is_waiting)
        return PROBLEM_ALREADY_WAITING_ELSEWHERE;
    if (!forgives(found.problem))
        return found.problem;
    entering->next++;
    *ret_warnings = found.problem ? override_from_code(problem_code(found.problem)) : 0;
    return PROBLEM_NONE;
}

static enum problem enter(const struct entering *entering, const struct slip *slip, bool *ret_unchanged,
                          uint32_t *ret_warnings)
{
    const struct paper_request *request = entering->request;
    struct desk_command command = {
        .kind = DESK_QUEUE,
        .queue = {.kind = COMMAND_PAPER,
                  .number = slip->number,
                  .outcome = slip->outcome,
                  .at_us = slip->at_us,
                  .authority = request->authority},
        .presentation = slip->has_person ? &slip->presentation : NULL,
        .level = slip->level,
    };
    struct desk_answer answer;
    uint64_t before = desk_seq(entering->desk);
    snprintf(command.queue.lane, sizeof command.queue.lane, "%s", request->lane);
    snprintf(command.queue.device, sizeof command.queue.device, "%s", request->device);
    snprintf(command.queue.text, sizeof command.queue.text, "%s", slip->note);
    desk_call(entering->desk, &command, &answer);
    *ret_unchanged = answer.seq == before;
    *ret_warnings = answer.warnings;
    return answer.problem;
}

/* ---- all rows */
static json_t *row_result(struct entering *entering, size_t index, const char *label, enum problem problem,
                          bool is_unchanged, uint32_t warnings)
{
    const char *result = problem ? "refused" : is_unchanged ? "unchanged" : "done";
    json_t *object =
               json_pack("{s:I, s:s, s:s}", "row", (json_int_t)index + 1, "number", label, "result", result),
           *codes = json_array();
    *(problem ? &entering->n_refused : is_unchanged ? &entering->n_unchanged : &entering->n_done) += 1;
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *code = warnings & 1u << bit ? override_code((enum issue_flag)(1u << bit)) : "";
        if (*code)
            json_array_append_new(codes, json_string(code));
    }
    json_object_set_new(object, "warnings", codes);
    if (problem) {
        json_object_set_new(object, "code", json_string(problem_code(problem)));
        json_object_set_new(object, "message",
                            json_pack("{s:s, s:s}", "zh", problem_zh(problem), "en", problem_en(problem)));
    }
    return object;
}

static json_t *take_row(struct entering *entering, size_t index, const json_t *row)
{
    struct slip slip;
    bool is_unchanged = false;
    uint32_t warnings = 0;
    enum problem problem = take_slip(entering, row, &slip);
    if (!problem)
        problem = entering->request->is_preview ? preview(entering, &slip, &is_unchanged, &warnings)
                                                : enter(entering, &slip, &is_unchanged, &warnings);
    presentation_wipe(&slip.presentation);
    return row_result(entering, index, slip.label, problem, is_unchanged, warnings);
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
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append_new(results, take_row(&entering, i, json_array_get(rows, i)));
    *ret = json_pack("{s:b, s:{s:I, s:I, s:I}, s:o}", "preview", request->is_preview, "counts", "done",
                     (json_int_t)entering.n_done, "unchanged", (json_int_t)entering.n_unchanged, "refused",
                     (json_int_t)entering.n_refused, "rows", results);
    return PROBLEM_NONE;
}
