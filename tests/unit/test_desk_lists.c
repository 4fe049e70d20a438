/* The office's lists through the desk and onto the disk: whole or not at all, nobody lost, the same after a restart. */
#include <pthread.h>
#include <stdatomic.h>

#include "desk_door.h"

static struct desk_member *members(struct door *door, uint32_t unit, size_t *ret_count)
{
    struct desk_member *list = NULL;
    assert_int_equal(desk_unit_members(door->desk, unit, &list, ret_count), 0);
    return list;
}

static void a_class_stands_by_student_number(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "化学1班", 1, 12);
    door_class(door, "化学2班", 101, 3);
    for (int round = 0; round < 2; round++) {
        struct desk_unit *units;
        size_t count;
        desk_units(door->desk, &units, &count);
        assert_int_equal(count, 2);
        assert_string_equal(units[0].name, "化学1班");
        assert_string_equal(units[1].college, "化学学院");
        assert_int_equal(units[0].people, 12);
        assert_int_equal(units[0].next_rank, 1);
        assert_int_equal(units[1].left, 3);
        free(units);
        struct desk_member *list = members(door, 1, &count);
        assert_int_equal(count, 12);
        for (unsigned i = 0; i < 12; i++) {
            char expected[STUDENT_NO_MAX + 1];
            snprintf(expected, sizeof expected, "2022%04u", i + 1);
            assert_string_equal(list[i].student_no, expected);
            assert_int_equal(list[i].rank, i + 1);
            assert_int_equal(list[i].is_next, i == 0);
        }
        assert_string_equal(list[0].name, "张○○");
        free(list);
        door_reopen(door);
    }
    assert_int_equal(desk_unit_members(door->desk, 3, NULL, NULL), -ENOENT);
    door_verify(door);
    door_free(door);
}

static void a_list_again_updates_and_loses_no_number(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[3] = {door_row(1, "化学学院", "化学1班"), door_row(2, "化学学院", "化学1班"),
                                  door_row(3, "化学学院", "化学1班")};
    assert_string_equal(door_check_in(door, "A", 2).ticket.label, "A0001"); /* before there is a list */
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, "import-1"), 2, 1, 0, 0);
    struct desk_answer again = door_list(door, LIST_PEOPLE, rows, 3, "import-1");
    assert_true(again.replayed);
    door_counts(again, 2, 1, 0, 0);
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 0, 0, 3, 0);
    strcpy(rows[0].unit, "化学2班");                /* somebody changes class */
    strcpy(rows[2].student_no, "20229999");         /* a student number is corrected */
    rows[1].name[0] = rows[1].student_no[0] = '\0'; /* what a list does not say stays */
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 0, 2, 1, 0);
    for (int round = 0; round < 2; round++) {
        size_t count;
        struct desk_member *list = members(door, 1, &count);
        assert_int_equal(count, 2);
        assert_string_equal(list[0].student_no, "20220002");
        assert_true(list[0].has_ticket);
        assert_string_equal(list[0].ticket.label, "A0001");
        assert_string_equal(list[1].student_no, "20229999");
        free(list);
        free(members(door, 2, &count));
        assert_int_equal(count, 1);
        door_reopen(door);
    }
    /* by the corrected number as by the card */
    struct presentation typed = {.medium = MEDIUM_MANUAL, .student_no = "20229999"};
    struct desk_command command = door_check_in_of("A", &typed);
    assert_string_equal(door_ask(door, &command).ticket.label, "A0002");
    assert_string_equal(door_check_in(door, "A", 3).ticket.label, "A0002");
    assert_string_equal(door_check_in(door, "A", 3).ticket.unit, "化学1班");
    door_verify(door);
    door_free(door);
}

static void rows_that_name_two_people_are_left_away(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[3] = {door_row(1, "", "一班"), door_row(2, "", "一班"), door_row(1, "", "一班")};
    strcpy(rows[2].student_no, rows[1].student_no); /* the one's ID number, the other's student number */
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 2, 0, 0, 1);
    struct list_person none = {.row = 1};
    door_counts(door_list(door, LIST_PAID, &none, 1, ""), 0, 0, 0, 1);
    door_verify(door);
    door_free(door);
}

/* What cannot be stored is a mistake of whoever hands it in, not of the disk. */
static void lists_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person row = door_row(1, "", "一班");
    row.level = DEGREE_COUNT;
    door_expect(door_list(door, LIST_PEOPLE, &row, 1, ""), PROBLEM_BAD_REQUEST);
    row.level = DEGREE_NONE;
    door_expect(door_list(door, (enum list_kind)0, &row, 1, ""), PROBLEM_BAD_REQUEST);
    struct desk_list *list = bytes_alloc(sizeof *list);
    list->kind = LIST_SCHEDULE;
    list->n_slots = 1;
    list->slots = bytes_alloc(sizeof *list->slots);
    list->slots[0] = (struct list_slot){"A", 2000, 2000, "一班", DEGREE_NONE};
    struct desk_command command = {.kind = DESK_LIST, .queue = {.device = "test"}, .list = list};
    door_expect(door_ask(door, &command), PROBLEM_BAD_REQUEST);
    command = (struct desk_command){.kind = DESK_LIST};
    door_expect(door_ask(door, &command), PROBLEM_BAD_REQUEST);
    struct queue_rules rules;
    queue_rules_default(&rules);
    char *text = bytes_alloc(DOCUMENT_MAX + 2);
    memset(text, '#', DOCUMENT_MAX + 1);
    door_expect(door_rules(door, &rules, text), PROBLEM_TOO_LARGE);
    free(text);
    door_counts(door_list(door, LIST_PEOPLE, &row, 1, ""), 1, 0, 0, 0); /* the store is well */
    door_verify(door);
    door_free(door);
}

