/* The table of addresses, and the count of wrong tokens. */
#include "http/auth.h"
#include "http/routes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *pattern; /* NULL: none */
        const char *lane, *label, *allow;
    } cases[] = {
        {"GET", "/api/v1/lanes/A", "/api/v1/lanes/{lane}", "A", "", NULL},
        {"HEAD", "/api/v1/lanes/A", "/api/v1/lanes/{lane}", "A", "", NULL},
        {"GET", "/api/v1/lanes/A/events", "/api/v1/lanes/{lane}/events", "A", "", NULL},
        {"HEAD", "/api/v1/lanes/A/events", NULL, "A", "", "GET"},
        {"POST", "/api/v1/lanes/L_1-x/tickets", "/api/v1/lanes/{lane}/tickets", "L_1-x", "", NULL},
        {"POST", "/api/v1/lanes/A1/tickets/A1-0001/call", "/api/v1/lanes/{lane}/tickets/{number}/call", "A1",
         "A1-0001", NULL},
        {"POST", "/api/v1/lanes/A/tickets/A0001/bind", "/api/v1/lanes/{lane}/tickets/{number}/bind", "A",
         "A0001", NULL},
        {"POST", "/api/v1/lanes/A/tickets/A0001/mismatch", "/api/v1/lanes/{lane}/tickets/{number}/mismatch",
         "A", "A0001", NULL},
        {"POST", "/api/v1/units/12/roll", "/api/v1/units/{number}/roll", "", "12", NULL},
        {"GET", "/api/v1/units/12", "/api/v1/units/{number}", "", "12", NULL},
        {"GET", "/api/v1/roster", NULL, "", "", "POST"},
        {"GET", "/api/v1/schedule/simulation", "/api/v1/schedule/simulation", "", "", NULL},
        {"POST", "/api/v1/payments/record", "/api/v1/payments/record", "", "", NULL},
        {"POST", "/api/v1/lanes/A/tickets/A0001/explode", NULL, "", "", ""},
        {"POST", "/api/v1/lanes/A/tickets/A0001/", NULL, "", "", ""},
        {"GET", "/api/v1/lanes/A/tickets", NULL, "A", "", "POST"},
        {"PUT", "/api/v1/event", NULL, "", "", "GET, HEAD, POST"},
        {"get", "/api/v1/event", NULL, "", "", "GET, HEAD, POST"},
        {"GET", "/api/v1/lanes/", NULL, "", "", ""},
        {"GET", "/api/v1/lanes//events", NULL, "", "", ""},
        {"GET", "/api/v1/lanes/A/events/", NULL, "", "", ""},
        {"GET", "/api/v1/lanes/123456789", "/api/v1/lanes/{lane}", "", "", NULL},
        {"GET", "/api/v1/lanes/..", "/api/v1/lanes/{lane}", "", "", NULL},
        {"GET", "/api/v1/lanes/张", "/api/v1/lanes/{lane}", "", "", NULL},
        {"GET", "/api/v1/lane", NULL, "", "", ""},
        {"GET", "", NULL, "", "", ""},
        {"GET", "/nothing", NULL, "", "", ""},
        {"GET", "/../web/index/index.html", NULL, "", "", ""},
        {"GET", "/photographer/", "*", "", "", NULL},
        {"POST", "/photographer/", NULL, "", "", "GET, HEAD"},
        {"GET", "/photographer", "*", "", "", NULL},
        {"GET", "/", "*", "", "", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct route_params params;
        char allow[ALLOW_SIZE] = "untouched";
        print_message("  %s %s\n", cases[i].method, cases[i].path);
        const struct route *route = route_find(cases[i].method, cases[i].path, &params, allow);
        assert_int_equal(!route, !cases[i].pattern);
        if (route)
            assert_string_equal(route->pattern, cases[i].pattern);
        else
            assert_string_equal(allow, cases[i].allow);
        assert_string_equal(params.lane, cases[i].lane);
        assert_string_equal(params.label, cases[i].label);
    }
}

