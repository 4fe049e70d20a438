/* The conversation with a SAM reader, in virtual time, against scripted answers. */
#include "readers/sam_session.c"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MS = 1000, FRAME_MAX = 1400 };

struct world {
    struct sam_session session;
    int64_t now_us;
    struct sam_event event; /* the last one that was not NONE */
    char log[4096];         /* requests as "2001", events as "ready", "reading", "fault CODE" ... */
};

static struct world *world_new(void)
{
    struct world *w = bytes_alloc(sizeof *w);
    w->now_us = 1000 * 1000 * MS;
    sam_session_init(&w->session, w->now_us);
    return w;
}

static void log_text(struct world *w, const char *text)
{
    const size_t length = strlen(w->log);
    assert_true(length + strlen(text) + 2 < sizeof w->log);
    sprintf(w->log + length, "%s%s", length ? " " : "", text);
}

static void log_event(struct world *w, const struct sam_event *event)
{
    char text[64];
    switch (event->kind) {
    case SAM_EVENT_NONE:
        return;
    case SAM_EVENT_READY:
        strcpy(text, "ready");
        break;
    case SAM_EVENT_READING:
        snprintf(text, sizeof text, "reading:%s", event->presentation.id_number);
        break;
    case SAM_EVENT_FAULT:
        snprintf(text, sizeof text, "fault:%s", reader_fault_text(event->fault)->code);
        break;
    case SAM_EVENT_TROUBLE:
        snprintf(text, sizeof text, "trouble:%s", event->code);
        break;
    case SAM_EVENT_SILENT:
        strcpy(text, "silent");
        break;
    }
    w->event = *event;
    log_text(w, text);
}

static void say(struct world *w, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0, used; at < size; at += used) {
        struct sam_event event;
        sam_session_feed(&w->session, bytes + at, size - at, w->now_us, &used, &event);
        assert_true(used > 0);
        log_event(w, &event);
    }
}

static size_t compose(uint8_t sw3, const uint8_t *data, size_t size, uint8_t ret_frame[static FRAME_MAX])
{
    const size_t length = size + 4;
    const uint8_t head[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, (uint8_t)(length >> 8), (uint8_t)length, 0, 0, sw3};
    memcpy(ret_frame, head, sizeof head);
    if (size)
        memcpy(ret_frame + sizeof head, data, size);
    uint8_t sum = 0;
    for (size_t i = 5; i < sizeof head + size; i++)
        sum ^= ret_frame[i];
    ret_frame[sizeof head + size] = sum;
    return sizeof head + size + 1;
}

static size_t compose_record(const char *name, const char *number, const char *valid_to,
                             uint8_t ret_frame[static FRAME_MAX])
{
    static uint8_t data[4 + 256 + 1024];
    memcpy(data, "\x01\x00\x04\x00", 4);
    assert_int_equal(sam_text_compose(name, number, valid_to, data + 4), 0);
    return compose(0x90, data, sizeof data, ret_frame);
}

#define ZHANG "990101199001010019"

/* One answer by a letter: O ok, F found, N not found, S selected, R record of Zhang, G the record with a wrong
 * checksum, T truncated, g "not found" with a wrong checksum, - silence, and hexadecimal pairs "xNN" a bare status. */
static void answer(struct world *w, const char **script)
{
    static const uint8_t zeros[8];
    uint8_t frame[FRAME_MAX];
    size_t size = 0;
    const char c = *(*script)++;
    if (c == 'O')
        size = compose(0x90, NULL, 0, frame);
    else if (c == 'F')
        size = compose(0x9f, zeros, 4, frame);
    else if (c == 'N' || c == 'g')
        size = compose(0x80, NULL, 0, frame);
    else if (c == 'S')
        size = compose(0x90, zeros, 8, frame);
    else if (c == 'R' || c == 'G' || c == 'T')
        size = compose_record("张测试", ZHANG, "LONG", frame);
    if (c == 'x') {
        uint8_t sw3;
        assert_int_equal(hex_decode(*script, 2, &sw3, 1), 1);
        *script += 2;
        size = compose(sw3, NULL, 0, frame);
    }
    if (c == 'G' || c == 'g')
        frame[size - 1] ^= 1;
    if (c == 'T')
        size /= 2;
    say(w, frame, size);
}

