/* Synthetic people: deterministic, all different, valid, and impossible to mistake for real ones. */
#include "base/text.h"
#include "identity/id_number.h"
#include "rehearsal/people.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 3000 };

static struct person people[MANY];

static int make_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MANY; i++)
        person_make(2026, i, &people[i]);
    return 0;
}

static void test_same_seed_same_person(void **state)
{
    (void)state;
    struct person again, other;
    person_make(2026, 17, &again);
    assert_memory_equal(&again, &people[17], sizeof again);
    person_make(2027, 17, &other);
    assert_memory_not_equal(&other, &people[17], sizeof other);
}

static void test_every_field_is_valid(void **state)
{
    (void)state;
    char number[19];
    int opaque = 0;
    for (size_t i = 0; i < MANY; i++) {
        const struct person *p = &people[i];
        assert_int_equal(id_number_parse(p->id_number, strlen(p->id_number), number), ID_NUMBER_OK);
        assert_string_equal(number, p->id_number);
        assert_memory_equal(p->id_number, "9901", 4);
        assert_true(text_is_plain(p->name, strlen(p->name), sizeof p->name - 1));
        assert_true(strlen(p->name) >= 6);
        assert_true(strlen(p->valid_to) == 8 || strcmp(p->valid_to, "LONG") == 0);
        assert_in_range(p->code_size, PERSON_CODE_MIN, PERSON_CODE_MAX);
        assert_null(memchr(p->code, '\r', p->code_size));
        assert_null(memchr(p->code, '\n', p->code_size));
        assert_null(memchr(p->code, '\0', p->code_size));
        opaque += !utf8_is_valid((const char *)p->code, p->code_size);
    }
    assert_in_range(opaque, MANY / 32, MANY / 8);
}

static int by_number(const void *a, const void *b)
{
    return strcmp(((const struct person *)a)->id_number, ((const struct person *)b)->id_number);
}

static int by_serial(const void *a, const void *b)
{
    return memcmp(((const struct person *)a)->serial, ((const struct person *)b)->serial, CARD_SERIAL_SIZE);
}

static int by_code(const void *a, const void *b)
{
    return memcmp(((const struct person *)a)->code, ((const struct person *)b)->code, PERSON_CODE_MIN);
}

static void test_no_two_alike(void **state)
{
    (void)state;
    int (*const orders[])(const void *, const void *) = {by_number, by_serial, by_code};
    struct person *sorted = malloc(sizeof people);
    assert_non_null(sorted);
    memcpy(sorted, people, sizeof people);
    for (size_t o = 0; o < 3; o++) {
        qsort(sorted, MANY, sizeof *sorted, orders[o]);
        for (size_t i = 1; i < MANY; i++)
            assert_true(orders[o](&sorted[i - 1], &sorted[i]) < 0);
    }
    free(sorted);
}

static void test_card_says_the_same(void **state)
{
    (void)state;
    struct card card;
    struct presentation read;
    for (size_t i = 0; i < 200; i++) {
        person_card(&people[i], &card);
        assert_int_equal(sam_text_parse(card.text, sizeof card.text, &read), SAM_TEXT_OK);
        assert_string_equal(read.name, people[i].name);
        assert_string_equal(read.id_number, people[i].id_number);
        assert_string_equal(read.valid_to, people[i].valid_to);
        assert_memory_equal(card.serial, people[i].serial, sizeof card.serial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_person),
        cmocka_unit_test(test_every_field_is_valid),
        cmocka_unit_test(test_no_two_alike),
        cmocka_unit_test(test_card_says_the_same),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
