/* Key events to bytes. The first byte is the layout; then each event is a key code and a value. Never more bytes than
 * promised; repetitions and releases of plain keys give nothing; once every modifier is let go and an accent is ended,
 * a plain key gives what it gives at the start. */
#include "readers/evdev_keys.h"
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static int feed(struct evdev_keys *keys, unsigned code, int value, uint8_t bytes[static KEY_BYTES_MAX + 1])
{
    bytes[KEY_BYTES_MAX] = 0xa5;
    const int n = evdev_keys_feed(keys, code, value, bytes);
    CHECK(n >= -1 && n <= KEY_BYTES_MAX && bytes[KEY_BYTES_MAX] == 0xa5);
    CHECK(value != 2 || n == 0);
    CHECK(value != 0 || code == KEY_LEFTALT || n == 0);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned modifiers[] = {KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL,
                                         KEY_RIGHTCTRL, KEY_LEFTALT,    KEY_RIGHTALT};
    if (size == 0)
        return 0;
    const enum key_layout layout = (enum key_layout)(data[0] % KEY_LAYOUT_COUNT);
    struct evdev_keys keys, fresh;
    uint8_t bytes[KEY_BYTES_MAX + 1], expected[KEY_BYTES_MAX + 1];
    evdev_keys_init(&keys, layout);
    evdev_keys_init(&fresh, layout);
    for (size_t at = 1; at + 1 < size; at += 2)
        feed(&keys, data[at] | (data[at + 1] & 0xf0u) << 4, data[at + 1] % 3, bytes);
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        feed(&keys, modifiers[i], 0, bytes);
    feed(&keys, KEY_SPACE, 1, bytes);
    if (keys.has_caps)
        feed(&keys, KEY_CAPSLOCK, 1, bytes);
    for (unsigned code = KEY_1; code <= KEY_SLASH; code++) {
        memset(bytes, 0, sizeof bytes);
        memset(expected, 0, sizeof expected);
        const int n = feed(&keys, code, 1, bytes), m = feed(&fresh, code, 1, expected);
        CHECK(n == m && memcmp(bytes, expected, sizeof bytes) == 0);
        feed(&keys, code, 0, bytes);
        feed(&fresh, code, 0, expected);
    }
    return 0;
}
