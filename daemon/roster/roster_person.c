/* One row's cells to one person, each cell by what its column means. Pure. */
#include "base/bytes.h"
#include "base/text.h"
#include "identity/id_number.h"
#include "identity/mask.h"
#include "roster/roster_build.h"
#include "roster/roster_clean.h"
#include "roster/roster_columns.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The row in hand. */
struct work {
    struct roster_build *build;
    const struct table_row *row;
    struct roster_person person;
    bool is_other_document; /* the row says that its number is of no ID card */
};

static void tell(struct work *work, enum roster_trouble trouble, size_t column, const char *value)
{
    const struct roster_build *build = work->build;
    const enum roster_column field = column < TABLE_COLUMNS_MAX
                                         ? (enum roster_column)roster_build_sheet(build)->columns[column]
                                         : COLUMN_NONE;
    struct roster_problem *problem =
        roster_tell(work->build, trouble, work->row->number,
                    column < TABLE_COLUMNS_MAX ? (uint32_t)column + 1 : 0, field);
    if (problem && value)
        problem->value = roster_store_text(build->roster->store, value);
    if (roster_trouble_severity(trouble) == ROSTER_ERROR)
        work->person.is_wrong = true;
}

enum { WHOLE_ROW = TABLE_COLUMNS_MAX };

static const struct table_cell *cell_of(const struct work *work, size_t column)
{
    static const struct table_cell empty = {.text = ""};
    return column < work->row->n_cells ? &work->row->cells[column] : &empty;
}

/* What no cell may be that names somebody. */
static bool is_usable(struct work *work, size_t column)
{
    const struct table_cell *cell = cell_of(work, column);
    if (cell->kind == CELL_EMPTY && cell->was_formula)
        tell(work, ROSTER_CELL_UNCOMPUTED, column, NULL);
    else if (cell->kind == CELL_ERROR)
        tell(work, ROSTER_CELL_ERROR, column, NULL);
    else if (cell->kind == CELL_DATE)
        tell(work, ROSTER_CELL_IS_DATE, column, NULL);
    else if (cell->kind == CELL_BOOL)
        tell(work, ROSTER_CELL_BAD, column, NULL);
    return cell->kind == CELL_TEXT || cell->kind == CELL_NUMBER;
}

/* ---- texts ---- */

/* A text of at most `most` bytes, or "" and a problem. `cuts`: too long a text is cut instead. */
static const char *take_text(struct work *work, size_t column, size_t most, bool cuts)
{
    const struct table_cell *cell = cell_of(work, column);
    char text[2048];
    if (cell->kind == CELL_ERROR || (cell->kind == CELL_EMPTY && cell->was_formula)) {
        if (!cuts)
            tell(work, cell->kind == CELL_ERROR ? ROSTER_CELL_ERROR : ROSTER_CELL_UNCOMPUTED, column, NULL);
        return "";
    }
    if (!clean_text(cell->text, text, sizeof text) || (strlen(text) > most && !cuts)) {
        if (!cuts)
            tell(work, ROSTER_CELL_TOO_LONG, column, NULL);
        return "";
    }
    size_t length = strlen(text);
    if (length > most)
        for (length = most; (text[length] & 0xc0) == 0x80;)
            length--;
    text[length] = '\0';
    if (length > 0 && !text_is_plain(text, length, most)) {
        tell(work, ROSTER_CELL_BAD, column, NULL);
        return "";
    }
    return roster_store_shared(work->build->roster->store, text);
}

static void take_name(struct work *work, size_t column)
{
    static const struct {
        unsigned found;
        enum roster_trouble trouble;
    } signs[] = {{NAME_HAD_BLANKS, ROSTER_NAME_BLANKS},
                 {NAME_HAD_DOT, ROSTER_NAME_DOT},
                 {NAME_LOST_CHARACTER, ROSTER_NAME_CHARACTER_LOST},
                 {NAME_IS_PRIVATE, ROSTER_NAME_PRIVATE},
                 {NAME_IS_ODD, ROSTER_NAME_ODD}};
    char name[PERSON_NAME_MAX + 1], mask[NAME_MASK_SIZE];
    unsigned found;
    if (!is_usable(work, column))
        return;
    if (!clean_name(cell_of(work, column)->text, name, sizeof name, &found)) {
        tell(work, ROSTER_CELL_TOO_LONG, column, NULL);
        return;
    }
    if (name[0] && !text_is_plain(name, strlen(name), PERSON_NAME_MAX)) {
        tell(work, ROSTER_CELL_BAD, column, NULL);
        return;
    }
    mask_name(name, mask);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (found & signs[i].found)
            tell(work, signs[i].trouble, column, mask);
    work->person.name = roster_store_text(work->build->roster->store, name);
}

