/* Replays tests/data/readers: what went over a reader's line, and what must come of it. A capture is lines:
 *   # key: value   what was captured      > HEX  host to device       < HEX  device to host
 *   + MS           time goes by           = TEXT the next event       (neighbouring > or < lines are one piece)
 *   * TEXT         what else a driver was told, see reader_trace.h
 * A scanner that types is captured by its keys, an NFC reader by what was asked of its chip (capture_chip.h).
 * Every request, every event and the silence between them must be as captured. Run from the top of the tree. */
#include "base/bytes.h"
#include "base/files.h"
#include "capture_chip.h"
#include "readers/evdev_keys.h"
#include "readers/sam_session.h"
#include "readers/scan_split.h"
#include <dirent.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *folder_name = "tests/data/readers"; /* or the program's argument */
static size_t captures_least = 7;
enum { MS = 1000, STEP_US = 10 * MS, CAPTURE_MAX = 64 << 20 };

struct replay {
    const char *file;
    bool is_scanner;
    struct sam_session session;
    struct scan_split split;
    struct evdev_keys keys;
    bool is_garbled; /* a key of the scan stands for nothing, or keys were lost */
    uint8_t *bytes;  /* as large as the capture */
    size_t capacity;
    int64_t now_us;
    struct buffer events;   /* lines not yet compared */
    struct buffer requests; /* bytes not yet compared */
};

static void note_sam(struct replay *r, const struct sam_event *e)
{
    switch (e->kind) {
    case SAM_EVENT_NONE:
        break;
    case SAM_EVENT_READY:
        buffer_add_text(&r->events, "ready\n");
        break;
    case SAM_EVENT_READING:
        buffer_format(&r->events, "reading %s %s %s %s\n", medium_name(e->presentation.medium),
                      e->presentation.id_number, e->presentation.name, e->presentation.valid_to);
        break;
    case SAM_EVENT_ADDRESS:
        buffer_format(&r->events, "address %s\n", e->detail);
        break;
    case SAM_EVENT_FAULT:
        buffer_format(&r->events, "fault %s\n", reader_fault_text(e->fault)->code);
        break;
    case SAM_EVENT_TROUBLE:
        buffer_format(&r->events, "trouble %s\n", e->code);
        break;
    case SAM_EVENT_SILENT:
        buffer_add_text(&r->events, "silent\n");
        break;
    }
}

static void note_scan(struct replay *r, enum scan_event event)
{
    static const char *const names[] = {[SCAN_EMPTY] = "empty\n",
                                        [SCAN_TOO_LARGE] = "too-large\n",
                                        [SCAN_CUT_OFF] = "cut-off\n",
                                        [SCAN_GARBLED] = "fault scan-garbled\n"};
    if (event != SCAN_NONE && r->is_garbled) {
        r->is_garbled = false;
        buffer_add_text(&r->events, "fault scan-garbled\n");
    } else if (event == SCAN_WHOLE) {
        char *hex = bytes_alloc(2 * r->split.size + 1);
        hex_encode(r->split.bytes, r->split.size, hex);
        buffer_format(&r->events, "scan %s\n", hex);
        free(hex);
    } else if (event != SCAN_NONE) {
        buffer_add_text(&r->events, names[event]);
    }
}

static void look_at_clock(struct replay *r)
{
    uint8_t request[SAM_REQUEST_SIZE];
    struct sam_event event;
    if (r->is_scanner) {
        note_scan(r, scan_split_idle(&r->split, r->now_us));
        if (r->is_garbled && scan_split_due_us(&r->split) == INT64_MAX)
            note_scan(r, SCAN_GARBLED);
        return;
    }
    sam_session_tick(&r->session, r->now_us, &event);
    note_sam(r, &event);
    if (sam_session_send(&r->session, r->now_us, request))
        buffer_add(&r->requests, request, sizeof request);
}

static void hear(struct replay *r, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0, used; at < size; at += used) {
        struct sam_event event;
        if (r->is_scanner) {
            note_scan(r, scan_split_feed(&r->split, bytes + at, size - at, r->now_us, &used));
        } else {
            sam_session_feed(&r->session, bytes + at, size - at, r->now_us, &used, &event);
            note_sam(r, &event);
        }
    }
    look_at_clock(r);
}

static void press(struct replay *r, unsigned code, int value)
{
    uint8_t bytes[KEY_BYTES_MAX];
    const int n = evdev_keys_feed(&r->keys, code, value, bytes);
    if (n < 0)
        r->is_garbled = true;
    for (size_t at = 0, used; n > 0 && at < (size_t)n; at += used)
        note_scan(r, scan_split_feed(&r->split, bytes + at, (size_t)n - at, r->now_us, &used));
}

static void be_told(struct replay *r, const char *text)
{
    unsigned code;
    int value;
    if (strcmp(text, "late") == 0 || strcmp(text, "in time") == 0) {
        scan_split_set_late(&r->split, text[0] == 'l');
    } else if (strcmp(text, "keys lost") == 0) {
        evdev_keys_init(&r->keys, r->keys.layout);
        r->is_garbled = true;
    } else if (sscanf(text, "key %u %d", &code, &value) == 2) {
        press(r, code, value);
    } else if (strcmp(text, "refused") == 0) {
        if (!r->is_scanner) /* a scanner's captures hold every scan, passed on or not */
            reader_gate_refused(&r->session.gate);
    } else {
        fail_msg("%s: unknown line \"* %s\"", r->file, text);
    }
}

