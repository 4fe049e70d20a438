/* Slots and who they are for. Must not read tables or know a clock. No I/O; a schedule belongs to one thread, or to
 * many that only read it. */
#include "roster/schedule.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "roster/schedule_date.h"
#include "roster/schedule_text.h"

struct schedule *schedule_new(void)
{
    return bytes_alloc(sizeof(struct schedule));
}

static void free_slot(struct schedule_slot *slot)
{
    for (size_t i = 0; i < slot->n_units; i++) {
        free(slot->units[i].name);
        free(slot->units[i].class_name);
        free(slot->units[i].key);
        free(slot->units[i].class_key);
    }
    free(slot->units);
    free(slot->lane);
    free(slot->place);
    free(slot->sheet);
    free(slot->batch);
    free(slot->note);
}

void schedule_free(struct schedule *schedule)
{
    if (!schedule)
        return;
    for (size_t i = 0; i < schedule->n_slots; i++)
        free_slot(&schedule->slots[i]);
    free(schedule->slots);
    free(schedule);
}

/* ---- adding */
static bool is_text(const char *text)
{
    return !text || text[0] == '\0' || text_is_plain(text, strlen(text), SCHEDULE_NAME_MAX);
}

static bool is_unit(const struct schedule_unit *unit)
{
    bool is_named = unit->name && unit->name[0] != '\0';
    bool is_class = unit->class_name && unit->class_name[0] != '\0';
    return is_text(unit->name) && is_text(unit->class_name) && (is_named || !is_class) &&
           unit->levels <= LEVEL_ALL && unit->planned <= SCHEDULE_PEOPLE_MAX;
}

static bool is_slot(const struct schedule *schedule, const struct schedule_slot *slot)
{
    if (schedule->n_slots >= SCHEDULE_SLOTS_MAX || slot->start_min >= slot->end_min ||
        slot->end_min > 24 * 60 || slot->weekday > 7 || slot->half >= HALF_COUNT ||
        slot->planned > SCHEDULE_PEOPLE_MAX || slot->n_units == 0 || slot->n_units > SCHEDULE_UNITS_MAX ||
        schedule->n_all_units + slot->n_units > SCHEDULE_ALL_UNITS_MAX)
        return false;
    if (slot->date != SCHEDULE_NO_DATE && (slot->date < SCHEDULE_DAY_MIN || slot->date > SCHEDULE_DAY_MAX))
        return false;
    if (slot->parent != SCHEDULE_NO_PARENT &&
        (slot->parent < 0 || (size_t)slot->parent >= schedule->n_slots ||
         schedule->slots[slot->parent].parent != SCHEDULE_NO_PARENT))
        return false;
    if (!is_text(slot->lane) || !is_text(slot->place) || !is_text(slot->sheet) || !is_text(slot->batch) ||
        !is_text(slot->note))
        return false;
    for (size_t i = 0; i < slot->n_units; i++)
        if (!is_unit(&slot->units[i]))
            return false;
    return true;
}

static char *copy_text(const char *text)
{
    return bytes_text(text ? text : "");
}

static struct schedule_unit copy_unit(const struct schedule_unit *unit)
{
    struct schedule_unit copy = {.levels = unit->levels, .planned = unit->planned};
    copy.name = copy_text(unit->name);
    copy.class_name = copy_text(unit->class_name);
    copy.key = schedule_key(copy.name);
    copy.class_key = schedule_key(copy.class_name);
    return copy;
}

int schedule_add(struct schedule *schedule, const struct schedule_slot *slot)
{
    if (!is_slot(schedule, slot))
        return -EINVAL;
    struct schedule_slot copy = *slot;
    copy.lane = copy_text(slot->lane);
    copy.place = copy_text(slot->place);
    copy.sheet = copy_text(slot->sheet);
    copy.batch = copy_text(slot->batch);
    copy.note = copy_text(slot->note);
    copy.units = bytes_alloc(slot->n_units * sizeof *copy.units);
    for (size_t i = 0; i < slot->n_units; i++)
        copy.units[i] = copy_unit(&slot->units[i]);
    schedule->slots = bytes_resize(schedule->slots, (schedule->n_slots + 1) * sizeof *schedule->slots);
    schedule->slots[schedule->n_slots] = copy;
    schedule->n_all_units += slot->n_units;
    return (int)schedule->n_slots++;
}

