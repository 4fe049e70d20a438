/* Names of classes to a token's units and back. Reads the directory under the desk's lock and copies; decides nothing of
 * people. Any thread. */
#include "desk/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "desk/desk_state.h"

void scope_label(const char *college, const char *name, char ret_label[static SCOPE_LABEL_SIZE])
{
    const bool has_both = *college && *name && strcmp(college, name) != 0;
    snprintf(ret_label, SCOPE_LABEL_SIZE, "%s%s%s", *name && !has_both ? "" : college, has_both ? " / " : "",
             name);
}

bool scope_is_sound(const char *role, const char *units, uint32_t n_units)
{
    struct token_scope scope;
    return !*units || (strcmp(role, "liaison") == 0 && token_scope_parse(units, &scope) &&
                       token_scope_highest(&scope) <= n_units);
}

static uint32_t people_of(const struct directory *directory, uint32_t unit)
{
    size_t count;
    directory_members(directory, unit, &count);
    return (uint32_t)count;
}

/* ---- a token's units */
static void fill_part(const struct desk *desk, struct token_scope_part from, struct scope_part *ret)
{
    const struct directory *directory = desk->directory;
    const struct unit_record *record = directory_unit(directory, from.unit);
    *ret = (struct scope_part){.unit = from.unit, .is_college = from.is_college};
    if (!record)
        return;
    memcpy(ret->college, record->college, sizeof ret->college);
    if (!from.is_college) {
        memcpy(ret->name, record->name, sizeof ret->name);
        ret->people = people_of(directory, from.unit);
        return;
    }
    for (uint32_t id = 1; id <= directory_unit_count(directory); id++)
        if (strcmp(directory_unit(directory, id)->college, record->college) == 0)
            ret->people += people_of(directory, id);
}

struct scope_part *desk_scope_parts(struct desk *desk, const char *units, size_t *ret_count)
{
    struct token_scope scope;
    *ret_count = 0;
    if (!*units || !token_scope_parse(units, &scope))
        return NULL;
    struct scope_part *parts = bytes_alloc(scope.count * sizeof *parts);
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < scope.count; i++)
        fill_part(desk, scope.parts[i], &parts[i]);
    pthread_mutex_unlock(&desk->lock);
    *ret_count = scope.count;
    return parts;
}

static bool covers(const struct directory *directory, const struct token_scope *scope, uint32_t unit)
{
    const struct unit_record *wanted = directory_unit(directory, unit);
    for (size_t i = 0; wanted && i < scope->count; i++) {
        const struct token_scope_part *part = &scope->parts[i];
        const struct unit_record *record = directory_unit(directory, part->unit);
        if (part->unit == unit ||
            (part->is_college && record && strcmp(record->college, wanted->college) == 0))
            return true;
    }
    return false;
}

bool desk_scope_covers(struct desk *desk, const char *units, uint32_t unit)
{
    struct token_scope scope;
    if (!*units)
        return true;
    if (!token_scope_parse(units, &scope))
        return false;
    pthread_mutex_lock(&desk->lock);
    bool is_own = covers(desk->directory, &scope, unit);
    pthread_mutex_unlock(&desk->lock);
    return is_own;
}

/* ---- names as people write them */
enum { KEY_SIZE = 2 * SCOPE_LABEL_SIZE };

/* Without blanks, ASCII letters small, a wide solidus as the narrow one. */
static void key_of(const char *text, char ret_key[static KEY_SIZE])
{
    size_t size = 0;
    while (*text && size + 4 < KEY_SIZE) {
        uint32_t point = 0;
        const size_t bytes = utf8_read(text, strlen(text), &point);
        if (bytes == 0)
            break;
        text += bytes;
        if (point == ' ' || point == 0x3000 || point == '\t')
            continue;
        if (point == 0xff0f)
            point = '/';
        if (point >= 'A' && point <= 'Z')
            point += 'a' - 'A';
        size += utf8_write(point, ret_key + size);
    }
    ret_key[size] = '\0';
}

