/* Emulated readers for tests from outside. One JSON object a line on standard output: first
 * {"ready":true,...} with the links' paths, then one answer for each command line on standard input. Ends at
 * "quit" or at the end of its input.
 *
 *   emulate --dir DIR [--fast] [--sam NAME]... [--sam-tcp NAME]... [--pn532 NAME]... [--scanner NAME]...
 *
 * makes DIR/NAME for each device. Words are separated by blanks; "double quotes" hold a word with blanks. HEX
 * is an even number of hexadecimal digits. Every answer has "ok"; a refused command answers
 * {"ok":false,"error":"..."}.
 *
 *   present NAME CARD        lays the card on the reader, where it stays, in place of what lay there; a card that
 *                            did is not disturbed; CARD is one of
 *                              id ID_NUMBER PERSON_NAME VALID_TO [HEX16]    a resident card (VALID_TO: YYYYMMDD or LONG)
 *                              chip HEX16                                   a resident card by its chip number
 *                              person SEED [INDEX]                          the card of a synthetic person
 *                              uid HEX [ATS]                                a type A card, 4, 7 or 10 bytes; ATS: in hex
 *                              uids HEX HEX                                 two type A cards at once
 *                              chips HEX16 HEX16                            two resident cards at once
 *                              wallet HEX                                   a type A card and a resident card at once
 *                              mixed HEX16 HEX                              the same, by both numbers
 *                              record HEX512                                a resident card by its whole SAM record
 *                              two-cards                                    two resident cards at once
 *   tap NAME [TIMEOUT_MS] CARD
 *                            present, wait until the host has been given the whole card (5000 ms), 100 ms more,
 *                            remove; answers "read": true or false
 *   remove NAME              takes all cards away
 *   scan NAME HEX [TIMEOUT_MS]
 *                            writes these bytes and the separator; answers when they are written or lost, or the time is
 *                            over (30000 ms; what a fault spoils is never written): "read"
 *   person SEED [INDEX]      answers a synthetic person: name, id_number, valid_to, serial, code (hex), code_base64
 *   fault NAME KIND [COUNT] [reads]
 *                            for the next COUNT answers (1; 0: for ever), only those carrying a card with "reads";
 *                            kinds: rehearsal/emulated_pn532.h, emulated_sam.h, emulated_scanner.h; "none" takes it back
 *   option NAME KEY VALUE    rehearsal/device.h and the same headers (nbtg0 on, rests off, chunk 1, separator crlf ...)
 *   unplug NAME, replug NAME
 *   stats NAME               commands, answers, reads, last_read_us (monotonic), lost, plugged, host (somebody has the
 *                            port open)
 *   wait NAME READS [TIMEOUT_MS]
 *                            waits until "reads" of stats has reached READS (5000 ms); answers "read"
 *   quit
 */
#include "../unit/patience.h"
#include "base/clock.h"
#include "emulate_words.h"
#include "rehearsal/emulated_pn532.h"
#include "rehearsal/emulated_sam.h"
#include "rehearsal/emulated_scanner.h"
#include "rehearsal/emulator.h"
#include <limits.h>

enum { TAP_TIMEOUT_MS = 5000, LINGER_MS = 100, SCAN_TIMEOUT_MS = 30000 };

static struct emulator *emulator;

/* ---- commands; the device's name is word 1 where there is one */

static void do_present(int device, const struct words *w)
{
    struct card cards[CARDS_MAX];
    const int n = parse_cards(w, 2, cards);
    answer_result(n < 0 ? n : emulator_put(emulator, device, cards, (size_t)n));
}

static void do_tap(int device, const struct words *w)
{
    struct card cards[CARDS_MAX];
    uint64_t timeout_ms = (uint64_t)patiently(TAP_TIMEOUT_MS);
    const bool has_timeout = w->n > 2 && number(w, 2, 600000, timeout_ms, &timeout_ms) == 0;
    const int n = parse_cards(w, has_timeout ? 3 : 2, cards);
    const int r = n < 0 ? n : emulator_tap(emulator, device, cards, (size_t)n, (int)timeout_ms, LINGER_MS);
    if (r < 0)
        answer_result(r);
    else
        answer_read(r);
}