/* ---- degree levels */
static const struct {
    const char *word;
    uint8_t levels;
} level_words[] = {
    /* the longer ones first */
    {"博士研究生", LEVEL_DOCTOR},
    {"硕士研究生", LEVEL_MASTER},
    {"博士生", LEVEL_DOCTOR},
    {"硕士生", LEVEL_MASTER},
    {"本科生", LEVEL_BACHELOR},
    {"专科生", LEVEL_JUNIOR},
    {"大专", LEVEL_JUNIOR},
    {"高职", LEVEL_JUNIOR},
    {"博士", LEVEL_DOCTOR},
    {"硕士", LEVEL_MASTER},
    {"本科", LEVEL_BACHELOR},
    {"专科", LEVEL_JUNIOR},
    {"研究生", LEVEL_MASTER | LEVEL_DOCTOR},
};

static uint8_t take_level(struct schedule_cursor *cursor)
{
    for (size_t i = 0; i < sizeof level_words / sizeof *level_words; i++)
        if (schedule_take(cursor, level_words[i].word))
            return level_words[i].levels;
    return 0;
}

uint8_t schedule_levels_of(const char *text)
{
    static const char *const before[] = {"全体", "所有", "全校", "各学院", "学历", NULL};
    static const char *const after[] = {"毕业生", "学生", "学历", "、", ",",  "/", ";",
                                        "和",     "及",   "与",   " ",  "\n", NULL};
    char *folded = schedule_fold(text);
    if (!folded)
        return 0;
    struct schedule_cursor cursor = {folded, 0};
    uint8_t levels = 0, level;
    while (schedule_take_any(&cursor, before) >= 0)
        ;
    while ((level = take_level(&cursor)) > 0) {
        levels |= level;
        while (schedule_take_any(&cursor, after) >= 0)
            ;
    }
    bool is_all = schedule_at_end(&cursor);
    free(folded);
    return is_all ? levels : 0;
}

const char *schedule_levels_zh(uint8_t levels)
{
    static const char *const names[LEVEL_ALL + 1] = {
        "",       "专科",         "本科",         "专科、本科",
        "硕士",   "专科、硕士",   "本科、硕士",   "专科、本科、硕士",
        "博士",   "专科、博士",   "本科、博士",   "专科、本科、博士",
        "研究生", "专科、研究生", "本科、研究生", "各层次"};
    return names[levels & LEVEL_ALL];
}

const char *schedule_levels_en(uint8_t levels)
{
    static const char *const names[LEVEL_ALL + 1] = {"",
                                                     "junior college",
                                                     "bachelor",
                                                     "junior college, bachelor",
                                                     "master",
                                                     "junior college, master",
                                                     "bachelor, master",
                                                     "junior college, bachelor, master",
                                                     "doctor",
                                                     "junior college, doctor",
                                                     "bachelor, doctor",
                                                     "junior college, bachelor, doctor",
                                                     "master, doctor",
                                                     "junior college, master, doctor",
                                                     "bachelor, master, doctor",
                                                     "every level"};
    return names[levels & LEVEL_ALL];
}

/* ---- words */
char *schedule_units_text(const struct schedule_slot *slot)
{
    struct buffer text = {0};
    for (size_t i = 0; i < slot->n_units; i++) {
        const struct schedule_unit *unit = &slot->units[i];
        bool is_latin = unit->name[0] != '\0' && (unit->name[strlen(unit->name) - 1] & 0x80) == 0;
        buffer_format(&text, "%s%s%s%s%s", i == 0 ? "" : "、", unit->name,
                      is_latin && unit->class_name[0] != '\0' ? " " : "", unit->class_name,
                      schedule_levels_zh(unit->levels));
        if (unit->name[0] == '\0' && unit->levels == 0)
            buffer_add_text(&text, "全体");
    }
    return text.data;
}

bool schedule_has_children(const struct schedule *schedule, size_t slot)
{
    for (size_t i = slot + 1; i < schedule->n_slots; i++)
        if (schedule->slots[i].parent == (int32_t)slot)
            return true;
    return false;
}