/* A class, or a whole college by one unit of it. */
struct candidate {
    struct token_scope_part part;
    const struct unit_record *unit;
    unsigned likeness;
};
struct candidates {
    struct candidate *list;
    size_t count;
};

static bool has_college(const struct candidates *all, const char *college)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].part.is_college && strcmp(all->list[i].unit->college, college) == 0)
            return true;
    return false;
}

/* Everything that can be asked for: each class with people, each college once. `lock` held. */
static struct candidates candidates_of(const struct directory *directory)
{
    const uint32_t n_units = directory_unit_count(directory);
    struct candidates all = {bytes_alloc(2 * (size_t)n_units * sizeof *all.list), 0};
    for (uint32_t id = 1; id <= n_units; id++) {
        const struct unit_record *unit = directory_unit(directory, id);
        if (people_of(directory, id) == 0)
            continue;
        if (*unit->college && !has_college(&all, unit->college))
            all.list[all.count++] = (struct candidate){{id, true}, unit, 0};
        if (strcmp(unit->college, unit->name) != 0)
            all.list[all.count++] = (struct candidate){{id, false}, unit, 0};
    }
    return all;
}

static void label_of(const struct candidate *candidate, char ret_label[static SCOPE_LABEL_SIZE])
{
    scope_label(candidate->unit->college, candidate->part.is_college ? "" : candidate->unit->name, ret_label);
}

static bool is_named(const struct candidate *candidate, const char *key)
{
    char own[KEY_SIZE];
    key_of(candidate->part.is_college ? candidate->unit->college : candidate->unit->name, own);
    return strcmp(own, key) == 0;
}

/* "college / class" */
static bool is_named_whole(const struct candidate *candidate, const char *key)
{
    char label[SCOPE_LABEL_SIZE], own[KEY_SIZE];
    if (candidate->part.is_college || !*candidate->unit->college)
        return false;
    scope_label(candidate->unit->college, candidate->unit->name, label);
    key_of(label, own);
    return strcmp(own, key) == 0;
}

/* By its own name, or by college and class without anything between: another college may have a class of just that name. */
static bool is_named_loosely(const struct candidate *candidate, const char *key)
{
    char label[SCOPE_LABEL_SIZE], own[KEY_SIZE];
    if (is_named(candidate, key))
        return true;
    if (candidate->part.is_college || !*candidate->unit->college)
        return false;
    snprintf(label, sizeof label, "%s%s", candidate->unit->college, candidate->unit->name);
    key_of(label, own);
    return strcmp(own, key) == 0;
}

/* Characters that both have, of all: per mille. */
static unsigned likeness_of(const char *one, const char *other)
{
    size_t shared = 0, n_one = 0, n_other = 0;
    bool is_used[KEY_SIZE] = {false};
    for (const char *at = other; *at; at += utf8_first(at))
        n_other++;
    for (const char *at = one; *at; at += utf8_first(at), n_one++) {
        size_t place = 0;
        for (const char *seek = other; *seek; seek += utf8_first(seek), place++) {
            if (is_used[place] || utf8_first(seek) != utf8_first(at) || memcmp(seek, at, utf8_first(at)) != 0)
                continue;
            is_used[place] = true;
            shared++;
            break;
        }
    }
    return n_one + n_other > 0 ? (unsigned)(2000 * shared / (n_one + n_other)) : 0;
}

static void compare(struct candidate *candidate, const char *key)
{
    char label[SCOPE_LABEL_SIZE], own[KEY_SIZE];
    label_of(candidate, label);
    key_of(label, own);
    candidate->likeness = likeness_of(key, own);
    if (candidate->part.is_college)
        return;
    key_of(candidate->unit->name, own);
    const unsigned by_name = likeness_of(key, own);
    if (by_name > candidate->likeness)
        candidate->likeness = by_name;
}

