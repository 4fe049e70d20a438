/* Taps that were refused and are kept for the marshal: how long, how many, for whom; and what a number out of one is. */
#include "desk/desk_state.h"
#include "desk/taps.h"
#include "desk_door.h"
#include "patience.h"

#define S 1000000

/* ---- the list alone, by a clock of the test's */
static struct taps *new_taps(void)
{
    struct taps *taps = bytes_alloc(sizeof *taps);
    taps_init(taps);
    return taps;
}

static void free_taps(struct taps *taps)
{
    taps_done(taps);
    free(taps);
}

static void keep(struct taps *taps, const char *lane, unsigned n, int64_t now_us,
                 char ret_id[static TAP_ID_SIZE])
{
    const struct presentation card = door_card(n);
    taps_keep(taps, lane, "door", &card, now_us, ret_id);
}

/* The number of the person, 0 for none. */
static unsigned found(struct taps *taps, const char *lane, const char *id, const char *key, int64_t now_us)
{
    char reader[READER_NAME_MAX + 1];
    struct presentation card;
    unsigned n;
    if (taps_find(taps, lane, id, key, now_us, reader, &card) < 0)
        return 0;
    assert_string_equal(reader, "door");
    assert_int_equal(card.medium, MEDIUM_ID_CARD);
    assert_int_equal(sscanf(card.name, "张测%u", &n), 1);
    presentation_wipe(&card);
    return n;
}

static void a_tap_is_found_by_its_id_in_its_lane(void **state)
{
    (void)state;
    char one[TAP_ID_SIZE], two[TAP_ID_SIZE];
    struct taps *taps = new_taps();
    assert_false(taps_has_any(taps));
    keep(taps, "A", 1, 0, one);
    keep(taps, "B", 2, 0, two);
    assert_int_equal(strspn(one, "0123456789abcdef"), TAP_ID_SIZE - 1);
    assert_string_not_equal(one, two);
    assert_int_equal(found(taps, "A", one, "", S), 1);
    assert_int_equal(found(taps, "A", one, "k", S), 1); /* as often as it is tried */
    assert_int_equal(found(taps, "B", two, "", S), 2);
    assert_int_equal(found(taps, "B", one, "", S), 0);
    assert_int_equal(found(taps, "A", "", "", S), 0);
    free_taps(taps);
}

static void a_tap_is_forgotten_in_time(void **state)
{
    (void)state;
    char one[TAP_ID_SIZE], two[TAP_ID_SIZE];
    struct taps *taps = new_taps();
    keep(taps, "A", 1, 0, one);
    keep(taps, "A", 2, 60 * S, two);
    assert_int_equal(found(taps, "A", one, "", TAP_LIFE_US - 1), 1);
    assert_int_equal(found(taps, "A", one, "", TAP_LIFE_US), 0); /* whether or not it has been wiped yet */
    taps_expire(taps, TAP_LIFE_US);
    assert_int_equal(found(taps, "A", one, "", 0), 0);
    assert_int_equal(found(taps, "A", two, "", TAP_LIFE_US), 2);
    taps_expire(taps, TAP_LIFE_US + 60 * S);
    assert_false(taps_has_any(taps));
    free_taps(taps);
}

static void a_lane_keeps_its_latest(void **state)
{
    (void)state;
    char ids[TAPS_MOST + 2][TAP_ID_SIZE], other[TAP_ID_SIZE], again[TAP_ID_SIZE];
    struct taps *taps = new_taps();
    keep(taps, "B", 50, 0, other);
    for (unsigned n = 0; n < TAPS_MOST + 2; n++)
        keep(taps, "A", n + 1, 0, ids[n]);
    for (unsigned n = 0; n < TAPS_MOST + 2; n++)
        assert_int_equal(found(taps, "A", ids[n], "", S), n < 2 ? 0 : n + 1);
    keep(taps, "A", TAPS_MOST + 2, S, again); /* the same card pushes nobody out */
    assert_int_equal(found(taps, "A", ids[TAPS_MOST + 1], "", S), 0);
    assert_int_equal(found(taps, "A", again, "", S), TAPS_MOST + 2);
    assert_int_equal(found(taps, "A", ids[2], "", S), 3);
    assert_int_equal(found(taps, "B", other, "", S), 50);
    free_taps(taps);
}

