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