/* ---- numbers ---- */

static bool is_student_no(const char *text)
{
    bool has_digit = false;
    if ((unsigned char)*text < 0x80 && !isalnum((unsigned char)*text))
        return false;
    for (const char *at = text; *at; at++) {
        has_digit |= isdigit((unsigned char)*at) != 0;
        if ((unsigned char)*at < 0x80 && !isalnum((unsigned char)*at) && !strchr("-_./#", *at))
            return false;
    }
    return has_digit && text_is_plain(text, strlen(text), STUDENT_NO_MAX);
}

static void take_student_no(struct work *work, size_t column)
{
    char text[STUDENT_NO_MAX + 1];
    if (!is_usable(work, column))
        return;
    switch (clean_number(cell_of(work, column), text, sizeof text)) {
    case CLEAN_BAD:
        tell(work, ROSTER_STUDENT_NO_BAD, column, NULL);
        return;
    case CLEAN_DIGITS_LOST:
        tell(work, ROSTER_STUDENT_NO_DIGITS_LOST, column, NULL);
        return;
    case CLEAN_WAS_NUMBER:
        work->person.is_student_no_from_number = true;
        tell(work, ROSTER_STUDENT_NO_WAS_NUMBER, column, NULL);
        break;
    case CLEAN_REPAIRED:
        tell(work, ROSTER_STUDENT_NO_REPAIRED, column, NULL);
        break;
    case CLEAN_SAME:
        break;
    }
    if (text[0] && !is_student_no(text))
        tell(work, ROSTER_STUDENT_NO_BAD, column, NULL);
    else
        work->person.student_no = roster_store_text(work->build->roster->store, text);
}

/* The one mask, and only where the first six say no more than it does. */
static const char *mask_of(const char *text, char ret_mask[static ID_NUMBER_LENGTH + 1])
{
    ret_mask[0] = '\0';
    if (strspn(text, "0123456789") >= 6)
        mask_id_number(text, ret_mask);
    return ret_mask;
}

/* × and the Cyrillic letter pass for X. */
static bool replace_false_x(char *text)
{
    static const char *const false_x[] = {"×", "х", "Х", "╳", "✕", "Ｘ"};
    for (size_t i = 0; i < sizeof false_x / sizeof *false_x; i++) {
        char *at = strstr(text, false_x[i]);
        if (at && at[strlen(false_x[i])] == '\0') {
            strcpy(at, "X");
            return true;
        }
    }
    return false;
}

static bool looks_like_passport(const char *text)
{
    const size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                 digits = strspn(text + letters, "0123456789");
    return letters >= 1 && letters <= 3 && digits >= 6 && digits <= 9 && text[letters + digits] == '\0';
}

/* What remains of 18 digits in a spreadsheet's number. */
static bool is_as_rounded(const char *text)
{
    return strlen(text) == ID_NUMBER_LENGTH && strspn(text, "0123456789") == ID_NUMBER_LENGTH &&
           strcmp(text + 15, "000") == 0;
}

static enum roster_trouble trouble_of(enum id_number_fault fault, const char *text)
{
    if (is_as_rounded(text))
        return ROSTER_ID_DIGITS_LOST;
    switch (fault) {
    case ID_NUMBER_BAD_LENGTH:
        return ROSTER_ID_BAD_LENGTH;
    case ID_NUMBER_BAD_DATE:
        return ROSTER_ID_BAD_DATE;
    case ID_NUMBER_BAD_CHECK:
        return ROSTER_ID_BAD_CHECK;
    default:
        return ROSTER_ID_BAD_CHARACTER;
    }
}

static void take_document(struct work *work, size_t column, const char *text)
{
    if (!text_is_plain(text, strlen(text), STUDENT_NO_MAX))
        tell(work, ROSTER_CELL_BAD, column, NULL);
    else
        work->person.document = roster_store_text(work->build->roster->store, text);
}