static void each_row_is_sound(void **state)
{
    (void)state;
    for (unsigned i = 0; i < routes_count; i++) {
        const struct route *row = &routes[i];
        print_message("  %s %s\n", row->method, row->pattern);
        assert_non_null(row->handle);
        assert_true(row->roles & ROLES_OFFICE);
        assert_true(strcmp(row->method, "GET") == 0 || strcmp(row->method, "POST") == 0);
        for (unsigned k = 0; k < i; k++)
            assert_false(strcmp(row->pattern, routes[k].pattern) == 0 &&
                         strcmp(row->method, routes[k].method) == 0);
        /* whoever changes something has a token, except who pairs */
        bool is_open = row->roles & 1 << ROLE_NONE;
        if (is_open && strcmp(row->method, "POST") == 0)
            assert_string_equal(row->pattern, "/api/v1/pair");
        /* a display changes nothing; a liaison calls the roll, and nothing else */
        if (strcmp(row->method, "POST") == 0 && !is_open) {
            assert_false(row->roles & 1 << ROLE_DISPLAY);
            assert_int_equal(!!(row->roles & 1 << ROLE_LIAISON),
                             strcmp(row->pattern, "/api/v1/units/{number}/roll") == 0);
        }
        /* files come from the office alone */
        if (row->flags & ROUTE_UPLOAD) {
            assert_int_equal(row->roles, ROLES_OFFICE);
            assert_true(row->flags & ROUTE_WHOLE);
        }
        /* the queue-tail check may ask that, and nothing else of what is posted */
        if (strcmp(row->method, "POST") == 0 && !is_open)
            assert_int_equal(!!(row->roles & 1 << ROLE_CHECK),
                             strcmp(row->pattern, "/api/v1/lanes/{lane}/check") == 0);
    }
}

static void role_names(void **state)
{
    (void)state;
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        assert_int_equal(role_from_name(role_name((enum role)role)), role);
    assert_int_equal(role_from_name("none"), ROLE_NONE);
    assert_int_equal(role_from_name(""), ROLE_NONE);
    assert_int_equal(role_from_name("Office"), ROLE_NONE);
}

static const int64_t SECOND_US = 1000000;

static void ten_wrong_tokens_a_minute(void **state)
{
    (void)state;
    struct auth auth;
    struct peer_address one = {.bytes = {[15] = 1}}, other = {.bytes = {[15] = 2}};
    auth_init(&auth);
    int64_t now_us = 1;
    for (int i = 0; i < AUTH_WRONG_A_MINUTE; i++)
        assert_int_equal(auth_wrong(&auth, &one, now_us += SECOND_US), PROBLEM_BAD_TOKEN);
    assert_int_equal(auth_wrong(&auth, &one, now_us), PROBLEM_RATE_LIMITED);
    assert_int_equal(auth_wrong(&auth, &other, now_us), PROBLEM_BAD_TOKEN);
    assert_int_equal(auth_wrong(&auth, &one, 60 * SECOND_US), PROBLEM_RATE_LIMITED);
    assert_int_equal(auth_wrong(&auth, &one, 61 * SECOND_US + 1), PROBLEM_BAD_TOKEN);
    auth_done(&auth);
}

static void many_guessers_push_out_the_oldest(void **state)
{
    (void)state;
    struct auth auth;
    int64_t now_us = 0;
    auth_init(&auth);
    for (int i = 0; i < 3 * AUTH_GUESSERS; i++) { /* slowly enough for all of them together */
        struct peer_address address = {.bytes = {(uint8_t)i, (uint8_t)(i >> 8), 7}};
        assert_int_equal(auth_wrong(&auth, &address, now_us += SECOND_US), PROBLEM_BAD_TOKEN);
    }
    struct peer_address latest = {.bytes = {(uint8_t)(3 * AUTH_GUESSERS - 1), 0, 7}};
    for (int i = 1; i < AUTH_WRONG_A_MINUTE; i++)
        assert_int_equal(auth_wrong(&auth, &latest, now_us), PROBLEM_BAD_TOKEN);
    assert_int_equal(auth_wrong(&auth, &latest, now_us), PROBLEM_RATE_LIMITED);
    auth_done(&auth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(each_row_is_sound),
        cmocka_unit_test(role_names),
        cmocka_unit_test(ten_wrong_tokens_a_minute),
        cmocka_unit_test(many_guessers_push_out_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
