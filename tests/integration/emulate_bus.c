/* One device on an emulated bus, for tests from outside: a SAM reader on USB, or a scanner that poses as a keyboard. The
 * kernel's side is umockdev's, so that a reader that runs with UMOCKDEV_DIR (told as "root") and umockdev's library
 * preloaded talks to it through the real libusb or libevdev. One JSON object a line, as emulate.c.
 *
 *   emulate_bus usb            a SAM reader, usb:0400:c35a; its pipes change at each plugging: four, one pair, four ...
 *   emulate_bus acr122         an NFC reader of that make, acr122_usb, for libnfc and its libusb 0.1
 *   emulate_bus keyboard DIR   /dev/input/event5, described to umockdev by DIR/device and DIR/ioctls
 *
 *   present CARD, remove, fault KIND [COUNT] [reads]     of the SAM reader or the ACR122's chip, as in emulate.c without NAME
 *   events HEX [TIMEOUT_MS]    whole struct input_event, given to the keyboard's owner piece by piece as it takes them
 *                              (10000 ms); answers when all are taken or the time is over: "read"
 *   unplug, replug
 *   quit
 */
#include "../unit/usb_world.h"
#include "emulate_words.h"
#include "rehearsal/emulated_pn532.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/input.h>
#include <sys/stat.h>

enum { EVENTS_TIMEOUT_MS = 10000, LIBUSB_IDLE_US = 1000, TAKE_US = 200 };
/* A piece is written at once or not at all, so that nobody reads half an event, as nobody does from the kernel. */
enum {
    PIECE_EVENTS = PIPE_BUF / sizeof(struct input_event),
    PIECE_SIZE = PIECE_EVENTS * (int)sizeof(struct input_event)
};

/* umockdev's own node is a terminal of 4 KiB that cuts events in two when it is full; a pipe stands in its place, and
 * umockdev answers the ioctls. */
static struct {
    const char *dir; /* NULL: the device is the SAM reader */
    char *path;      /* of the node within umockdev's folder */
    int pipe;        /* both ends; -1 while it is unplugged */
} keyboard = {.pipe = -1};

static bool is_acr122;

/* ---- the keyboard */

static void fail(const char *what, const GError *error)
{
    fprintf(stderr, "emulate_bus: %s: %s\n", what, error ? error->message : strerror(errno));
    exit(3);
}

static void keyboard_init(const char *root)
{
    static const char node[] = "/dev/input/event5";
    char *description = bytes_format("%s/device", keyboard.dir),
         *ioctls = bytes_format("%s/ioctls", keyboard.dir);
    GError *error = NULL;
    if (!umockdev_testbed_add_from_file(world.testbed, description, &error) ||
        !umockdev_testbed_load_ioctl(world.testbed, node, ioctls, &error))
        fail(description, error);
    keyboard.path = bytes_format("%s%s", root, node);
    if (unlink(keyboard.path) < 0)
        fail(keyboard.path, NULL);
    free(description);
    free(ioctls);
}

