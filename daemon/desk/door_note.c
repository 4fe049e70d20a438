/* Makes the notes of a door. Must not put anything of a presentation into them. Any thread. */
#include "desk/door_note.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"

static const char *const result_names[] = {
    [DOOR_ACCEPTED] = "accepted",
    [DOOR_ALREADY] = "already",
    [DOOR_REFUSED] = "refused",
};

/* The number follows. */
static const struct {
    const char *zh, *en;
} praises[] = {
    [DOOR_ACCEPTED] = {"您的拍摄号：", "Your number: "},
    [DOOR_ALREADY] = {"您已取号：", "You already have a number: "},
};

const char *door_result_name(enum door_result result)
{
    return result_names[result];
}

/* number and code: NULL for none. */
static json_t *note_of(const char *reader, enum door_result result, const char *number, const char *code,
                       const char *zh, const char *en)
{
    char at[CLOCK_TEXT_SIZE];
    clock_text(clock_utc_us(), at);
    return json_pack("{ss ss ss? ss? s{ss ss} ss}", "reader", reader, "result", result_names[result],
                     "number", number, "code", code, "message", "zh", zh, "en", en, "at", at);
}

static void publish(struct desk *desk, const char *lane, json_t *note)
{
    char *text = json_dumps(note, JSON_COMPACT);
    json_decref(note);
    if (!text)
        abort(); /* every text in it was checked: only memory can be missing */
    desk_note(desk, lane, "door", NULL, text, true);
    free(text);
}

void door_note_refusal(struct desk *desk, const char *lane, const char *reader, const char *code,
                       const char *zh, const char *en)
{
    publish(desk, lane, note_of(reader, DOOR_REFUSED, NULL, code, zh, en));
}

static void add_codes(json_t *note, const char *member, uint32_t flags)
{
    if (!flags)
        return;
    json_t *codes = json_array();
    for (unsigned bit = 0; bit < 32; bit++)
        if (flags & 1u << bit)
            json_array_append_new(codes, json_string(override_code((enum issue_flag)(1u << bit))));
    json_object_set_new(note, member, codes);
}

static void add_more(json_t *note, const struct desk_answer *answer, const struct presentation *presentation,
                     const struct door_help *help)
{
    char today[CLOCK_DATE_SIZE];
    clock_local_date(clock_utc_us(), today);
    if (presentation->repairs.count > 0)
        json_object_set_new(note, "repaired", mrz_repairs_json(&presentation->repairs));
    if (answer->is_alarm)
        json_object_set_new(note, "alarm", json_string("out-of-order"));
    if (presentation_is_expired(presentation, today))
        json_object_set_new(note, "note", presentation_expired_note());
    if (!help || !*help->tap)
        return;
    json_object_set_new(note, "tap", json_string(help->tap));
    add_codes(note, "override", help->marshal);
    add_codes(note, "override_office", help->office);
}

static json_t *note_of_number(const char *reader, enum door_result result, const char *number)
{
    char *zh = bytes_format("%s%s", praises[result].zh, number ? number : "");
    char *en = bytes_format("%s%s", praises[result].en, number ? number : "");
    json_t *note = note_of(reader, result, number, NULL, zh, en);
    free(zh);
    free(en);
    return note;
}

enum door_result door_note_answer(struct desk *desk, const char *lane, const char *reader,
                                  const struct desk_answer *answer, const struct presentation *presentation,
                                  const struct door_help *help)
{
    const char *number = answer->has_ticket ? answer->ticket.label : NULL;
    const enum problem problem = answer->problem;
    const enum door_result result = problem ? DOOR_REFUSED : answer->created ? DOOR_ACCEPTED : DOOR_ALREADY;
    json_t *note = problem ? note_of(reader, result, number, problem_code(problem), problem_zh(problem),
                                     problem_en(problem))
                           : note_of_number(reader, result, number);
    add_more(note, answer, presentation, help);
    publish(desk, lane, note);
    return result;
}
