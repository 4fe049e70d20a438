/* Reads the cells that say who. Must not know which units exist. Pure; any thread. */
#include "roster/schedule_units.h"
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_text.h"

static bool ends_with(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);
    return length >= size && memcmp(text + length - size, word, size) == 0;
}

static bool ends_with_any(const char *text, size_t length, const char *const words[], size_t *ret_size)
{
    for (size_t i = 0; words[i]; i++) {
        if (!ends_with(text, length, words[i]))
            continue;
        if (ret_size)
            *ret_size = strlen(words[i]);
        return true;
    }
    return false;
}

static const char *const unit_ends[] = {"院", "部", "系", "所", "校区", "中心", NULL};

/* ---- pieces */
static size_t separator_at(const char *text, const char *piece)
{
    static const char *const separators[] = {"、", ",", ";", "/", "\n", "|", "。", NULL};
    for (size_t i = 0; separators[i]; i++)
        if (strncmp(text, separators[i], strlen(separators[i])) == 0)
            return strlen(separators[i]);
    size_t length = (size_t)(text - piece);
    bool is_list = ends_with_any(piece, length, unit_ends, NULL) || ends_with(piece, length, "班") ||
                   ends_with(piece, length, ")");
    return *text == ' ' && text[1] != '(' && is_list ? 1 : 0;
}

static size_t cut_piece(const char **cursor, const char **ret_piece)
{
    const char *piece = *cursor, *at = piece;
    int depth = 0;
    size_t separator = 0;
    for (; *at; at++) {
        depth += *at == '(' ? 1 : *at == ')' && depth > 0 ? -1 : 0;
        if (depth == 0 && (separator = separator_at(at, piece)) > 0)
            break;
    }
    *cursor = at + separator;
    while (*piece == ' ')
        piece++;
    while (at > piece && at[-1] == ' ')
        at--;
    *ret_piece = piece;
    return (size_t)(at - piece);
}

size_t schedule_piece(const char **cursor, const char **ret_piece)
{
    while (**cursor) {
        size_t length = cut_piece(cursor, ret_piece);
        if (length > 0)
            return length;
    }
    return 0;
}

/* ---- numbers of people */
bool schedule_people_read(const char *folded, uint32_t *ret)
{
    static const char *const before[] = {"约", "共", "计", " ", ":", NULL};
    static const char *const after[] = {"人", "名", "左右", " ", "学生", NULL};
    struct schedule_cursor cursor = {folded, 0};
    uint32_t people;
    while (schedule_take_any(&cursor, before) >= 0)
        ;
    if (folded[cursor.at] < '0' || folded[cursor.at] > '9' || !schedule_take_number(&cursor, 7, &people))
        return false;
    if (schedule_take(&cursor, "."))
        while (schedule_take(&cursor, "0"))
            ;
    while (schedule_take_any(&cursor, after) >= 0)
        ;
    if (!schedule_at_end(&cursor) || people > SCHEDULE_PEOPLE_MAX)
        return false;
    *ret = people;
    return true;
}

/* ---- the list */
static char *one_line(const char *text)
{
    char *line = bytes_text(text);
    for (char *at = line; *at; at++)
        if (*at == '\n')
            *at = ' ';
    return line;
}

bool unit_list_add(struct unit_list *list, const char *name, const char *class_name, uint8_t levels,
                   uint32_t planned)
{
    if (list->n_items >= SCHEDULE_UNITS_MAX)
        return false;
    list->items = bytes_resize(list->items, (list->n_items + 1) * sizeof *list->items);
    list->items[list->n_items++] = (struct schedule_unit){
        .name = one_line(name), .class_name = one_line(class_name), .levels = levels, .planned = planned};
    return true;
}

void unit_list_done(struct unit_list *list)
{
    for (size_t i = 0; i < list->n_items; i++) {
        free(list->items[i].name);
        free(list->items[i].class_name);
    }
    free(list->items);
    *list = (struct unit_list){0};
}

/* ---- one piece */
struct piece {
    char *text; /* what is left of it */
    size_t length;
    uint8_t levels;
    uint32_t planned;
    char *classes; /* NULL, or a list */
};

static void shorten(struct piece *piece, size_t length)
{
    while (length > 0 && piece->text[length - 1] == ' ')
        length--;
    piece->text[length] = '\0';
    piece->length = length;
}

/* The last bracket: people, levels, classes, or part of the name. True when it was taken off. */
static bool take_bracket(struct piece *piece)
{
    char *open = strrchr(piece->text, '(');
    if (!open || open == piece->text || !ends_with(piece->text, piece->length, ")"))
        return false;
    char *inner = bytes_text(open + 1);
    inner[strlen(inner) - 1] = '\0';
    uint32_t people;
    uint8_t levels = schedule_levels_of(inner);
    bool is_taken = true;
    if (levels != 0)
        piece->levels = levels;
    else if (schedule_people_read(inner, &people))
        piece->planned = people;
    else if (strstr(inner, "班") && !piece->classes)
        piece->classes = bytes_text(inner);
    else
        is_taken = false;
    free(inner);
    if (is_taken)
        shorten(piece, (size_t)(open - piece->text));
    return is_taken;
}