/* ---- what a list says before it is stored, and when it is */
/* Each finding as "row:code", in the order of the list. */
static void expect_findings(const char *legend, const struct list_findings *findings, const char *expected)
{
    struct buffer told = {0};
    for (size_t i = 0; i < findings->count; i++)
        buffer_format(&told, "%s%u:%s", i ? " " : "", findings->items[i].row,
                      list_trouble_code(findings->items[i].trouble));
    if (strcmp(told.data ? told.data : "", expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", legend, told.data ? told.data : "", expected);
    buffer_done(&told);
}

static void a_preview_says_what_the_import_does(void **state)
{
    static const struct {
        const char *legend;
        enum list_kind kind;
        struct {
            unsigned id, student_no, name; /* whose; 0: left empty */
        } rows[2];
        const char *findings;
        struct list_result result;
    } cases[] = {
        {"somebody new", LIST_PEOPLE, {{7, 7, 7}}, "", {.added = 1}},
        {"known and the same", LIST_PEOPLE, {{1, 1, 1}}, "", {.unchanged = 1}},
        {"numbers of two people", LIST_PEOPLE, {{1, 2, 1}}, "11:numbers-of-two", {.skipped = 1}},
        {"two numbers swapped",
         LIST_PEOPLE,
         {{1, 2, 2}, {2, 1, 1}},
         "11:numbers-of-two 12:numbers-of-two",
         {.skipped = 2}},
        {"the second row meets the first", LIST_PEOPLE, {{7, 7, 7}, {8, 7, 7}}, "", {1, 1, 0, 0}},
        {"another name", LIST_PEOPLE, {{0, 1, 2}}, "11:renamed", {.updated = 1}},
        {"an exclusion under another name", LIST_EXCLUDED, {{0, 1, 2}}, "11:other-name", {.skipped = 1}},
        {"an exclusion of two people", LIST_EXCLUDED, {{1, 2, 1}}, "11:numbers-of-two", {.skipped = 1}},
        {"an exclusion of nobody", LIST_EXCLUDED, {{0, 9, 9}}, "11:excluded-unknown", {.added = 1}},
        {"an exclusion", LIST_EXCLUDED, {{0, 1, 1}}, "", {.updated = 1}},
        {"captured, another name", LIST_CAPTURED, {{1, 0, 3}}, "11:other-name", {.skipped = 1}},
        {"captured elsewhere", LIST_CAPTURED, {{9, 0, 9}}, "", {.added = 1}},
        {"paid under another name", LIST_PAID, {{0, 1, 2}, {0, 2, 2}}, "11:other-name", {0, 1, 0, 1}},
        {"paid by two people", LIST_PAID, {{1, 2, 1}}, "11:numbers-of-two", {.skipped = 1}},
        {"paid by nobody", LIST_PAID, {{0, 9, 9}}, "11:payer-unknown", {.added = 1}},
        {"paid without a name", LIST_PAID, {{0, 3, 0}}, "", {.updated = 1}},
        {"a row of nobody", LIST_PEOPLE, {{0, 0, 7}}, "11:number-missing", {.skipped = 1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct door *door = door_new(NULL);
        struct list_person rows[2] = {{.row = 11}, {.row = 12}};
        size_t count = 0;
        door_class(door, "一班", 1, 3);
        for (; count < 2 &&
               (cases[i].rows[count].id || cases[i].rows[count].student_no || cases[i].rows[count].name);
             count++) {
            struct list_person id = door_row(cases[i].rows[count].id, "", ""),
                               student = door_row(cases[i].rows[count].student_no, "", ""),
                               name = door_row(cases[i].rows[count].name, "", "");
            if (cases[i].rows[count].id)
                memcpy(rows[count].id_number, id.id_number, sizeof id.id_number);
            if (cases[i].rows[count].student_no)
                memcpy(rows[count].student_no, student.student_no, sizeof student.student_no);
            if (cases[i].rows[count].name)
                memcpy(rows[count].name, name.name, sizeof name.name);
        }
        const struct list_result *result = &cases[i].result;
        struct list_findings findings = {0};
        struct desk_list like = {.kind = cases[i].kind, .is_preview = true, .findings = &findings};
        const uint64_t before = desk_seq(door->desk);
        door_counts(door_list_as(door, &like, rows, count, ""), result->added, result->updated,
                    result->unchanged, result->skipped);
        expect_findings(cases[i].legend, &findings, cases[i].findings);
        list_findings_done(&findings);
        /* an error refuses it all, and nothing of it stays */
        like.is_preview = false;
        struct desk_answer answer = {0};
        if (result->skipped) {
            answer = door_list_as(door, &like, rows, count, "");
            door_expect(answer, PROBLEM_IMPORT_REFUSED);
            expect_findings(cases[i].legend, &findings, cases[i].findings);
            list_findings_done(&findings);
        }
        assert_int_equal(desk_seq(door->desk), before);
        struct desk_unit *units;
        size_t n_units;
        desk_units(door->desk, &units, &n_units);
        assert_int_equal(units[0].people + units[0].excluded + units[0].captured + units[0].paid, 3);
        free(units);
        like.accepts_good = true;
        answer = door_list_as(door, &like, rows, count, "");
        door_counts(answer, result->added, result->updated, result->unchanged, result->skipped);
        expect_findings(cases[i].legend, &findings, cases[i].findings);
        list_findings_done(&findings);
        door_verify(door);
        door_free(door);
    }
}

static void names_that_are_one(void **state)
{
    static const struct {
        const char *one, *other;
        bool contradicts;
    } cases[] = {
        {"张测", "张测", false},
        {"张测", "张 测", false},
        {"张测", "张\u3000测 ", false},
        {"张测", "张试", true},
        {"张测", "张测一", true},
        {"", "张测", false},
        {"张测", "", false},
        {"古丽·测", "古丽•测", false},
        {"ANNA TEST", "Anna Test", false},
        {"ANNA TEST", "ANNA TAST", true},
        {"古丽·测", "古丽测", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(names_contradict(cases[i].one, cases[i].other), cases[i].contradicts);
        assert_int_equal(names_contradict(cases[i].other, cases[i].one), cases[i].contradicts);
    }
}

/* ---- one human at two degree levels */
static struct desk_answer at_level(struct door *door, unsigned n, enum degree level)
{
    const struct presentation card = door_card(n);
    struct desk_command command = door_check_in_of("A", &card);
    command.level = level;
    return door_ask(door, &command);
}

/* A list has the number of a passport and not its state; what is on record of the whole passport comes first. */
static void a_passport_is_found_by_its_number(void **state)
{
    static const struct {
        const char *legend, *credential;
        enum problem problem;
        const char *label;
    } cases[] = {
        {"nobody's", "UTO:Z7654321", PROBLEM_NOT_ON_ROSTER, ""},
        {"on the list", "UTO:L898902C3", PROBLEM_NONE, "A0001"},
        {"once more", "UTO:L898902C3", PROBLEM_NONE, "A0001"},
        {"the number is longer", "UTO:L898902C33", PROBLEM_NOT_ON_ROSTER, ""},
        {"of somebody who has an ID number, too", "UTO:E0000001", PROBLEM_NONE, "A0002"},
        {"came to the list later", "UTO:N1234567", PROBLEM_NONE, "A0003"},
    };
    (void)state;
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.outsiders = false;
    struct door *door = door_new(&rules);
    struct list_person rows[3] = {door_row(1, "", "留学生班"), door_row(2, "", "留学生班"),
                                  door_row(3, "", "留学生班")};
    rows[0].id_number[0] = rows[2].id_number[0] = '\0';
    strcpy(rows[0].passport, "L898902C3");
    strcpy(rows[1].passport, "E0000001");
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 3, 0, 0, 0);
    strcpy(rows[2].passport, "N1234567");
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 0, 1, 2, 0);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct presentation passport = {.medium = MEDIUM_PASSPORT,
                                            .credential_size = strlen(cases[i].credential)};
            memcpy(passport.credential, cases[i].credential, passport.credential_size);
            const struct desk_command command = door_check_in_of("A", &passport);
            const struct desk_answer answer = door_ask(door, &command);
            if (answer.problem != cases[i].problem)
                fail_msg("%s: \"%s\"", cases[i].legend, problem_code(answer.problem));
            if (answer.problem == PROBLEM_NONE && strcmp(answer.ticket.label, cases[i].label) != 0)
                fail_msg("%s: %s", cases[i].legend, answer.ticket.label);
        }
        door_reopen(door);
    }
    door_verify(door);
    door_free(door);
}

static void one_human_at_two_levels_is_two_people(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[2] = {door_row(1, "理学院", "硕士班"), door_row(1, "理学院", "博士班")};
    rows[0].level = DEGREE_MASTER;
    rows[1].level = DEGREE_DOCTOR;
    strcpy(rows[1].student_no, "D2022001");
    door_counts(door_list(door, LIST_PEOPLE, rows, 2, ""), 2, 0, 0, 0);
    door_counts(door_list(door, LIST_PEOPLE, rows, 2, ""), 0, 0, 2, 0);
    door_reopen(door);
    door_expect(at_level(door, 1, DEGREE_NONE), PROBLEM_LEVEL_AMBIGUOUS);
    door_expect(at_level(door, 1, DEGREE_BACHELOR), PROBLEM_LEVEL_DIFFERS); /* neither */
    const struct presentation card = door_card(1);
    struct desk_preview preview;
    desk_preview(door->desk, "A", &card, DEGREE_NONE, &preview);
    assert_int_equal(preview.problem, PROBLEM_LEVEL_AMBIGUOUS);
    struct desk_answer doctor = at_level(door, 1, DEGREE_DOCTOR);
    door_expect(doctor, PROBLEM_NONE);
    assert_int_equal(doctor.ticket.level, DEGREE_DOCTOR);
    assert_string_equal(doctor.ticket.unit, "博士班");
    assert_string_equal(at_level(door, 1, DEGREE_NONE).ticket.label, "A0001"); /* who stands in line */
    door_done(door, COMMAND_CALL, "A", 1);
    door_done(door, COMMAND_SHOT, "A", 1);
    struct desk_answer master = at_level(door, 1, DEGREE_NONE); /* who is left */
    assert_string_equal(master.ticket.label, "A0002");
    assert_int_equal(master.ticket.level, DEGREE_MASTER);
    door_done(door, COMMAND_CALL, "A", 2);
    door_done(door, COMMAND_SHOT, "A", 2);
    door_expect(at_level(door, 1, DEGREE_NONE), PROBLEM_ALREADY_SHOT);
    door_expect(at_level(door, 1, DEGREE_MASTER), PROBLEM_ALREADY_SHOT);
    door_verify(door);
    door_free(door);
}

static void a_list_without_levels_means_the_only_one(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person row = door_row(1, "", "硕士班"), bare = row;
    row.level = DEGREE_MASTER;
    door_counts(door_list(door, LIST_PEOPLE, &row, 1, ""), 1, 0, 0, 0);
    door_counts(door_list(door, LIST_PEOPLE, &bare, 1, ""), 0, 0, 1, 0);
    door_counts(door_list(door, LIST_PAID, &bare, 1, ""), 0, 1, 0, 0);
    assert_int_equal(door_check_in(door, "A", 1).ticket.level, DEGREE_MASTER);
    /* with a second level it is no longer said which */
    row.level = DEGREE_DOCTOR;
    strcpy(row.student_no, "D2022001");
    door_counts(door_list(door, LIST_PEOPLE, &row, 1, ""), 1, 0, 0, 0);
    bare.student_no[0] = '\0';
    door_counts(door_list(door, LIST_PAID, &bare, 1, ""), 0, 0, 0, 1);
    door_verify(door);
    door_free(door);
}

static void the_student_number_tells_the_level(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[2] = {door_row(1, "", "硕士班"), door_row(1, "", "博士班")};
    rows[0].level = DEGREE_MASTER;
    rows[1].level = DEGREE_DOCTOR;
    strcpy(rows[1].student_no, "D2022001");
    door_counts(door_list(door, LIST_PEOPLE, rows, 2, ""), 2, 0, 0, 0);
    struct presentation both = door_card(1);
    both.medium = MEDIUM_MANUAL;
    strcpy(both.student_no, "D2022001");
    struct desk_command command = door_check_in_of("A", &both);
    assert_int_equal(door_ask(door, &command).ticket.level, DEGREE_DOCTOR);
    door_free(door);
}

/* ---- exclusions and earlier captures */
static void the_excluded_are_known_without_a_roster(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[2] = {door_row(1, "体育学院", ""), door_row(2, "体育学院", "")};
    strcpy(rows[0].note, "另行安排");
    door_counts(door_list(door, LIST_EXCLUDED, rows, 2, ""), 2, 0, 0, 0);
    door_counts(door_list(door, LIST_EXCLUDED, rows, 2, ""), 0, 0, 2, 0);
    door_reopen(door);
    struct desk_answer refused = door_check_in(door, "A", 1);
    door_expect(refused, PROBLEM_EXCLUDED);
    door_expect(door_check_in(door, "A", 3), PROBLEM_NONE); /* there is no roster */
    /* a marshal lets one through, and says why */
    const struct presentation card = door_card(1);
    struct desk_command command = door_check_in_of("A", &card);
    command.queue.authority = AUTHORITY_MARSHAL;
    assert_int_equal(door_ask(door, &command).could_override, ISSUE_OVER_EXCLUDED);
    command.queue.overrides = ISSUE_OVER_EXCLUDED;
    door_expect(door_ask(door, &command), PROBLEM_REASON_NEEDED);
    strcpy(command.queue.text, "教务处电话同意 张测1");
    struct desk_answer passed = door_ask(door, &command);
    door_expect(passed, PROBLEM_NONE);
    assert_true(passed.ticket.ticket.note.flags & ISSUE_OVER_EXCLUDED);
    /* what was written stands sealed in the journal */
    char *grep = bytes_format("grep -q '教务处' '%s/event.db' '%s/event.db-wal'", door->folder, door->folder);
    assert_int_not_equal(system(grep), 0);
    free(grep);
    door_verify(door);
    door_free(door);
}

static void captured_before_counts_at_its_level(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[3] = {door_row(1, "", "博士班"), door_row(2, "", "硕士班"),
                                  door_row(3, "", "硕士班")};
    rows[0].level = DEGREE_DOCTOR;
    rows[1].level = rows[2].level = DEGREE_MASTER;
    door_counts(door_list(door, LIST_PEOPLE, rows, 3, ""), 3, 0, 0, 0);
    struct list_person captured[3] = {rows[0], rows[1], rows[2]};
    captured[0].level = DEGREE_MASTER; /* as a master; the doctor is still to come */
    captured[0].student_no[0] = '\0';
    captured[2].level = DEGREE_NONE; /* whatever level */
    door_counts(door_list(door, LIST_CAPTURED, captured, 3, ""), 1, 2, 0, 0);
    door_reopen(door);
    struct desk_answer doctor = door_check_in(door, "A", 1);
    door_expect(doctor, PROBLEM_NONE);
    assert_int_equal(doctor.ticket.level, DEGREE_DOCTOR);
    door_expect(door_check_in(door, "A", 2), PROBLEM_ALREADY_CAPTURED);
    door_expect(door_check_in(door, "A", 3), PROBLEM_ALREADY_CAPTURED);
    door_verify(door);
    door_free(door);
}

static uint32_t excluded_in(struct door *door, bool captured)
{
    struct desk_unit unit;
    assert_int_equal(desk_unit(door->desk, 1, &unit), 0);
    return captured ? unit.captured : unit.excluded;
}

static void a_list_that_replaces_takes_the_mark_away(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 4);
    struct list_person rows[3] = {door_row(1, "", ""), door_row(2, "", ""), door_row(9, "", "")};
    strcpy(rows[1].note, "另行安排");
    for (int captured = 0; captured < 2; captured++) {
        const enum list_kind kind = captured ? LIST_CAPTURED : LIST_EXCLUDED;
        const enum problem refusal = captured ? PROBLEM_ALREADY_CAPTURED : PROBLEM_EXCLUDED;
        struct list_findings findings = {0};
        struct desk_list like = {.kind = kind, .replaces = true, .is_preview = true, .findings = &findings};
        door_counts(door_list(door, kind, rows, 3, ""), 1 - (uint32_t)captured, 2 + (uint32_t)captured, 0, 0);
        door_counts(door_list(door, kind, rows, 1, ""), 0, 0, 1, 0); /* without: nobody is taken off */
        assert_int_equal(excluded_in(door, captured), 2);
        door_counts(door_list_as(door, &like, rows, 1, ""), 0, 2, 1, 0);
        assert_int_equal(findings.n_lifted, 2);
        assert_int_equal(excluded_in(door, captured), 2);
        list_findings_done(&findings);
        like.is_preview = false;
        door_counts(door_list_as(door, &like, rows, 1, ""), 0, 2, 1, 0);
        assert_int_equal(findings.n_lifted, 2);
        list_findings_done(&findings);
        door_reopen(door);
        assert_int_equal(excluded_in(door, captured), 1);
        door_expect(door_check_in(door, "A", 1), refusal);
        door_expect(door_check_in(door, "A", 2), PROBLEM_NONE);
        door_expect(door_check_in(door, "A", 9), PROBLEM_NONE);
        /* with an error in it nobody is taken off; the good rows alone would not do either */
        strcpy(rows[0].name, "别人");
        door_expect(door_list_as(door, &like, rows, 1, ""), PROBLEM_IMPORT_REFUSED);
        list_findings_done(&findings);
        like.accepts_good = true;
        door_expect(door_list_as(door, &like, rows, 1, ""), PROBLEM_BAD_REQUEST);
        like.accepts_good = false;
        rows[0] = door_row(1, "", "");
        door_counts(door_list_as(door, &like, rows, 0, ""), 0, 1, 0, 0); /* nobody any more */
        list_findings_done(&findings);
        assert_int_equal(excluded_in(door, captured), 0);
    }
    struct desk_list people = {.kind = LIST_PEOPLE, .replaces = true};
    door_expect(door_list_as(door, &people, rows, 1, ""), PROBLEM_BAD_REQUEST);
    door_verify(door);
    door_free(door);
}

