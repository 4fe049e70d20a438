/* The conversation with a SAM reader, in virtual time, against scripted answers. */
#include "base/text.h"
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
    case SAM_EVENT_ADDRESS:
        snprintf(text, sizeof text, "address:%.40s", event->detail);
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

static size_t compose_address(uint8_t ret_frame[static FRAME_MAX])
{
    uint8_t data[SAM_ADDRESS_SIZE];
    assert_int_equal(utf8_to_utf16le("Test Road 3", data, sizeof data), 0);
    return compose(0x90, data, sizeof data, ret_frame);
}

#define ZHANG "990101199001010019"

/* One answer by a letter: I the SAM number, A an address, O ok, F found, N not found, S selected, R record of Zhang, G the record with a wrong
 * checksum, T truncated, g "not found" with a wrong checksum, - silence, and hexadecimal pairs "xNN" a bare status. */
static void answer(struct world *w, const char **script)
{
    static const uint8_t zeros[8];
    uint8_t frame[FRAME_MAX];
    size_t size = 0;
    const char c = *(*script)++;
    if (c == 'O')
        size = compose(0x90, NULL, 0, frame);
    else if (c == 'I')
        size = compose(0x90, (const uint8_t *)"\5\0\3\0\xa5\x3a\x34\1\x87\xd6\x12\0\xb1\xcb\x74", 16, frame);
    else if (c == 'A')
        size = compose_address(frame);
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
        {"a card", "OINFSRNN", "11ff 12ff ready 2001 2001 2002 3001 reading:" ZHANG " 2001 2001"},
        {"no status command: the SAM number will do", "x21IN", "11ff 12ff ready 2001"},
        {"status refused again and again", "x21x21x21x21OI",
         "11ff 12ff 11ff 12ff trouble:reader-refuses 11ff 12ff ready"},
        {"self-test failed, then well", "x60OI", "11ff trouble:sam-self-test-failed 11ff 12ff ready"},
        {"not authorised", "OINx66x66",
         "11ff 12ff ready 2001 2001 trouble:sam-not-authorised 11ff trouble:sam-not-authorised"},
        {"read failed", "OIFSx41N", "11ff 12ff ready 2001 2002 3001 fault:card-unreadable 2001"},
        {"authentication", "OIFSx31N", "11ff 12ff ready 2001 2002 3001 fault:card-not-accepted 2001"},
        {"unknown type", "OIFSx40N", "11ff 12ff ready 2001 2002 3001 fault:card-unsupported 2001"},
        {"not selected", "OIFx81N", "11ff 12ff ready 2001 2002 fault:card-removed 2001"},
        {"gone while read", "OIFSx80N", "11ff 12ff ready 2001 2002 3001 fault:card-removed 2001"},
        {"unknown status", "OIFSxeeN", "11ff 12ff ready 2001 2002 3001 fault:reader-error 2001"},
        {"record damaged once", "OIFSGRN", "11ff 12ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"record truncated once", "OIFSTRN", "11ff 12ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"record damaged twice", "OIFSGGN", "11ff 12ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"record damaged, then refused", "OIFSGx41N",
         "11ff 12ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"record truncated twice", "OIFSTTN", "11ff 12ff ready 2001 2002 3001 3001 fault:frame-garbled 2001"},
        {"silent once in the read", "OIFS-RN", "11ff 12ff ready 2001 2002 3001 3001 reading:" ZHANG " 2001"},
        {"damaged answer to find hid a card", "OIgSRN",
         "11ff 12ff ready 2001 2002 3001 reading:" ZHANG " 2001"},
        {"damaged answer to find hid nothing: quiet", "OIgx81N", "11ff 12ff ready 2001 2002 2001"},
        {"damaged answers for long, then well", "OIgggGN",
         "11ff 12ff ready 2001 2002 3001 3001 trouble:garbled-answers 2001 ready"},
        {"the same card found again at once: one presentation", "OIFSRFSRFSRN",
         "11ff 12ff ready 2001 2002 3001 reading:" ZHANG " 2001 2002 3001 2001 2002 3001 2001"},
        {"the same fault at once: told once", "OIFSx41FSx41N",
         "11ff 12ff ready 2001 2002 3001 fault:card-unreadable 2001 2002 3001 2001"},
        {"an unexpected find answer", "OINx21N", "11ff 12ff ready 2001 2001 2001"},
        {"silence", "OIN----", "11ff 12ff ready 2001 2001 2001 2001 2001"},
        {"silence for two seconds", "OIN----N", "11ff 12ff ready 2001 2001 2001 2001 2001 silent 2001"},
        {"found while we still asked the status", "FSRN", "11ff ready 2002 3001 reading:" ZHANG " 2001"},
        {"no SAM number: ready without", "Ox91N", "11ff 12ff ready 2001"},
        {"silence instead of the SAM number", "O-N", "11ff 12ff ready 2001"},
        {"a spoilt SAM number", "OGN", "11ff 12ff 2001 ready"},
        {"out of order when asked for its number", "Ox60OIN",
         "11ff 12ff trouble:sam-self-test-failed 11ff 12ff ready 2001"},
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
    play(w, "OIFSR");
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
    play(w, "OIFSRN");
    w->now_us += READER_GATE_AGAIN_US;
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
        {"a kind of card whose number is another", {1, 0, 4, 0}, 248, 'I', "bad-id-number"},
        {"wrong check digit", {1, 0, 4, 0}, 122 + 34, '8', "bad-id-number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = world_new();
        uint8_t frame[FRAME_MAX], data[4 + 256 + 1024];
        play(w, "OIFS");
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
    static const char *const twice[] = {"O", "I", "F", "S", "R", "N"};
    for (size_t i = 0; i < 6; i++) {
        const char *again = twice[i];
        play(w, twice[i]);
        answer(w, &again); /* while nothing is awaited */
        uint8_t request[SAM_REQUEST_SIZE];
        w->now_us += SAM_POLL_US;
        assert_true(sam_session_send(&w->session, w->now_us, request));
        if (i < 4) { /* and once more while the next answer is awaited: it is not taken for that one */
            again = twice[i];
            answer(w, &again);
            assert_true(w->session.is_waiting);
        }
        w->session.is_waiting = false;
    }
    assert_string_equal(w->log, "11ff 12ff ready 2001 2002 3001 reading:" ZHANG " 2001");
    free(w);
}

static void a_late_found_is_not_lost(void **state)
{
    (void)state;
    struct world *w = world_new();
    const char *late = "F";
    play(w, "OIN-");
    w->now_us += SAM_ANSWER_US;
    struct sam_event event;
    sam_session_tick(&w->session, w->now_us, &event);
    answer(w, &late);
    play(w, "SR");
    assert_string_equal(w->log, "11ff 12ff ready 2001 2001 2002 3001 reading:" ZHANG);
    free(w);
}

static void ready_tells_the_number(void **state)
{
    (void)state;
    struct world *w = world_new();
    play(w, "OI");
    assert_int_equal(w->event.kind, SAM_EVENT_READY);
    assert_string_equal(w->event.detail, "05.03-20200101-0001234567-0007654321");
    free(w);
}

static void an_address_is_read_only_when_asked(void **state)
{
    static const struct {
        const char *legend, *script, *log;
    } cases[] = {
        {"there is one", "OIFSRAN", "3001 reading:" ZHANG " 3003 address:Test Road 3 2001"},
        {"there is none", "OIFSRx91N", "3001 reading:" ZHANG " 3003 address: 2001"},
        {"the card left", "OIFSRx41N", "3001 reading:" ZHANG " 3003 2001"},
        {"silence", "OIFSR-N", "3001 reading:" ZHANG " 3003 2001"},
        {"spoilt", "OIFSRGN", "3001 reading:" ZHANG " 3003 2001"},
        {"the same card again at once", "OIFSRAFSRN",
         "3001 reading:" ZHANG " 3003 address:Test Road 3 2001 2002 3001 2001"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = world_new();
        w->session.wants_address = true;
        play(w, cases[i].script);
        const char *from = strstr(w->log, "3001");
        if (!from || strcmp(from, cases[i].log) != 0)
            fail_msg("%s:\n got %s\n not %s", cases[i].legend, w->log, cases[i].log);
        free(w);
    }
}

static void every_status_has_a_meaning(void **state)
{
    static const struct {
        uint8_t sw3;
        const char *code; /* what it means when a card was being read */
    } known[] = {
        {0x10, "frame-garbled"},     {0x11, "frame-garbled"},   {0x21, "reader-error"},
        {0x23, "reader-error"},      {0x24, "reader-error"},    {0x31, "card-not-accepted"},
        {0x32, "card-not-accepted"}, {0x33, "card-unreadable"}, {0x34, "card-removed"},
        {0x37, "card-unreadable"},   {0x3f, "card-unreadable"}, {0x40, "card-unsupported"},
        {0x41, "card-unreadable"},   {0x47, "card-unreadable"}, {0x60, "reader-error"},
        {0x66, "reader-error"},      {0x80, "card-removed"},    {0x81, "card-removed"},
        {0x90, "card-unreadable"},   {0x91, "card-unreadable"}, {0x9f, "card-unreadable"},
    };
    char text[SAM_STATUS_TEXT_SIZE], unknown[SAM_STATUS_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct sam_status *status = sam_status(known[i].sw3);
        assert_int_equal(status->sw3, known[i].sw3);
        assert_string_equal(reader_fault_text(status->fault)->code, known[i].code);
        assert_string_not_equal(status->meaning, "unknown status");
        assert_true((unsigned char)status->zh[0] >= 0x80 || strncmp(status->zh, "SAM_V", 5) == 0);
    }
    sam_status_text(0x41, text);
    assert_string_equal(text, "status 41: read failed / 读证/卡操作失败");
    sam_status_text(0xee, unknown);
    assert_string_equal(unknown, "status EE: unknown status / 未知状态");
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
        cmocka_unit_test(ready_tells_the_number),
        cmocka_unit_test(an_address_is_read_only_when_asked),
        cmocka_unit_test(every_status_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
