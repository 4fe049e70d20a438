/* Key events of a scanner that poses as a keyboard, turned back into the bytes it meant. Pure: a push machine over
 * Linux key codes (linux/input-event-codes.h).
 *
 * The layout is the one that the scanner is set to, not the computer's. Characters beyond ASCII come out as UTF-8.
 * Alt with digits of the keypad, as scanners send what is on no key: up to 255 that byte, above it two bytes, the high
 * one first, which is how scanners set to GBK number its characters. Ctrl with a letter, or with [ \ ] ^ _, is a control
 * character (GS1 scanners send GS so). Enter is CR, Tab is TAB. A key without a character (a function key, an
 * unfinished accent) is told, so that no code is ever shorter than what was scanned. CapsLock counts from off, and only
 * as the scanner itself presses it: set the scanner not to follow the keyboard's lamp. */
#ifndef READERS_EVDEV_KEYS_H
#define READERS_EVDEV_KEYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_layout { KEY_LAYOUT_US, KEY_LAYOUT_DE, KEY_LAYOUT_FR, KEY_LAYOUT_COUNT };
/* "us", "de", "fr"; KEY_LAYOUT_COUNT when unknown. */
enum key_layout key_layout_from_name(const char *name);

enum { KEY_BYTES_MAX = 2 };

struct evdev_keys {
    enum key_layout layout;
    unsigned held; /* modifiers that are down, a set */
    bool has_caps; /* CapsLock is on */
    bool has_alt_digits;
    uint32_t alt_number;
    char accent; /* a dead key that waits for a blank or itself, else 0 */
};

void evdev_keys_init(struct evdev_keys *, enum key_layout);
/* One key event: value 1 down, 0 up, 2 repetition by the kernel, which is no second press. Gives 0 to KEY_BYTES_MAX
 * bytes and returns how many, or -1 for a key that stands for no character. */
int evdev_keys_feed(struct evdev_keys *, unsigned code, int value, uint8_t ret_bytes[static KEY_BYTES_MAX]);

#endif
