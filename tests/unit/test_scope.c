/* Which classes a liaison's token is for: as text, by the names that people write, over a new list, and whoever is paired
 * with it. */
#include "desk_door.h"

#include "desk/scope.h"

/* ---- the text */
static void what_is_written_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_sound;
        uint32_t highest;
    } cases[] = {
        {"", true, 0},
        {"u1", true, 1},
        {"c3 u12", true, 12},
        {"u4294967295", true, UINT32_MAX},
        {"u1 c1", true, 1},
        {"u0", false, 0},
        {"u01", false, 0},
        {"u4294967296", false, 0},
        {"u1 u1", false, 0},
        {"u1  u2", false, 0},
        {" u1", false, 0},
        {"u1 ", false, 0},
        {"x1", false, 0},
        {"u", false, 0},
        {"u-1", false, 0},
        {"u1,u2", false, 0},
        {"u99999999999", false, 0},
        {"12", false, 0},
        {"u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12 u13 u14 u15 u16", true, 16},
        {"u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12 u13 u14 u15 u16 u17", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_scope scope;
        char again[TOKEN_SCOPE_SIZE];
        if (token_scope_parse(cases[i].text, &scope) != cases[i].is_sound)
            fail_msg("\"%s\"", cases[i].text);
        if (!cases[i].is_sound)
            continue;
        token_scope_text(&scope, again);
        assert_string_equal(again, cases[i].text);
        assert_int_equal(token_scope_highest(&scope), cases[i].highest);
    }
}

static void the_longest_fits(void **state)
{
    (void)state;
    struct token_scope scope = {0};
    char text[TOKEN_SCOPE_SIZE];
    for (uint32_t i = 0; i < TOKEN_SCOPE_MAX; i++)
        assert_true(token_scope_add(&scope, (struct token_scope_part){UINT32_MAX - i, i % 2 == 0}));
    assert_true(token_scope_add(&scope, (struct token_scope_part){UINT32_MAX, true})); /* is there */
    assert_false(token_scope_add(&scope, (struct token_scope_part){7, true}));
    token_scope_text(&scope, text);
    assert_int_equal(strlen(text), TOKEN_SCOPE_SIZE - 1);
    assert_true(token_scope_parse(text, &scope));
}

/* ---- names. Units, as they come: 1 and 2 of one college, 3 a college without classes, 4 of another college, named as 1
 * is; 5 a class of no college. */
static struct door *school(void)
{
    struct door *door = door_new(NULL);
    struct list_person rows[] = {
        door_row(1, "化学学院", "1班"), door_row(2, "化学学院", "2班"), door_row(3, "研究院", ""),
        door_row(4, "物理学院", "1班"), door_row(5, "", "Class X"),
    };
    door_counts(door_list(door, LIST_PEOPLE, rows, sizeof rows / sizeof *rows, ""), 5, 0, 0, 0);
    return door;
}

/* A class of no college, or of another one, may be called just what college and class make together. */
static void two_ways_to_the_same_words(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[] = {door_row(1, "计算机", "2101班"), door_row(2, "信息学院", "计算机2101班")};
    door_counts(door_list(door, LIST_PEOPLE, rows, 2, ""), 2, 0, 0, 0);
    static const char *const loose[] = {"计算机2101班"}, *const first[] = {"计算机/2101班"},
                             *const second[] = {"信息学院/计算机2101班"};
    char units[TOKEN_SCOPE_SIZE];
    struct scope_miss miss;
    assert_int_equal(desk_scope_find(door->desk, loose, 1, units, &miss), PROBLEM_UNIT_UNKNOWN);
    assert_true(miss.is_ambiguous);
    assert_int_equal(miss.n_near, 2);
    assert_int_equal(desk_scope_find(door->desk, first, 1, units, &miss), PROBLEM_NONE);
    assert_string_equal(units, "u1");
    assert_int_equal(desk_scope_find(door->desk, second, 1, units, &miss), PROBLEM_NONE);
    assert_string_equal(units, "u2");
    door_free(door);
}

