/* Standard error of the reader processes into the log. Must not let a noisy one flood it, nor a mad one forge
 * lines or write down what it read. Runs on the supervisor's thread. */
#include "readers/supervisor_relay.h"
#include "base/bytes.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What a reader has to say when all is well, the pages show already. */
static void print_to_log(const char *name, enum log_level level, const char *text)
{
    log_line(level == LOG_LEVEL_INFO ? LOG_LEVEL_DEBUG : level, "reader %s: %s", name, text);
}

void relay_init(struct relay *relay, const char *name, relay_print_fn print)
{
    *relay = (struct relay){.name = name, .print = print ? print : print_to_log};
}

/* Takes the priority off the front. */
static enum log_level level_of(const char **text)
{
    static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_ERROR,   LOG_LEVEL_ERROR,
                                            LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO,
                                            LOG_LEVEL_INFO,  LOG_LEVEL_DEBUG};
    const char *at = *text;
    if (at[0] != '<' || at[1] < '0' || at[1] > '7' || at[2] != '>')
        return LOG_LEVEL_WARNING;
    *text = at + 3;
    return levels[at[1] - '0'];
}

static void tell_left_out(struct relay *relay)
{
    if (relay->left_out == 0)
        return;
    char text[64];
    snprintf(text, sizeof text, "(%u more lines left out)", relay->left_out);
    relay->print(relay->name, LOG_LEVEL_WARNING, text);
    relay->left_out = 0;
}

/* Where a run of digits ends that begins at text, with single separators inside it; how many digits it has. */
static size_t measure_run(const char *text, size_t *ret_digits)
{
    size_t at = 0, end = 0;
    *ret_digits = 0;
    while (isxdigit((unsigned char)text[at])) {
        *ret_digits += isdigit((unsigned char)text[at]) != 0;
        end = ++at;
        if (text[at] && strchr(" -:._/", text[at]))
            at++;
    }
    return end;
}

/* A number in hexadecimal may have few decimal digits. */
static bool has_long_word(const char *text, size_t length)
{
    for (size_t i = 0, word = 0; i < length; i++) {
        word = isxdigit((unsigned char)text[i]) ? word + 1 : 0;
        if (word >= RELAY_DIGITS_MOST)
            return true;
    }
    return false;
}

void relay_scrub(char *text)
{
    for (char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    for (size_t length, digits; *text; text += length > 0 ? length : 1) {
        length = measure_run(text, &digits);
        if (digits < RELAY_DIGITS_MOST && !(digits > 0 && has_long_word(text, length)))
            continue;
        for (size_t i = 0; i < length; i++)
            if (isxdigit((unsigned char)text[i]))
                text[i] = '*';
    }
}

static void finish_line(struct relay *relay, int64_t now_us)
{
    if (now_us - relay->span_us >= RELAY_SPAN_US) {
        tell_left_out(relay);
        relay->span_us = now_us;
        relay->lines = 0;
    }
    if (relay->length == 0) {
        /* an empty line says nothing */
    } else if (relay->lines < RELAY_LINES_MOST) {
        relay->text[relay->length] = '\0';
        relay_scrub(relay->text);
        const char *text = relay->text;
        enum log_level level = level_of(&text);
        relay->print(relay->name, level, text);
        relay->lines++;
    } else {
        relay->left_out++;
    }
    wipe_bytes(relay->text, relay->length);
    relay->length = 0;
}

void relay_feed(struct relay *relay, const char *bytes, size_t size, int64_t now_us)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n')
            finish_line(relay, now_us);
        else if (relay->length < READER_TEXT_MAX)
            relay->text[relay->length++] =
                bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\0' ? ' ' : bytes[i];
    }
}

void relay_end(struct relay *relay, int64_t now_us)
{
    finish_line(relay, now_us);
    tell_left_out(relay);
}
