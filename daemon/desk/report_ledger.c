/* The ledger as a JSON tree. No state; any thread. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "desk/report.h"

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        abort();
}

static json_t *number(int64_t value)
{
    return json_integer((json_int_t)value);
}

/* Of one fault: how many, and the numbers that say who. */
static json_t *cause_json(const struct desk_ledger_line *view, enum ledger_fault fault)
{
    json_t *object = json_object(), *numbers = json_array();
    size_t count = 0;
    for (size_t i = 0; i < view->n_causes; i++) {
        if (view->causes[i].fault != fault)
            continue;
        count++;
        if (*view->causes[i].label && json_array_size(numbers) < LEDGER_NUMBERS_MOST)
            json_array_append_new(numbers, json_string(view->causes[i].label));
    }
    set(object, "code", json_string(ledger_fault_code(fault)));
    set(object, "count", number((int64_t)count));
    set(object, "others", number((int64_t)(count - json_array_size(numbers))));
    set(object, "numbers", numbers);
    return object;
}

static json_t *causes_json(const struct desk_ledger_line *view)
{
    json_t *list = json_array();
    for (int fault = 0; fault < LEDGER_FAULT_COUNT; fault++) {
        size_t i = 0;
        while (i < view->n_causes && view->causes[i].fault != (enum ledger_fault)fault)
            i++;
        if (i < view->n_causes)
            json_array_append_new(list, cause_json(view, (enum ledger_fault)fault));
    }
    return list;
}

static json_t *signature_json(const struct desk_ledger_line *view)
{
    char at[CLOCK_TEXT_SIZE];
    json_t *object = json_object();
    clock_text(view->signed_us, at);
    set(object, "difference", number(view->signed_difference));
    set(object, "at", json_string(at));
    set(object, "device", json_string(view->signed_by));
    set(object, "reason", json_string(view->reason));
    return object;
}

static json_t *parts_json(const struct ledger_line *line)
{
    json_t *list = json_array();
    for (size_t i = 0; i < line->n_parts; i++) {
        json_t *part = json_object();
        set(part, "code", json_string(ledger_part_code(line->kind, i)));
        set(part, "count", number(line->parts[i]));
        json_array_append_new(list, part);
    }
    return list;
}

static json_t *line_json(const struct desk_ledger_line *view)
{
    static const char *const scopes[] = {"event", "lane", "unit"};
    const struct ledger_line *line = &view->line;
    const bool is_outdated = view->has_signature && !line->is_signed;
    json_t *object = json_object();
    set(object, "line", json_string(ledger_code(line->kind)));
    set(object, "scope", json_string(scopes[line->scope]));
    set(object, "lane", line->scope == LEDGER_LANE ? json_string(line->lane) : json_null());
    set(object, "unit", line->scope == LEDGER_UNIT ? number(line->unit) : json_null());
    set(object, "college", json_string(view->college));
    set(object, "name", json_string(view->name));
    set(object, "total", number(line->total));
    set(object, "parts", parts_json(line));
    set(object, "difference", number(line->difference));
    char who[LEDGER_WHO_SIZE];
    ledger_who_text(view->who, who);
    set(object, "who", line->difference ? json_string(who) : json_null());
    set(object, "is_open", json_boolean(ledger_is_open(line)));
    set(object, "signed", line->is_signed ? signature_json(view) : json_null());
    set(object, "outdated", is_outdated ? signature_json(view) : json_null());
    set(object, "causes", causes_json(view));
    return object;
}

json_t *report_ledger(struct desk *desk)
{
    size_t count;
    uint64_t seq;
    bool is_balanced = true;
    struct desk_ledger_line *views = desk_ledger(desk, &count, &seq);
    json_t *object = json_object(), *lines = json_array();
    for (size_t i = 0; i < count; i++) {
        is_balanced &= !ledger_is_open(&views[i].line);
        json_array_append_new(lines, line_json(&views[i]));
    }
    set(object, "seq", number((int64_t)seq));
    set(object, "is_balanced", json_boolean(is_balanced));
    set(object, "lines", lines);
    desk_ledger_free(views, count);
    return object;
}

static json_t *chosen_lines(struct desk *desk, bool (*is_chosen)(const struct ledger_line *, const char *),
                            const char *lane)
{
    size_t count;
    uint64_t seq;
    struct desk_ledger_line *views = desk_ledger(desk, &count, &seq);
    json_t *lines = json_array();
    for (size_t i = 0; i < count; i++)
        if (is_chosen(&views[i].line, lane))
            json_array_append_new(lines, line_json(&views[i]));
    desk_ledger_free(views, count);
    return lines;
}

static bool is_open_in(const struct ledger_line *line, const char *lane)
{
    return ledger_is_open(line) && (!lane || strcmp(line->lane, lane) == 0);
}

static bool is_of_no_unit(const struct ledger_line *line, const char *lane)
{
    (void)lane;
    return line->scope != LEDGER_UNIT;
}

json_t *report_open_lines(struct desk *desk, const char *lane)
{
    return chosen_lines(desk, is_open_in, lane);
}

json_t *report_known_lines(struct desk *desk)
{
    return chosen_lines(desk, is_of_no_unit, NULL);
}