static void parse_id_number(struct work *work, size_t column, const char *text)
{
    char number[19], mask[ID_NUMBER_LENGTH + 1];
    const enum id_number_fault fault = id_number_parse(text, strlen(text), number);
    if (fault != ID_NUMBER_OK && looks_like_passport(text)) {
        tell(work, ROSTER_ID_IS_PASSPORT, column, NULL);
        take_document(work, column, text);
    } else if (fault != ID_NUMBER_OK) {
        tell(work, trouble_of(fault, text), column, mask_of(text, mask));
    } else {
        if (strlen(text) == 15 && strlen(number) == 18)
            tell(work, ROSTER_ID_UPGRADED, column, NULL);
        if (is_as_rounded(text))
            tell(work, ROSTER_ID_NUMBER_ROUNDED, column, mask_of(text, mask));
        work->person.id_number = roster_store_text(work->build->roster->store, number);
    }
}

static void take_id_number(struct work *work, size_t column)
{
    char text[64], mask[ID_NUMBER_LENGTH + 1];
    if (!is_usable(work, column))
        return;
    const enum clean_number how = clean_number(cell_of(work, column), text, sizeof text);
    if (how == CLEAN_BAD || how == CLEAN_DIGITS_LOST) {
        tell(work, how == CLEAN_BAD ? ROSTER_ID_BAD_LENGTH : ROSTER_ID_DIGITS_LOST, column,
             mask_of(text, mask));
        return;
    }
    if (!text[0])
        return;
    const bool has_false_x = replace_false_x(text);
    for (char *at = text; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    if (work->is_other_document) {
        take_document(work, column, text);
        return;
    }
    if (how == CLEAN_REPAIRED || has_false_x)
        tell(work, ROSTER_ID_REPAIRED, column, NULL);
    parse_id_number(work, column, text);
}

static void take_passport(struct work *work, size_t column)
{
    char text[STUDENT_NO_MAX + 1];
    if (cell_of(work, column)->kind == CELL_EMPTY || !is_usable(work, column))
        return;
    const enum clean_number how = clean_number(cell_of(work, column), text, sizeof text);
    if (how == CLEAN_BAD || how == CLEAN_DIGITS_LOST)
        tell(work, ROSTER_CELL_BAD, column, NULL);
    else if (text[0])
        take_document(work, column, text);
}

/* Residence permits of Hong Kong, Macao and Taiwan residents and of foreigners have ID numbers. */
static void take_id_kind(struct work *work, size_t column)
{
    static const char *const others[] = {"护照", "通行证", "回乡证",   "台胞证", "军官",
                                         "士兵", "其他",   "passport", "other"};
    const char *kind = take_text(work, column, UNIT_MAX, true);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcasestr(kind, others[i]))
            work->is_other_document = true;
}

/* ---- the rest ---- */

static void take_level(struct work *work, size_t column)
{
    const char *text = take_text(work, column, UNIT_MAX, false);
    if (*text && !degree_from_text(text, &work->person.level))
        tell(work, ROSTER_LEVEL_UNKNOWN, column, text);
}

static void take_method(struct work *work, size_t column)
{
    static const struct {
        const char *part, *method;
    } methods[] = {{"现金", "cash"},          {"支付宝", "alipay"},      {"微信", "wechat"},
                   {"校园卡", "campus_card"}, {"一卡通", "campus_card"}, {"银行", "card"},
                   {"刷卡", "card"},          {"pos", "card"},           {"转账", "transfer"},
                   {"汇款", "transfer"},      {"cash", "cash"},          {"alipay", "alipay"},
                   {"wechat", "wechat"},      {"card", "card"},          {"transfer", "transfer"}};
    const char *text = take_text(work, column, UNIT_MAX, true);
    work->person.method = *text ? "other" : "";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcasestr(text, methods[i].part)) {
            work->person.method = methods[i].method;
            return;
        }
}

static void take_amount(struct work *work, size_t column)
{
    const struct table_cell *cell = cell_of(work, column);
    if (work->build->roster->kind != LIST_PAID || cell->kind == CELL_EMPTY)
        return;
    if ((cell->kind != CELL_NUMBER && cell->kind != CELL_TEXT) ||
        !clean_amount(cell, &work->person.amount_fen))
        tell(work, ROSTER_AMOUNT_BAD, column, NULL);
}