/* ---- payments */
static struct queue_rules paying(enum payment_way way, enum gate gate)
{
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.payment = way;
    rules.payment_gate = gate;
    rules.fee_fen = 1500;
    return rules;
}

static struct desk_tally tally_of_event(struct door *door)
{
    struct desk_tally *tallies, event;
    size_t count;
    assert_int_equal(desk_tallies(door->desk, &tallies, &count), 0);
    event = tallies[0];
    assert_int_equal(event.scope, TALLY_EVENT);
    free(tallies);
    return event;
}

/* Paid twice by oversight is told, not kept; another amount needs a reason. */
static void a_second_payment_is_seen(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_ON_SITE, GATE_REFUSE);
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 1);
    const struct presentation who = door_card(1);
    assert_false(door_pay(door, &who, "paid cash", 1500, false).is_unchanged);
    const uint64_t seq = desk_seq(door->desk);
    struct desk_answer again = door_pay(door, &who, "paid cash", 1500, false);
    door_expect(again, PROBLEM_NONE);
    assert_true(again.is_unchanged);
    door_expect(door_pay(door, &who, "paid cash", 2000, false), PROBLEM_ALREADY_PAID);
    struct desk_command command = {.kind = DESK_PAYMENT, .presentation = &who};
    command.queue = (struct queue_command){.value = 1500, .extra = "paid cash", .device = "test"};
    strcpy(command.key, "pay-1");
    assert_true(door_ask(door, &command).is_unchanged);
    door_reopen(door);
    struct desk_answer told = door_ask(door, &command); /* the same answer, also after a start */
    assert_true(told.replayed && told.is_unchanged);
    assert_int_equal(desk_seq(door->desk), seq);
    command.key[0] = '\0';
    command.queue.value = 2000;
    strcpy(command.queue.text, "少收了五元");
    again = door_ask(door, &command);
    door_expect(again, PROBLEM_NONE);
    assert_false(again.is_unchanged);
    assert_int_equal(tally_of_event(door).paid_fen, 2000);
    door_verify(door);
    door_free(door);
}