static void a_used_tap_is_for_its_key_alone(void **state)
{
    (void)state;
    char one[TAP_ID_SIZE], two[TAP_ID_SIZE], late[TAP_ID_SIZE];
    struct taps *taps = new_taps();
    keep(taps, "A", 1, 0, one);
    keep(taps, "A", 2, 0, two);
    keep(taps, "A", 3, 0, late);
    taps_use(taps, "B", two, "", S); /* not its lane */
    assert_int_equal(found(taps, "A", two, "", S), 2);
    taps_use(taps, "A", two, "", S);
    assert_int_equal(found(taps, "A", two, "", S), 0);
    taps_use(taps, "A", one, "k", S);
    taps_use(taps, "A", one, "other", 2 * S); /* too late: it is the first one's */
    assert_int_equal(found(taps, "A", one, "", S), 0);
    assert_int_equal(found(taps, "A", one, "other", S), 0);
    assert_int_equal(found(taps, "A", one, "k", S + TAP_REPEAT_US - 1), 1);
    assert_int_equal(found(taps, "A", one, "k", S + TAP_REPEAT_US), 0);
    taps_use(taps, "A", late, "k", TAP_LIFE_US - S); /* no longer than it had anyway */
    assert_int_equal(found(taps, "A", late, "k", TAP_LIFE_US), 0);
    taps_use(taps, "A", "unknown", "k", S);
    free_taps(taps);
}

/* ---- at the desk */
static struct queue_rules paid_before(void)
{
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.media = 1u << MEDIUM_ID_CARD;
    rules.payment = PAYMENT_PREPAID;
    rules.payment_gate = GATE_REFUSE;
    rules.overrides = OVERRIDE_MARSHAL;
    return rules;
}

/* How often the door has heard of this result, and that it never heard more than it may. */
static unsigned heard(struct door *door, const char *result)
{
    struct feed_item item;
    uint64_t position = 0;
    unsigned n = 0;
    char *words = bytes_format("\"reader\":\"door\",\"result\":\"%s\"", result);
    while (feed_read(door->desk, "A", &position, &item) == FEED_ITEM) {
        if (item.kind != FEED_NOTE || strcmp(item.note, "door") != 0)
            continue;
        assert_true(item.staff_only);
        assert_null(strstr(item.json, "990101"));
        assert_null(strstr(item.json, "张"));
        n += strstr(item.json, words) != NULL;
    }
    free(words);
    return n;
}

static void a_marshal_lets_a_refused_tap_through(void **state)
{
    (void)state;
    const struct queue_rules rules = paid_before();
    struct door *door = door_new(&rules);
    const struct presentation card = door_card(1);
    struct desk_answer answer = door_check_in(door, "A", 1);
    door_expect(answer, PROBLEM_UNPAID);
    assert_int_equal(answer.blocked, ISSUE_OVER_UNPAID);
    assert_int_equal(answer.could_override, 0); /* the reader may nothing */
    struct presentation tapped;
    struct desk_command command = door_check_in_of("A", &tapped);
    desk_keep_tap(door->desk, "A", "door", &card, command.tap);
    assert_int_equal(desk_take_tap(door->desk, "A", command.tap, "", &tapped), 0);
    command.queue.overrides = ISSUE_OVER_UNPAID;
    command.queue.authority = AUTHORITY_MARSHAL;
    door_expect(door_ask(door, &command), PROBLEM_REASON_NEEDED);
    command.queue.authority = AUTHORITY_CAMERA;
    strcpy(command.queue.text, "有缴费凭证");
    door_expect(door_ask(door, &command), PROBLEM_OVERRIDE_FORBIDDEN);
    assert_int_equal(heard(door, "accepted"), 0);
    assert_int_equal(desk_take_tap(door->desk, "A", command.tap, "", &tapped), 0); /* it survives a refusal */
    command.queue.authority = AUTHORITY_MARSHAL;
    strcpy(command.key, "once");
    answer = door_ask(door, &command);
    door_expect(answer, PROBLEM_NONE);
    assert_true(answer.created);
    assert_int_equal(answer.ticket.ticket.medium, MEDIUM_ID_CARD);
    assert_int_equal(answer.ticket.ticket.note.flags & (ISSUE_OVER | ISSUE_LOOK_TWICE), ISSUE_OVER_UNPAID);
    assert_int_equal(heard(door, "accepted"), 1);
    /* gone for everybody but whoever asks for the same answer */
    assert_int_equal(desk_take_tap(door->desk, "A", command.tap, "another", &tapped), -ENOENT);
    assert_int_equal(desk_take_tap(door->desk, "A", command.tap, "once", &tapped), 0);
    answer = door_ask(door, &command);
    door_expect(answer, PROBLEM_NONE);
    assert_true(answer.replayed);
    assert_int_equal(heard(door, "accepted"), 1);
    /* the same key, the same body, but from a body */
    *command.tap = '\0';
    command.presentation = &card;
    assert_true(door_ask(door, &command).replayed);
    door_verify(door);
    door_free(door);
}

