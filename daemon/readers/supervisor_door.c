/* Notes for the pages. Must not put anything of a presentation into them. Runs on the supervisor's thread. */
#include "readers/supervisor_door.h"
#include "base/bytes.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

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

static void publish(const struct door *door, const char *note, const char *key, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort(); /* every text in it was checked: only memory can be missing */
    desk_note(door->desk, door->lane, note, key, text, true);
    free(text);
}

void door_tell_state(const struct door *door, const struct reader_life *life)
{
    char since[CLOCK_TEXT_SIZE];
    clock_text(life->since_utc_us, since);
    publish(door, "reader", door->reader,
            json_pack("{ss ss ss ss ss ss si}", "reader", door->reader, "driver", door->driver, "state",
                      reader_state_name(life->state), "code", life->code, "detail", life->detail, "since",
                      since, "restarts", (int)life->restarts));
}

/* What the door hears of one presentation. */
struct door_words {
    enum door_result result;
    const char *number, *code, *zh, *en; /* number and code: NULL for none */
    const struct mrz_repairs *repairs;   /* NULL: none */
    bool is_expired, is_alarm;           /* is_alarm: out of order, and the rules want that heard */
};

static void tell_words(const struct door *door, const struct door_words *words)
{
    char at[CLOCK_TEXT_SIZE];
    clock_text(clock_utc_us(), at);
    json_t *note = json_pack("{ss ss ss? ss? s{ss ss} ss}", "reader", door->reader, "result",
                             result_names[words->result], "number", words->number, "code", words->code,
                             "message", "zh", words->zh, "en", words->en, "at", at);
    if (words->repairs && words->repairs->count > 0)
        json_object_set_new(note, "repaired", mrz_repairs_json(words->repairs));
    if (words->is_alarm)
        json_object_set_new(note, "alarm", json_string("out-of-order"));
    if (words->is_expired)
        json_object_set_new(note, "note",
                            json_pack("{ss ss ss}", "code", "card-expired", "zh",
                                      "证件已过有效期，请核对本人", "en",
                                      "The card has expired: please check the person"));
    publish(door, "door", NULL, note);
}

static void tell(const struct door *door, enum door_result result, const char *number, const char *code,
                 const char *zh, const char *en)
{
    tell_words(door,
               &(struct door_words){.result = result, .number = number, .code = code, .zh = zh, .en = en});
}

void door_tell_problem(const struct door *door, enum problem problem)
{
    tell(door, DOOR_REFUSED, NULL, problem_code(problem), problem_zh(problem), problem_en(problem));
}

enum door_result door_tell_answer(const struct door *door, const struct desk_answer *answer,
                                  const struct mrz_repairs *repairs, bool is_expired)
{
    const char *number = answer->has_ticket ? answer->ticket.label : NULL;
    struct door_words words = {.result = DOOR_REFUSED,
                               .number = number,
                               .repairs = repairs,
                               .is_expired = is_expired,
                               .is_alarm = answer->is_alarm};
    if (answer->problem != PROBLEM_NONE) {
        words.code = problem_code(answer->problem);
        words.zh = problem_zh(answer->problem);
        words.en = problem_en(answer->problem);
        tell_words(door, &words);
        return DOOR_REFUSED;
    }
    words.result = answer->created ? DOOR_ACCEPTED : DOOR_ALREADY;
    char *zh = bytes_format("%s%s", praises[words.result].zh, number ? number : "");
    char *en = bytes_format("%s%s", praises[words.result].en, number ? number : "");
    words.zh = zh;
    words.en = en;
    tell_words(door, &words);
    free(zh);
    free(en);
    return words.result;
}

static enum problem problem_from_code(const char *code)
{
    for (int problem = PROBLEM_NONE + 1; problem < PROBLEM_COUNT; problem++)
        if (strcmp(problem_code((enum problem)problem), code) == 0)
            return (enum problem)problem;
    return PROBLEM_NONE;
}

void door_tell_fault(const struct door *door, const struct reader_event *fault)
{
    enum problem problem = problem_from_code(fault->code);
    bool has_words = fault->zh[0] && fault->en[0];
    if (problem == PROBLEM_NONE && has_words)
        tell(door, DOOR_REFUSED, NULL, fault->code, fault->zh, fault->en);
    else if (problem == PROBLEM_NONE)
        tell(door, DOOR_REFUSED, NULL, fault->code, problem_zh(PROBLEM_CARD_UNREADABLE),
             problem_en(PROBLEM_CARD_UNREADABLE));
    else
        door_tell_problem(door, problem);
}
