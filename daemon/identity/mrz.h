/* The machine-readable zone of a passport: ICAO 9303 part 4, TD3, two lines of 44 characters. Strict: nothing
 * that was misread is repaired, all five check digits must hold. mrz_repair.h is the lenient way in. */
#ifndef IDENTITY_MRZ_H
#define IDENTITY_MRZ_H
#include <stddef.h>

enum { MRZ_LINE_LENGTH = 44, MRZ_NAME_MAX = 39 };

enum mrz_fault {
    MRZ_OK = 0,
    MRZ_BAD_LENGTH,
    MRZ_BAD_CHARACTER, /* foreign to the field it stands in; a small letter too */
    MRZ_BAD_TYPE,      /* not a passport */
    MRZ_BAD_FIELD,     /* no state, number or surname, an impossible date, an unknown sex */
    MRZ_BAD_CHECK,
};

struct mrz {
    char state[4];        /* who issued it, without fillers: "UTO", "D" */
    char document_no[10]; /* without trailing fillers; one inside stands for a hyphen or blank and stays */
    char nationality[4];  /* as state */
    char surname[MRZ_NAME_MAX + 1]; /* blanks for fillers */
    char given[MRZ_NAME_MAX + 1];   /* may be "" */
    char birth[7], expiry[7];       /* YYMMDD; "<<" for an unknown part of the birth date */
    char sex;                       /* 'M', 'F' or '<' */
};

/* *ret is filled only on success. */
enum mrz_fault mrz_parse(const char *line1, size_t length1, const char *line2, size_t length2,
                         struct mrz *ret);
enum { MRZ_LETTERS = 1, MRZ_DIGITS = 2, MRZ_FILLER = 4 };
/* What may stand at a place, a sum of the above: line 0 or 1, at 0 to 43; 0 elsewhere. */
unsigned mrz_alphabet(unsigned line, size_t at);
/* The ICAO check character of `length` characters from 0-9 A-Z <. */
char mrz_check(const char *text, size_t length);

#endif