static int by_likeness(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->likeness != other->likeness)
        return one->likeness > other->likeness ? -1 : 1;
    return one->part.unit < other->part.unit ? -1 : one->part.unit > other->part.unit;
}

static void note_near(struct scope_miss *miss, const struct candidate *candidate)
{
    if (miss->n_near < SCOPE_NEAR_MAX)
        label_of(candidate, miss->near[miss->n_near++]);
}

static void find_near(struct candidates *all, const char *key, struct scope_miss *miss)
{
    enum { LIKE = 500 };
    for (size_t i = 0; i < all->count; i++) {
        compare(&all->list[i], key);
        miss->is_near |= all->list[i].likeness >= LIKE;
    }
    if (miss->is_near)
        qsort(all->list, all->count, sizeof *all->list, by_likeness);
    for (size_t i = 0; i < all->count && (!miss->is_near || all->list[i].likeness >= LIKE); i++)
        note_near(miss, &all->list[i]);
}

/* The one that is meant; NULL: none or several, as *miss then says. */
static const struct candidate *find_one(struct candidates *all, const char *name, struct scope_miss *miss)
{
    char key[KEY_SIZE];
    const struct candidate *found = NULL;
    key_of(name, key);
    *miss = (struct scope_miss){.name = name};
    for (int whole = 1; whole >= 0 && miss->n_near == 0; whole--)
        for (size_t i = 0; i < all->count; i++) {
            const struct candidate *each = &all->list[i];
            if (!(whole ? is_named_whole(each, key) : is_named_loosely(each, key)))
                continue;
            found = each;
            note_near(miss, each);
        }
    if (miss->n_near == 1)
        return found;
    miss->is_ambiguous = miss->n_near > 1;
    if (!miss->is_ambiguous)
        find_near(all, key, miss);
    return NULL;
}

enum problem desk_scope_find(struct desk *desk, const char *const *names, size_t count,
                             char ret_units[static TOKEN_SCOPE_SIZE], struct scope_miss *ret_miss)
{
    enum problem problem = PROBLEM_NONE;
    struct token_scope scope = {0};
    pthread_mutex_lock(&desk->lock);
    struct candidates all = candidates_of(desk->directory);
    for (size_t i = 0; i < count && !problem; i++) {
        const struct candidate *one = find_one(&all, names[i], ret_miss);
        if (!one)
            problem = PROBLEM_UNIT_UNKNOWN;
        else if (!token_scope_add(&scope, one->part))
            problem = PROBLEM_BAD_REQUEST;
    }
    free(all.list);
    pthread_mutex_unlock(&desk->lock);
    if (!problem)
        token_scope_text(&scope, ret_units);
    return problem;
}

void scope_miss_text(const struct scope_miss *miss, char **ret_zh, char **ret_en)
{
    struct buffer zh = {0}, en = {0};
    buffer_format(&zh, miss->is_ambiguous ? "“%s”不止一个，请写明学院和班级" : "名单中没有“%s”这个班级或学院",
                  miss->name);
    buffer_format(&en,
                  miss->is_ambiguous ? "\"%s\" is there more than once; give college and class"
                                     : "There is no class or college \"%s\" on the list",
                  miss->name);
    if (miss->n_near == 0) {
        buffer_add_text(&zh, "：还没有人员名单，请先导入");
        buffer_add_text(&en, ": there is no list of people yet, import it first");
    } else if (!miss->is_ambiguous) {
        buffer_add_text(&zh, miss->is_near ? "。相近的有" : "。名单中有");
        buffer_add_text(&en, miss->is_near ? ". Near it" : ". There are");
    }
    for (size_t i = 0; i < miss->n_near; i++) {
        buffer_format(&zh, "%s%s", i > 0 ? "、" : "：", miss->near[i]);
        buffer_format(&en, "%s%s", i > 0 ? ", " : ": ", miss->near[i]);
    }
    buffer_add_text(&zh, "。");
    buffer_add_text(&en, ".");
    *ret_zh = zh.data;
    *ret_en = en.data;
}