static void keyboard_plug(void)
{
    if (mkfifo(keyboard.path, 0600) < 0 ||
        (keyboard.pipe = open(keyboard.path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
        fail(keyboard.path, NULL);
}

/* Whoever has it open sees it hang up. */
static void keyboard_unplug(void)
{
    if (keyboard.pipe < 0)
        return;
    unlink(keyboard.path);
    close(keyboard.pipe);
    keyboard.pipe = -1;
}

static bool keyboard_is_drained(void)
{
    int waiting = 0;
    return ioctl(keyboard.pipe, FIONREAD, &waiting) == 0 && waiting == 0;
}

static bool keyboard_type(const uint8_t *bytes, size_t size, int64_t until_us)
{
    size_t at = 0;
    while (at < size || !keyboard_is_drained()) {
        const size_t piece = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        if (piece > 0 && write(keyboard.pipe, bytes + at, piece) == (ssize_t)piece) {
            at += piece;
            continue;
        }
        if (clock_mono_us() >= until_us)
            return false;
        clock_sleep_us(TAKE_US);
    }
    return true;
}

/* ---- commands */

static void do_present(const struct words *w)
{
    struct card cards[CARDS_MAX];
    const int n = parse_cards(w, 1, cards);
    if (n > 0)
        usb_put(cards, (size_t)n);
    answer_result(n < 0 ? n : 0);
}

static void do_remove(const struct words *w)
{
    (void)w;
    usb_put(NULL, 0);
    answer_result(0);
}

static void do_fault(const struct words *w)
{
    uint64_t count = 1;
    const bool is_for_reads = w->n > 2 && strcmp(w->word[w->n - 1], "reads") == 0;
    const size_t n = w->n - is_for_reads;
    if (n < 2 || n > 3 || number(w, is_for_reads && n == 2 ? w->n : 2, 1000000, 1, &count) < 0)
        answer_result(-EINVAL);
    else
        answer_result(usb_fault(w->word[1], (unsigned)count, is_for_reads));
}

static void do_events(const struct words *w)
{
    uint64_t timeout_ms;
    const size_t digits = w->n > 1 ? strlen(w->word[1]) : 0;
    uint8_t *bytes = bytes_alloc(digits / 2 + 1);
    const int size = hex_decode(w->n > 1 ? w->word[1] : "", digits, bytes, digits / 2);
    if (size <= 0 || (size_t)size % sizeof(struct input_event) != 0 ||
        number(w, 2, 600000, EVENTS_TIMEOUT_MS, &timeout_ms) < 0)
        answer_result(-EINVAL);
    else
        answer_read(keyboard.pipe >= 0 &&
                    keyboard_type(bytes, (size_t)size, clock_mono_us() + (int64_t)timeout_ms * 1000));
    free(bytes);
}

static void do_unplug(const struct words *w)
{
    (void)w;
    if (keyboard.dir)
        keyboard_unplug();
    else
        usb_unplug();
    answer_result(0);
}

static void plug(void)
{
    if (keyboard.dir)
        keyboard_plug();
    else
        usb_plug(is_acr122 ? USB_CCID : world.plugs % 2 ? USB_PAIR : USB_FOUR);
}

static void do_replug(const struct words *w)
{
    (void)w;
    if (keyboard.dir ? keyboard.pipe >= 0 : world.node != NULL) {
        answer_result(-EEXIST);
        return;
    }
    plug();
    answer_result(0);
}

static const struct {
    const char *name;
    bool is_usb, is_keyboard;
    void (*run)(const struct words *);
} commands[] = {
    {"present", true, false, do_present}, {"remove", true, false, do_remove},
    {"fault", true, false, do_fault},     {"events", false, true, do_events},
    {"unplug", true, true, do_unplug},    {"replug", true, true, do_replug},
};

static void obey(const struct words *w)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(w->word[0], commands[i].name) == 0 &&
            (keyboard.dir ? commands[i].is_keyboard : commands[i].is_usb)) {
            commands[i].run(w);
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

int main(int argc, char **argv)
{
    is_acr122 = argc == 2 && strcmp(argv[1], "acr122") == 0;
    const bool is_usb = is_acr122 || (argc == 2 && strcmp(argv[1], "usb") == 0);
    if (!is_usb && !(argc == 3 && strcmp(argv[1], "keyboard") == 0)) {
        fputs("usage: emulate_bus usb | acr122 | keyboard DIR\n", stderr);
        return 2;
    }
    usb_world_preload(argv);
    keyboard.dir = is_usb ? NULL : argv[2];
    usb_world_init(is_acr122 ? &emulated_pn532 : &emulated_sam);
    world.idle_us = LIBUSB_IDLE_US;
    char *root = umockdev_testbed_get_root_dir(world.testbed);
    if (keyboard.dir)
        keyboard_init(root);
    plug();
    answer(json_pack("{s:b,s:s}", "ready", 1, "root", root));
    g_free(root);
    obey_all();
    keyboard_unplug();
    free(keyboard.path);
    usb_world_done();
    return 0;
}
