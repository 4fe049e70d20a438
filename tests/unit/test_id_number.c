/* Citizen numbers: GB 11643-1999's own examples, synthetic people of region 990101, and what must be refused.
 */
#include "identity/id_number.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *legend, *text;
    enum id_number_fault fault;
    const char *number;
} cases[] = {
    {"the standard's woman", "11010519491231002X", ID_NUMBER_OK, "11010519491231002X"},
    {"the standard's old man", "440524188001010014", ID_NUMBER_OK, "440524188001010014"},
    {"unknown region", "990101199001010019", ID_NUMBER_OK, "990101199001010019"},
    {"small x", "11010519491231002x", ID_NUMBER_OK, "11010519491231002X"},
    {"15 digits", "110105491231002", ID_NUMBER_OK, "11010519491231002X"},
    {"15 digits, unknown region", "990101900101001", ID_NUMBER_OK, "990101199001010019"},
    {"blanks around", " \t990101199001010019\r\n", ID_NUMBER_OK, "990101199001010019"},
    {"leap day of 2000", "990101200002290011", ID_NUMBER_OK, "990101200002290011"},
    {"leap day of 1900", "990101190002290010", ID_NUMBER_BAD_DATE, NULL},
    {"wrong check digit", "990101199001010018", ID_NUMBER_BAD_CHECK, NULL},
    {"X where a digit belongs", "99010119900101001X", ID_NUMBER_BAD_CHECK, NULL},
    {"two digits exchanged", "990110199001010019", ID_NUMBER_BAD_CHECK, NULL},
    {"13th month", "990101199013010010", ID_NUMBER_BAD_DATE, NULL},
    {"month 0", "990101199000010010", ID_NUMBER_BAD_DATE, NULL},
    {"day 0", "990101199001000010", ID_NUMBER_BAD_DATE, NULL},
    {"31 April", "990101199004310010", ID_NUMBER_BAD_DATE, NULL},
    {"year 1799", "990101179901010010", ID_NUMBER_BAD_DATE, NULL},
    {"15 digits, 30 February", "990101900230001", ID_NUMBER_BAD_DATE, NULL},
    {"nothing", "", ID_NUMBER_BAD_LENGTH, NULL},
    {"blanks", "   ", ID_NUMBER_BAD_LENGTH, NULL},
    {"14", "99010190010100", ID_NUMBER_BAD_LENGTH, NULL},
    {"17", "99010119900101001", ID_NUMBER_BAD_LENGTH, NULL},
    {"19", "9901011990010100190", ID_NUMBER_BAD_LENGTH, NULL},
    {"X in front", "X90101199001010019", ID_NUMBER_BAD_CHARACTER, NULL},
    {"letter at the end", "99010119900101001Y", ID_NUMBER_BAD_CHARACTER, NULL},
    {"15 with X", "99010190010100X", ID_NUMBER_BAD_CHARACTER, NULL},
    {"blank inside", "990101 99001010019", ID_NUMBER_BAD_CHARACTER, NULL},
    {"permanent resident", "UTO990190010105", ID_NUMBER_OK, "UTO990190010105"},
    {"permanent resident, small letters", " uto990190010105", ID_NUMBER_OK, "UTO990190010105"},
    {"permanent resident, check digit", "UTO990190010106", ID_NUMBER_BAD_CHECK, NULL},
    {"permanent resident, another country", "UTA990190010105", ID_NUMBER_BAD_CHECK, NULL},
    {"permanent resident, 31 April", "UTO990190043105", ID_NUMBER_BAD_DATE, NULL},
    {"permanent resident, leap day of 2000", "UTO990100022905", ID_NUMBER_BAD_CHECK, NULL},
    {"permanent resident, letter among digits", "UTO99019001010A", ID_NUMBER_BAD_CHARACTER, NULL},
    {"permanent resident, 16", "UTO9901900101050", ID_NUMBER_BAD_LENGTH, NULL},
    {"two letters", "UT0990190010105", ID_NUMBER_BAD_CHARACTER, NULL},
    {"permanent resident of 2023", "999999199001010024", ID_NUMBER_OK, "999999199001010024"},
    {"Hong Kong resident", "810000190001010018", ID_NUMBER_OK, "810000190001010018"},
    {"full-width digits", "９９０１０１", ID_NUMBER_BAD_CHARACTER, NULL},
};

static void numbers_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        char number[19] = "untouched";
        assert_int_equal(id_number_parse(cases[i].text, strlen(cases[i].text), number), cases[i].fault);
        assert_string_equal(number, cases[i].number ? cases[i].number : "untouched");
    }
}

static void length_counts_not_the_nul(void **state)
{
    (void)state;
    char number[19] = "untouched";
    assert_int_equal(id_number_parse("990101199001010019999", 18, number), ID_NUMBER_OK);
    assert_int_equal(id_number_parse("9901011990010100\0", 18, number), ID_NUMBER_BAD_CHARACTER);
}

/* ISO 7064 MOD 11-2 finds every single wrong digit and every exchange of neighbours. */
static void single_errors_are_found(void **state)
{
    (void)state;
    static const char right[] = "990101199001010019";
    char number[19], wrong[19];
    for (size_t at = 0; at < 18; at++)
        for (char digit = '0'; digit <= '9'; digit++) {
            memcpy(wrong, right, sizeof wrong);
            wrong[at] = digit;
            bool is_same = digit == right[at];
            assert_int_equal(id_number_parse(wrong, 18, number) == ID_NUMBER_OK, is_same);
        }
    for (size_t at = 0; at + 1 < 18; at++) {
        memcpy(wrong, right, sizeof wrong);
        wrong[at] = right[at + 1];
        wrong[at + 1] = right[at];
        bool is_same = right[at] == right[at + 1];
        assert_int_equal(id_number_parse(wrong, 18, number) == ID_NUMBER_OK, is_same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_judged),
        cmocka_unit_test(length_counts_not_the_nul),
        cmocka_unit_test(single_errors_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
