/* Citizen numbers, GB 11643-1999: 6 region, 8 birth date, 3 sequence, check digit by ISO 7064 MOD 11-2.
 * County codes change and old ones stay on cards, so an unknown region is never refused.
 *
 * Residents' numbers count as ID numbers, too. Those of Hong Kong, Macao and Taiwan residents (810000, 820000,
 * 830000) and of foreign permanent residents since 2023 (first digit 9) have the citizen's form. The older
 * permanent resident's number, still on cards, has 15 characters: three letters of the country, four digits of
 * the region, birth YYMMDD, one digit, and ICAO 9303's check digit (weights 7 3 1) over the 14 before. */
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

/* Accepts 18 characters (x or X), the old 15 digits, or a permanent resident's 15 characters, with surrounding
 * ASCII blanks; gives the 18-character form, or the resident's 15 in upper case. ret_number is written only on
 * success. */
enum id_number_fault id_number_parse(const char *text, size_t length, char ret_number[static 19]);
/* False for a permanent resident's 15 characters. Of a number that was parsed. */
bool id_number_is_citizen(const char *number);
/* The check character for the first 17 digits. */
char id_number_check(const char digits[static 17]);

#endif