static void classes_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *names[3], *units; /* NULL: unknown */
        bool is_ambiguous;
        const char *near;
    } cases[] = {
        {"a class that there is once", {"2班"}, "u2", false, NULL},
        {"a college is all of it", {"化学学院"}, "c1", false, NULL},
        {"both, with blanks", {"物理学院 / 1班"}, "u4", false, NULL},
        {"both, without anything between", {"物理学院1班"}, "u4", false, NULL},
        {"wide blanks and solidus", {"化学学院　／　1班"}, "u1", false, NULL},
        {"a college without classes", {"研究院"}, "c3", false, NULL},
        {"small letters", {"class x"}, "u5", false, NULL},
        {"several", {"化学学院/1班", "class X"}, "u1 u5", false, NULL},
        {"one twice", {"2班", "2 班"}, "u2", false, NULL},
        {"a class of two colleges", {"1班"}, NULL, true, "化学学院 / 1班"},
        {"a slip of the pen", {"化学院"}, NULL, false, "化学学院"},
        {"one that is none, after one that is", {"2班", "物理 / 2班"}, NULL, false, "物理学院 / 1班"},
        {"nothing like it", {"Zoology"}, NULL, false, "化学学院"},
    };
    struct door *door = school();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char units[TOKEN_SCOPE_SIZE] = "untouched", *zh, *en;
        struct scope_miss miss;
        size_t count = 0;
        print_message("  %s\n", cases[i].legend);
        while (count < 3 && cases[i].names[count])
            count++;
        enum problem problem = desk_scope_find(door->desk, cases[i].names, count, units, &miss);
        if (cases[i].units) {
            assert_int_equal(problem, PROBLEM_NONE);
            assert_string_equal(units, cases[i].units);
            continue;
        }
        assert_int_equal(problem, PROBLEM_UNIT_UNKNOWN);
        assert_string_equal(units, "untouched");
        assert_int_equal(miss.is_ambiguous, cases[i].is_ambiguous);
        assert_string_equal(miss.near[0], cases[i].near);
        scope_miss_text(&miss, &zh, &en);
        assert_non_null(strstr(zh, cases[i].near));
        assert_non_null(strstr(en, cases[i].near));
        assert_non_null(strstr(zh, cases[i].names[count - 1]));
        free(zh);
        free(en);
    }
    door_free(door);
}

static void nobody_is_on_a_list_yet(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    const char *names[] = {"1班"};
    char units[TOKEN_SCOPE_SIZE], *zh, *en;
    struct scope_miss miss;
    assert_int_equal(desk_scope_find(door->desk, names, 1, units, &miss), PROBLEM_UNIT_UNKNOWN);
    assert_int_equal(miss.n_near, 0);
    scope_miss_text(&miss, &zh, &en);
    assert_non_null(strstr(zh, "还没有人员名单"));
    assert_non_null(strstr(en, "no list of people yet"));
    free(zh);
    free(en);
    door_free(door);
}

/* ---- what it reaches */
static void a_college_with_all_that_comes_later(void **state)
{
    (void)state;
    struct door *door = school();
    for (int round = 0; round < 2; round++) {
        assert_true(desk_scope_covers(door->desk, "", 4));
        assert_true(desk_scope_covers(door->desk, "u1", 1));
        assert_false(desk_scope_covers(door->desk, "u1", 2));
        assert_false(desk_scope_covers(door->desk, "u1", 4)); /* of the same name */
        assert_true(desk_scope_covers(door->desk, "c1", 2));
        assert_false(desk_scope_covers(door->desk, "c1", 3));
        assert_true(desk_scope_covers(door->desk, "u4 c1", 4));
        assert_false(desk_scope_covers(door->desk, "u1", 0));
        assert_false(desk_scope_covers(door->desk, "u99", 99)); /* there is none */
        assert_false(desk_scope_covers(door->desk, "c1", 99));
        assert_false(desk_scope_covers(door->desk, "everything", 1));
        door_reopen(door);
    }
    struct list_person row = door_row(9, "化学学院", "9班");
    door_counts(door_list(door, LIST_PEOPLE, &row, 1, ""), 1, 0, 0, 0);
    assert_true(desk_scope_covers(door->desk, "c1", 6));
    assert_false(desk_scope_covers(door->desk, "u1 u2", 6));
    door_free(door);
}

