/* What a token's units mean for a request. Must not let anything of another class through: what is not known to be the
 * caller's own is left out. On the listener's thread. */
#include "http/scoped.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/report.h"
#include "desk/scope.h"

bool scoped_covers(const struct request *request, uint32_t unit)
{
    return desk_scope_covers(request->http->options.desk, request->caller.units, unit);
}

void render_scope(struct buffer *out, struct desk *desk, const char *units)
{
    json_t *scope = report_scope(desk, units);
    char *text = json_dumps(scope, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(scope);
    if (!text)
        abort();
    buffer_add_text(out, text);
    free(text);
}

/* ---- names of units in a body */
static void explain_miss(const struct scope_miss *miss, struct problem_more *ret_more)
{
    struct buffer members = {0};
    char *zh, *en;
    scope_miss_text(miss, &zh, &en);
    member_text(&members, "unit", miss->name);
    member(&members, "near");
    buffer_add_text(&members, "[");
    for (size_t i = 0; i < miss->n_near; i++) {
        buffer_add_text(&members, i > 0 ? "," : "");
        render_text(&members, miss->near[i]);
    }
    buffer_add_text(&members, "]");
    *ret_more = (struct problem_more){.en = en, .zh = zh, .is_message = true, .members = members.data};
}

void scoped_more_done(struct problem_more *more)
{
    free((char *)more->en);
    free((char *)more->zh);
    free((char *)more->members);
    *more = (struct problem_more){0};
}

enum problem scoped_take(const struct request *request, const json_t *object,
                         char ret_units[static TOKEN_SCOPE_SIZE], struct problem_more *ret_more)
{
    const json_t *list = json_object_get(object, "units");
    const char *names[TOKEN_SCOPE_MAX];
    struct scope_miss miss;
    size_t count = json_array_size(list);
    if (!list || json_is_null(list))
        return PROBLEM_NONE;
    if (count == 0 || count > TOKEN_SCOPE_MAX)
        return PROBLEM_BAD_REQUEST;
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_array_get(list, i);
        names[i] = json_string_value(name);
        if (!names[i] || !text_is_plain(names[i], json_string_length(name), SCOPE_LABEL_SIZE - 1))
            return PROBLEM_BAD_REQUEST;
    }
    enum problem problem = desk_scope_find(request->http->options.desk, names, count, ret_units, &miss);
    if (problem == PROBLEM_UNIT_UNKNOWN)
        explain_miss(&miss, ret_more);
    return problem;
}

/* ---- the schedule */
static bool is_own(const struct scope_part *parts, size_t count, const json_t *unit)
{
    const char *college = json_string_value(json_object_get(unit, "unit")),
               *name = json_string_value(json_object_get(unit, "class"));
    for (size_t i = 0; i < count && college && name; i++) {
        const struct scope_part *part = &parts[i];
        const bool is_college = *part->college && strcmp(part->college, college) == 0;
        if (part->is_college || !*name ? is_college : strcmp(part->name, name) == 0 && is_college)
            return true;
        /* a schedule may name a class without its college */
        if (*part->name && !*name && strcmp(part->name, college) == 0)
            return true;
    }
    return false;
}

static bool keep_own_units(const struct scope_part *parts, size_t count, json_t *slot)
{
    json_t *units = json_object_get(slot, "units"), *text = json_string("");
    for (size_t i = json_array_size(units); i-- > 0;)
        if (!is_own(parts, count, json_array_get(units, i)))
            json_array_remove(units, i);
    json_object_set(slot, "text", text); /* both may name anybody */
    json_object_set(slot, "note", text);
    json_decref(text);
    return json_array_size(units) > 0;
}

char *scoped_schedule(const struct request *request, char *schedule)
{
    size_t count;
    if (!*request->caller.units)
        return schedule;
    struct scope_part *parts = desk_scope_parts(request->http->options.desk, request->caller.units, &count);
    json_t *whole = json_loads(schedule, 0, NULL), *own = json_array();
    json_t *slots = json_object_get(whole, "slots");
    for (size_t i = 0; i < json_array_size(slots); i++)
        if (keep_own_units(parts, count, json_array_get(slots, i)))
            json_array_append(own, json_array_get(slots, i));
    json_t *answer = json_pack("{s:o}", "slots", own);
    char *text = json_dumps(answer, JSON_COMPACT);
    if (!text)
        abort();
    json_decref(answer);
    json_decref(whole);
    free(parts);
    free(schedule);
    return text;
}
