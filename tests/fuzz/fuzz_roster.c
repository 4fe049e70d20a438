/* Lists of people out of any text table: what comes out is fit for the desk and holds no whole number in its preview.
 * The first byte is the kind of list. */
#include "fuzz_table.h"
#include "identity/id_number.h"
#include "roster/roster.h"
#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_text(const char *text, size_t most)
{
    require(*text == '\0' || text_is_plain(text, strlen(text), most));
}

static void check_person(const struct roster *roster, const struct roster_person *person)
{
    char again[19];
    require(!person->is_wrong && person->row >= 1 && person->sheet < roster->n_sheets);
    require(*person->id_number || *person->student_no);
    require(*person->name || roster->kind != LIST_PEOPLE);
    require_text(person->name, PERSON_NAME_MAX);
    require_text(person->student_no, STUDENT_NO_MAX);
    require_text(person->document, STUDENT_NO_MAX);
    require_text(person->college, UNIT_MAX);
    require_text(person->unit, UNIT_MAX);
    require_text(person->campus, CAMPUS_MAX);
    require_text(person->note, NOTE_MAX);
    require(strlen(person->method) <= METHOD_MAX && (unsigned)person->level < DEGREE_COUNT);
    require(!*person->id_number ||
            (id_number_parse(person->id_number, strlen(person->id_number), again) == ID_NUMBER_OK &&
             strcmp(again, person->id_number) == 0));
}

/* No two people are one: the same number at the same level. (Small lists: all pairs.) */
static void check_pairs(const struct roster *roster)
{
    for (size_t i = 0; i < roster->n_people && roster->n_people < 200; i++)
        for (size_t j = 0; j < i; j++) {
            const struct roster_person *a = &roster->people[i], *b = &roster->people[j];
            require(a->level != b->level || !*a->id_number || strcmp(a->id_number, b->id_number) != 0);
            require(a->level != b->level || !*a->student_no || strcmp(a->student_no, b->student_no) != 0);
        }
}

/* A value in a problem is masked: never seven digits in a row, but for words of a level that is none. */
static void check_problem(const struct roster_problem *problem)
{
    size_t digits = 0;
    require((unsigned)problem->trouble < ROSTER_TROUBLE_COUNT && problem->count >= 1);
    for (const char *at = problem->value; *at && problem->trouble != ROSTER_LEVEL_UNKNOWN; at++) {
        digits = isdigit((unsigned char)*at) ? digits + 1 : 0;
        require(digits <= 6);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || (size >= 3 && memcmp(data + 1, "PK", 2) == 0) || (size >= 2 && data[1] == 0xd0))
        return 0;
    struct roster_build *build = roster_build_new((enum list_kind)(LIST_PEOPLE + data[0] % 4));
    const struct table_sink sink = roster_build_sink(build);
    struct roster *roster = roster_build_finish(build, table_read(data + 1, size - 1, &sink));
    for (size_t i = 0; i < roster->n_people; i++)
        check_person(roster, &roster->people[i]);
    check_pairs(roster);
    for (size_t i = 0; i < roster->n_problems; i++)
        check_problem(&roster->problems[i]);
    require(roster->n_people <= roster->n_rows);
    require(roster->fault == TABLE_OK || roster->n_people == 0);
    require(roster->fault == TABLE_OK || roster->n_errors > 0);
    json_t *preview = roster_preview_json(roster);
    require(preview != NULL && json_array_size(json_object_get(preview, "problems")) == roster->n_problems);
    json_decref(preview);
    struct desk_list *list = roster_list(roster, "");
    require(list->n_people == roster->n_people);
    desk_list_free(list);
    roster_free(roster);
    return 0;
}