static void a_class_that_a_list_renames_is_told(void **state)
{
    (void)state;
    struct door *door = school();
    struct list_person row = door_row(2, "化学学院", "应用化学班");
    size_t count;
    door_counts(door_list(door, LIST_PEOPLE, &row, 1, ""), 0, 1, 0, 0);
    for (int round = 0; round < 2; round++) {
        struct scope_part *parts = desk_scope_parts(door->desk, "u2 c1", &count);
        assert_int_equal(count, 2);
        assert_string_equal(parts[0].name, "2班");
        assert_int_equal(parts[0].people, 0);
        assert_true(parts[1].is_college);
        assert_string_equal(parts[1].college, "化学学院");
        assert_string_equal(parts[1].name, "");
        assert_int_equal(parts[1].people, 2);
        free(parts);
        door_reopen(door);
    }
    assert_false(desk_scope_covers(door->desk, "u2", 6)); /* a name alone carries nobody over */
    const char *names[] = {"2班"};
    char units[TOKEN_SCOPE_SIZE];
    struct scope_miss miss;
    assert_int_equal(desk_scope_find(door->desk, names, 1, units, &miss), PROBLEM_UNIT_UNKNOWN);
    assert_null(desk_scope_parts(door->desk, "", &count));
    door_free(door);
}

/* ---- tokens */
static struct desk_answer make(struct door *door, const char *role, const char *units, const char *text)
{
    struct desk_command command = {.kind = DESK_TOKEN_CREATE, .token = {.kind = TOKEN_PAIRING}};
    strcpy(command.queue.device, "test");
    strcpy(command.token.role, role);
    strcpy(command.token.units, units);
    token_hash(text, command.token.hash);
    return door_ask(door, &command);
}

static void a_token_keeps_them_and_gives_them_on(void **state)
{
    (void)state;
    struct door *door = school();
    struct token_record found;
    uint8_t hash[DIGEST_SIZE];
    door_expect(make(door, "liaison", "u2 c3", "bound"), PROBLEM_NONE);
    door_expect(make(door, "liaison", "", "free"), PROBLEM_NONE);
    door_expect(make(door, "marshal", "u2", "no"), PROBLEM_BAD_REQUEST);
    door_expect(make(door, "liaison", "u6", "no"), PROBLEM_BAD_REQUEST); /* there are five */
    door_expect(make(door, "liaison", "u2 u2", "no"), PROBLEM_BAD_REQUEST);
    struct desk_command pair = {.kind = DESK_PAIR, .session = {.kind = TOKEN_SESSION}};
    strcpy(pair.session.units, "u1"); /* not the device's to say */
    token_hash("bound", pair.token.hash);
    token_hash("cookie", pair.session.hash);
    door_expect(door_ask(door, &pair), PROBLEM_NONE);
    for (int round = 0; round < 2; round++) {
        token_hash("cookie", hash);
        assert_int_equal(desk_token(door->desk, hash, &found), 0);
        assert_string_equal(found.units, "u2 c3");
        token_hash("free", hash);
        assert_int_equal(desk_token(door->desk, hash, &found), 0);
        assert_string_equal(found.units, "");
        door_verify(door);
        door_reopen(door);
    }
    struct desk_command revoke = {.kind = DESK_TOKEN_REVOKE, .token = {.id = 1}};
    door_expect(door_ask(door, &revoke), PROBLEM_NONE);
    door_verify(door);
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_longest_fits),
        cmocka_unit_test(classes_by_their_names),
        cmocka_unit_test(two_ways_to_the_same_words),
        cmocka_unit_test(nobody_is_on_a_list_yet),
        cmocka_unit_test(a_college_with_all_that_comes_later),
        cmocka_unit_test(a_class_that_a_list_renames_is_told),
        cmocka_unit_test(a_token_keeps_them_and_gives_them_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
