/* Takes a reader's lines apart. Must not log, must not touch a descriptor, must not trust a byte: the process
 * that writes them handles bytes from strangers' cards. Runs on the supervisor's thread, in the unit test and
 * in the fuzzer. */
#include "readers/reader_event.h"
#include "base/bytes.h"
#include "base/text.h"
#include <string.h>

void reader_event_wipe(struct reader_event *event)
{
    wipe_bytes(event, sizeof *event);
}

static bool is_code(const char *text, size_t length)
{
    return length > 0 && length <= READER_CODE_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* "" for what is missing or no code. */
static void copy_code(const json_t *object, char ret_code[static READER_CODE_MAX + 1])
{
    const json_t *value = json_object_get(object, "code");
    size_t length = json_string_length(value);
    ret_code[0] = '\0';
    if (json_is_string(value) && is_code(json_string_value(value), length))
        memcpy(ret_code, json_string_value(value), length + 1);
}

static void copy_text(const json_t *object, const char *field, char ret_text[static READER_TEXT_MAX + 1])
{
    ret_text[0] = '\0';
    const json_t *value = json_object_get(object, field);
    if (!json_is_string(value))
        return;
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    if (length > READER_TEXT_MAX)
        for (length = READER_TEXT_MAX; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
            length--;
    if (!text_is_plain(text, length, READER_TEXT_MAX))
        return;
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
}

static void become_garbage(struct reader_event *event, const char *how)
{
    reader_event_wipe(event);
    event->kind = READER_EVENT_GARBAGE;
    strcpy(event->detail, how);
}

static void parse_reading(const json_t *object, struct reader_event *event)
{
    event->kind = READER_EVENT_READING;
    const char *medium = json_string_value(json_object_get(object, "medium"));
    event->presentation_fault = presentation_from_json(object, &event->presentation);
    if (event->presentation_fault !=
        PRESENTATION_OK) /* what it claims to have read must still suit the driver */
        event->presentation.medium = medium ? medium_from_name(medium) : MEDIUM_NONE;
}

static void parse_state(const json_t *object, struct reader_event *event)
{
    const char *name = json_string_value(json_object_get(object, "state"));
    int state = 0;
    while (name && state < READER_STATE_COUNT &&
           strcmp(name, reader_state_name((enum reader_state)state)) != 0)
        state++;
    if (!name || state == READER_STATE_COUNT) {
        become_garbage(event, "unknown state");
        return;
    }
    event->kind = READER_EVENT_STATE;
    event->state = (enum reader_state)state;
    copy_code(object, event->code);
    copy_text(object, "detail", event->detail);
    if (strcmp(event->code, name) == 0)
        event->code[0] = '\0';
}

static void parse_heartbeat(const json_t *object, struct reader_event *event)
{
    (void)object;
    event->kind = READER_EVENT_HEARTBEAT;
}

static void parse_fault(const json_t *object, struct reader_event *event)
{
    const json_t *message = json_object_get(object, "message");
    copy_code(object, event->code);
    if (!event->code[0]) {
        become_garbage(event, "fault without a code");
        return;
    }
    event->kind = READER_EVENT_FAULT;
    copy_text(object, "detail", event->detail);
    copy_text(message, "zh", event->zh);
    copy_text(message, "en", event->en);
}

static void parse_endings(const json_t *object, struct reader_event *event)
{
    copy_code(object, event->code);
    if (event->code[0])
        event->kind = READER_EVENT_ENDINGS;
    else
        become_garbage(event, "endings without a code");
}

static const struct {
    const char *type;
    void (*parse)(const json_t *, struct reader_event *);
} types[] = {
    {"reading", parse_reading}, {"state", parse_state},     {"heartbeat", parse_heartbeat},
    {"fault", parse_fault},     {"endings", parse_endings},
};

static void parse_object(const json_t *object, struct reader_event *event)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    const json_t *at_us = json_object_get(object, "at_us");
    event->at_us = json_is_integer(at_us) ? json_integer_value(at_us) : 0;
    for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(type, types[i].type) == 0) {
            types[i].parse(object, event);
            return;
        }
    }
    become_garbage(event, "unknown type");
}

static void parse_line(const struct reader_parser *parser, struct reader_event *event)
{
    json_t *object = json_loadb(parser->text, parser->length, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        parse_object(object, event);
    else
        become_garbage(event, "not a JSON object");
    json_decref(object);
}

void reader_parser_init(struct reader_parser *parser)
{
    parser->length = 0;
    parser->is_skipping = false;
}

void reader_parser_wipe(struct reader_parser *parser)
{
    wipe_bytes(parser->text, parser->length);
    reader_parser_init(parser);
}

/* True when the line has just become too long. */
static bool take_bytes(struct reader_parser *parser, const char *bytes, size_t size,
                       struct reader_event *event)
{
    if (parser->is_skipping)
        return false;
    if (size > READER_LINE_MAX - parser->length) {
        reader_parser_wipe(parser);
        parser->is_skipping = true;
        become_garbage(event, "line too long");
        return true;
    }
    memcpy(parser->text + parser->length, bytes, size);
    parser->length += size;
    return false;
}

size_t reader_parser_feed(struct reader_parser *parser, const char *bytes, size_t size,
                          struct reader_event *ret_event)
{
    memset(ret_event, 0, sizeof *ret_event);
    if (size == 0)
        return 0;
    const char *end = memchr(bytes, '\n', size);
    size_t content = end ? (size_t)(end - bytes) : size;
    /* the same event at the same byte however the input was cut: stop at the first byte too many */
    size_t room = READER_LINE_MAX + 1 - parser->length;
    if (!parser->is_skipping && content > room)
        content = room;
    if (take_bytes(parser, bytes, content, ret_event) || !end)
        return content;
    if (!parser->is_skipping)
        parse_line(parser, ret_event);
    reader_parser_wipe(parser);
    return content + 1;
}