/* Lets the session send until the script is used up, each answer 20 ms after its request. */
static void play(struct world *w, const char *script)
{
    for (const int64_t end_us = w->now_us + 60000 * MS; *script && w->now_us < end_us; w->now_us += 10 * MS) {
        uint8_t request[SAM_REQUEST_SIZE];
        struct sam_event event;
        sam_session_tick(&w->session, w->now_us, &event);
        log_event(w, &event);
        if (!sam_session_send(&w->session, w->now_us, request))
            continue;
        char hex[5];
        hex_encode(request + 7, 2, hex);
        log_text(w, hex);
        w->now_us += 20 * MS;
        answer(w, &script);
    }
    assert_string_equal(script, "");
}

static void conversations(void **state)
{
    static const struct {
        const char *legend, *script, *log;
    } cases[] = {
        {"a card", "ONFSRNN", "11ff ready 2001 2001 2002 3001 reading:" ZHANG " 2001 2001"},
        {"no status command: the SAM number will do", "x21ON", "11ff 12ff ready 2001"},
        {"status refused again and again", "x21x21x21x21O",
         "11ff 12ff 11ff 12ff trouble:reader-refuses 11ff ready"},
        {"self-test failed, then well", "x60O", "11ff trouble:sam-self-test-failed 11ff ready"},
        {"not authorised", "ONx66x66",
         "11ff ready 2001 2001 trouble:sam-not-authorised 11ff trouble:sam-not-authorised"},
        {"read failed", "OFSx41N", "11ff ready 2001 2002 3001 fault:card-unreadable 2001"},
        {"authentication", "OFSx31N", "11ff ready 2001 2002 3001 fault:card-not-accepted 2001"},
        {"unknown type", "OFSx40N", "11ff ready 2001 2002 3001 fault:card-unsupported 2001"},
        {"not selected", "OFx81N", "11ff ready 2001 2002 fault:card-removed 2001"},
        {"gone while read", "OFSx80N", "11ff ready 2001 2002 3001 fault:card-removed 2001"},
        {"unknown status", "OFSxeeN", "11ff ready 2001 2002 3001 fault:reader-error 2001"},
        {"record damaged once", "OFSGRN", "11ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"record truncated once", "OFSTRN", "11ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"record damaged twice", "OFSGGN", "11ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"record damaged, then refused", "OFSGx41N",
         "11ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"record truncated twice", "OFSTTN", "11ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"silent once in the read", "OFS-RN", "11ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"damaged answer to find hid a card", "OgSRN", "11ff ready 2001 2002 3001 reading:" ZHANG " 2001"},
        {"damaged answer to find hid nothing: quiet", "Ogx81N", "11ff ready 2001 2002 2001"},
        {"damaged answers for long, then well", "OgggGN",
         "11ff ready 2001 2002 3001 3001 trouble:garbled-answers 2001 ready"},
        {"the same card found again at once: one presentation", "OFSRFSRFSRN",
         "11ff ready 2001 2002 3001 reading:" ZHANG " 2001 2002 3001 2001 2002 3001 2001"},
        {"the same fault at once: told once", "OFSx41FSx41N",
         "11ff ready 2001 2002 3001 fault:card-unreadable 2001 2002 3001 2001"},
        {"an unexpected find answer", "ONx21N", "11ff ready 2001 2001 2001"},
        {"silence", "ON----", "11ff ready 2001 2001 2001 2001 2001"},
        {"silence for two seconds", "ON----N", "11ff ready 2001 2001 2001 2001 2001 silent 2001"},
        {"found while we still asked the status", "FSRN", "11ff ready 2002 3001 reading:" ZHANG " 2001"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = world_new();
        play(w, cases[i].script);
        if (strcmp(w->log, cases[i].log) != 0)
            fail_msg("%s:\n got %s\n not %s", cases[i].legend, w->log, cases[i].log);
        free(w);
    }
}

static void a_reading_holds_the_record(void **state)
{
    (void)state;
    struct world *w = world_new();
    play(w, "OFSR");
    assert_int_equal(w->event.kind, SAM_EVENT_READING);
    assert_int_equal(w->event.presentation.medium, MEDIUM_ID_CARD);
    assert_string_equal(w->event.presentation.name, "张测试");
    assert_string_equal(w->event.presentation.valid_to, "LONG");
    free(w);
}

static void the_same_person_later_is_new(void **state)
{
    (void)state;
    struct world *w = world_new();
    play(w, "OFSRN");
    w->now_us += READER_GATE_US;
    w->log[0] = '\0';
    play(w, "NFSR");
    assert_string_equal(w->log, "2001 2001 2002 3001 reading:" ZHANG);
    free(w);
}

static void records_that_are_none(void **state)
{
    static const struct {
        const char *legend;
        uint8_t lengths[4];
        size_t at;
        uint8_t value;
        const char *code;
    } cases[] = {
        {"lengths that do not add up", {1, 0, 4, 1}, 0, 0, "card-unreadable"},
        {"text of another size", {0, 128, 4, 128}, 0, 0, "card-unreadable"},
        {"another kind of card", {1, 0, 4, 0}, 248, 'Q', "card-unsupported"},
        {"wrong check digit", {1, 0, 4, 0}, 122 + 34, '8', "bad-id-number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = world_new();
        uint8_t frame[FRAME_MAX], data[4 + 256 + 1024];
        play(w, "OFS");
        compose_record("张测试", ZHANG, "LONG", frame);
        memcpy(data, frame + 10, sizeof data);
        memcpy(data, cases[i].lengths, 4);
        if (cases[i].at)
            data[4 + cases[i].at] = cases[i].value;
        const size_t size = compose(0x90, data, sizeof data, frame);
        uint8_t request[SAM_REQUEST_SIZE];
        assert_true(sam_session_send(&w->session, w->now_us, request));
        say(w, frame, size);
        assert_int_equal(w->event.kind, SAM_EVENT_FAULT);
        if (strcmp(reader_fault_text(w->event.fault)->code, cases[i].code) != 0)
            fail_msg("%s: %s", cases[i].legend, reader_fault_text(w->event.fault)->code);
        free(w);
    }
}

static void answers_said_twice_change_nothing(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const char *const twice[] = {"O", "F", "S", "R", "N"};
    for (size_t i = 0; i < 5; i++) {
        const char *again = twice[i];
        play(w, twice[i]);
        answer(w, &again); /* while nothing is awaited */
        uint8_t request[SAM_REQUEST_SIZE];
        w->now_us += SAM_POLL_US;
        assert_true(sam_session_send(&w->session, w->now_us, request));
        if (i < 3) { /* and once more while the next answer is awaited: it is not taken for that one */
            again = twice[i];
            answer(w, &again);
            assert_true(w->session.is_waiting);
        }
        w->session.is_waiting = false;
    }
    assert_string_equal(w->log, "11ff ready 2001 2002 3001 reading:" ZHANG " 2001");
    free(w);
}

static void a_late_found_is_not_lost(void **state)
{
    (void)state;
    struct world *w = world_new();
    const char *late = "F";
    play(w, "ON-");
    w->now_us += SAM_ANSWER_US;
    struct sam_event event;
    sam_session_tick(&w->session, w->now_us, &event);
    answer(w, &late);
    play(w, "SR");
    assert_string_equal(w->log, "11ff ready 2001 2001 2002 3001 reading:" ZHANG);
    free(w);
}

static void every_status_has_a_meaning(void **state)
{
    (void)state;
    for (unsigned sw3 = 0; sw3 < 256; sw3++) {
        const struct sam_status *status = sam_status((uint8_t)sw3);
        assert_true(status->fault < READER_FAULT_COUNT);
        assert_true(strlen(status->meaning) > 0);
    }
    assert_int_equal(sam_status(0x41)->fault, READER_FAULT_CARD_UNREADABLE);
    assert_int_equal(sam_status(0x32)->fault, READER_FAULT_CARD_NOT_ACCEPTED);
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversations),
        cmocka_unit_test(a_reading_holds_the_record),
        cmocka_unit_test(the_same_person_later_is_new),
        cmocka_unit_test(records_that_are_none),
        cmocka_unit_test(answers_said_twice_change_nothing),
        cmocka_unit_test(a_late_found_is_not_lost),
        cmocka_unit_test(every_status_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
