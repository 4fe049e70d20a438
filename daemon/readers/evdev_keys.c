/* Keyboard layouts and modifiers. No I/O, no clock. The layouts are those of Windows and X11 (us, de, fr), which agree
 * for what is here. */
#include "readers/evdev_keys.h"
#include <linux/input-event-codes.h>
#include <string.h>

enum level { PLAIN, SHIFTED, WITH_ALTGR, LEVELS };
enum { KEYS = KEY_102ND + 1, ALT_NUMBER_MOST = 0xffff };
enum {
    HELD_SHIFT_L = 1,
    HELD_SHIFT_R = 2,
    HELD_CTRL_L = 4,
    HELD_CTRL_R = 8,
    HELD_ALT = 16,
    HELD_ALTGR = 32,
    HELD_SHIFT = HELD_SHIFT_L | HELD_SHIFT_R,
    HELD_CTRL = HELD_CTRL_L | HELD_CTRL_R,
};

/* Characters in ISO 8859-1 of keys that stand side by side; '\1' stands for none. */
struct row {
    unsigned first;
    enum level level;
    const char *characters;
};

static const struct row us[] = {
    {KEY_1, PLAIN, "1234567890-="},
    {KEY_1, SHIFTED, "!@#$%^&*()_+"},
    {KEY_Q, PLAIN, "qwertyuiop[]"},
    {KEY_Q, SHIFTED, "QWERTYUIOP{}"},
    {KEY_A, PLAIN, "asdfghjkl;'`"},
    {KEY_A, SHIFTED, "ASDFGHJKL:\"~"},
    {KEY_BACKSLASH, PLAIN, "\\zxcvbnm,./"},
    {KEY_BACKSLASH, SHIFTED, "|ZXCVBNM<>?"},
    {KEY_102ND, PLAIN, "<"},
    {KEY_102ND, SHIFTED, ">"},
    {0},
};

static const struct row de[] = {
    {KEY_1, PLAIN, "1234567890\xdf\1"},
    {KEY_1, SHIFTED, "!\"\xa7$%&/()=?\1"},
    {KEY_2, WITH_ALTGR, "\xb2\xb3"},
    {KEY_7, WITH_ALTGR, "{[]}\\"},
    {KEY_Q, PLAIN, "qwertzuiop\xfc+"},
    {KEY_Q, SHIFTED, "QWERTZUIOP\xdc*"},
    {KEY_Q, WITH_ALTGR, "@"},
    {KEY_RIGHTBRACE, WITH_ALTGR, "~"},
    {KEY_A, PLAIN, "asdfghjkl\xf6\xe4\1"},
    {KEY_A, SHIFTED, "ASDFGHJKL\xd6\xc4\xb0"},
    {KEY_BACKSLASH, PLAIN, "#yxcvbnm,.-"},
    {KEY_BACKSLASH, SHIFTED, "'YXCVBNM;:_"},
    {KEY_M, WITH_ALTGR, "\xb5"},
    {KEY_102ND, PLAIN, "<"},
    {KEY_102ND, SHIFTED, ">"},
    {KEY_102ND, WITH_ALTGR, "|"},
    {0},
};

static const struct row fr[] = {
    {KEY_1, PLAIN, "&\xe9\"'(-\xe8_\xe7\xe0)="},
    {KEY_1, SHIFTED, "1234567890\xb0+"},
    {KEY_2, WITH_ALTGR, "~#{[|`\\^@]}"},
    {KEY_Q, PLAIN, "azertyuiop\1$"},
    {KEY_Q, SHIFTED, "AZERTYUIOP\1\xa3"},
    {KEY_A, PLAIN, "qsdfghjklm\xf9\xb2"},
    {KEY_A, SHIFTED, "QSDFGHJKLM%\1"},
    {KEY_BACKSLASH, PLAIN, "*wxcvbn,;:!"},
    {KEY_BACKSLASH, SHIFTED, "\xb5WXCVBN?./\xa7"},
    {KEY_102ND, PLAIN, "<"},
    {KEY_102ND, SHIFTED, ">"},
    {0},
};

