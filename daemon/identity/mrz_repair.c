/* Repairs of misread passports. Pure functions; any thread. Must never choose between two readings. */
#include "identity/mrz_repair.h"
#include "base/bytes.h"
#include <stdlib.h>
#include <string.h>

static const char letters[] = "OISBZ", digits[] = "01582", false_fillers[] = ">;,&";

static char counterpart(char c, const char *of, const char *in)
{
    const char *at = c ? strchr(of, c) : NULL;
    return at ? in[at - of] : c;
}

static char right_one(char c, unsigned alphabet)
{
    unsigned kind = alphabet & (MRZ_LETTERS | MRZ_DIGITS);
    return kind == MRZ_LETTERS  ? counterpart(c, digits, letters)
           : kind == MRZ_DIGITS ? counterpart(c, letters, digits)
                                : c;
}

/* The character that stands for every filler, or '\0' when there is none or a choice. */
static char find_false_filler(const char zone[2][MRZ_LINE_LENGTH])
{
    char found = '\0';
    for (size_t i = 0; i < (size_t)2 * MRZ_LINE_LENGTH; i++) {
        char c = zone[i / MRZ_LINE_LENGTH][i % MRZ_LINE_LENGTH];
        bool is_false = c && strchr(false_fillers, c);
        if (c == '<' || (is_false && found && c != found))
            return '\0';
        if (is_false)
            found = c;
    }
    return found;
}

static void note(struct mrz_repairs *repairs, unsigned line, size_t column, char from, char to)
{
    repairs->list[repairs->count++] =
        (struct mrz_repair){(unsigned char)line, (unsigned char)column, from, to};
}

static void calibrate(char zone[2][MRZ_LINE_LENGTH], struct mrz_repairs *repairs)
{
    char filler = find_false_filler((const char(*)[MRZ_LINE_LENGTH])zone);
    for (unsigned line = 0; filler && line < 2; line++) {
        if (memchr(zone[line], filler, MRZ_LINE_LENGTH))
            note(repairs, line + 1, 0, filler, '<');
        for (size_t i = 0; i < MRZ_LINE_LENGTH; i++)
            if (zone[line][i] == filler)
                zone[line][i] = '<';
    }
}

/* False when there are too many. */
static bool correct(char zone[2][MRZ_LINE_LENGTH], struct mrz_repairs *repairs)
{
    const size_t most = repairs->count + MRZ_CONFUSIONS_MAX;
    for (unsigned line = 0; line < 2; line++)
        for (size_t i = 0; i < MRZ_LINE_LENGTH; i++) {
            char from = zone[line][i], to = right_one(from, mrz_alphabet(line, i));
            if (to == from)
                continue;
            if (repairs->count == most)
                return false;
            note(repairs, line + 1, i + 1, from, to);
            zone[line][i] = to;
        }
    return true;
}

enum mrz_fault mrz_repair(const char *line1, size_t length1, const char *line2, size_t length2,
                          struct mrz *ret, struct mrz_repairs *ret_repairs)
{
    if (length1 != MRZ_LINE_LENGTH || length2 != MRZ_LINE_LENGTH)
        return MRZ_BAD_LENGTH;
    char zone[2][MRZ_LINE_LENGTH];
    struct mrz_repairs repairs = {0};
    memcpy(zone[0], line1, MRZ_LINE_LENGTH);
    memcpy(zone[1], line2, MRZ_LINE_LENGTH);
    calibrate(zone, &repairs);
    enum mrz_fault fault = correct(zone, &repairs)
                               ? mrz_parse(zone[0], MRZ_LINE_LENGTH, zone[1], MRZ_LINE_LENGTH, ret)
                               : MRZ_BAD_CHARACTER;
    if (fault == MRZ_OK)
        *ret_repairs = repairs;
    wipe_bytes(zone, sizeof zone);
    return fault;
}

json_t *mrz_repairs_json(const struct mrz_repairs *repairs)
{
    json_t *list = json_array();
    if (!list)
        abort();
    for (size_t i = 0; i < repairs->count; i++) {
        const struct mrz_repair *repair = &repairs->list[i];
        if (json_array_append_new(list,
                                  json_pack("{si si ss# ss#}", "line", repair->line, "column", repair->column,
                                            "from", &repair->from, 1, "to", &repair->to, 1)) < 0)
            abort();
    }
    return list;
}
