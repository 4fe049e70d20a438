/* The canonical text of rules, the names in it, what contradicts, and the notes of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "identity/medium.h"
#include "queue/entry.h"
#include "queue/rules.h"

#define PLAIN                                                                                                \
    "media=1,2,3,4,5,6 outsiders=1 payment=none payment_gate=off fee_fen=0 order=free line_limit=0 "         \
    "missed=line-end captured=refuse overrides=marshal spoken_check=0 scan_and_sit=0 roll_call=0 prefix= "   \
    "width=4"
#define FULL                                                                                                 \
    "media=2,5 outsiders=0 payment=token payment_gate=refuse fee_fen=4294967295 order=alarm "                \
    "line_limit=4294967295 missed=after-class captured=warn overrides=office spoken_check=1 "                \
    "scan_and_sit=0 roll_call=1 prefix=D2xY width=8"

static void the_default_is_plain(void **state)
{
    (void)state;
    struct queue_rules rules;
    char text[RULES_TEXT_SIZE];
    queue_rules_default(&rules);
    queue_rules_text(&rules, text);
    assert_string_equal(text, PLAIN);
    assert_int_equal(queue_rules_check(&rules), RULES_SOUND);
}

static void every_field_is_written_and_read(void **state)
{
    (void)state;
    const struct queue_rules full = {
        .media = 1u << MEDIUM_ID_CARD | 1u << MEDIUM_PASSPORT,
        .payment = PAYMENT_TOKEN,
        .payment_gate = GATE_REFUSE,
        .fee_fen = UINT32_MAX,
        .order = ORDER_ALARM,
        .line_limit = UINT32_MAX,
        .missed = MISSED_AFTER_CLASS,
        .captured = GATE_WARN,
        .overrides = OVERRIDE_OFFICE,
        .spoken_check = true,
        .roll_call = true,
        .prefix = "D2xY",
        .width = 8,
    };
    struct queue_rules read;
    char text[RULES_TEXT_SIZE];
    queue_rules_text(&full, text);
    assert_string_equal(text, FULL);
    assert_true(queue_rules_parse(FULL, &read));
    assert_int_equal(read.media, full.media);
    assert_false(read.outsiders);
    assert_int_equal(read.payment, full.payment);
    assert_int_equal(read.payment_gate, full.payment_gate);
    assert_int_equal(read.fee_fen, full.fee_fen);
    assert_int_equal(read.order, full.order);
    assert_int_equal(read.line_limit, full.line_limit);
    assert_int_equal(read.missed, full.missed);
    assert_int_equal(read.captured, full.captured);
    assert_int_equal(read.overrides, full.overrides);
    assert_true(read.spoken_check && read.roll_call && !read.scan_and_sit);
    assert_string_equal(read.prefix, "D2xY");
    assert_int_equal(read.width, 8);
}

/* Each is the plain text with one place changed. */
static void other_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *from, *to;
    } cases[] = {
        {"a field missing", " roll_call=0", ""},
        {"a field twice", " roll_call=0", " roll_call=0 roll_call=0"},
        {"fields in another order", "media=1,2,3,4,5,6 outsiders=1", "outsiders=1 media=1,2,3,4,5,6"},
        {"a field nobody knows", "prefix=", "prefix= colour=red"},
        {"an unknown name", "order=free", "order=freely"},
        {"a name of another field", "order=free", "order=refuse"},
        {"a medium twice", "media=1,2,", "media=1,1,2,"},
        {"media in another order", "media=1,2,", "media=2,1,"},
        {"no such medium", "media=1,2,", "media=0,1,2,"},
        {"a medium beyond the last", "5,6", "5,6,7"},
        {"no medium: nobody could check in", "media=1,2,3,4,5,6", "media="},
        {"two blanks", " order", "  order"},
        {"a blank at the end", "width=4", "width=4 "},
        {"something behind", "width=4", "width=4 x"},
        {"a leading zero", "fee_fen=0", "fee_fen=00"},
        {"a number too large", "fee_fen=0", "fee_fen=4294967296"},
        {"a sign", "fee_fen=0", "fee_fen=+1"},
        {"no number", "line_limit=0", "line_limit="},
        {"a truth that is none", "outsiders=1", "outsiders=2"},
        {"a truth in words", "outsiders=1", "outsiders=yes"},
        {"a prefix too long", "prefix=", "prefix=ABCDE"},
        {"a prefix with a dash", "prefix=", "prefix=A-"},
        {"a width of none", "width=4", "width=0"},
        {"a width too large", "width=4", "width=9"},
        {"a gate without payment", "payment_gate=off", "payment_gate=warn"},
        {"a line feed", " order", "\norder"},
        {"upper case", "order=free", "order=FREE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue_rules rules, before;
        char text[2 * RULES_TEXT_SIZE];
        const char *at = strstr(PLAIN, cases[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - (PLAIN)), PLAIN, cases[i].to,
                 at + strlen(cases[i].from));
        memset(&rules, 0x5a, sizeof rules);
        before = rules;
        if (queue_rules_parse(text, &rules))
            fail_msg("%s: taken", cases[i].legend);
        assert_memory_equal(&rules, &before, sizeof rules);
    }
}