static const struct row *const layouts[KEY_LAYOUT_COUNT] = {us, de, fr};

/* Dead keys: the accent alone is what a blank after it gives. */
static const struct {
    enum key_layout layout;
    unsigned code;
    enum level level;
    char accent;
} accents[] = {
    {KEY_LAYOUT_DE, KEY_GRAVE, PLAIN, '^'},          {KEY_LAYOUT_DE, KEY_EQUAL, PLAIN, '\xb4'},
    {KEY_LAYOUT_DE, KEY_EQUAL, SHIFTED, '`'},        {KEY_LAYOUT_FR, KEY_LEFTBRACE, PLAIN, '^'},
    {KEY_LAYOUT_FR, KEY_LEFTBRACE, SHIFTED, '\xa8'},
};

static const struct {
    unsigned code;
    char character;
} others[] = {
    {KEY_SPACE, ' '},   {KEY_ENTER, '\r'}, {KEY_KPENTER, '\r'}, {KEY_TAB, '\t'},  {KEY_KP0, '0'},
    {KEY_KP1, '1'},     {KEY_KP2, '2'},    {KEY_KP3, '3'},      {KEY_KP4, '4'},   {KEY_KP5, '5'},
    {KEY_KP6, '6'},     {KEY_KP7, '7'},    {KEY_KP8, '8'},      {KEY_KP9, '9'},   {KEY_KPASTERISK, '*'},
    {KEY_KPMINUS, '-'}, {KEY_KPPLUS, '+'}, {KEY_KPSLASH, '/'},  {KEY_KPDOT, '.'}, {KEY_KPCOMMA, ','},
    {KEY_KPEQUAL, '='}, {KEY_ESC, 0x1b},
};

enum key_layout key_layout_from_name(const char *name)
{
    static const char *const names[KEY_LAYOUT_COUNT] = {"us", "de", "fr"};
    enum key_layout layout = KEY_LAYOUT_US;
    while (layout < KEY_LAYOUT_COUNT && strcmp(names[layout], name) != 0)
        layout++;
    return layout;
}

void evdev_keys_init(struct evdev_keys *keys, enum key_layout layout)
{
    *keys = (struct evdev_keys){.layout = layout};
}

static unsigned modifier_of(unsigned code)
{
    switch (code) {
    case KEY_LEFTSHIFT:
        return HELD_SHIFT_L;
    case KEY_RIGHTSHIFT:
        return HELD_SHIFT_R;
    case KEY_LEFTCTRL:
        return HELD_CTRL_L;
    case KEY_RIGHTCTRL:
        return HELD_CTRL_R;
    case KEY_LEFTALT:
        return HELD_ALT;
    case KEY_RIGHTALT:
        return HELD_ALTGR;
    default:
        return 0;
    }
}

/* '\0' for none. */
static char character_at(enum key_layout layout, unsigned code, enum level level)
{
    for (const struct row *row = layouts[layout]; row->first; row++)
        if (row->level == level && code >= row->first && code - row->first < strlen(row->characters)) {
            char character = row->characters[code - row->first];
            return character == '\1' ? '\0' : character;
        }
    return '\0';
}

static char other_character(unsigned code)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].code == code)
            return others[i].character;
    return '\0';
}

static char accent_at(enum key_layout layout, unsigned code, enum level level)
{
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
        if (accents[i].layout == layout && accents[i].code == code && accents[i].level == level)
            return accents[i].accent;
    return '\0';
}

/* A letter has the other case on its shifted level: 0x20 apart, in ISO 8859-1 too. */
static bool is_letter_key(enum key_layout layout, unsigned code)
{
    const unsigned char plain = (unsigned char)character_at(layout, code, PLAIN),
                        shifted = (unsigned char)character_at(layout, code, SHIFTED);
    return ((plain >= 'a' && plain <= 'z') || plain >= 0xe0) && plain - shifted == 0x20;
}

static int give(char character, uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const uint8_t c = (uint8_t)character;
    if (c < 0x80) {
        ret_bytes[0] = c;
        return 1;
    }
    ret_bytes[0] = (uint8_t)(0xc0 | c >> 6);
    ret_bytes[1] = (uint8_t)(0x80 | (c & 0x3f));
    return 2;
}

