/* The two masks. */
#include "identity/mask.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void id_numbers_show_six(void **state)
{
    (void)state;
    static const struct {
        const char *number, *mask;
    } cases[] = {
        {"990101199001010019", "990101************"},
        {"11010519491231002X", "110105************"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char mask[ID_NUMBER_LENGTH + 1];
        mask_id_number(cases[i].number, mask);
        assert_string_equal(mask, cases[i].mask);
    }
}

static void names_show_one(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *name, *mask;
    } cases[] = {
        {"none", "", ""},
        {"one", "张", "张"},
        {"two", "张三", "张○"},
        {"three", "张测试", "张○○"},
        {"four", "欧阳测试", "欧○○○"},
        {"the longest does not show its length", "买买提·测试·测试", "买○○○"},
        {"Latin", "ERIKSSON ANNA", "E○○○"},
        {"blanks count as nothing", " A　B ", "A○"},
        {"only blanks", "  　", ""},
        {"beyond the basic plane", "\xf0\xa0\xae\xb7测", "\xf0\xa0\xae\xb7○"},
        {"room for the largest", "\xf0\xa0\xae\xb7测试测试", "\xf0\xa0\xae\xb7○○○"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        char mask[NAME_MASK_SIZE];
        mask_name(cases[i].name, mask);
        assert_string_equal(mask, cases[i].mask);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_numbers_show_six),
        cmocka_unit_test(names_show_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
