/* Names of lists, and their end. Pure. */
#include "desk/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static const char *const names[] = {
    [LIST_PEOPLE] = "people", [LIST_EXCLUDED] = "excluded", [LIST_CAPTURED] = "captured",
    [LIST_PAID] = "paid",     [LIST_SCHEDULE] = "schedule",
};
enum { NAME_COUNT = sizeof names / sizeof *names };

const char *list_kind_name(enum list_kind kind)
{
    return (unsigned)kind < NAME_COUNT && names[kind] ? names[kind] : "?";
}

enum list_kind list_kind_from_name(const char *name)
{
    for (int kind = LIST_PEOPLE; kind < NAME_COUNT; kind++)
        if (strcmp(names[kind], name) == 0)
            return (enum list_kind)kind;
    return (enum list_kind)0;
}

static bool is_level(enum degree level)
{
    return (unsigned)level < DEGREE_COUNT;
}

bool desk_list_is_sound(const struct desk_list *list)
{
    if (list->kind < LIST_PEOPLE || list->kind > LIST_SCHEDULE || list->n_people > UINT32_MAX ||
        list->n_slots > UINT32_MAX)
        return false;
    if (list->replaces &&
        ((list->kind != LIST_EXCLUDED && list->kind != LIST_CAPTURED) || list->accepts_good))
        return false;
    if (list->document && strlen(list->document) > DOCUMENT_MAX)
        return false;
    for (size_t i = 0; i < list->n_people; i++)
        if (!is_level(list->people[i].level))
            return false;
    for (size_t i = 0; i < list->n_slots; i++) {
        const struct list_slot *slot = &list->slots[i];
        if (!is_level(slot->level) || !*slot->lane || slot->end_us <= slot->start_us)
            return false;
    }
    return true;
}

void desk_list_free(struct desk_list *list)
{
    if (!list)
        return;
    if (list->people)
        wipe_bytes(list->people, list->n_people * sizeof *list->people);
    free(list->people);
    free(list->slots);
    free(list->document);
    free(list);
}