static void a_prepaid_list_opens_the_gate(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_PREPAID, GATE_REFUSE);
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 3);
    struct list_person paid[3] = {door_row(1, "", ""), door_row(2, "", ""), door_row(9, "", "")};
    paid[0].amount_fen = 2000;
    strcpy(paid[0].method, "alipay");
    door_counts(door_list(door, LIST_PAID, paid, 3, "paid-1"), 1, 2, 0, 0);
    door_counts(door_list(door, LIST_PAID, paid, 3, ""), 0, 0, 3, 0);
    door_counts(door_list(door, LIST_PAID, paid, 3, "paid-1"), 1, 2, 0, 0);
    door_reopen(door);
    door_expect(door_check_in(door, "A", 3), PROBLEM_UNPAID);
    struct desk_answer first = door_shoot(door, "A", 1);
    assert_int_equal(first.ticket.payment, PAYMENT_PAID);
    struct desk_tally event = tally_of_event(door);
    assert_int_equal(event.planned, 3);
    assert_int_equal(event.paid, 3);
    assert_int_equal(event.paid_fen, 2000 + 1500 + 1500);
    assert_int_equal(event.due, 1);
    assert_int_equal(event.people_shot, 1);
    assert_int_equal(event.refund_due, 2);
    struct desk_member *refunds;
    size_t count;
    assert_int_equal(desk_refunds(door->desk, &refunds, &count), 0);
    assert_int_equal(count, 2);
    assert_string_equal(refunds[1].student_no, "20220002"); /* after who is of no class */
    free(refunds);
    door_verify(door);
    door_free(door);
}

