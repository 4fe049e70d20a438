/* What the agency gets of one day: cell by cell, the same again, and nobody's name unless the profile says so. */
#include "journal_world.h"

#include "desk/reason.h"
#include "handover/agency.h"

static const uint8_t code[] = {0, 1, 2, 0xff, '=', 'X'}; /* base64: AAEC/z1Y */

static void put_document(struct world *world, const char *text)
{
    struct queue_command command = {.kind = COMMAND_LIST_IMPORTED, .extra = DOCUMENT_EXTRA "profile"};
    journal_document_digest(text, command.text);
    command.value = (uint32_t)strlen(text);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    assert_journal(journal_put_document(world->journal, "profile", text), JOURNAL_OK);
}

static void put_code(struct world *world)
{
    struct person_record person = world_person(7);
    struct credential_record credential = {.kind = CREDENTIAL_CAPTURE_CODE, .person = person.id};
    credential.digest[0] = 7;
    assert_journal(journal_put_person(world->journal, &person), JOURNAL_OK);
    assert_journal(journal_put_credential(world->journal, &credential, code, sizeof code), JOURNAL_OK);
    struct queue_command command = {
        .kind = COMMAND_CHECK_IN, .lane = "A", .person = person.id, .medium = MEDIUM_CAPTURE_CODE};
    assert_journal(world_try_step(world, command), JOURNAL_OK);
}

static void step(struct world *world, enum command_kind kind, uint32_t number, const char *reason,
                 const char *extra)
{
    struct queue_command command = {.kind = kind, .lane = "A", .number = number};
    reason_seal(journal_keys(world->journal), reason, command.text);
    strcpy(command.extra, extra);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
}