static void do_remove(int device, const struct words *w)
{
    (void)w;
    answer_result(emulator_put(emulator, device, NULL, 0));
}

/* Waits until the scan is written or lost. */
static bool scan_is_written(int device, const struct emulator_state *before, uint64_t timeout_ms)
{
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    struct emulator_state now;
    emulator_state(emulator, device, &now);
    while (now.counts.reads == before->counts.reads && now.lost == before->lost &&
           clock_mono_us() < until_us) {
        if (emulator_wait_read(emulator, device, before->counts.reads, 5))
            return true;
        emulator_state(emulator, device, &now);
    }
    return now.counts.reads > before->counts.reads;
}

static void do_scan(int device, const struct words *w)
{
    struct emulator_state before;
    const size_t digits = w->n > 2 ? strlen(w->word[2]) : 0;
    uint8_t *bytes = bytes_alloc(digits / 2);
    const int size = digits ? hex_decode(w->word[2], digits, bytes, digits / 2) : 0;
    uint64_t timeout_ms;
    int r = number(w, 3, 600000, (uint64_t)patiently(SCAN_TIMEOUT_MS), &timeout_ms);
    emulator_state(emulator, device, &before);
    if (r == 0)
        r = size < 0 ? size : emulator_scan(emulator, device, bytes, (size_t)size);
    free(bytes);
    if (r < 0)
        answer_result(r);
    else
        answer_read(before.is_plugged && scan_is_written(device, &before, timeout_ms));
}

static void do_fault(int device, const struct words *w)
{
    uint64_t count = 1;
    const bool is_for_reads = w->n > 3 && strcmp(w->word[w->n - 1], "reads") == 0;
    const size_t n = w->n - is_for_reads;
    if (n < 3 || n > 4 || (n == 4 && number(w, 3, UINT_MAX - 1, 1, &count) < 0))
        answer_result(-EINVAL);
    else
        answer_result(emulator_fault(emulator, device, w->word[2], (unsigned)count, is_for_reads));
}

static void do_option(int device, const struct words *w)
{
    answer_result(w->n == 4 ? emulator_option(emulator, device, w->word[2], w->word[3]) : -EINVAL);
}

static void do_unplug(int device, const struct words *w)
{
    (void)w;
    emulator_unplug(emulator, device);
    answer_result(0);
}

static void do_replug(int device, const struct words *w)
{
    (void)w;
    answer_result(emulator_replug(emulator, device));
}

static void do_stats(int device, const struct words *w)
{
    struct emulator_state s;
    (void)w;
    emulator_state(emulator, device, &s);
    answer(json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:b,s:b}", "ok", 1, "commands", (json_int_t)s.counts.commands,
                     "answers", (json_int_t)s.counts.answers, "reads", (json_int_t)s.counts.reads,
                     "last_read_us", (json_int_t)s.counts.last_read_us, "lost", (json_int_t)s.lost, "plugged",
                     s.is_plugged, "host", s.has_host));
}

static void do_wait(int device, const struct words *w)
{
    uint64_t reads, timeout_ms;
    if (w->n < 3 || number(w, 2, LONG_MAX, 0, &reads) < 0 ||
        number(w, 3, 600000, (uint64_t)patiently(TAP_TIMEOUT_MS), &timeout_ms) < 0)
        answer_result(-EINVAL);
    else
        answer_read(reads == 0 ||
                    emulator_wait_read(emulator, device, (unsigned long)reads - 1, (int)timeout_ms));
}

