/* Who a row is for: the unit's cell, the class's, the level's. Pure; any thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_import_state.h"
#include "roster/schedule_text.h"
#include "roster/schedule_units.h"

static void read_classes(struct import_state *state, const struct import_row *row, struct unit_list *list)
{
    const char *cursor = import_text(row, COLUMN_CLASS), *at;
    const char *division_of = state->options->division_of;
    if (cursor[0] == '\0')
        return;
    if (list->n_items > 1) {
        import_report(state, SCHEDULE_CLASS_OF_WHOM, row, COLUMN_CLASS, cursor, NULL);
        return;
    }
    struct schedule_unit unit = {0};
    if (list->n_items == 1)
        unit = list->items[0];
    struct unit_list classes = {0};
    size_t length;
    const char *name = unit.name ? unit.name : division_of ? division_of : "";
    while ((length = schedule_piece(&cursor, &at)) > 0) {
        char *class_name = bytes_format("%.*s", (int)length, at);
        if (!unit_list_add(&classes, name, class_name, unit.levels, 0))
            cursor = "";
        free(class_name);
    }
    unit_list_done(list);
    *list = classes;
}

/* In a college's own table what stands as the unit is a class, unless it is the college. */
static void turn_into_classes(struct unit_list *list, const char *division_of)
{
    char *key = schedule_key(division_of);
    for (size_t i = 0; i < list->n_items; i++) {
        struct schedule_unit *unit = &list->items[i];
        char *unit_key = schedule_key(unit->name);
        if (unit->class_name[0] == '\0' && unit_key[0] != '\0' && strcmp(unit_key, key) != 0) {
            free(unit->class_name);
            unit->class_name = unit->name;
            unit->name = bytes_text(division_of);
        } else if (unit_key[0] == '\0' || unit->class_name[0] != '\0') {
            free(unit->name);
            unit->name = bytes_text(division_of);
        }
        free(unit_key);
    }
    free(key);
}

static void apply_aliases(const struct schedule_import_options *options, struct unit_list *list)
{
    for (size_t i = 0; i < list->n_items; i++) {
        char *key = schedule_key(list->items[i].name);
        for (size_t j = 0; j < options->n_aliases; j++) {
            char *alias = schedule_key(options->aliases[j].printed);
            bool is_same = key[0] != '\0' && strcmp(alias, key) == 0;
            free(alias);
            if (!is_same)
                continue;
            free(list->items[i].name);
            list->items[i].name = bytes_text(options->aliases[j].unit);
            break;
        }
        free(key);
    }
}

bool import_units_read(struct import_state *state, const struct import_row *row, const char *text,
                       struct unit_list *list)
{
    const struct schedule_import_options *options = state->options;
    bool is_whole = unit_list_read(list, text);
    uint8_t levels = schedule_levels_of(import_text(row, COLUMN_LEVEL));
    if (options->division_of)
        turn_into_classes(list, options->division_of);
    read_classes(state, row, list);
    if (list->n_items == 0 && levels != 0)
        unit_list_add(list, options->division_of ? options->division_of : "", "", levels, 0);
    for (size_t i = 0; i < list->n_items; i++)
        if (list->items[i].levels == 0)
            list->items[i].levels = levels;
    apply_aliases(options, list);
    bool has_nameless = false;
    for (size_t i = 0; i < list->n_items; i++)
        has_nameless =
            has_nameless || (list->items[i].name[0] == '\0' && list->items[i].class_name[0] != '\0');
    if (list->n_items == 0 || has_nameless || !is_whole) {
        import_report(state, is_whole ? SCHEDULE_UNIT_MISSING : SCHEDULE_CELL_UNREADABLE, row, COLUMN_UNIT,
                      NULL, NULL);
        return false;
    }
    return true;
}