/* A list is older than what the office has decided since. */
static void money_given_back_stays_given_back(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_PREPAID, GATE_REFUSE);
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 3);
    struct list_person rows[3] = {door_row(1, "", ""), door_row(2, "", ""), door_row(3, "", "")};
    const struct presentation first = door_card(1), second = door_card(2);
    door_counts(door_list(door, LIST_PAID, rows, 1, ""), 0, 1, 0, 0);
    door_expect(door_pay(door, &first, "refunded cash", 1500, false), PROBLEM_NONE);
    door_expect(door_pay(door, &second, "waived", 0, false), PROBLEM_NONE);
    struct list_findings findings = {0};
    struct desk_list like = {.kind = LIST_PAID, .findings = &findings};
    door_counts(door_list_as(door, &like, rows, 3, ""), 0, 1, 2, 0);
    expect_findings("again", &findings, "1:stays-refunded 2:stays-waived");
    list_findings_done(&findings);
    const struct desk_tally event = tally_of_event(door);
    assert_int_equal(event.refunded, 1);
    assert_int_equal(event.waived, 1);
    assert_int_equal(event.paid, 1);
    door_expect(door_pay(door, &first, "paid cash", 1500, false), PROBLEM_NONE); /* paid anew, by itself */
    door_verify(door);
    door_free(door);
}

