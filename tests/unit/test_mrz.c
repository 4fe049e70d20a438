/* TD3 zones: the ICAO specimen, and variants whose check digits were computed apart from this program. */
#include "identity/mrz.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPECIMEN1 "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define SPECIMEN2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"

static void specimen_is_read(void **state)
{
    (void)state;
    struct mrz mrz;
    assert_int_equal(mrz_parse(SPECIMEN1, 44, SPECIMEN2, 44, &mrz), MRZ_OK);
    assert_string_equal(mrz.state, "UTO");
    assert_string_equal(mrz.document_no, "L898902C3");
    assert_string_equal(mrz.nationality, "UTO");
    assert_string_equal(mrz.surname, "ERIKSSON");
    assert_string_equal(mrz.given, "ANNA MARIA");
    assert_string_equal(mrz.birth, "740812");
    assert_string_equal(mrz.expiry, "120415");
    assert_int_equal(mrz.sex, 'F');
}

static void zones_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *line1, *line2;
        enum mrz_fault fault;
    } cases[] = {
        {"birth in part unknown", SPECIMEN1, "X1234<<<<9UTO90<<<<3<3001019<<<<<<<<<<<<<<04", MRZ_OK},
        {"birth unknown", SPECIMEN1, "X1234<<<<9UTO<<<<<<0M3001019<<<<<<<<<<<<<<<8", MRZ_OK},
        {"empty optional data, check 0", SPECIMEN1, "X1234<<<<9UTO9001011M3001019<<<<<<<<<<<<<<08", MRZ_OK},
        {"empty optional data, check <", SPECIMEN1, "X1234<<<<9UTO9001011M3001019<<<<<<<<<<<<<<<8", MRZ_OK},
        {"filled optional data, check <", SPECIMEN1, "L898902C36UTO7408122F1204159ZE184226B<<<<<<0",
         MRZ_BAD_CHECK},
        {"number's check", SPECIMEN1, "L898902C37UTO7408122F1204159ZE184226B<<<<<10", MRZ_BAD_CHECK},
        {"birth's check", SPECIMEN1, "L898902C36UTO7408123F1204159ZE184226B<<<<<10", MRZ_BAD_CHECK},
        {"expiry's check", SPECIMEN1, "L898902C36UTO7408122F1204158ZE184226B<<<<<10", MRZ_BAD_CHECK},
        {"optional data's check", SPECIMEN1, "L898902C36UTO7408122F1204159ZE184226B<<<<<20", MRZ_BAD_CHECK},
        {"the check over all", SPECIMEN1, "L898902C36UTO7408122F1204159ZE184226B<<<<<11", MRZ_BAD_CHECK},
        {"30 February", SPECIMEN1, "X1234<<<<9UTO9002306M3001019<<<<<<<<<<<<<<02", MRZ_BAD_FIELD},
        {"13th month", SPECIMEN1, "X1234<<<<9UTO9013016M3001019<<<<<<<<<<<<<<06", MRZ_BAD_FIELD},
        {"expiry on 30 February", SPECIMEN1, "X1234<<<<9UTO9001011M3002304<<<<<<<<<<<<<<02", MRZ_BAD_FIELD},
        {"expiry unknown", SPECIMEN1, "X1234<<<<9UTO9001011M<<<<<<0<<<<<<<<<<<<<<02", MRZ_BAD_CHARACTER},
        {"sex X", SPECIMEN1, "X1234<<<<9UTO9001011X3001019<<<<<<<<<<<<<<08", MRZ_BAD_FIELD},
        {"no number", SPECIMEN1, "<<<<<<<<<0UTO9001011M3001019<<<<<<<<<<<<<<06", MRZ_BAD_FIELD},
        {"no state", "P<<<<ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_FIELD},
        {"no surname", "P<UTO<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_FIELD},
        {"an identity card", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_TYPE},
        {"0 for O in the name", "P<UTOERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_CHARACTER},
        {"O for 0 in the birth", SPECIMEN1, "L898902C36UTO74O8122F1204159ZE184226B<<<<<10",
         MRZ_BAD_CHARACTER},
        {"small letters", "p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_CHARACTER},
        {"a blank", "P UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_CHARACTER},
        {"line 1 of 43", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<", SPECIMEN2, MRZ_BAD_LENGTH},
        {"line 2 of 45", SPECIMEN1, SPECIMEN2 "<", MRZ_BAD_LENGTH},
        {"lines exchanged", SPECIMEN2, SPECIMEN1, MRZ_BAD_CHARACTER},
        {"nothing", "", "", MRZ_BAD_LENGTH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        struct mrz mrz;
        memset(&mrz, 'u', sizeof mrz);
        enum mrz_fault fault =
            mrz_parse(cases[i].line1, strlen(cases[i].line1), cases[i].line2, strlen(cases[i].line2), &mrz);
        assert_int_equal(fault, cases[i].fault);
        assert_int_equal(mrz.sex == 'u', fault != MRZ_OK); /* untouched */
    }
}

static void names_and_short_codes_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *line1, *surname, *given;
    } cases[] = {
        {"no given name", "PPD<<SURNAME<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "SURNAME", ""},
        {"double surname", "P<D<<VAN<DER<BERG<<JAN<<<<<<<<<<<<<<<<<<<<<<", "VAN DER BERG", "JAN"},
        {"surname to the edge", "P<D<<ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM", ""},
        {"given name to the edge", "P<D<<A<<CDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL", "A",
         "CDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        struct mrz mrz;
        assert_int_equal(mrz_parse(cases[i].line1, strlen(cases[i].line1),
                                   "AB<123<<<9D<<9001011M3001019<<<<<<<<<<<<<<08", 44, &mrz),
                         MRZ_OK);
        assert_string_equal(mrz.surname, cases[i].surname);
        assert_string_equal(mrz.given, cases[i].given);
        assert_string_equal(mrz.state, "D");
        assert_string_equal(mrz.nationality, "D");
        assert_string_equal(mrz.document_no, "AB<123");
    }
}

/* ICAO 9303-3, 4.9: its own examples. */
static void check_digits_are_icao(void **state)
{
    (void)state;
    assert_int_equal(mrz_check("520727", 6), '3');
    assert_int_equal(mrz_check("AB2134<<<", 9), '5');
    assert_int_equal(mrz_check("", 0), '0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specimen_is_read),
        cmocka_unit_test(zones_are_judged),
        cmocka_unit_test(names_and_short_codes_are_cut),
        cmocka_unit_test(check_digits_are_icao),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