/* Two numbers in lane A: the first photographed twice, the second void for a reason that names somebody. */
static void a_day(struct world *world, const char *profile)
{
    world_init(world);
    world_open(world);
    world_event(world);
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    if (profile)
        put_document(world, profile);
    put_code(world);
    assert_journal(world_try_check_in(world, "A"), JOURNAL_OK);
    step(world, COMMAND_CALL, 1, "", "");
    step(world, COMMAND_SHOT, 1, "", "");
    step(world, COMMAND_RETAKE, 1, "equipment", "");
    step(world, COMMAND_SHOT, 1, "", "");
    step(world, COMMAND_VOID, 2, "测试者7来过", "");
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static struct buffer part(const struct world *world, const char *name)
{
    struct day *day;
    struct handover_parts parts = {.count = 0};
    char *path = bytes_format("%s/part", world->dir);
    char *detail = NULL;
    if (day_open(&day, world->db, world->key, &detail) != JOURNAL_OK)
        fail_msg("%s", detail);
    handover_parts(HANDOVER_AGENCY, &day, 1, &parts);
    size_t at = 0;
    while (at < parts.count && strcmp(parts.list[at].name, name) != 0)
        at++;
    assert_true(at < parts.count);
    assert_int_equal(parts.list[at].write(parts.list[at].arg, path), 0);
    handover_parts_done(&parts);
    day_close(day);
    struct buffer text = world_contents(path);
    assert_non_null(text.data);
    assert_int_equal(unlink(path), 0);
    free(path);
    return text;
}

#define HEAD_1                                                                                                            \
    "\xef\xbb\xbf拍摄号 number,机位 lane,场次 session,状态 state,取号时间 issued (UTC),取号时间 issued " \
    "(UTC+8),叫号时间 called (UTC),叫号时间 called (UTC+8),拍摄时间 shot (UTC),拍摄时间 shot (UTC+8),"    \
    "介质 medium,拍摄次数 shots,重拍次数 retakes,照片存疑 suspect,备注 notes,原因 reason,"
#define HEAD_2 "活动 event,活动编号 event id,采集码 payload (base64)\r\n"

static void assert_rows(const struct world *world, struct buffer *text, const char *head, const char *first,
                        const char *second)
{
    struct day *day;
    assert_int_equal(day_open(&day, world->db, world->key, NULL), JOURNAL_OK);
    char *expected = bytes_format("%s%stest event,%.12s,AAEC/z1Y\r\n%stest event,%.12s,\r\n", head, first,
                                  day_facts(day)->id, second, day_facts(day)->id);
    assert_string_equal(text->data, expected);
    free(expected);
    day_close(day);
    buffer_done(text);
}

static void every_cell(void **state)
{
    (void)state;
    struct world world;
    a_day(&world, NULL);
    struct buffer text = part(&world, "numbers.csv");
    assert_rows(&world, &text, HEAD_1 HEAD_2,
                "A0001,A,1,shot,2026-11-18T11:06:40.006000Z,2026-11-18 19:06:40,2026-11-18T11:06:40.010000Z,"
                "2026-11-18 19:06:40,2026-11-18T11:06:40.011000Z,2026-11-18 19:06:40,capture_code,2,1,no,,"
                "equipment,",
                "A0002,A,1,void,2026-11-18T11:06:40.007000Z,2026-11-18 19:06:40,,,,,id_card,0,0,no,,,");
    world_done(&world);
}

static void the_profile_may_name_fields(void **state)
{
    (void)state;
    struct world world;
    a_day(&world, "agency_fields = {\"name\", \"id_number\"}\n");
    struct buffer text = part(&world, "numbers.csv");
    assert_rows(&world, &text, HEAD_1 "姓名 name,证件号码 id_number," HEAD_2,
                "A0001,A,1,shot,2026-11-18T11:06:40.007000Z,2026-11-18 19:06:40,2026-11-18T11:06:40.011000Z,"
                "2026-11-18 19:06:40,2026-11-18T11:06:40.012000Z,2026-11-18 19:06:40,capture_code,2,1,no,,"
                "equipment,测试者7,990101************,",
                "A0002,A,1,void,2026-11-18T11:06:40.008000Z,2026-11-18 19:06:40,,,,,id_card,0,0,no,,,"
                "测试者1,990101************,");
    world_done(&world);
}

/* What the journal alone remembers: that a tap was late, or a number written on paper. */
static void late_taps_are_noted(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    world_check_in(&world, "A", 2);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    struct queue_command call = {.kind = COMMAND_CALL, .lane = "A", .number = 1, .age_ms = 5230};
    world.now_us += 6000000;
    assert_journal(world_try_step(&world, call), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    struct buffer text = part(&world, "numbers.csv");
    const char *first = strstr(text.data, "A0001,"), *second = strstr(text.data, "A0002,");
    assert_non_null(memmem(first, (size_t)(second - first), ",no,kept,,", 10));
    assert_null(strstr(second, "kept"));
    buffer_done(&text);
    world_done(&world);
}

static void nobody_is_named(void **state)
{
    (void)state;
    static const char *const parts[] = {"numbers.csv", "numbers.xlsx", "summary.html"};
    struct world world;
    a_day(&world, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct buffer one = part(&world, parts[i]), again = part(&world, parts[i]);
        assert_int_equal(one.size, again.size);
        assert_memory_equal(one.data, again.data, one.size);
        assert_null(memmem(one.data, one.size, "测试者", strlen("测试者")));
        assert_null(memmem(one.data, one.size, "S-000000", 8));
        assert_null(memmem(one.data, one.size, "990101", 6));
        buffer_done(&one);
        buffer_done(&again);
    }
    world_done(&world);
}

static void the_page_says_what_there_is(void **state)
{
    (void)state;
    struct world world;
    a_day(&world, NULL);
    struct buffer page = part(&world, "summary.html");
    assert_non_null(strstr(page.data, "A0001 – A0002"));
    assert_non_null(strstr(page.data, "<td>A · E201</td>"));
    assert_non_null(strstr(page.data, "签字 Signature"));
    assert_null(strstr(page.data, "<script"));
    buffer_done(&page);
    world_done(&world);
}

static void a_package_has_a_name_and_says_what_it_is(void **state)
{
    (void)state;
    struct world world;
    struct day *day;
    a_day(&world, "package_name = \"{school}-{kind}-{year}-{seq:6}\"\nschool = \"测试大学\"\n");
    assert_int_equal(day_open(&day, world.db, world.key, NULL), JOURNAL_OK);
    char *name = handover_name(HANDOVER_AGENCY, &day, 1),
         *expected = bytes_format("测试大学-agency-2026-%06llu", (unsigned long long)day_facts(day)->seq);
    assert_string_equal(name, expected);
    json_t *about = handover_about(HANDOVER_SCHOOL, &day, 1), *event;
    assert_string_equal(json_string_value(json_object_get(about, "kind")), "school");
    event = json_array_get(json_object_get(about, "events"), 0);
    assert_string_equal(json_string_value(json_object_get(event, "head")), day_facts(day)->head);
    assert_int_equal(json_integer_value(json_object_get(event, "seq")), day_facts(day)->seq);
    assert_int_equal(handover_at(&day, 1), day_facts(day)->at_us);
    json_decref(about);
    free(name);
    free(expected);
    day_close(day);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(the_profile_may_name_fields),
        cmocka_unit_test(late_taps_are_noted),
        cmocka_unit_test(nobody_is_named),
        cmocka_unit_test(the_page_says_what_there_is),
        cmocka_unit_test(a_package_has_a_name_and_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