static void do_person(const struct words *w)
{
    struct person p;
    char serial[2 * CARD_SERIAL_SIZE + 1], code[2 * PERSON_CODE_MAX + 1];
    char *base64;
    if (parse_person(w, 1, &p) < 0) {
        answer_result(-EINVAL);
        return;
    }
    hex_encode(p.serial, sizeof p.serial, serial);
    hex_encode(p.code, p.code_size, code);
    base64 = bytes_alloc(base64_size(p.code_size));
    base64_encode(p.code, p.code_size, base64);
    answer(json_pack("{s:b,s:s,s:s,s:s,s:s,s:s,s:s}", "ok", 1, "name", p.name, "id_number", p.id_number,
                     "valid_to", p.valid_to, "serial", serial, "code", code, "code_base64", base64));
    free(base64);
}

static const struct {
    const char *name;
    void (*run)(int device, const struct words *);
} commands[] = {
    {"present", do_present}, {"tap", do_tap},       {"remove", do_remove}, {"scan", do_scan},
    {"fault", do_fault},     {"option", do_option}, {"unplug", do_unplug}, {"replug", do_replug},
    {"stats", do_stats},     {"wait", do_wait},
};

static void obey(const struct words *w)
{
    if (strcmp(w->word[0], "person") == 0) {
        do_person(w);
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(w->word[0], commands[i].name) != 0)
            continue;
        const int device = w->n > 1 ? emulator_find(emulator, w->word[1]) : -ENOENT;
        if (device < 0)
            refuse("no such device");
        else
            commands[i].run(device, w);
        return;
    }
    refuse("no such command");
}

static void obey_all(void)
{
    char *line = NULL;
    size_t capacity = 0;
    struct words w;
    while (getline(&line, &capacity, stdin) > 0) {
        if (!split(line, &w))
            refuse("too many words, or an open quote");
        else if (w.n > 0 && strcmp(w.word[0], "quit") == 0)
            break;
        else if (w.n > 0)
            obey(&w);
    }
    free(line);
}

#define SAM_TCP "--sam-tcp"

static const struct device_class *class_of(const char *option)
{
    static const struct device_class *const classes[] = {&emulated_sam, &emulated_pn532, &emulated_scanner};
    if (strcmp(option, SAM_TCP) == 0)
        return &emulated_sam;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(option + 2, classes[i]->name) == 0)
            return classes[i];
    return NULL;
}

static int usage(void)
{
    fputs("usage: emulate --dir DIR [--fast] [--sam NAME]... [--sam-tcp NAME]... [--pn532 NAME]... "
          "[--scanner NAME]...\n",
          stderr);
    return 2;
}

static int add_devices(char **argv, const char *dir, json_t *links)
{
    for (; *argv; argv++) {
        const struct device_class *class = strncmp(*argv, "--", 2) == 0 ? class_of(*argv) : NULL;
        if (!class)
            continue;
        const bool is_tcp = strcmp(*argv, SAM_TCP) == 0;
        char *path = bytes_format("%s/%s", dir, *++argv);
        const int r = emulator_add(emulator, class, *argv, is_tcp ? NULL : path);
        if (is_tcp && r >= 0) {
            struct emulator_state now;
            emulator_state(emulator, r, &now);
            free(path);
            path = bytes_format("tcp:127.0.0.1:%u", now.port);
        }
        json_object_set_new(links, *argv, json_string(path));
        if (r < 0)
            fprintf(stderr, "emulate: %s: %s\n", path, strerror(-r));
        free(path);
        if (r < 0)
            return r;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *dir = NULL;
    bool is_fast = false;
    for (int i = 1; i < argc; i++) {
        const bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--fast") == 0)
            is_fast = true;
        else if (strcmp(argv[i], "--dir") == 0 && has_value)
            dir = argv[++i];
        else if (strncmp(argv[i], "--", 2) == 0 && class_of(argv[i]) && has_value)
            i++;
        else
            return usage();
    }
    if (!dir)
        return usage();
    int r = emulator_new(is_fast, &emulator);
    json_t *links = json_object();
    if (r == 0)
        r = add_devices(argv + 1, dir, links);
    if (r < 0) {
        json_decref(links);
        emulator_free(emulator);
        return 3;
    }
    answer(json_pack("{s:b,s:o}", "ready", 1, "links", links));
    obey_all();
    emulator_free(emulator);
    return 0;
}
