/* Misread passports: what is repaired, what is refused, and that the operator hears of every repair. All come from the
 * ICAO specimen. */
#include "identity/mrz_repair.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE1 "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define LINE2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"

static void as_text(const struct mrz_repairs *repairs, char ret_text[static 200])
{
    ret_text[0] = '\0';
    for (size_t i = 0; i < repairs->count; i++)
        snprintf(ret_text + strlen(ret_text), 200 - strlen(ret_text), "%u:%u%c%c ", repairs->list[i].line,
                 repairs->list[i].column, repairs->list[i].from, repairs->list[i].to);
}

static void zones_are_repaired_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *line1, *line2;
        enum mrz_fault fault;
        const char *repairs; /* line:column from to */
    } cases[] = {
        {"as it is", LINE1, LINE2, MRZ_OK, ""},
        {"O in the birth date", LINE1, "L898902C36UTO74O8122F1204159ZE184226B<<<<<10", MRZ_OK, "2:16O0 "},
        {"I in the expiry date", LINE1, "L898902C36UTO7408122FI204159ZE184226B<<<<<10", MRZ_OK, "2:22I1 "},
        {"S in the expiry date", LINE1, "L898902C36UTO7408122F1204IS9ZE184226B<<<<<10", MRZ_OK,
         "2:26I1 2:27S5 "},
        {"B in the birth date", LINE1, "L898902C36UTO740B122F1204159ZE184226B<<<<<10", MRZ_OK, "2:17B8 "},
        {"Z in the birth date's check", LINE1, "L898902C36UTO740812ZF1204159ZE184226B<<<<<10", MRZ_OK,
         "2:20Z2 "},
        {"I and O at the end", LINE1, "L898902C36UTO7408122F1204159ZE184226B<<<<<IO", MRZ_OK,
         "2:43I1 2:44O0 "},
        {"0 in the state and the nationality", "P<UT0ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
         "L898902C36UT07408122F1204159ZE184226B<<<<<10", MRZ_OK, "1:50O 2:130O "},
        {"5, 0 and 1 in the name", "P<UTOER1K5S0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", LINE2, MRZ_OK,
         "1:81I 1:105S 1:120O "},
        {"four are repaired", "P<UT0ER1K5S0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", LINE2, MRZ_OK,
         "1:50O 1:81I 1:105S 1:120O "},
        {"five are too many", "P<UT0ER1K55ON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
         "L898902C36UT07408122F1204159ZE184226B<<<<<10", MRZ_BAD_CHARACTER, ""},
        {"the repair's check does not hold", LINE1, "L898902C36UTO7408I12F1204159ZE184226B<<<<<10",
         MRZ_BAD_CHECK, ""},
        {"O for 0 in the document number is a choice", LINE1, "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10",
         MRZ_BAD_CHECK, ""},
        {"8 for B in the optional data is a choice", LINE1, "L898902C36UTO7408122F1204159ZE1842268<<<<<10",
         MRZ_BAD_CHECK, ""},
        {"a letter with no counterpart", LINE1, "L898902C36UTO74A8122F1204159ZE184226B<<<<<10",
         MRZ_BAD_CHARACTER, ""},
        {"a digit with no counterpart in a name", "P<UTOERIKSS7N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", LINE2,
         MRZ_BAD_CHARACTER, ""},
        {"an impossible date after the repair", LINE1, "L898902C36UTO74O0O27F1204159ZE184226B<<<<<10",
         MRZ_BAD_FIELD, ""},
        {"> for every filler", "P>UTOERIKSSON>>ANNA>MARIA>>>>>>>>>>>>>>>>>>>",
         "L898902C36UTO7408122F1204159ZE184226B>>>>>10", MRZ_OK, "1:0>< 2:0>< "},
        {"; for every filler, and a confusion", "P;UTOERIKSSON;;ANNA;MARIA;;;;;;;;;;;;;;;;;;;",
         "L898902C36UTO74O8122F1204159ZE184226B;;;;;10", MRZ_OK, "1:0;< 2:0;< 2:16O0 "},
        {", for every filler; none in line 2", "P,UTOERIKSSON,,ANNA,MARIA,,,,,,,,,,,,,,,,,,,",
         "AB0123456AUTO9001011M3001019ABCDEFGHIJKLMN00", MRZ_BAD_CHARACTER, ""},
        {"> for one filler", "P>UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", LINE2, MRZ_BAD_CHARACTER, ""},
        {"> in one line, < in the other", "P>UTOERIKSSON>>ANNA>MARIA>>>>>>>>>>>>>>>>>>>", LINE2,
         MRZ_BAD_CHARACTER, ""},
        {"two kinds", "P>UTOERIKSSON>>ANNA>MARIA>>>>>>>>>>>>>>>>>>>",
         "L898902C36UTO7408122F1204159ZE184226B;;;;;10", MRZ_BAD_CHARACTER, ""},
        {"small letters", "p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<", LINE2, MRZ_BAD_CHARACTER, ""},
        {"too short", LINE1, "L898902C36UTO7408122F1204159ZE184226B<<<<<1", MRZ_BAD_LENGTH, ""},
        {"nothing", "", "", MRZ_BAD_LENGTH, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        struct mrz mrz = {.sex = 'u'};
        struct mrz_repairs repairs = {.count = 0};
        char text[200];
        enum mrz_fault fault = mrz_repair(cases[i].line1, strlen(cases[i].line1), cases[i].line2,
                                          strlen(cases[i].line2), &mrz, &repairs);
        assert_int_equal(fault, cases[i].fault);
        as_text(&repairs, text);
        assert_string_equal(text, cases[i].repairs);
        assert_int_equal(mrz.sex == 'u', fault != MRZ_OK); /* untouched */
        if (fault != MRZ_OK)
            continue;
        assert_string_equal(mrz.surname, "ERIKSSON");
        assert_string_equal(mrz.state, "UTO");
        assert_string_equal(mrz.document_no, "L898902C3");
        assert_string_equal(mrz.birth, "740812");
        assert_string_equal(mrz.expiry, "120415");
    }
}

