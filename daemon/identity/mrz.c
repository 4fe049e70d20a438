/* TD3 passports. Pure functions; any thread. Positions are those of ICAO 9303-4, less one. */
#include "identity/mrz.h"
#include <stdbool.h>
#include <string.h>

enum { LETTERS = MRZ_LETTERS, DIGITS = MRZ_DIGITS, FILLER = MRZ_FILLER };

/* Each field's alphabet; what is left out is looked at later. */
static const struct {
    unsigned line, at, length, alphabet;
} fields[] = {
    {0, 0, 2, LETTERS | FILLER},            /* document code */
    {0, 2, 42, LETTERS | FILLER},           /* state, names */
    {1, 0, 9, LETTERS | DIGITS | FILLER},   /* number */
    {1, 9, 1, DIGITS},                      /* its check */
    {1, 10, 3, LETTERS | FILLER},           /* nationality */
    {1, 13, 6, DIGITS | FILLER},            /* birth */
    {1, 19, 1, DIGITS},                     /* its check */
    {1, 20, 1, LETTERS | FILLER},           /* sex */
    {1, 21, 7, DIGITS},                     /* expiry and its check */
    {1, 28, 14, LETTERS | DIGITS | FILLER}, /* optional */
    {1, 42, 1, DIGITS | FILLER},            /* its check */
    {1, 43, 1, DIGITS},                     /* over all */
};
enum { FIELDS = sizeof fields / sizeof *fields };

unsigned mrz_alphabet(unsigned line, size_t at)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].line == line && at >= fields[i].at && at < fields[i].at + fields[i].length)
            return fields[i].alphabet;
    return 0;
}

static bool is_of(const char *text, size_t length, unsigned alphabet)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        unsigned kind = c >= 'A' && c <= 'Z'   ? LETTERS
                        : c >= '0' && c <= '9' ? DIGITS
                        : c == '<'             ? FILLER
                                               : 0;
        if (!(kind & alphabet))
            return false;
    }
    return true;
}

static unsigned value_of(char c)
{
    return c == '<' ? 0 : c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
}

static unsigned weigh(const char *text, size_t length, unsigned start)
{
    static const unsigned weights[3] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += value_of(text[i]) * weights[(start + i) % 3];
    return sum;
}

char mrz_check(const char *text, size_t length)
{
    return (char)('0' + weigh(text, length, 0) % 10);
}

/* ICAO 9303-4, 4.2.2.2: number, birth, expiry, optional data, and one over them all. */
static bool checks_hold(const char *line)
{
    bool is_empty = is_of(line + 28, 14, FILLER);
    unsigned all = weigh(line, 10, 0) + weigh(line + 13, 7, 10) + weigh(line + 21, 22, 17);
    return line[9] == mrz_check(line, 9) && line[19] == mrz_check(line + 13, 6) &&
           line[27] == mrz_check(line + 21, 6) &&
           (line[42] == mrz_check(line + 28, 14) || (is_empty && line[42] == '<')) &&
           line[43] == (char)('0' + all % 10);
}

static bool characters_fit(const char *line1, const char *line2)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!is_of((fields[i].line ? line2 : line1) + fields[i].at, fields[i].length, fields[i].alphabet))
            return false;
    return true;
}

/* A two-digit part of a date: `least` to `most`, or unknown where that is allowed. */
static bool part_is_possible(const char *part, unsigned least, unsigned most, bool may_be_unknown)
{
    if (part[0] == '<' && part[1] == '<')
        return may_be_unknown;
    if (!is_of(part, 2, DIGITS))
        return false;
    unsigned value = value_of(part[0]) * 10 + value_of(part[1]);
    return value >= least && value <= most;
}

static bool date_is_possible(const char *date, bool may_be_unknown)
{
    static const unsigned days[13] = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!part_is_possible(date, 0, 99, may_be_unknown) || !part_is_possible(date + 2, 1, 12, may_be_unknown))
        return false;
    unsigned month = date[2] == '<' ? 0 : value_of(date[2]) * 10 + value_of(date[3]);
    return part_is_possible(date + 4, 1, days[month], may_be_unknown);
}

/* Copies without the fillers behind, those inside as `inner`. */
static void take(char *to, const char *from, size_t length, char inner)
{
    while (length > 0 && from[length - 1] == '<')
        length--;
    for (size_t i = 0; i < length; i++)
        to[i] = from[i] == '<' ? inner : from[i];
    to[length] = '\0';
}

static void take_names(const char *field, struct mrz *mrz)
{
    const char *gap = memmem(field, MRZ_NAME_MAX, "<<", 2);
    size_t surname = gap ? (size_t)(gap - field) : MRZ_NAME_MAX;
    take(mrz->surname, field, surname, ' ');
    size_t given = surname;
    while (given < MRZ_NAME_MAX && field[given] == '<')
        given++;
    take(mrz->given, field + given, MRZ_NAME_MAX - given, ' ');
}

enum mrz_fault mrz_parse(const char *line1, size_t length1, const char *line2, size_t length2,
                         struct mrz *ret)
{
    if (length1 != MRZ_LINE_LENGTH || length2 != MRZ_LINE_LENGTH)
        return MRZ_BAD_LENGTH;
    if (!characters_fit(line1, line2))
        return MRZ_BAD_CHARACTER;
    if (line1[0] != 'P')
        return MRZ_BAD_TYPE;
    struct mrz mrz = {.sex = line2[20]};
    take(mrz.state, line1 + 2, 3, '<');
    take_names(line1 + 5, &mrz);
    take(mrz.document_no, line2, 9, '<');
    take(mrz.nationality, line2 + 10, 3, '<');
    memcpy(mrz.birth, line2 + 13, 6);
    memcpy(mrz.expiry, line2 + 21, 6);
    if (line1[2] == '<' || line1[5] == '<' || line2[0] == '<' || line2[10] == '<' ||
        !strchr("MF<", mrz.sex) || !date_is_possible(mrz.birth, true) || !date_is_possible(mrz.expiry, false))
        return MRZ_BAD_FIELD;
    if (!checks_hold(line2))
        return MRZ_BAD_CHECK;
    *ret = mrz;
    return MRZ_OK;
}