static void money_is_not_booked_on_another_name(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_ON_SITE, GATE_REFUSE);
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 2);
    struct presentation typed = {.medium = MEDIUM_MANUAL, .student_no = "20220001", .name = "张测2"};
    const uint64_t before = desk_seq(door->desk);
    door_expect(door_pay(door, &typed, "paid cash", 1500, false), PROBLEM_NAME_DIFFERS);
    assert_int_equal(desk_seq(door->desk), before);
    assert_int_equal(tally_of_event(door).paid, 0);
    strcpy(typed.name, "张 测1");
    door_expect(door_pay(door, &typed, "paid cash", 1500, false), PROBLEM_NONE);
    typed.name[0] = '\0';
    strcpy(typed.student_no, "20220002");
    door_expect(door_pay(door, &typed, "paid cash", 1500, false), PROBLEM_NONE);
    assert_int_equal(tally_of_event(door).paid, 2);
    door_verify(door);
    door_free(door);
}

/* A number that was given after the photograph does not take the photograph along. */
static void sums_follow_the_photograph(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_CLASS, GATE_OFF);
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 2);
    door_shoot(door, "A", 1);
    const struct presentation card = door_card(1);
    struct desk_command again = door_check_in_of("B", &card);
    again.queue.authority = AUTHORITY_MARSHAL;
    again.queue.overrides = ISSUE_OVER_SHOT;
    strcpy(again.queue.text, "eyes closed");
    door_expect(door_ask(door, &again), PROBLEM_NONE);
    struct desk_tally *tallies;
    size_t count;
    desk_tallies(door->desk, &tallies, &count);
    assert_int_equal(count, 4); /* event, A, B, the class */
    static const uint32_t shot[] = {1, 1, 0, 1};
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(tallies[i].people_shot, shot[i]);
        assert_int_equal(tallies[i].shot, shot[i]);
        assert_int_equal(tallies[i].bill_fen, shot[i] * 1500);
    }
    free(tallies);
    door_free(door);
}

