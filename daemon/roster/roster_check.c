/* What can be said only of all people together: repetitions, lengths, gaps. Pure. */
#include "base/bytes.h"
#include "identity/mask.h"
#include "roster/roster_build.h"
#include "roster/roster_columns.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static uint32_t column_of(const struct roster *roster, const struct roster_person *person,
                          enum roster_column column)
{
    for (uint32_t i = 0; i < TABLE_COLUMNS_MAX && column != COLUMN_NONE; i++)
        if (roster->sheets[person->sheet].columns[i] == column)
            return i + 1;
    return 0;
}

static struct roster_problem *tell(struct roster_build *build, enum roster_trouble trouble,
                                   struct roster_person *person, enum roster_column column)
{
    const struct roster *roster = build->roster;
    struct roster_problem *problem =
        roster_tell(build, trouble, person->row, column_of(roster, person, column), column);
    if (problem)
        problem->sheet = person->sheet;
    if (roster_trouble_severity(trouble) == ROSTER_ERROR)
        person->is_wrong = true;
    return problem;
}

/* ---- classes ---- */

static bool is_telling_name(const char *sheet)
{
    static const char *const usual[] = {"sheet", "工作表", "名单", "学生名单", "毕业生名单",
                                        "数据",  "学生",   "汇总", "table"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strncasecmp(sheet, usual[i], strlen(usual[i])) == 0)
            return false;
    return *sheet != '\0' && strlen(sheet) <= UNIT_MAX;
}

static size_t count_sheets_with_people(const struct roster *roster)
{
    size_t n = 0;
    for (size_t i = 0; i < roster->n_people; i++)
        n += i == 0 || roster->people[i].sheet != roster->people[i - 1].sheet;
    return n;
}

/* A workbook with a sheet for each class. */
static void take_units_from_sheets(struct roster_build *build)
{
    struct roster *roster = build->roster;
    if (count_sheets_with_people(roster) < 2)
        return;
    uint16_t told = UINT16_MAX;
    for (size_t i = 0; i < roster->n_people; i++) {
        struct roster_person *person = &roster->people[i];
        const char *name = roster->sheets[person->sheet].name;
        if (column_of(roster, person, COLUMN_UNIT) != 0 || !is_telling_name(name))
            continue;
        person->unit = name;
        if (told == person->sheet)
            continue;
        struct roster_problem *problem = roster_tell(build, ROSTER_UNIT_FROM_SHEET, 0, 0, COLUMN_UNIT);
        told = person->sheet;
        if (problem)
            problem->sheet = told;
    }
}

static void find_gaps(struct roster_build *build)
{
    const struct roster *roster = build->roster;
    uint16_t sheet = UINT16_MAX;
    for (size_t i = 0; i < roster->n_people; i++) {
        struct roster_person *person = &roster->people[i];
        if (person->sheet != sheet)
            memset(build->together, 0, sizeof build->together);
        sheet = person->sheet;
        if (!*person->unit && column_of(roster, person, COLUMN_UNIT))
            tell(build, ROSTER_UNIT_MISSING, person, COLUMN_UNIT);
        if (person->level == DEGREE_NONE && !person->is_wrong && column_of(roster, person, COLUMN_LEVEL))
            tell(build, ROSTER_LEVEL_MISSING, person, COLUMN_LEVEL);
    }
}

/* ---- lengths of student numbers ---- */

struct lengths {
    size_t count[STUDENT_NO_MAX + 1], total;
    size_t longest_with_zero; /* of those that begin with 0 */
};

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static struct lengths count_lengths(const struct roster *roster)
{
    struct lengths lengths = {0};
    for (size_t i = 0; i < roster->n_people; i++) {
        const char *number = roster->people[i].student_no;
        const size_t length = strlen(number);
        if (!is_digits(number))
            continue;
        lengths.count[length]++;
        lengths.total++;
        if (number[0] == '0' && length > lengths.longest_with_zero)
            lengths.longest_with_zero = length;
    }
    return lengths;
}

/* Zeros are lost for sure where others of the list still have theirs; another length alone is only odd, and only where
 * nineteen of twenty agree. */
static void check_lengths(struct roster_build *build)
{
    enum { FEWEST = 5, USUAL_OF_TWENTY = 19 };
    const struct roster *roster = build->roster;
    const struct lengths lengths = count_lengths(roster);
    size_t usual = 0;
    for (size_t n = 1; n <= STUDENT_NO_MAX; n++)
        if (lengths.count[n] > lengths.count[usual])
            usual = n;
    const bool is_uniform =
        lengths.total >= FEWEST && lengths.count[usual] * 20 >= lengths.total * USUAL_OF_TWENTY;
    for (size_t i = 0; i < roster->n_people; i++) {
        struct roster_person *person = &roster->people[i];
        const size_t length = strlen(person->student_no);
        if (!is_digits(person->student_no))
            continue;
        if (person->is_student_no_from_number && length < lengths.longest_with_zero)
            tell(build, ROSTER_STUDENT_NO_ZEROS_LOST, person, COLUMN_STUDENT_NO);
        else if (is_uniform && length != usual)
            tell(build, ROSTER_STUDENT_NO_LENGTH, person, COLUMN_STUDENT_NO);
    }
}