static void contradictions(void **state)
{
    (void)state;
    struct queue_rules plain;
    queue_rules_default(&plain);
    static const struct {
        const char *legend;
        enum payment_way payment;
        enum gate gate;
        bool sit;
        uint32_t limit;
        enum missed_rule missed;
        enum rules_conflict conflict;
    } cases[] = {
        {"prepaid, refused at the door", PAYMENT_PREPAID, GATE_REFUSE, false, 5, MISSED_SESSION_END,
         RULES_SOUND},
        {"on site, only warned", PAYMENT_ON_SITE, GATE_WARN, false, 0, MISSED_LINE_END, RULES_SOUND},
        {"billed to the class, no gate", PAYMENT_CLASS, GATE_OFF, false, 0, MISSED_LINE_END, RULES_SOUND},
        {"billed afterwards, yet asked for", PAYMENT_CLASS, GATE_WARN, false, 0, MISSED_LINE_END,
         RULES_GATE_UNPAID},
        {"no payment, yet asked for", PAYMENT_NONE, GATE_REFUSE, false, 0, MISSED_LINE_END,
         RULES_GATE_UNPAID},
        {"scan-and-sit", PAYMENT_NONE, GATE_OFF, true, 0, MISSED_LINE_END, RULES_SOUND},
        {"scan-and-sit has no line to limit", PAYMENT_NONE, GATE_OFF, true, 5, MISSED_LINE_END,
         RULES_SIT_WITH_LIMIT},
        {"scan-and-sit has nobody to call later", PAYMENT_NONE, GATE_OFF, true, 0, MISSED_CLASS_END,
         RULES_SIT_WITH_MISSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue_rules rules = plain;
        const char *names[2];
        rules.payment = cases[i].payment;
        rules.payment_gate = cases[i].gate;
        rules.scan_and_sit = cases[i].sit;
        rules.line_limit = cases[i].limit;
        rules.missed = cases[i].missed;
        if (queue_rules_check(&rules) != cases[i].conflict)
            fail_msg("%s: %d", cases[i].legend, queue_rules_check(&rules));
        rules_conflict_settings(cases[i].conflict, names);
        assert_int_equal(names[0][0] != '\0', cases[i].conflict != RULES_SOUND);
    }
    struct queue_rules rules = plain;
    rules.media = 1u << MEDIUM_COUNT;
    assert_int_equal(queue_rules_check(&rules), RULES_NO_MEDIUM);
    rules = plain;
    memset(rules.prefix, 'A', sizeof rules.prefix); /* not even ended */
    assert_int_equal(queue_rules_check(&rules), RULES_BAD_PREFIX);
    rules = plain;
    strcpy(rules.prefix, "\xe6\x8b\x8d");
    assert_int_equal(queue_rules_check(&rules), RULES_BAD_PREFIX);
    for (int conflict = RULES_NO_MEDIUM; conflict < RULES_CONFLICT_COUNT; conflict++) {
        const char *names[2] = {NULL, NULL};
        rules_conflict_settings((enum rules_conflict)conflict, names);
        for (int i = 0; i < 2; i++) { /* each is a field of the text */
            char field[32];
            snprintf(field, sizeof field, "%s=", names[i]);
            assert_true(*names[i] ? strstr(PLAIN, field) != NULL : i == 1);
        }
    }
}

static void names_lead_back(void **state)
{
    (void)state;
#define BOTH_WAYS(type, prefix, count)                                                                       \
    do {                                                                                                     \
        for (int i = 0; i < (count); i++)                                                                    \
            assert_int_equal(prefix##_from_name(prefix##_name((enum type)i)), i);                            \
        assert_null(prefix##_name((enum type)(count)));                                                      \
        assert_int_equal(prefix##_from_name(""), -1);                                                        \
        assert_int_equal(prefix##_from_name("nothing of it"), -1);                                           \
    } while (0)
    BOTH_WAYS(gate, gate, GATE_REFUSE + 1);
    BOTH_WAYS(payment_way, payment_way, PAYMENT_CLASS + 1);
    BOTH_WAYS(order_rule, order_rule, ORDER_ALARM + 1);
    BOTH_WAYS(missed_rule, missed_rule, MISSED_SESSION_END + 1);
    BOTH_WAYS(override_by, override_by, OVERRIDE_MARSHAL + 1);
    for (int i = 0; i < PAYMENT_STATE_COUNT; i++)
        assert_int_equal(payment_state_from_name(payment_state_name((enum payment_state)i)), i);
    for (int i = DECISION_ORDER_RIGHT; i < DECISION_COUNT; i++)
        assert_int_equal(decision_from_name(decision_name((enum decision)i)), i);
    assert_int_equal(payment_state_from_name("?"), -1);
    assert_int_equal(decision_from_name("?"), -1);
    static const struct {
        enum entry_kind kind;
        const char *name;
    } kinds[] = {{ENTRY_RULES_SET, "rules-set"},
                 {ENTRY_LIST_IMPORTED, "list-imported"},
                 {ENTRY_LATE_ROUND, "late-round"},
                 {ENTRY_CONFIRMED, "confirmed"},
                 {ENTRY_MISMATCH, "mismatch"},
                 {ENTRY_RESOLVED, "resolved"},
                 {ENTRY_LEFT, "left"},
                 {ENTRY_VOID_ACKNOWLEDGED, "void-acknowledged"},
                 {ENTRY_PAYMENT, "payment"},
                 {ENTRY_CARD_OUT, "card-out"},
                 {ENTRY_CARD_BACK, "card-back"},
                 {ENTRY_ROLL, "roll"},
                 {ENTRY_NONE, "?"},
                 {(enum entry_kind)99, "?"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_string_equal(entry_kind_name(kinds[i].kind), kinds[i].name);
}

static void notes(void **state)
{
    (void)state;
    static const struct {
        struct issue_note note;
        const char *text;
    } cases[] = {
        {{0, 0, 0}, ""},
        {{12, 5, 3}, "u12 r5 f3"},
        {{0, 0, ISSUE_LOOK_TWICE}, "f1"},
        {{7, 0, 0}, "u7"},
        {{UINT32_MAX, UINT32_MAX, ISSUE_FLAGS}, "u4294967295 r4294967295 f32767"},
    };
    char text[PROFILE_MAX + 1];
    struct issue_note note;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        issue_note_text(&cases[i].note, text);
        assert_string_equal(text, cases[i].text);
        assert_true(issue_note_parse(text, &note));
        assert_int_equal(note.unit, cases[i].note.unit);
        assert_int_equal(note.rank, cases[i].note.rank);
        assert_int_equal(note.flags, cases[i].note.flags);
    }
    static const char *const wrong[] = {
        "u0",     "u",      "12",      "r5 u12", "u12  r5", "u12 ",
        " u12",   "u012",   "u12 u12", "x1",     "u-1",     "u4294967296",
        "f32768", "f65535", "f3 x",    "u1r1",   "U12",     "u99999999999999999999999999999999999999",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        note = (struct issue_note){1, 2, 3};
        if (issue_note_parse(wrong[i], &note) || note.unit != 1 || note.rank != 2 || note.flags != 3)
            fail_msg("'%s' was taken", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_plain),    cmocka_unit_test(every_field_is_written_and_read),
        cmocka_unit_test(other_texts_are_refused), cmocka_unit_test(contradictions),
        cmocka_unit_test(names_lead_back),         cmocka_unit_test(notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