static void take_cell(struct work *work, size_t column)
{
    struct roster_person *person = &work->person;
    switch (roster_build_sheet(work->build)->columns[column]) {
    case COLUMN_NAME:
        take_name(work, column);
        break;
    case COLUMN_ID_NUMBER:
        take_id_number(work, column);
        break;
    case COLUMN_STUDENT_NO:
        take_student_no(work, column);
        break;
    case COLUMN_PASSPORT:
        take_passport(work, column);
        break;
    case COLUMN_COLLEGE:
        person->college = take_text(work, column, UNIT_MAX, false);
        break;
    case COLUMN_MAJOR:
        person->major = take_text(work, column, UNIT_MAX, true);
        break;
    case COLUMN_UNIT:
        person->unit = take_text(work, column, UNIT_MAX, false);
        break;
    case COLUMN_LEVEL:
        take_level(work, column);
        break;
    case COLUMN_CAMPUS:
        person->campus = take_text(work, column, CAMPUS_MAX, true);
        break;
    case COLUMN_CATEGORY:
        person->category = take_text(work, column, UNIT_MAX, true);
        break;
    case COLUMN_NOTE:
        person->note = take_text(work, column, NOTE_MAX, true);
        break;
    case COLUMN_AMOUNT:
        take_amount(work, column);
        break;
    case COLUMN_METHOD:
        take_method(work, column);
        break;
    default:
        break;
    }
}

/* ---- rows ---- */

struct look {
    size_t n_filled;
    const char *first; /* its first text */
    bool has_name, has_number, has_digit;
};

static struct look look_at(const struct roster_sheet *sheet, const struct table_row *row)
{
    struct look look = {.first = ""};
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct table_cell *cell = &row->cells[i];
        if (cell->kind == CELL_EMPTY && !cell->was_formula)
            continue;
        if (strspn(cell->text, " \t\r\n") == strlen(cell->text) && !cell->was_formula)
            continue;
        if (look.n_filled++ == 0)
            look.first = cell->text;
        const uint8_t column = sheet->columns[i];
        look.has_name |= column == COLUMN_NAME;
        look.has_digit |= strpbrk(cell->text, "0123456789") != NULL;
        look.has_number |=
            column == COLUMN_STUDENT_NO || column == COLUMN_ID_NUMBER || column == COLUMN_PASSPORT;
    }
    return look;
}

/* A title between two classes, a total, a signature, a row of which only the running number was typed. */
static bool is_no_person(struct roster_build *build, const struct table_row *row)
{
    const struct look look = look_at(roster_build_sheet(build), row);
    const bool is_whole = look.has_name && look.has_number;
    if (look.n_filled == 0)
        return true;
    if (roster_is_footer(look.first, is_whole)) {
        build->roster->n_skipped++;
        return true;
    }
    const bool is_title = look.n_filled == 1 && build->roster->kind == LIST_PEOPLE && !look.has_digit;
    if ((look.has_name || look.has_number) && !is_title)
        return false;
    roster_tell(build, ROSTER_ROW_SKIPPED, row->number, 0, COLUMN_NONE);
    build->roster->n_skipped++;
    return true;
}

static void keep(struct roster_build *build, const struct roster_person *person)
{
    struct roster *roster = build->roster;
    if (roster->n_people == build->people_room) {
        build->people_room = build->people_room ? build->people_room * 2 : 256;
        roster->people = bytes_resize(roster->people, build->people_room * sizeof *roster->people);
    }
    roster->people[roster->n_people++] = *person;
}

void roster_take_row(struct roster_build *build, const struct table_row *row)
{
    const struct roster_sheet *sheet = roster_build_sheet(build);
    struct work work = {.build = build, .row = row};
    struct roster_person *person = &work.person;
    *person =
        (struct roster_person){.name = "", .id_number = "", .student_no = "", .document = "", .college = ""};
    person->major = person->unit = person->campus = person->category = person->note = person->method = "";
    person->row = row->number;
    person->sheet = (uint16_t)(build->roster->n_sheets - 1);
    if (is_no_person(build, row))
        return;
    build->roster->n_rows++;
    if (row->is_hidden)
        tell(&work, ROSTER_ROWS_HIDDEN, WHOLE_ROW, NULL);
    for (size_t i = 0; i < row->n_cells; i++)
        if (sheet->columns[i] == COLUMN_ID_KIND)
            take_id_kind(&work, i);
    for (size_t i = 0; i < row->n_cells; i++)
        take_cell(&work, i);
    if (!person->is_wrong && !*person->id_number && !*person->student_no)
        tell(&work, ROSTER_NUMBER_MISSING, WHOLE_ROW, NULL);
    if (!person->is_wrong && !*person->name && build->roster->kind == LIST_PEOPLE)
        tell(&work, ROSTER_NAME_MISSING, WHOLE_ROW, NULL);
    keep(build, person);
}