/* ---- repetitions ---- */

static const char *student_no_of(const struct roster_person *person)
{
    return person->student_no;
}

static const char *id_number_of(const struct roster_person *person)
{
    return person->id_number;
}

static int by_student_no(const void *a, const void *b)
{
    const struct roster_person *x = *(struct roster_person *const *)a, *y = *(struct roster_person *const *)b;
    const int order = strcmp(x->student_no, y->student_no);
    return order != 0 ? order : x < y ? -1 : x > y;
}

static int by_id_number(const void *a, const void *b)
{
    const struct roster_person *x = *(struct roster_person *const *)a, *y = *(struct roster_person *const *)b;
    const int order = strcmp(x->id_number, y->id_number);
    return order != 0 ? order : x < y ? -1 : x > y;
}

static bool is_same_row(const struct roster_person *a, const struct roster_person *b)
{
    return a->level == b->level && strcmp(a->student_no, b->student_no) == 0 &&
           strcmp(a->id_number, b->id_number) == 0 && strcmp(a->name, b->name) == 0 &&
           strcmp(a->unit, b->unit) == 0 && strcmp(a->college, b->college) == 0 &&
           a->amount_fen == b->amount_fen;
}

static void point_at(struct roster_problem *problem, const struct roster_person *other)
{
    if (!problem)
        return;
    problem->other_sheet = other->sheet;
    problem->other_row = other->row;
}

static void drop_repeated(struct roster_build *build, struct roster_person *person,
                          const struct roster_person *first)
{
    if (person->is_wrong)
        return;
    point_at(tell(build, ROSTER_ROW_TWICE, person, COLUMN_NONE), first);
    person->is_wrong = true;
    build->roster->n_skipped++;
}

static void compare_student_nos(struct roster_build *build, struct roster_person *first,
                                struct roster_person *person)
{
    if (is_same_row(first, person))
        drop_repeated(build, person, first);
    else
        point_at(tell(build,
                      first->level == person->level ? ROSTER_STUDENT_NO_TWICE : ROSTER_STUDENT_NO_TWO_LEVELS,
                      person, COLUMN_STUDENT_NO),
                 first);
}

static void compare_id_numbers(struct roster_build *build, struct roster_person *first,
                               struct roster_person *person)
{
    char mask[ID_NUMBER_LENGTH + 1];
    struct roster_problem *problem = NULL;
    const bool is_other_name = *first->name && *person->name && strcmp(first->name, person->name) != 0;
    if (is_same_row(first, person)) {
        drop_repeated(build, person, first);
        return;
    }
    if (is_other_name)
        problem = tell(build, ROSTER_ID_TWO_NAMES, person, COLUMN_ID_NUMBER);
    else if (first->level == person->level)
        problem = tell(build, ROSTER_ID_TWICE, person, COLUMN_ID_NUMBER);
    point_at(problem, first);
    if (problem) {
        mask_id_number(person->id_number, mask);
        problem->value = roster_store_text(build->roster->store, mask);
    }
}

static void find_repetitions(struct roster_build *build, const char *(*key)(const struct roster_person *),
                             int (*order)(const void *, const void *),
                             void (*compare)(struct roster_build *, struct roster_person *,
                                             struct roster_person *))
{
    const struct roster *roster = build->roster;
    struct roster_person **sorted = bytes_alloc(roster->n_people * sizeof *sorted);
    size_t n = 0, first = 0;
    for (size_t i = 0; i < roster->n_people; i++)
        if (*key(&roster->people[i]))
            sorted[n++] = &roster->people[i];
    qsort(sorted, n, sizeof *sorted, order);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(key(sorted[first]), key(sorted[i])) != 0) {
            first = i;
            continue;
        }
        /* the first one at this level, else the first one */
        size_t other = first;
        for (size_t j = first; j < i && j < first + DEGREE_COUNT; j++)
            if (sorted[j]->level == sorted[i]->level) {
                other = j;
                break;
            }
        compare(build, sorted[other], sorted[i]);
    }
    free(sorted);
}

void roster_check_all(struct roster_build *build)
{
    if (build->roster->n_people == 0)
        return;
    if (build->roster->kind == LIST_PEOPLE) {
        take_units_from_sheets(build);
        find_gaps(build);
    }
    check_lengths(build);
    find_repetitions(build, student_no_of, by_student_no, compare_student_nos);
    find_repetitions(build, id_number_of, by_id_number, compare_id_numbers);
}

/* ---- the end ---- */

static int by_place(const void *a, const void *b)
{
    const struct roster_problem *x = a, *y = b;
    if (x->sheet != y->sheet)
        return x->sheet < y->sheet ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (int)x->trouble - (int)y->trouble;
}

void roster_settle(struct roster *roster)
{
    size_t n = 0;
    for (size_t i = 0; i < roster->n_people; i++)
        if (!roster->people[i].is_wrong)
            roster->people[n++] = roster->people[i];
    roster->n_people = n;
    for (size_t i = 0; i < n; i++)
        roster->sheets[roster->people[i].sheet].n_people++;
    if (roster->n_problems > 0)
        qsort(roster->problems, roster->n_problems, sizeof *roster->problems, by_place);
}