static void who_comes_meanwhile_has_that_number(void **state)
{
    (void)state;
    const struct queue_rules rules = paid_before();
    struct door *door = door_new(&rules);
    const struct presentation card = door_card(1);
    struct desk_command command = door_check_in_of("A", &card);
    door_expect(door_ask(door, &command), PROBLEM_UNPAID);
    desk_keep_tap(door->desk, "A", "door", &card, command.tap);
    door_expect(door_pay(door, &card, "paid cash", 1500, false), PROBLEM_NONE);
    door_expect(door_check_in(door, "A", 1), PROBLEM_NONE);
    const struct desk_answer answer = door_ask(door, &command);
    door_expect(answer, PROBLEM_NONE);
    assert_false(answer.created);
    assert_int_equal(heard(door, "already"), 1);
    struct presentation tapped;
    assert_int_equal(desk_take_tap(door->desk, "A", command.tap, "", &tapped), -ENOENT);
    door_free(door);
}

/* The others of a refusal: what may be overridden is told whoever asks, and nothing where it would not be enough. */
static void what_stands_in_the_way(void **state)
{
    (void)state;
    struct queue_rules rules = paid_before();
    rules.overrides = OVERRIDE_NOBODY;
    struct door *door = door_new(&rules);
    const struct desk_answer answer = door_check_in(door, "A", 1);
    assert_int_equal(answer.blocked, ISSUE_OVER_UNPAID);
    assert_false(queue_may_override(&rules, AUTHORITY_OFFICE));
    rules.overrides = OVERRIDE_OFFICE;
    assert_true(queue_may_override(&rules, AUTHORITY_OFFICE));
    assert_false(queue_may_override(&rules, AUTHORITY_MARSHAL));
    rules.overrides = OVERRIDE_MARSHAL;
    assert_true(queue_may_override(&rules, AUTHORITY_OFFICE) &&
                queue_may_override(&rules, AUTHORITY_MARSHAL));
    assert_false(queue_may_override(&rules, AUTHORITY_CAMERA) || queue_may_override(&rules, AUTHORITY_NONE));
    door_done(door, COMMAND_SESSION_CLOSE, "A", 0);
    assert_int_equal(door_check_in(door, "A", 1).blocked, 0);
    door_free(door);
}

/* Nobody asks and no command comes: the desk itself looks at the clock. */
static void the_desk_forgets_by_itself(void **state)
{
    (void)state;
    const struct queue_rules rules = paid_before();
    struct door *door = door_new(&rules);
    const struct presentation card = door_card(1);
    char id[TAP_ID_SIZE];
    clock_sleep_us(100000); /* the writer sleeps */
    desk_keep_tap(door->desk, "A", "door", &card, id);
    pthread_mutex_lock(&door->desk->taps.lock);
    door->desk->taps.list->until_us = clock_mono_us() + 200000;
    pthread_mutex_unlock(&door->desk->taps.lock);
    const int64_t end_us = clock_mono_us() + patiently(20 * S);
    while (taps_has_any(&door->desk->taps) && clock_mono_us() < end_us)
        clock_sleep_us(10000);
    assert_false(taps_has_any(&door->desk->taps));
    desk_keep_tap(door->desk, "A", "door", &card, id); /* and with the desk: ASan would see it leak */
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_is_found_by_its_id_in_its_lane),
        cmocka_unit_test(a_tap_is_forgotten_in_time),
        cmocka_unit_test(a_lane_keeps_its_latest),
        cmocka_unit_test(a_used_tap_is_for_its_key_alone),
        cmocka_unit_test(a_marshal_lets_a_refused_tap_through),
        cmocka_unit_test(who_comes_meanwhile_has_that_number),
        cmocka_unit_test(what_stands_in_the_way),
        cmocka_unit_test(the_desk_forgets_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