/* ---- Alt and digits ---- */

static int keypad_digit(unsigned code)
{
    const char character = other_character(code);
    return character >= '0' && character <= '9' ? character - '0' : -1;
}

static int take_alt_digit(struct evdev_keys *keys, unsigned code)
{
    const int digit = keypad_digit(code);
    if (digit < 0)
        return -1;
    if (keys->alt_number <= ALT_NUMBER_MOST) /* stays too large once it is */
        keys->alt_number = keys->alt_number * 10 + (uint32_t)digit;
    keys->has_alt_digits = true;
    return 0;
}

static int end_alt_digits(struct evdev_keys *keys, uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const uint32_t number = keys->alt_number;
    const bool is_there = keys->has_alt_digits;
    keys->has_alt_digits = false;
    keys->alt_number = 0;
    if (!is_there)
        return 0;
    if (number > ALT_NUMBER_MOST)
        return -1;
    if (number <= 0xff) {
        ret_bytes[0] = (uint8_t)number;
        return 1;
    }
    ret_bytes[0] = (uint8_t)(number >> 8);
    ret_bytes[1] = (uint8_t)number;
    return 2;
}

/* ---- keys ---- */

static int take_modifier(struct evdev_keys *keys, unsigned modifier, bool is_down,
                         uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    keys->held = is_down ? keys->held | modifier : keys->held & ~modifier;
    return modifier == HELD_ALT && !is_down ? end_alt_digits(keys, ret_bytes) : 0;
}

/* What a key gives after a dead one: only a blank, or the same again, leaves no doubt. */
static int end_accent(struct evdev_keys *keys, unsigned code, char again,
                      uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const char accent = keys->accent;
    keys->accent = '\0';
    if (code == KEY_SPACE || (again && again == accent))
        return give(accent, ret_bytes);
    return -1;
}

static int take_with_ctrl(char plain, uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const char upper = plain >= 'a' && plain <= 'z' ? (char)(plain - 0x20) : plain;
    if (upper < '@' || upper > '_')
        return -1;
    ret_bytes[0] = (uint8_t)(upper & 0x1f);
    return 1;
}

static char character_of(const struct evdev_keys *keys, unsigned code, enum level level)
{
    const char character = character_at(keys->layout, code, level);
    return character ? character : other_character(code);
}

static int take_key(struct evdev_keys *keys, unsigned code, uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const bool has_altgr = keys->held & HELD_ALTGR;
    bool is_shifted = keys->held & HELD_SHIFT;
    if (keys->held & HELD_ALT)
        return take_alt_digit(keys, code);
    if (keys->has_caps && is_letter_key(keys->layout, code))
        is_shifted = !is_shifted;
    const enum level level = has_altgr && keys->layout != KEY_LAYOUT_US ? WITH_ALTGR
                             : is_shifted                               ? SHIFTED
                                                                        : PLAIN;
    const char accent = accent_at(keys->layout, code, level);
    if (keys->accent)
        return end_accent(keys, code, accent, ret_bytes);
    if (accent) {
        keys->accent = accent;
        return 0;
    }
    const char character = character_of(keys, code, level);
    if (!character)
        return -1;
    return keys->held & HELD_CTRL ? take_with_ctrl(character, ret_bytes) : give(character, ret_bytes);
}

int evdev_keys_feed(struct evdev_keys *keys, unsigned code, int value,
                    uint8_t ret_bytes[static KEY_BYTES_MAX])
{
    const unsigned modifier = modifier_of(code);
    if (value == 2)
        return 0;
    if (modifier)
        return take_modifier(keys, modifier, value == 1, ret_bytes);
    if (value != 1 || code == KEY_NUMLOCK || code == KEY_SCROLLLOCK)
        return 0;
    if (code == KEY_CAPSLOCK) {
        keys->has_caps = !keys->has_caps;
        return 0;
    }
    return take_key(keys, code, ret_bytes);
}
