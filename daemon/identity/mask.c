/* The two masks. Pure functions; any thread. Must stay the only masks in the program. */
#include "identity/mask.h"
#include "base/text.h"
#include <stdbool.h>
#include <string.h>

enum { SHOWN_DIGITS = 6, CIRCLES_MOST = 3 };

void mask_id_number(const char *id_number, char ret_mask[static ID_NUMBER_LENGTH + 1])
{
    ret_mask[0] = '\0';
    if (!id_number[0])
        return;
    size_t shown = strnlen(id_number, SHOWN_DIGITS);
    memcpy(ret_mask, id_number, shown);
    memset(ret_mask + shown, '*', ID_NUMBER_LENGTH - shown);
    ret_mask[ID_NUMBER_LENGTH] = '\0';
}

static bool is_blank(const char *character)
{
    return character[0] == ' ' || strncmp(character, "\u3000", 3) == 0 ||
           strncmp(character, "\u00a0", 2) == 0;
}

void mask_name(const char *name, char ret_mask[static NAME_MASK_SIZE])
{
    static const char circle[] = "○";
    char *to = ret_mask;
    unsigned characters = 0;
    for (size_t step; *name && characters <= CIRCLES_MOST; name += step) {
        step = strnlen(name, utf8_first(name));
        if (is_blank(name))
            continue;
        const char *from = characters == 0 ? name : circle;
        size_t length = characters == 0 ? step : sizeof circle - 1;
        memcpy(to, from, length);
        to += length;
        characters++;
    }
    *to = '\0';
}