static void cards_out_are_cards_back_and_still_out(void **state)
{
    (void)state;
    const struct queue_rules rules = paying(PAYMENT_TOKEN, GATE_WARN);
    struct door *door = door_new(&rules);
    for (unsigned n = 1; n <= 3; n++) {
        const struct presentation card = door_card(n);
        door_expect(door_pay(door, &card, "paid cash", 1500, true), PROBLEM_NONE);
        door_expect(door_pay(door, &card, "paid cash", 1500, true), PROBLEM_CARD_IS_OUT);
    }
    assert_true(door_check_in(door, "A", 4).ticket.ticket.note.flags & ISSUE_UNPAID);
    for (uint32_t number = 2; number <= 3; number++) {
        door_expect(door_check_in(door, "A", number - 1), PROBLEM_NONE);
    }
    door_done(door, COMMAND_CALL, "A", 1);
    door_expect(door_order(door, COMMAND_CARD_BACK, "A", 1), PROBLEM_NO_CARD);
    door_done(door, COMMAND_SHOT, "A", 1);
    door_done(door, COMMAND_CALL, "A", 2);
    struct desk_command shot = door_command(COMMAND_SHOT, "A", 2);
    shot.queue.card = true;
    struct desk_answer back = door_ask(door, &shot);
    door_expect(back, PROBLEM_NONE);
    assert_true(back.ticket.ticket.card_back);
    door_reopen(door);
    struct desk_tally event = tally_of_event(door);
    assert_int_equal(event.cards_out, 3);
    assert_int_equal(event.cards_back, 1);
    assert_int_equal(event.cards_held, 2);
    /* money back for somebody who goes home */
    const struct presentation third = door_card(3);
    door_expect(door_pay(door, &third, "refunded cash", 1500, false), PROBLEM_NONE);
    const struct presentation fourth = door_card(4);
    door_expect(door_pay(door, &fourth, "refunded cash", 1500, false), PROBLEM_NOT_PAID);
    struct desk_command nobody = {.kind = DESK_PAYMENT, .queue = {.extra = "paid cash"}};
    memset(&nobody.person_ref, 7, sizeof nobody.person_ref);
    door_expect(door_ask(door, &nobody), PROBLEM_PERSON_UNKNOWN);
    door_verify(door);
    door_free(door);
}

/* ---- a schedule */
static void a_schedule_tells_who_comes_at_another_time(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 2);
    door_class(door, "二班", 11, 2);
    door_class(door, "三班", 21, 1);
    door_class(door, "四班", 31, 1);
    struct desk_list *list = bytes_alloc(sizeof *list);
    const int64_t now_us = clock_utc_us(), hour_us = INT64_C(3600000000);
    list->kind = LIST_SCHEDULE;
    list->n_slots = 4;
    list->slots = bytes_alloc(4 * sizeof *list->slots);
    list->slots[2] = (struct list_slot){"A", now_us - hour_us, now_us - hour_us / 12, "三班", DEGREE_NONE};
    list->slots[3] = (struct list_slot){"A", now_us - hour_us, now_us - hour_us / 4, "四班", DEGREE_NONE};
    list->slots[0] = (struct list_slot){"A", now_us - hour_us, now_us + hour_us, "一班", DEGREE_NONE};
    list->slots[1] = (struct list_slot){"A", now_us + hour_us, now_us + 2 * hour_us, "二班", DEGREE_NONE};
    list->document = bytes_text("A | 一班\nA | 二班\n");
    strcpy(list->digest, "00112233445566778899aabbccddeeff");
    struct desk_command command = {.kind = DESK_LIST, .queue = {.device = "test"}, .list = list};
    door_counts(door_ask(door, &command), 4, 0, 0, 0);
    for (int round = 0; round < 2; round++) {
        size_t count;
        char *text;
        uint64_t seq;
        struct list_slot *slots = desk_slots(door->desk, &count);
        assert_int_equal(count, 4);
        assert_string_equal(slots[1].unit, "二班");
        free(slots);
        assert_int_equal(desk_document(door->desk, "schedule", &text, &seq), 0);
        assert_string_equal(text, "A | 一班\nA | 二班\n");
        assert_true(seq > 0);
        free(text);
        door_reopen(door);
    }
    assert_false(door_check_in(door, "A", 1).ticket.ticket.note.flags & ISSUE_OUT_OF_SLOT);
    assert_true(door_check_in(door, "B", 2).ticket.ticket.note.flags & ISSUE_OUT_OF_SLOT);  /* another lane */
    assert_true(door_check_in(door, "A", 11).ticket.ticket.note.flags & ISSUE_OUT_OF_SLOT); /* too early */
    assert_false(door_check_in(door, "A", 21).ticket.ticket.note.flags &
                 ISSUE_OUT_OF_SLOT); /* 5 minutes late */
    assert_true(door_check_in(door, "A", 31).ticket.ticket.note.flags &
                ISSUE_OUT_OF_SLOT); /* a quarter of an hour */
    assert_false(door_check_in(door, "A", 99).ticket.ticket.note.flags & ISSUE_OUT_OF_SLOT);
    door_verify(door);
    door_free(door);
}

/* ---- everybody at once */
struct reading {
    struct door *door;
    atomic_bool is_over;
};

static void *read_on(void *arg)
{
    struct reading *reading = arg;
    struct desk *desk = reading->door->desk;
    while (!reading->is_over) {
        struct desk_unit *units;
        struct desk_member *people;
        struct desk_tally *tallies;
        struct desk_preview preview;
        struct lane_view view;
        const struct presentation card = door_card(5);
        size_t count;
        desk_units(desk, &units, &count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(units[i].people % 10, 0); /* whole lists only */
        free(units);
        if (desk_unit_members(desk, 1, &people, &count) == 0)
            free(people);
        desk_tallies(desk, &tallies, &count);
        free(tallies);
        desk_preview(desk, "A", &card, DEGREE_NONE, &preview);
        assert_int_equal(desk_lane(desk, "A", &view), 0);
        lane_view_done(&view);
    }
    return NULL;
}

static void pages_read_while_lists_come_in(void **state)
{
    (void)state;
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.order = ORDER_ALARM;
    struct door *door = door_new(&rules);
    struct reading reading = {.door = door};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, read_on, &reading);
    for (unsigned n = 0; n < 20; n++) {
        char unit[16];
        snprintf(unit, sizeof unit, "%u班", n % 5);
        door_class(door, unit, 1 + 10 * n, 10);
        door_expect(door_check_in(door, "A", 1 + 10 * n), PROBLEM_NONE);
        door_expect(door_check_in(door, "A", 5 + 10 * n), PROBLEM_NONE);
    }
    reading.is_over = true;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    door_verify(door);
    door_free(door);
}

