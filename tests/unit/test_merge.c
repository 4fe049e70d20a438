/* Days that had no network between them: copies of one event are told apart from another event, and people are known again
 * by the strongest mark that both have. */
#include <errno.h>

#include "journal_world.h"

#include "handover/merge.h"

/* ---- worlds of people */
struct spec {
    const char *id_number, *student_no;
    enum degree level;
    const char *code;     /* capture code, "" for none */
    const char *passport; /* "" for none */
    char state;           /* '-' planned only, 'w' has a number, 's' photographed, 'm' missed */
};
static const char *const *names; /* of the people, in the order they are put; NULL: without a name */
static unsigned n_ids;           /* person ids are random, so different in each event */

static void take_number(struct world *world, const struct person_id *person, enum medium medium, char state)
{
    const struct queue_command command = {
        .kind = COMMAND_CHECK_IN, .lane = "A", .person = *person, .medium = medium};
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    const uint32_t number = queue_lane(world->queue, "A")->counts.issued;
    if (state == 'w')
        return;
    assert_journal(world_try_ticket(world, COMMAND_CALL, "A", number, ""), JOURNAL_OK);
    assert_journal(world_try_ticket(world, state == 's' ? COMMAND_SHOT : COMMAND_MISS, "A", number, ""),
                   JOURNAL_OK);
}

static void put_credential(struct world *world, const struct person_id *person, enum credential_kind kind,
                           const char *payload)
{
    struct credential_record credential = {.kind = kind, .person = *person};
    if (!*payload)
        return;
    credential_digest(journal_keys(world->journal)->digest, kind, (const uint8_t *)payload, strlen(payload),
                      credential.digest);
    assert_journal(
        journal_put_credential(world->journal, &credential, (const uint8_t *)payload, strlen(payload)),
        JOURNAL_OK);
}

static void put_people(struct world *world, const struct spec *specs)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    for (; specs->id_number; specs++) {
        struct person_record person = {.on_roster = *specs->student_no, .level = specs->level};
        n_ids++;
        memcpy(person.id.bytes, &n_ids, sizeof n_ids);
        person.id.bytes[15] = (uint8_t)(n_ids * 89);
        strcpy(person.id_number, specs->id_number);
        strcpy(person.student_no, specs->student_no);
        if (names)
            strcpy(person.name, *names++);
        assert_journal(journal_put_person(world->journal, &person), JOURNAL_OK);
        put_credential(world, &person.id, CREDENTIAL_CAPTURE_CODE, specs->code);
        put_credential(world, &person.id, CREDENTIAL_PASSPORT, specs->passport);
        if (specs->state != '-')
            take_number(world, &person.id, MEDIUM_CAPTURE_CODE, specs->state);
    }
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static struct day *open_day(const struct world *world)
{
    struct day *day = NULL;
    char *detail = NULL;
    enum journal_fault fault = day_open(&day, world->db, world->key, &detail);
    if (fault)
        fail_msg("%s: %s", journal_fault_text(fault), detail ? detail : "no detail");
    return day;
}

enum { DAYS_MOST = 3 };
struct several {
    struct world worlds[DAYS_MOST];
    struct day *days[DAYS_MOST];
    size_t count;
    struct merge *merge;
};

static void begin(struct several *several, const struct spec *const specs[], size_t count)
{
    *several = (struct several){.count = count};
    for (size_t i = 0; i < count; i++) {
        world_init(&several->worlds[i]);
        world_open(&several->worlds[i]);
        several->worlds[i].now_us += (int64_t)i * 1000000;
        world_event(&several->worlds[i]);
        put_people(&several->worlds[i], specs[i]);
        several->days[i] = open_day(&several->worlds[i]);
    }
    assert_int_equal(merge_new(&several->merge, several->days, count), 0);
}

static void end(struct several *several)
{
    merge_free(several->merge);
    for (size_t i = 0; i < several->count; i++) {
        day_close(several->days[i]);
        world_done(&several->worlds[i]);
    }
}

