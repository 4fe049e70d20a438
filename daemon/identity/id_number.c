/* Citizen numbers and permanent residents' numbers. Pure functions; any thread. Must not judge regions. */
#include "identity/id_number.h"
#include <string.h>

/* GB 11643 began in 1989 and cards name people alive then: the standard's own oldest example was born in
 * 1880. */
enum { YEAR_LEAST = 1800, YEAR_MOST = 2199 };

/* Of the permanent resident's number of before 2023: country, region and birth, one digit, check digit. */
enum { COUNTRY_LENGTH = 3, RESIDENT_LENGTH = 15, RESIDENT_BIRTH_AT = 7 };

char id_number_check(const char digits[static 17])
{
    static const unsigned weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (unsigned)(digits[i] - '0');
    return "10X98765432"[sum % 11];
}

static unsigned number_at(const char *digits, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

static bool date_is_possible(const char date[static 8])
{
    static const unsigned days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = number_at(date, 4), month = number_at(date + 4, 2), day = number_at(date + 6, 2);
    if (year < YEAR_LEAST || year > YEAR_MOST || month < 1 || month > 12 || day < 1)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && is_leap);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool are_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* GB 11643-1999: "19" goes before the two digits of the year. */
static void upgrade(const char old[static 15], char number[static 19])
{
    memcpy(number, old, 6);
    memcpy(number + 6, "19", 2);
    memcpy(number + 8, old + 6, 9);
    number[17] = id_number_check(number);
}

/* ---- foreign permanent residents, cards of 2004 and 2017 */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_country(const char *text)
{
    for (size_t i = 0; i < COUNTRY_LENGTH; i++)
        if (upper(text[i]) < 'A' || upper(text[i]) > 'Z')
            return false;
    return true;
}

/* ICAO 9303: weights 7 3 1, A = 10. */
static char resident_check(const char number[static RESIDENT_LENGTH - 1])
{
    static const unsigned weights[] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < RESIDENT_LENGTH - 1; i++) {
        const char c = number[i];
        sum += weights[i % 3] * (unsigned)(c >= 'A' ? c - 'A' + 10 : c - '0');
    }
    return (char)('0' + sum % 10);
}

/* Six digits do not say which century. */
static bool short_date_is_possible(const char short_date[static 6])
{
    char date[8] = "19";
    memcpy(date + 2, short_date, 6);
    if (date_is_possible(date))
        return true;
    memcpy(date, "20", 2);
    return date_is_possible(date);
}

static enum id_number_fault parse_resident(const char *text, char ret_number[static 19])
{
    char number[19] = "";
    if (!are_digits(text + COUNTRY_LENGTH, RESIDENT_LENGTH - COUNTRY_LENGTH))
        return ID_NUMBER_BAD_CHARACTER;
    memcpy(number, text, RESIDENT_LENGTH);
    for (size_t i = 0; i < COUNTRY_LENGTH; i++)
        number[i] = upper(number[i]);
    if (!short_date_is_possible(number + RESIDENT_BIRTH_AT))
        return ID_NUMBER_BAD_DATE;
    if (number[RESIDENT_LENGTH - 1] != resident_check(number))
        return ID_NUMBER_BAD_CHECK;
    memcpy(ret_number, number, sizeof number);
    return ID_NUMBER_OK;
}

bool id_number_is_citizen(const char *number)
{
    return number[0] >= '0' && number[0] <= '9';
}

enum id_number_fault id_number_parse(const char *text, size_t length, char ret_number[static 19])
{
    for (; length > 0 && is_blank(text[0]); text++)
        length--;
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    if (length != 15 && length != 18)
        return ID_NUMBER_BAD_LENGTH;
    if (length == RESIDENT_LENGTH && is_country(text))
        return parse_resident(text, ret_number);
    if (!are_digits(text, length == 15 ? 15 : 17))
        return ID_NUMBER_BAD_CHARACTER;
    char number[19] = "";
    if (length == 15) {
        upgrade(text, number);
    } else {
        memcpy(number, text, 18);
        if (number[17] == 'x')
            number[17] = 'X';
        if (number[17] != 'X' && !are_digits(number + 17, 1))
            return ID_NUMBER_BAD_CHARACTER;
    }
    if (!date_is_possible(number + 6))
        return ID_NUMBER_BAD_DATE;
    if (number[17] != id_number_check(number))
        return ID_NUMBER_BAD_CHECK;
    memcpy(ret_number, number, sizeof number);
    return ID_NUMBER_OK;
}