static void a_class_moves_and_comes_back(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct list_person rows[5];
    for (unsigned i = 0; i < 5; i++)
        rows[i] = door_row(5 - i, "化学学院", "一班");
    door_counts(door_list(door, LIST_PEOPLE, rows, 5, ""), 5, 0, 0, 0);
    static const char *const units[] = {"二班", "一班", "二班"};
    for (size_t round = 0; round < 3; round++) {
        for (unsigned i = 1; i < 5; i++) /* the first of the list, the fifth by number, stays where he is */
            strcpy(rows[i].unit, units[round]);
        door_counts(door_list(door, LIST_PEOPLE, rows, 5, ""), 0, 4, 1, 0);
        size_t in_first, in_second;
        struct desk_member *first = members(door, 1, &in_first), *second = members(door, 2, &in_second);
        assert_int_equal(in_first, round == 1 ? 5 : 1);
        assert_int_equal(in_second, round == 1 ? 0 : 4);
        const struct desk_member *moved = round == 1 ? first : second;
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(moved[i].rank, i + 1);
        assert_string_equal(moved[3].student_no, "20220004");
        assert_int_equal(first[in_first - 1].rank, in_first);
        assert_string_equal(first[in_first - 1].student_no, "20220005");
        free(first);
        free(second);
    }
    door_free(door);
}

/* ---- size */
static void a_hundred_thousand_people_in_a_few_seconds(void **state)
{
    (void)state;
    enum { PEOPLE = 100000, CLASS = 40 };
    struct door *door = door_new(NULL);
    struct list_person *rows = bytes_alloc(PEOPLE * sizeof *rows);
    for (unsigned i = 0; i < PEOPLE; i++) {
        struct list_person *row = &rows[i];
        char digits[32];
        snprintf(digits, sizeof digits, "990101%04u%02u%02u%03u", 1980 + i / 28 / 12 / 1000 % 30,
                 1 + i / 28 / 1000 % 12, 1 + i / 1000 % 28, i % 1000);
        memcpy(row->id_number, digits, 17);
        row->id_number[17] = id_number_check(row->id_number);
        snprintf(row->student_no, sizeof row->student_no, "2022%06u", i);
        snprintf(row->name, sizeof row->name, "测试者%u", i);
        snprintf(row->unit, sizeof row->unit, "%u班", i / CLASS);
        snprintf(row->college, sizeof row->college, "学院%u", i / 5000);
    }
    const int64_t start_us = clock_mono_us();
    door_counts(door_list(door, LIST_PEOPLE, rows, PEOPLE, ""), PEOPLE, 0, 0, 0);
    const int64_t first_us = clock_mono_us();
    door_counts(door_list(door, LIST_PEOPLE, rows, PEOPLE, ""), 0, 0, PEOPLE, 0);
    const int64_t second_us = clock_mono_us();
    door_reopen(door);
    print_message("  %d people: %.1f s, again %.1f s, start %.1f s\n", PEOPLE,
                  (double)(first_us - start_us) / 1e6, (double)(second_us - first_us) / 1e6,
                  (double)(clock_mono_us() - second_us) / 1e6);
    struct desk_unit unit;
    assert_int_equal(desk_unit(door->desk, PEOPLE / CLASS, &unit), 0);
    assert_int_equal(unit.people, CLASS);
    free(rows);
    door_verify(door);
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_stands_by_student_number),
        cmocka_unit_test(a_list_again_updates_and_loses_no_number),
        cmocka_unit_test(rows_that_name_two_people_are_left_away),
        cmocka_unit_test(a_preview_says_what_the_import_does),
        cmocka_unit_test(names_that_are_one),
        cmocka_unit_test(a_list_that_replaces_takes_the_mark_away),
        cmocka_unit_test(money_given_back_stays_given_back),
        cmocka_unit_test(money_is_not_booked_on_another_name),
        cmocka_unit_test(sums_follow_the_photograph),
        cmocka_unit_test(lists_that_cannot_be_are_refused),
        cmocka_unit_test(a_passport_is_found_by_its_number),
        cmocka_unit_test(one_human_at_two_levels_is_two_people),
        cmocka_unit_test(a_list_without_levels_means_the_only_one),
        cmocka_unit_test(the_student_number_tells_the_level),
        cmocka_unit_test(the_excluded_are_known_without_a_roster),
        cmocka_unit_test(captured_before_counts_at_its_level),
        cmocka_unit_test(a_second_payment_is_seen),
        cmocka_unit_test(a_prepaid_list_opens_the_gate),
        cmocka_unit_test(cards_out_are_cards_back_and_still_out),
        cmocka_unit_test(a_schedule_tells_who_comes_at_another_time),
        cmocka_unit_test(pages_read_while_lists_come_in),
        cmocka_unit_test(a_class_moves_and_comes_back),
        cmocka_unit_test(a_hundred_thousand_people_in_a_few_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
