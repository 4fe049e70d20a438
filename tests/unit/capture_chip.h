/* The nfc driver over a capture: its file is included, and the chip's functions answer as recorded, and only when the driver
 * does what it did. The capture's next line is the one thing these share; a wrong call, or one too few, fails. Sleeping takes no
 * time. */
#ifndef TESTS_CAPTURE_CHIP_H
#define TESTS_CAPTURE_CHIP_H
#include "base/bytes.h"
#include "base/clock.h"
#define clock_sleep_us(us) ((void)(us))
#include "readers/driver_nfc.c"
#undef clock_sleep_us
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct {
    const char *file;
    char *at; /* what is left */
    bool has_ended;
} chip_capture;

/* The next line that says something, to be borrowed; "" at the end, where the chip is gone. */
static const char *next_chip_line(void)
{
    while (*chip_capture.at) {
        char *line = chip_capture.at, *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        chip_capture.at = end + 1;
        if (*line != '#' && *line != '+')
            return line;
    }
    chip_capture.has_ended = true;
    return "";
}

/* What follows `call` in the next line, which must begin with it; "" at the end. */
static const char *chip_told(const char *call)
{
    const char *line = next_chip_line();
    const size_t length = strlen(call);
    if (chip_capture.has_ended)
        return "";
    if (strncmp(line, call, length) != 0)
        fail_msg("%s: the driver did \"%s\", recorded is \"%s\"", chip_capture.file, call, line);
    return line + length;
}

static enum nfc_exchange chip_outcome(const char *call)
{
    const char *text = chip_told(call);
    return strcmp(text, "done") == 0        ? NFC_DONE
           : strcmp(text, "silent") == 0    ? NFC_SILENT
           : strcmp(text, "disturbed") == 0 ? NFC_DISTURBED
                                            : NFC_BROKEN;
}

int nfc_address_resolve(const char *device, struct nfc_address *ret)
{
    (void)device;
    *ret = (struct nfc_address){.is_pn53x = true};
    return 0;
}

const char *nfc_address_objection(const char *device)
{
    (void)device;
    return NULL;
}

int nfc_chip_open(const struct nfc_address *address, struct nfc_chip **ret)
{
    (void)address;
    *ret = NULL;
    return 0;
}

void nfc_chip_close(struct nfc_chip *c)
{
    (void)c;
}

const char *nfc_chip_name(const struct nfc_chip *c)
{
    (void)c;
    return "";
}

bool nfc_chip_has_hung_up(const struct nfc_chip *c)
{
    (void)c;
    return atoi(chip_told("* hung-up ")) != 0 || chip_capture.has_ended;
}

int nfc_chip_error(const struct nfc_chip *c)
{
    (void)c;
    return -atoi(chip_told("* error "));
}

enum nfc_exchange nfc_chip_try(struct nfc_chip *c, uint8_t tries)
{
    (void)c;
    (void)tries;
    return chip_outcome("* try ");
}

enum nfc_exchange nfc_chip_restart_field(struct nfc_chip *c)
{
    (void)c;
    return chip_outcome("* restart-field ");
}

enum nfc_exchange nfc_chip_prepare_b(struct nfc_chip *c)
{
    (void)c;
    return chip_outcome("* prepare-b ");
}

enum nfc_exchange nfc_chip_say(struct nfc_chip *c, const void *bytes, size_t size, struct nfc_answer *ret)
{
    char hex[2 * 16 + 1];
    (void)c;
    ret->size = 0;
    hex_encode(bytes, size, hex);
    char *sent = bytes_format("> %s", hex);
    const char *rest = chip_told(sent);
    if (*rest)
        fail_msg("%s: more was sent than %s", chip_capture.file, sent);
    free(sent);
    if (*chip_capture.at == '*' || (chip_capture.at[0] == '+' && strchr(chip_capture.at, '\n')[1] == '*'))
        return chip_outcome("* answer ");
    do { /* lines hold 32 bytes */
        const char *answer = chip_told("< ");
        const int n = hex_decode(answer, strlen(answer), ret->bytes + ret->size, NFC_ANSWER_MAX - ret->size);
        assert_true(n >= 0);
        ret->size += (size_t)n;
    } while (*chip_capture.at == '<');
    return chip_capture.has_ended ? NFC_BROKEN : NFC_DONE;
}

enum nfc_exchange nfc_chip_request_b(struct nfc_chip *c, const void *bytes, size_t size,
                                     struct nfc_answer *ret)
{
    return nfc_chip_say(c, bytes, size, ret);
}

int nfc_chip_list_a(struct nfc_chip *c, struct chip_uid *ret)
{
    int found = -1;
    char uid[2 * CHIP_UID_MAX + 1] = "";
    (void)c;
    const char *text = chip_told("* list-a ");
    if (!chip_capture.has_ended && sscanf(text, "%d %20s", &found, uid) < 1)
        fail_msg("%s: a list without a count", chip_capture.file);
    if (found == 1)
        ret->size = (size_t)hex_decode(uid, strlen(uid), ret->bytes, sizeof ret->bytes);
    return found;
}

int nfc_chip_list_b(struct nfc_chip *c)
{
    (void)c;
    const char *text = chip_told("* list-b ");
    return chip_capture.has_ended ? -1 : atoi(text);
}

/* ---- what comes of it */

static void expect_chip_event(const char *text)
{
    const char *rest = chip_told("= ");
    if (chip_capture.has_ended || strcmp(rest, text) != 0)
        fail_msg("%s: \"%s\" came, recorded is \"%s\"", chip_capture.file, text, rest);
}

void reader_report_ready(struct reader *r, const char *detail)
{
    (void)r;
    (void)detail;
    expect_chip_event("ready");
}

void reader_report_trouble(struct reader *r, const char *code, const char *detail)
{
    (void)r;
    (void)detail;
    fail_msg("%s: trouble %s", chip_capture.file, code);
}

void reader_report_reading(struct reader *r, const struct presentation *p)
{
    char hex[2 * CHIP_UID_MAX + 1];
    (void)r;
    hex_encode(p->credential, p->credential_size, hex);
    char *text = bytes_format("reading %s %s", p->medium == MEDIUM_CHIP ? "chip" : "card", hex);
    expect_chip_event(text);
    free(text);
}

void reader_report_fault(struct reader *r, enum reader_fault fault, const char *detail)
{
    (void)r;
    (void)detail;
    char *text = bytes_format("fault %s", reader_fault_text(fault)->code);
    expect_chip_event(text);
    free(text);
}

static void replay_chip(const char *file, char *text, enum chip_method method)
{
    const struct reader_options options = {.device = "", .method = method};
    void *device = NULL;
    chip_capture.file = file;
    chip_capture.at = text;
    chip_capture.has_ended = false;
    assert_int_equal(driver_nfc.open(&options, NULL, &device), 0);
    for (int r = 0; r == 0 && !chip_capture.has_ended;)
        r = driver_nfc.step(device, NULL);
    if (next_chip_line()[0])
        fail_msg("%s: the driver gave up before the capture's end", file);
    driver_nfc.close(device);
}

#endif
