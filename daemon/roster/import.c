/* People, exclusions, earlier captures and payments: read, told, stored. The schedule is in import_schedule.c. */
#include "roster/import.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/import_schedule.h"
#include "roster/roster.h"

enum problem import_fault_problem(enum table_fault fault)
{
    static const enum problem problems[TABLE_FAULT_COUNT] = {
        [TABLE_OK] = PROBLEM_NONE,
        [TABLE_STOPPED] = PROBLEM_TABLE_BROKEN,
        [TABLE_EMPTY] = PROBLEM_TABLE_EMPTY,
        [TABLE_UNKNOWN] = PROBLEM_TABLE_UNKNOWN,
        [TABLE_ENCRYPTED] = PROBLEM_TABLE_ENCRYPTED,
        [TABLE_BROKEN] = PROBLEM_TABLE_BROKEN,
        [TABLE_TOO_LARGE] = PROBLEM_TABLE_TOO_LARGE,
        [TABLE_ENCODING] = PROBLEM_TABLE_ENCODING,
        [TABLE_SYSTEM] = PROBLEM_TABLE_SYSTEM,
    };
    return (unsigned)fault < TABLE_FAULT_COUNT ? problems[fault] : PROBLEM_INTERNAL;
}

void import_digest(const uint8_t *bytes, size_t size, char ret_digest[static 33])
{
    uint8_t digest[16];
    crypto_generichash(digest, sizeof digest, bytes, size, NULL, 0);
    hex_encode(digest, sizeof digest, ret_digest);
}

char *import_members(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort();
    size_t length = strlen(text); /* "{...}" of at least one member */
    memmove(text, text + 1, length - 2);
    text[length - 2] = '\0';
    return text;
}

enum problem import_store(struct desk *desk, const struct import_request *request, struct desk_list *list,
                          json_t *told, bool *ret_replayed)
{
    struct desk_command command = {.kind = DESK_LIST, .queue = {.kind = COMMAND_LIST_IMPORTED}, .list = list};
    struct desk_answer answer;
    const bool is_preview = list->is_preview;
    snprintf(command.queue.device, sizeof command.queue.device, "%s", request->device);
    snprintf(command.key, sizeof command.key, "%s", request->key ? request->key : "");
    desk_call(desk, &command, &answer);
    *ret_replayed = answer.replayed;
    if (answer.problem)
        return answer.problem;
    json_object_set_new(told, "stored", json_boolean(!is_preview));
    json_object_set_new(told, "result",
                        json_pack("{s:I, s:I, s:I, s:I}", "added", (json_int_t)answer.list.added, "updated",
                                  (json_int_t)answer.list.updated, "unchanged",
                                  (json_int_t)answer.list.unchanged, "skipped",
                                  (json_int_t)answer.list.skipped));
    return PROBLEM_NONE;
}

/* ---- what the desk found ---- */

static const char *sheet_of(const struct roster *roster, const struct list_finding *finding)
{
    const uint16_t sheet = roster->people[finding->index].sheet;
    return sheet < roster->n_sheets ? roster->sheets[sheet].name : "";
}

static json_t *finding_json(const struct roster *roster, const struct list_finding *finding)
{
    const enum list_trouble trouble = finding->trouble;
    return json_pack("{s:s, s:s, s:s, s:I, s:s, s:i, s:{s:s, s:s}}", "severity",
                     list_trouble_is_error(trouble) ? "error" : "warning", "code", list_trouble_code(trouble),
                     "sheet", sheet_of(roster, finding), "row", (json_int_t)finding->row, "column", "",
                     "count", 1, "message", "zh", list_trouble_zh(trouble), "en", list_trouble_en(trouble));
}

static void add_count(json_t *counts, const char *name, size_t more)
{
    const json_int_t before = json_integer_value(json_object_get(counts, name));
    json_object_set_new(counts, name, json_integer(before + (json_int_t)more));
}

static void tell_findings(json_t *told, const struct roster *roster, const struct list_findings *findings)
{
    json_t *problems = json_object_get(told, "problems"), *counts = json_object_get(told, "counts");
    for (size_t i = 0; i < findings->count; i++)
        json_array_append_new(problems, finding_json(roster, &findings->items[i]));
    add_count(counts, "errors", findings->n_errors);
    add_count(counts, "warnings", findings->n_warnings);
    add_count(counts, "problems_left_off", findings->n_left_off);
    if (findings->n_lifted)
        add_count(counts, "lifted", findings->n_lifted);
}

/* ---- people ---- */

static enum problem judge(const struct import_request *request, const struct roster *roster)
{
    enum problem problem = import_fault_problem(roster->fault);
    const bool is_refused = (roster->n_errors > 0 && (!request->accepts_good || request->replaces)) ||
                            (roster->n_people == 0 && !request->replaces);
    if (problem || request->is_preview)
        return problem;
    return is_refused ? PROBLEM_IMPORT_REFUSED : PROBLEM_NONE;
}

/* A preview meets the people on record, too; of a file that could not be read there is nobody to meet. */
static void ask_desk(struct desk *desk, const struct import_request *request, const struct roster *roster,
                     json_t *told, struct import_answer *ret)
{
    char digest[33];
    struct list_findings findings = {0};
    import_digest(request->bytes, request->size, digest);
    struct desk_list *list = roster_list(roster, digest);
    list->is_preview = request->is_preview;
    list->accepts_good = request->accepts_good && !request->replaces;
    list->replaces = request->replaces;
    list->findings = &findings;
    ret->problem = import_store(desk, request, list, told, &ret->is_replayed);
    tell_findings(told, roster, &findings);
    list_findings_done(&findings);
}

static void take_people(struct desk *desk, const struct import_request *request, struct import_answer *ret)
{
    struct roster *roster = roster_read(request->kind, request->program, request->bytes, request->size);
    json_t *told = roster_preview_json(roster);
    json_object_set_new(told, "stored", json_false());
    ret->problem = judge(request, roster);
    if (!ret->problem)
        ask_desk(desk, request, roster, told, ret);
    roster_free(roster);
    ret->members = import_members(told);
}

void import_run(struct desk *desk, const struct import_request *request, struct import_answer *ret)
{
    *ret = (struct import_answer){.problem = PROBLEM_NONE};
    if (request->kind == LIST_SCHEDULE)
        import_schedule(desk, request, ret);
    else
        take_people(desk, request, ret);
}