/* Every single confusion at every place: repaired to the specimen, or refused; never another person. */
static void no_confusion_makes_another_person(void **state)
{
    (void)state;
    static const char a[] = "0O1I5S8B2Z", b[] = "O0I1S5B8Z2";
    int repaired = 0, refused = 0;
    for (size_t at = 0; at < 88; at++) {
        char zone[2][45] = {LINE1, LINE2};
        char *c = &zone[at / 44][at % 44];
        const char *pair = strchr(a, *c);
        if (!pair)
            continue;
        *c = b[pair - a];
        struct mrz mrz;
        struct mrz_repairs repairs;
        if (mrz_repair(zone[0], 44, zone[1], 44, &mrz, &repairs) != MRZ_OK) {
            refused++;
            continue;
        }
        repaired++;
        assert_int_equal(repairs.count, 1);
        assert_int_equal((repairs.list[0].line - 1) * 44 + repairs.list[0].column - 1, at);
        assert_string_equal(mrz.document_no, "L898902C3");
        assert_string_equal(mrz.surname, "ERIKSSON");
    }
    assert_int_equal(repaired, 19);
    assert_int_equal(refused, 10); /* document number and optional data */
}

static void repairs_become_json(void **state)
{
    (void)state;
    const struct mrz_repairs none = {.count = 0},
                             two = {.count = 2, .list = {{1, 0, '>', '<'}, {2, 16, 'O', '0'}}};
    json_t *list = mrz_repairs_json(&none);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    list = mrz_repairs_json(&two);
    char *text = json_dumps(list, JSON_COMPACT);
    assert_string_equal(text, "[{\"line\":1,\"column\":0,\"from\":\">\",\"to\":\"<\"},"
                              "{\"line\":2,\"column\":16,\"from\":\"O\",\"to\":\"0\"}]");
    free(text);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_repaired_or_refused),
        cmocka_unit_test(no_confusion_makes_another_person),
        cmocka_unit_test(repairs_become_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
