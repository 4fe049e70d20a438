/* How many wrong tokens an address, and all together, may try; how many devices one may pair. Who is who with a token is
 * for tests/integration/security_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/auth.c"

static const int64_t SECOND_US = 1000000;

static struct peer_address address_of(unsigned n)
{
    struct peer_address address = {.bytes = {[10] = 0xff, [11] = 0xff, [12] = 10}};
    address.bytes[14] = (uint8_t)(n >> 8);
    address.bytes[15] = (uint8_t)n;
    return address;
}

static struct auth auth;
static int set_up(void **state)
{
    (void)state;
    auth_init(&auth);
    return 0;
}
static int tear_down(void **state)
{
    (void)state;
    auth_done(&auth);
    return 0;
}

static unsigned wrong(unsigned n, unsigned times, int64_t now_us)
{
    const struct peer_address address = address_of(n);
    unsigned limited = 0;
    for (unsigned i = 0; i < times; i++)
        limited += auth_wrong(&auth, &address, now_us) == PROBLEM_RATE_LIMITED;
    return limited;
}

static void ten_a_minute_and_no_longer_than_it(void **state)
{
    (void)state;
    const int64_t start_us = 5 * SECOND_US;
    assert_int_equal(wrong(1, 10, start_us), 0);
    assert_int_equal(wrong(1, 5, start_us + 59 * SECOND_US), 5);
    assert_int_equal(wrong(2, 10, start_us + 59 * SECOND_US), 0); /* another address */
    /* trying on does not make it longer */
    assert_int_equal(wrong(1, 10, start_us + 60 * SECOND_US), 0);
    assert_int_equal(wrong(1, 1, start_us + 60 * SECOND_US), 1);
}

static void all_together(void **state)
{
    (void)state;
    const int64_t start_us = 5 * SECOND_US;
    for (unsigned n = 0; n < AUTH_WRONG_OVERALL; n++)
        assert_int_equal(wrong(n, 1, start_us), 0);
    assert_int_equal(wrong(1000, 1, start_us + SECOND_US), 1);
    assert_int_equal(wrong(1001, 1, start_us + 60 * SECOND_US), 0);
}

/* More addresses than are remembered: the one that began first is forgotten, and nothing overflows. */
static void many_addresses(void **state)
{
    (void)state;
    int64_t now_us = 5 * SECOND_US;
    for (unsigned n = 0; n < 5 * AUTH_GUESSERS; n++) {
        now_us += 61 * SECOND_US / 60;
        assert_true(wrong(n, 1, now_us) <= 1);
    }
    assert_int_equal(wrong(5 * AUTH_GUESSERS - 1, 9, now_us), 0);
    assert_int_equal(wrong(5 * AUTH_GUESSERS - 1, 1, now_us), 1);
}

static void devices_a_minute(void **state)
{
    (void)state;
    const struct peer_address one = address_of(1), other = address_of(2);
    struct peer_address proxy = {.is_loopback = true};
    for (unsigned i = 0; i < AUTH_PAIRED_A_MINUTE; i++)
        assert_int_equal(auth_pairing(&auth, &one, SECOND_US), PROBLEM_NONE);
    assert_int_equal(auth_pairing(&auth, &one, 2 * SECOND_US), PROBLEM_RATE_LIMITED);
    assert_int_equal(auth_pairing(&auth, &other, 2 * SECOND_US), PROBLEM_NONE);
    assert_int_equal(auth_pairing(&auth, &one, 61 * SECOND_US), PROBLEM_NONE);
    for (unsigned i = 0; i < 5 * AUTH_PAIRED_A_MINUTE; i++)
        assert_int_equal(auth_pairing(&auth, &proxy, SECOND_US), PROBLEM_NONE);
    assert_int_equal(wrong(1, 10, SECOND_US), 0); /* a table of its own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_a_minute_and_no_longer_than_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(devices_a_minute, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
