/* JSON lines of a reader process. No I/O. */
#include "readers/reader_line.h"
#include "base/bytes.h"
#include "base/text.h"
#include "identity/mask.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_SHOWN = 2 }; /* bytes */

const char *reader_state_name(enum reader_state state)
{
    static const char *const names[READER_STATE_COUNT] = {"opening", "ready", "absent", "error"};
    return names[state];
}

/* Details may come from a device's own name. */
static const char *plain(const char *detail)
{
    return detail && text_is_plain(detail, strlen(detail), 1000) ? detail : "";
}

/* Takes the object. */
static char *line_of(json_t *object)
{
    char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (!line)
        abort(); /* memory, or a text that is not UTF-8, which callers exclude */
    json_decref(object);
    return line;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (json_object_set_new(object, key, json_string(text)) < 0)
        abort();
}

static void set_person(json_t *object, const struct presentation *p, bool is_masked)
{
    char number[ID_NUMBER_LENGTH + 1], name[NAME_MASK_SIZE];
    if (is_masked) {
        mask_id_number(p->id_number, number);
        mask_name(p->name, name);
    }
    set_text(object, "id_number", is_masked ? number : p->id_number);
    set_text(object, "name", is_masked ? name : p->name);
    if (p->valid_to[0])
        set_text(object, "valid_to", p->valid_to);
}

/* Enough to tell two cards apart that one has in hand. */
static void set_serial(json_t *object, const struct presentation *p, bool is_masked)
{
    char serial[2 * 10 + 1];
    assert(2 * p->credential_size < sizeof serial);
    hex_encode(p->credential, p->credential_size, serial);
    if (is_masked && p->credential_size > SERIAL_SHOWN)
        memset(serial + 2 * SERIAL_SHOWN, '*', 2 * (p->credential_size - SERIAL_SHOWN));
    set_text(object, "serial", serial);
    wipe_bytes(serial, sizeof serial);
}

static void set_payload(json_t *object, const struct presentation *p, bool is_masked)
{
    char *text = bytes_alloc(base64_size(p->credential_size));
    base64_encode(p->credential, p->credential_size, text);
    set_text(object, "payload_base64", is_masked ? "***" : text);
    wipe_bytes(text, base64_size(p->credential_size));
    free(text);
    if (is_masked)
        json_object_set_new(object, "payload_bytes", json_integer((json_int_t)p->credential_size));
}

char *reader_line_reading(const struct presentation *p, int64_t at_us, bool is_masked)
{
    json_t *object = json_pack("{ss ss}", "type", "reading", "medium", medium_name(p->medium));
    if (p->medium == MEDIUM_ID_CARD) {
        set_person(object, p, is_masked);
    } else if (p->medium == MEDIUM_CHIP || p->medium == MEDIUM_CAMPUS_CARD) {
        set_serial(object, p, is_masked);
    } else {
        assert(p->medium == MEDIUM_CAPTURE_CODE);
        set_payload(object, p, is_masked);
    }
    json_object_set_new(object, "at_us", json_integer(at_us));
    return line_of(object);
}

char *reader_line_address(const char *address, int64_t at_us, bool is_masked)
{
    return line_of(json_pack("{ss ss sI}", "type", "address", "address",
                             is_masked && address[0] ? "***" : address, "at_us", (json_int_t)at_us));
}

char *reader_line_state(enum reader_state state, const char *code, const char *detail)
{
    return line_of(json_pack("{ss ss ss ss}", "type", "state", "state", reader_state_name(state), "code",
                             code, "detail", plain(detail)));
}

char *reader_line_endings(const char *code)
{
    return line_of(json_pack("{ss ss}", "type", "endings", "code", code));
}

char *reader_line_heartbeat(int64_t at_us)
{
    return line_of(json_pack("{ss sI}", "type", "heartbeat", "at_us", (json_int_t)at_us));
}

char *reader_line_fault(enum reader_fault fault, const char *detail)
{
    const struct reader_fault_text *text = reader_fault_text(fault);
    return line_of(json_pack("{ss ss ss s{ss ss}}", "type", "fault", "code", text->code, "detail",
                             plain(detail), "message", "zh", text->zh, "en", text->en));
}