/* "shot-twice 0:A0001 1:A0003\n" */
static int take_row(void *arg, enum merge_case which, const struct merge_elsewhere *members, size_t count)
{
    buffer_format(arg, "%s", merge_case_name(which));
    for (size_t i = 0; i < count; i++)
        if (members[i].ticket)
            buffer_format(arg, " %zu:%u", members[i].day, members[i].ticket->number);
        else
            buffer_format(arg, " %zu:-", members[i].day);
    buffer_add_text(arg, "\n");
    return 0;
}

#define ID_1 "990101199001010014"
#define ID_2 "990101199001010030"

/* Each case: the same human on two days, or not. */
static void people_are_known_again(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct spec one, other;
        const char *expected;
    } cases[] = {
        {"the ID number", {ID_1, "", 0, "", "", 's'}, {ID_1, "", 0, "", "", 's'}, "shot-twice 0:1 1:1\n"},
        {"ID number, one level not said",
         {ID_1, "", DEGREE_MASTER, "", "", 's'},
         {ID_1, "", 0, "", "", 'w'},
         "number-twice 0:1 1:1\n"},
        {"ID number at two levels",
         {ID_1, "", DEGREE_MASTER, "", "", 's'},
         {ID_1, "", DEGREE_DOCTOR, "", "", 's'},
         ""},
        {"an ID number outweighs a student number",
         {ID_1, "7", 0, "", "", 's'},
         {ID_1, "8", 0, "", "", 's'},
         "shot-twice 0:1 1:1\n"},
        {"a student number where one has no ID number",
         {"", "7", 0, "", "", '-'},
         {ID_1, "7", 0, "", "", 's'},
         "shot-elsewhere 0:- 1:1\n"},
        {"a student number, but other ID numbers",
         {ID_1, "7", 0, "", "", 's'},
         {ID_2, "7", 0, "", "", 's'},
         ""},
        {"a student number at two levels",
         {"", "7", DEGREE_BACHELOR, "", "", 's'},
         {"", "7", DEGREE_MASTER, "", "", 's'},
         ""},
        {"the passport",
         {"", "", 0, "", "UTO:L898902C3", 's'},
         {"", "", 0, "", "UTO:L898902C3", 'm'},
         "number-twice 0:1 1:1\n"},
        {"the same code",
         {"", "", 0, "CODE-1", "", 's'},
         {"", "", 0, "CODE-1", "", 's'},
         "shot-twice 0:1 1:1\n"},
        {"another code", {"", "", 0, "CODE-1", "", 's'}, {"", "", 0, "CODE-2", "", 's'}, ""},
        {"the same code of two student numbers",
         {"", "7", 0, "CODE-1", "", 's'},
         {"", "8", 0, "CODE-1", "", 's'},
         ""},
        {"a code and a passport with the same bytes",
         {"", "", 0, "X:1", "", 's'},
         {"", "", 0, "", "X:1", 's'},
         ""},
        {"planned twice, came to none", {"", "7", 0, "", "", '-'}, {"", "7", 0, "", "", '-'}, ""},
        {"planned twice, missed once", {"", "7", 0, "", "", '-'}, {"", "7", 0, "", "", 'm'}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct spec one[] = {cases[i].one, {.id_number = NULL}},
                          other[] = {cases[i].other, {.id_number = NULL}};
        const struct spec *const specs[] = {one, other};
        struct several several;
        struct buffer text = {0};
        begin(&several, specs, 2);
        assert_int_equal(merge_rows(several.merge, take_row, &text), 0);
        if (strcmp(text.data ? text.data : "", cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].what, text.data ? text.data : "", cases[i].expected);
        buffer_done(&text);
        end(&several);
    }
}

