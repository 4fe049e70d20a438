/* Key events to bytes. A case's keys: a number is a key pressed and released, +number only pressed, -number only
 * released, ~number repeated by the kernel. */
#include "readers/evdev_keys.h"
#include <linux/input-event-codes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define US KEY_LAYOUT_US
#define DE KEY_LAYOUT_DE
#define FR KEY_LAYOUT_FR

/* The bytes; "?" for each key that stands for nothing. */
static void type(struct evdev_keys *keys, const char *script, char ret_text[static 400])
{
    size_t size = 0;
    for (const char *at = script; *at;) {
        const char how = strchr("+-~", *at) ? *at++ : ' ';
        char *end;
        const unsigned code = (unsigned)strtoul(at, &end, 10);
        static const int values[][2] = {[' '] = {1, 0}, ['+'] = {1, -1}, ['-'] = {0, -1}, ['~'] = {2, -1}};
        assert_true(end > at);
        for (int i = 0; i < 2 && values[(int)how][i] >= 0; i++) {
            uint8_t bytes[KEY_BYTES_MAX];
            const int n = evdev_keys_feed(keys, code, values[(int)how][i], bytes);
            assert_in_range(n + 1, 0, KEY_BYTES_MAX + 1);
            if (n < 0)
                ret_text[size++] = '?';
            else
                memcpy(ret_text + size, bytes, (size_t)n);
            size += n > 0 ? (size_t)n : 0;
        }
        at = end + strspn(end, " ");
    }
    ret_text[size] = '\0';
}

#define SHIFT(keys) "+42 " keys " -42 "
#define ALTGR(keys) "+100 " keys " -100 "
#define ALT(keys)   "+56 " keys " -56 "
#define CTRL(keys)  "+29 " keys " -29 "
#define ROW1        "2 3 4 5 6 7 8 9 10 11 12 13 "
#define ROW2        "16 17 18 19 20 21 22 23 24 25 26 27 "
#define ROW3        "30 31 32 33 34 35 36 37 38 39 40 41 "
#define ROW4        "43 44 45 46 47 48 49 50 51 52 53 "