static void expect_request(struct replay *r, const uint8_t *bytes, size_t size)
{
    if (r->requests.size < size || memcmp(r->requests.data, bytes, size) != 0)
        fail_msg("%s: at %lld ms another request, or none, was sent", r->file, (long long)(r->now_us / MS));
    buffer_take_front(&r->requests, size);
}

static void expect_event(struct replay *r, const char *text)
{
    const size_t length = strlen(text);
    if (r->events.size <= length || memcmp(r->events.data, text, length) != 0 ||
        r->events.data[length] != '\n')
        fail_msg("%s: expected \"%s\", events are \"%s\"", r->file, text,
                 r->events.size ? r->events.data : "");
    buffer_take_front(&r->events, length + 1);
}

static void let_time_pass(struct replay *r, int64_t ms)
{
    for (const int64_t end_us = r->now_us + ms * MS; r->now_us < end_us;) {
        r->now_us += STEP_US;
        look_at_clock(r);
    }
}

/* Hexadecimal lines of one direction in a row, joined. Returns the first line after them. */
static char *join_hex(char *line, char direction, uint8_t *ret_bytes, size_t capacity, size_t *ret_size)
{
    *ret_size = 0;
    while (line && line[0] == direction && line[1] == ' ') {
        char *end = strchr(line, '\n');
        const int n =
            hex_decode(line + 2, (size_t)(end - line) - 2, ret_bytes + *ret_size, capacity - *ret_size);
        assert_true(n >= 0);
        *ret_size += (size_t)n;
        line = end + 1;
    }
    return line;
}

static char *replay_line(struct replay *r, char *line)
{
    size_t size;
    if (*line == '<' || *line == '>') {
        const char direction = *line;
        line = join_hex(line, direction, r->bytes, r->capacity, &size);
        direction == '<' ? hear(r, r->bytes, size) : expect_request(r, r->bytes, size);
        return line;
    }
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    if (*line == '+')
        let_time_pass(r, strtol(line + 2, NULL, 10));
    else if (*line == '=')
        expect_event(r, line + 2);
    else if (*line == '*')
        be_told(r, line + 2);
    else if (*line != '#')
        fail_msg("%s: unknown line \"%s\"", r->file, line);
    return end + 1;
}

/* The value of an option in the line "# options:", copied into a word; the default when it is not given. */
static const char *option(const char *text, const char *name, const char *otherwise, char ret_word[static 16])
{
    const char *line = strstr(text, "# options: ");
    const char *end = line ? strchr(line, '\n') : NULL, *found = line ? strstr(line, name) : NULL;
    snprintf(ret_word, 16, "%s", otherwise);
    if (found && found < end)
        sscanf(found + strlen(name), " %15s", ret_word);
    return ret_word;
}

static void prepare(struct replay *r, const char *text)
{
    char word[16];
    const bool types = strstr(text, "# device: evdev:") != NULL;
    const enum scan_separator separator = scan_separator_from_name(option(text, "--separator", "auto", word));
    const enum key_layout layout = key_layout_from_name(option(text, "--layout", "us", word));
    assert_true(separator < SCAN_SEPARATOR_COUNT && layout < KEY_LAYOUT_COUNT);
    sam_session_init(&r->session, r->now_us);
    r->session.wants_address = strstr(text, "# options: --address") != NULL;
    scan_split_init(&r->split, separator, types ? SCAN_KEYS_PAUSE_US : SCAN_PAUSE_US);
    evdev_keys_init(&r->keys, layout);
    look_at_clock(r);
}

static void replay_bytes(const char *file, char *text, size_t size)
{
    struct replay *r = bytes_alloc(sizeof *r);
    r->file = file;
    r->is_scanner = strstr(text, "# driver: scanner") != NULL;
    r->bytes = bytes_alloc(size);
    r->capacity = size;
    prepare(r, text);
    for (char *line = text; *line;)
        line = replay_line(r, line);
    if (r->events.size)
        fail_msg("%s: more events than expected: %s", file, r->events.data);
    buffer_done(&r->events);
    buffer_done(&r->requests);
    free(r->bytes);
    free(r);
}

static enum chip_method method_of(const char *text)
{
    char word[16];
    option(text, "--method", "auto", word);
    return strcmp(word, "raw") == 0 ? CHIP_RAW : strcmp(word, "list") == 0 ? CHIP_LIST : CHIP_AUTO;
}

static void replay(const char *file)
{
    static const char *const keys[] = {
        "# driver: ", "# device: ", "# firmware: ", "# synthetic: ", "# notes: "};
    char *path = bytes_format("%s/%s", folder_name, file), *text;
    size_t size;
    assert_int_equal(file_read(path, CAPTURE_MAX, &text, &size), 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strstr(text, keys[i]))
            fail_msg("%s: no line \"%s\"", file, keys[i]);
    if (strstr(text, "# driver: nfc"))
        replay_chip(file, text, method_of(text));
    else
        replay_bytes(file, text, size);
    free(text);
    free(path);
}

static void all_captures(void **state)
{
    (void)state;
    DIR *folder = opendir(folder_name);
    size_t n = 0;
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (strstr(entry->d_name, ".cap")) {
            replay(entry->d_name);
            n++;
        }
    closedir(folder);
    assert_true(n >= captures_least);
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        folder_name = argv[1];
        captures_least = 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_captures)};
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