/* A student number is typed by hand now and then: who has another name is not taken for the one who is absent. */
static void a_student_number_under_two_names(void **state)
{
    (void)state;
    static const struct {
        const char *names[2];
        const char *id_number; /* of both */
        char state;            /* of the first */
        const char *expected;
        bool is_elsewhere;
    } cases[] = {
        {{"张测试", "张 测试"}, "", '-', "shot-elsewhere 0:- 1:1\n", true},
        {{"张测试", ""}, "", '-', "shot-elsewhere 0:- 1:1\n", true},
        {{"张测试", "李示范"}, "", '-', "name-differs 0:- 1:1\n", false},
        {{"张测试", "李示范"}, "", 's', "name-differs 0:1 1:1\n", false},
        {{"张测试", "李示范"}, ID_1, '-', "shot-elsewhere 0:- 1:1\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct spec one[] = {{cases[i].id_number, "7", 0, "", "", cases[i].state}, {.id_number = NULL}},
                          other[] = {{cases[i].id_number, "7", 0, "", "", 's'}, {.id_number = NULL}};
        const struct spec *const specs[] = {one, other};
        const struct person_id first = {{(uint8_t)(n_ids + 1), [15] = (uint8_t)((n_ids + 1) * 89)}};
        struct merge_elsewhere elsewhere;
        struct several several;
        struct buffer text = {0};
        names = cases[i].names;
        begin(&several, specs, 2);
        names = NULL;
        assert_int_equal(merge_rows(several.merge, take_row, &text), 0);
        assert_string_equal(text.data, cases[i].expected);
        assert_int_equal(merge_is_shot_elsewhere(several.merge, 0, &first, &elsewhere),
                         cases[i].is_elsewhere);
        assert_true(merge_is_first(several.merge, 0, &first));
        buffer_done(&text);
        end(&several);
    }
}

static void three_days_with_chains_and_levels(void **state)
{
    (void)state;
    /* The first of day 0 and the first of day 2 share nothing; day 1 ties them. A human at two levels stays two, and a
     * record that does not say which is nobody's. */
    static const struct spec one[] = {{ID_1, "", 0, "", "", 's'},
                                      {ID_2, "21", DEGREE_MASTER, "", "", 's'},
                                      {ID_2, "31", DEGREE_DOCTOR, "", "", 's'},
                                      {NULL, "", 0, "", "", 0}};
    static const struct spec two[] = {
        {ID_2, "", 0, "", "", 's'}, {ID_1, "11", 0, "", "", 'w'}, {NULL, "", 0, "", "", 0}};
    static const struct spec three[] = {
        {"", "11", 0, "", "", '-'}, {"", "31", DEGREE_DOCTOR, "", "", 's'}, {NULL, "", 0, "", "", 0}};
    static const struct spec *const specs[] = {one, two, three};
    struct several several;
    struct buffer text = {0};
    struct merge_elsewhere found;
    begin(&several, specs, 3);
    assert_int_equal(merge_rows(several.merge, take_row, &text), 0);
    assert_string_equal(text.data, "shot-twice 0:3 2:1\nnumber-twice 0:1 1:2 2:-\n");
    assert_int_equal(merge_count(several.merge, MERGE_SHOT_TWICE), 1);
    assert_int_equal(merge_count(several.merge, MERGE_NUMBER_TWICE), 1);
    assert_int_equal(merge_count(several.merge, MERGE_SHOT_ELSEWHERE), 0);

    const struct ticket *shot = queue_ticket(day_queue(several.days[0]), "A", 1),
                        *waits = queue_ticket(day_queue(several.days[1]), "A", 2);
    assert_true(merge_is_shot_elsewhere(several.merge, 1, &waits->person, &found));
    assert_int_equal(found.day, 0);
    assert_int_equal(found.ticket->number, 1);
    assert_false(merge_is_shot_elsewhere(several.merge, 0, &shot->person, &found)); /* only here */
    assert_false(merge_is_shot_elsewhere(NULL, 0, &shot->person, &found));
    assert_true(merge_is_first(several.merge, 0, &shot->person));
    assert_false(merge_is_first(several.merge, 1, &waits->person));
    assert_true(merge_is_first(NULL, 1, &waits->person));
    buffer_done(&text);
    end(&several);
}

/* A column that holds the same dash in every row says nothing of anybody, and costs no time. */
static void a_mark_that_all_share_joins_nobody_in_one_day(void **state)
{
    (void)state;
    enum { MANY = 300 };
    struct spec one[MANY + 1], two[MANY + 1];
    for (int i = 0; i < MANY; i++)
        one[i] = two[i] = (struct spec){"", "-", 0, "", "", '-'};
    one[MANY] = two[MANY] = (struct spec){.id_number = NULL};
    const struct spec *const specs[] = {one, two};
    struct several several;
    begin(&several, specs, 2);
    for (int which = 0; which < MERGE_CASE_COUNT; which++)
        assert_int_equal(merge_count(several.merge, (enum merge_case)which), 0);
    end(&several);
}

/* ---- copies */
static void copy_world(const struct world *from, struct world *to)
{
    char *data;
    size_t size;
    world_init(to);
    assert_int_equal(file_read(from->db, 1 << 26, &data, &size), 0);
    assert_int_equal(file_create_durably(to->db, data, size, 0600), 0);
    free(data);
    assert_int_equal(file_read(from->key, 1 << 10, &data, &size), 0);
    assert_int_equal(file_create_durably(to->key, data, size, 0600), 0);
    free(data);
    to->n_people = from->n_people;
    to->now_us = from->now_us;
}

static void copies_of_one_event(void **state)
{
    (void)state;
    struct world worlds[3], other;
    struct day *days[4];
    struct merge_copy copies[4];
    struct merge_fork fork;
    world_init(&worlds[0]);
    world_init(&other);
    world_open(&worlds[0]);
    world_event(&worlds[0]);
    world_check_in(&worlds[0], "A", 2);
    world_close(&worlds[0]);
    copy_world(&worlds[0], &worlds[1]); /* stays behind */
    world_open(&worlds[0]);
    world_check_in(&worlds[0], "A", 2);
    world_close(&worlds[0]);
    copy_world(&worlds[0], &worlds[2]);
    world_open(&worlds[2]); /* goes on */
    world_check_in(&worlds[2], "A", 1);
    world_close(&worlds[2]);
    world_open(&other);
    other.now_us++;
    world_event(&other);
    for (size_t i = 0; i < 3; i++)
        days[i] = open_day(&worlds[i]);
    days[3] = open_day(&other);
    assert_int_equal(merge_copies(days, 4, copies, &fork), 0);
    assert_true(copies[0].is_left_out && copies[1].is_left_out);
    assert_false(copies[2].is_left_out || copies[3].is_left_out);
    assert_int_equal(copies[0].of, 2);
    assert_int_equal(copies[1].of, 2);
    /* and twice the same */
    struct day *again[] = {days[2], days[2]};
    assert_int_equal(merge_copies(again, 2, copies, &fork), 0);
    assert_false(copies[0].is_left_out);
    assert_true(copies[1].is_left_out);
    for (size_t i = 0; i < 4; i++)
        day_close(days[i]);

    /* now the first goes on, too, on its own */
    world_open(&worlds[0]);
    const uint64_t shared = journal_seq(worlds[0].journal);
    worlds[0].now_us += 60000000;
    world_ticket(&worlds[0], COMMAND_CALL, "A", 1, "");
    world_check_in(&worlds[0], "A", 3);
    world_close(&worlds[0]);
    struct day *diverged[] = {open_day(&worlds[1]), open_day(&worlds[0]), open_day(&worlds[2])};
    assert_int_equal(merge_copies(diverged, 3, copies, &fork), -EEXIST);
    assert_int_equal(fork.one, 1);
    assert_int_equal(fork.other, 2);
    assert_int_equal(fork.seq, shared + 1);
    assert_int_equal(fork.entries[0].kind, ENTRY_CALLED);
    assert_int_equal(fork.entries[1].kind, ENTRY_ISSUED);
    assert_int_not_equal(fork.entries[0].at_us, fork.entries[1].at_us);
    for (size_t i = 0; i < 3; i++)
        day_close(diverged[i]);
    for (size_t i = 0; i < 3; i++)
        world_remove_folder(worlds[i].dir);
    world_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_known_again),
        cmocka_unit_test(a_student_number_under_two_names),
        cmocka_unit_test(three_days_with_chains_and_levels),
        cmocka_unit_test(a_mark_that_all_share_joins_nobody_in_one_day),
        cmocka_unit_test(copies_of_one_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