static void keys_give_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        enum key_layout layout;
        const char *keys, *expected;
    } cases[] = {
        {"us: row of digits", US, ROW1 SHIFT(ROW1), "1234567890-=!@#$%^&*()_+"},
        {"us: second row", US, ROW2 SHIFT(ROW2), "qwertyuiop[]QWERTYUIOP{}"},
        {"us: third row", US, ROW3 SHIFT(ROW3), "asdfghjkl;'`ASDFGHJKL:\"~"},
        {"us: fourth row", US, ROW4 SHIFT(ROW4), "\\zxcvbnm,./|ZXCVBNM<>?"},
        {"us: blank, TAB, Enter, Esc", US, "57 15 28 96 1", " \t\r\r\x1b"},
        {"us: right Shift", US, "+54 30 -54 30", "Aa"},
        {"us: both Shifts, one let go", US, "+42 +54 30 -42 30 -54 30", "AAa"},
        {"us: AltGr means nothing", US, ALTGR("30 3"), "a2"},
        {"us: keypad", US, "82 79 80 81 75 76 77 71 72 73 83 98 55 74 78", "0123456789./*-+"},
        {"repetition is no second press", US, "+30 ~30 ~30 -30 30", "aa"},
        {"CapsLock and Shift", US, "58 30 3 " SHIFT("30 3") "58 30", "A2a@a"},
        {"CapsLock with umlauts", DE, "58 39 40 26 12 58 39", "ÖÄÜßö"},
        {"NumLock is nothing", US, "69 79", "1"},
        {"de: row of digits", DE, "2 3 4 5 6 7 8 9 10 11 12 " SHIFT("2 3 4 5 6 7 8 9 10 11 12"),
         "1234567890ß!\"§$%&/()=?"},
        {"de: second row", DE, ROW2 SHIFT(ROW2), "qwertzuiopü+QWERTZUIOPÜ*"},
        {"de: third row", DE, "30 31 32 33 34 35 36 37 38 39 40 " SHIFT(ROW3), "asdfghjklöäASDFGHJKLÖÄ°"},
        {"de: fourth row", DE, ROW4 "86 " SHIFT(ROW4 "86"), "#yxcvbnm,.-<'YXCVBNM;:_>"},
        {"de: AltGr", DE, ALTGR("3 4 8 9 10 11 12 16 27 50 86"), "²³{[]}\\@~µ|"},
        {"de: accents with a blank or twice", DE, "41 57 13 57 " SHIFT("13 57 13 13") "41 41", "^´``^"},
        {"de: an accent on a letter is not known", DE, "41 30 30", "?a"},
        {"de: an accent before Enter", DE, "41 28 28", "?\r"},
        {"fr: row of digits", FR, ROW1 SHIFT(ROW1), "&é\"'(-è_çà)=1234567890°+"},
        {"fr: second row", FR, "16 17 18 19 20 21 22 23 24 25 27 " SHIFT("16 17 18 19 20 21 22 23 24 25 27"),
         "azertyuiop$AZERTYUIOP£"},
        {"fr: third row", FR, "30 31 32 33 34 35 36 37 38 39 40 " SHIFT("30 31 32 33 34 35 36 37 38 39 40"),
         "qsdfghjklmùQSDFGHJKLM%"},
        {"fr: fourth row", FR, ROW4 "86 " SHIFT(ROW4 "86"), "*wxcvbn,;:!<µWXCVBN?./§>"},
        {"fr: AltGr", FR, ALTGR("3 4 5 6 7 8 9 10 11 12 13"), "~#{[|`\\^@]}"},
        {"fr: accents", FR, "26 57 " SHIFT("26 57"), "^¨"},
        {"Alt: a byte", US, ALT("79 76 82") "30",
         "\x96"
         "a"},
        {"Alt: with a nought in front", US, ALT("82 80 81 81"), "\xe9"},
        {"Alt: two bytes, GBK 54992", US, ALT("76 75 73 73 80"), "\xd6\xd0"},
        {"Alt: two in a row", US, ALT("77 76") ALT("77 77"), "AB"},
        {"Alt alone is nothing", US, "56 30", "a"},
        {"Alt: 65535", US, ALT("77 76 76 81 76"), "\xff\xff"},
        {"Alt: 65536 is too much", US, ALT("77 76 76 81 77"), "?"},
        {"Alt: very much", US, ALT("73 73 73 73 73 73 73 73 73 73 73 73 73 73"), "?"},
        {"Alt with a letter is nothing", US, ALT("30"), "?"},
        {"Alt: row of digits does not count", US, ALT("2"), "?"},
        {"Ctrl: GS, RS, EOT", US, CTRL("27 32") "+97 +42 7 -42 -97", "\x1d\x04\x1e"},
        {"Ctrl with a digit is nothing", US, CTRL("2"), "?"},
        {"a function key", US, "30 59 30", "a?a"},
        {"cursor keys", US, "103 105", "??"},
        {"codes beyond the table", US, "767 999", "??"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct evdev_keys keys;
        char text[400];
        evdev_keys_init(&keys, cases[i].layout);
        type(&keys, cases[i].keys, text);
        if (strcmp(text, cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].legend, text, cases[i].expected);
    }
}

/* Every printable character of ASCII is on some key of every layout: a code can be typed. */
static void all_of_ascii_can_be_typed(void **state)
{
    (void)state;
    for (enum key_layout layout = US; layout < KEY_LAYOUT_COUNT; layout++) {
        bool is_there[128] = {false};
        for (unsigned code = 1; code < 128; code++)
            for (unsigned held = 0; held < 3; held++) {
                static const unsigned modifiers[] = {0, KEY_LEFTSHIFT, KEY_RIGHTALT};
                struct evdev_keys keys;
                uint8_t bytes[KEY_BYTES_MAX];
                evdev_keys_init(&keys, layout);
                if (modifiers[held])
                    evdev_keys_feed(&keys, modifiers[held], 1, bytes);
                int n = evdev_keys_feed(&keys, code, 1, bytes);
                if (n == 0 && code != KEY_LEFTALT)
                    n = evdev_keys_feed(&keys, KEY_SPACE, 1, bytes);
                if (n == 1 && bytes[0] < 128)
                    is_there[bytes[0]] = true;
            }
        for (int c = ' '; c < 127; c++)
            if (!is_there[c])
                fail_msg("layout %d: no key gives %c", (int)layout, c);
    }
}

static void layouts_have_names(void **state)
{
    (void)state;
    assert_int_equal(key_layout_from_name("us"), US);
    assert_int_equal(key_layout_from_name("de"), DE);
    assert_int_equal(key_layout_from_name("fr"), FR);
    assert_int_equal(key_layout_from_name("dvorak"), KEY_LAYOUT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_give_bytes),
        cmocka_unit_test(all_of_ascii_can_be_typed),
        cmocka_unit_test(layouts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