/* 法学院120人 */
static void take_people(struct piece *piece)
{
    if (!ends_with(piece->text, piece->length, "人") && !ends_with(piece->text, piece->length, "名"))
        return;
    size_t at = piece->length - strlen("人");
    while (at > 0 && piece->text[at - 1] >= '0' && piece->text[at - 1] <= '9')
        at--;
    uint32_t people;
    if (at == 0 || !schedule_people_read(piece->text + at, &people))
        return;
    piece->planned = people;
    shorten(piece, at);
    static const char *const before[] = {"共", "约", "计", ":", NULL};
    size_t size;
    while (ends_with_any(piece->text, piece->length, before, &size))
        shorten(piece, piece->length - size);
}

/* 2021届毕业生 全体学生: everybody */
static bool is_everybody(const char *text)
{
    static const char *const words[] = {"全体毕业生", "全体学生", "全校毕业生", "所有毕业生", "所有学生",
                                        "全体",       "毕业生",   "毕业班学生", NULL};
    struct schedule_cursor cursor = {text, 0};
    uint32_t year;
    if (schedule_take_number(&cursor, 4, &year) != 4 || !schedule_take(&cursor, "届"))
        cursor.at = 0;
    return schedule_take_any(&cursor, words) >= 0 && schedule_at_end(&cursor);
}

/* 外国语学院硕士, 法学院全体毕业生 */
static void take_suffix(struct piece *piece)
{
    static const char *const alls[] = {"全体毕业生", "全体学生", "毕业生", "全体", NULL};
    static const char *const levels[] = {"博士研究生", "硕士研究生", "博士生", "硕士生", "本科生", "专科生",
                                         "博士",       "硕士",       "本科",   "专科",   "研究生", NULL};
    size_t size;
    if (ends_with_any(piece->text, piece->length, alls, &size) &&
        ends_with_any(piece->text, piece->length - size, unit_ends, NULL))
        shorten(piece, piece->length - size);
    if (piece->levels == 0 && ends_with_any(piece->text, piece->length, levels, &size) &&
        ends_with_any(piece->text, piece->length - size, unit_ends, NULL)) {
        piece->levels = schedule_levels_of(piece->text + piece->length - size);
        shorten(piece, piece->length - size);
    }
}

/* 商学院会计1班 is a unit and its class; 会计2班 after it is of the same unit. */
static void split_class(struct piece *piece, const struct unit_list *list, const char **ret_unit)
{
    *ret_unit = NULL;
    if (piece->classes || !ends_with(piece->text, piece->length, "班"))
        return;
    char *end = strstr(piece->text, "学院");
    end = end ? end + strlen("学院") : strstr(piece->text, "院");
    if (end && strncmp(end, "院", strlen("院")) == 0)
        end += strlen("院");
    if (end && end[0] != '\0' && end[0] != '(' && end - piece->text < (ptrdiff_t)(piece->length)) {
        piece->classes = bytes_text(end + (*end == ' '));
        shorten(piece, (size_t)(end - piece->text));
    } else if (!end && list->n_items > 0 && list->items[list->n_items - 1].class_name[0] != '\0') {
        piece->classes = bytes_text(piece->text);
        *ret_unit = list->items[list->n_items - 1].name;
    }
}

static bool add_classes(struct unit_list *list, const char *unit, const struct piece *piece)
{
    const char *cursor = piece->classes, *at;
    char *name = bytes_text(unit);
    size_t length, n = 0;
    bool is_whole = true;
    while (is_whole && (length = schedule_piece(&cursor, &at)) > 0) {
        char *class_name = bytes_format("%.*s", (int)length, at);
        is_whole = unit_list_add(list, name, class_name, piece->levels, 0);
        free(class_name);
        n++;
    }
    if (n == 1 && is_whole)
        list->items[list->n_items - 1].planned = piece->planned;
    free(name);
    return is_whole;
}

static bool read_piece(struct unit_list *list, const char *text, size_t length)
{
    struct piece piece = {.text = bytes_format("%.*s", (int)length, text), .length = length};
    const char *unit;
    bool is_whole;
    while (take_bracket(&piece))
        ;
    take_people(&piece);
    take_suffix(&piece);
    split_class(&piece, list, &unit);
    uint8_t only_levels = schedule_levels_of(piece.text);
    if (piece.classes)
        is_whole = add_classes(list, unit ? unit : piece.text, &piece);
    else if (only_levels != 0)
        is_whole = unit_list_add(list, "", "", only_levels, piece.planned);
    else if (is_everybody(piece.text))
        is_whole = unit_list_add(list, "", "", piece.levels, piece.planned);
    else
        is_whole = piece.length == 0 || unit_list_add(list, piece.text, "", piece.levels, piece.planned);
    free(piece.classes);
    free(piece.text);
    return is_whole;
}

bool unit_list_read(struct unit_list *list, const char *folded)
{
    const char *cursor = folded, *piece;
    size_t length;
    bool is_whole = true;
    while (is_whole && (length = schedule_piece(&cursor, &piece)) > 0)
        is_whole = read_piece(list, piece, length);
    return is_whole;
}
