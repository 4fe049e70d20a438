/* Citizen numbers, GB 11643-1999: 6 region, 8 birth date, 3 sequence, check digit by ISO 7064 MOD 11-2.
 * County codes change and old ones stay on cards, so an unknown region is never refused. */
#ifndef IDENTITY_ID_NUMBER_H
#define IDENTITY_ID_NUMBER_H
#include <stdbool.h>
#include <stddef.h>

enum id_number_fault {
    ID_NUMBER_OK = 0,
    ID_NUMBER_BAD_LENGTH,
    ID_NUMBER_BAD_CHARACTER,
    ID_NUMBER_BAD_DATE,
    ID_NUMBER_BAD_CHECK,
};

/* Accepts 18 characters (x or X) or the old 15 digits, with surrounding ASCII blanks; gives the 18-character form.
 * ret_number is written only on success. */
enum id_number_fault id_number_parse(const char *text, size_t length, char ret_number[static 19]);
/* The check character for the first 17 digits. */
char id_number_check(const char digits[static 17]);

#endif
