/* The ledger of the event at hand: counted from the queue and the directory, with names of units, labels of numbers and
 * unsealed reasons for those who may see them. Takes the desk's lock while it counts, but for ledger_of and the facts that
 * the writer asks for. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/group_state.h"
#include "desk/reason.h"

static void add_person(void *arg, const struct person_id *id, const struct person_facts *facts)
{
    const struct ledger_person who = {.id = *id,
                                      .unit = facts->on_roster ? facts->unit_id : 0,
                                      .on_roster = facts->on_roster,
                                      .is_excluded = facts->is_excluded,
                                      .is_captured = facts->is_captured};
    ledger_add(arg, &who);
}

static struct ledger *ledger_of(const struct directory *directory, const struct queue *queue)
{
    struct ledger *ledger = ledger_new(queue, directory_unit_count(directory));
    directory_each(directory, add_person, ledger);
    return ledger;
}

/* ---- for the writer */
void group_take_open_lines(const struct group *group, struct queue_command *command)
{
    struct lookup look;
    group_look(group, &look);
    struct ledger *ledger = ledger_of(look.directory, group->writer->deciding);
    command->open_lines = ledger_open(ledger, command->kind == COMMAND_SESSION_CLOSE ? command->lane : NULL);
    ledger_free(ledger);
}

bool group_take_difference(const struct group *group, struct queue_command *command)
{
    struct lookup look;
    struct ledger_mark mark;
    const struct ledger_line *line = NULL;
    group_look(group, &look);
    struct ledger *ledger = ledger_of(look.directory, group->writer->deciding);
    if (ledger_mark_parse(command->extra, &mark))
        line = ledger_line(ledger, mark.kind, command->lane, mark.unit);
    const bool has_line = line;
    if (has_line) {
        command->difference = line->difference;
        command->who = ledger_who(ledger, line);
    }
    ledger_free(ledger);
    return has_line;
}

/* ---- for those who look */
static void fill_causes(const struct desk *desk, struct ledger *ledger, struct desk_ledger_line *view)
{
    const size_t count = view->line.difference ? ledger_causes(ledger, &view->line, NULL, 0) : 0;
    struct ledger_cause *causes = bytes_alloc(count * sizeof *causes);
    view->causes = bytes_alloc(count * sizeof *view->causes);
    view->n_causes = ledger_causes(ledger, &view->line, causes, count);
    for (size_t i = 0; i < count; i++) {
        view->causes[i].fault = causes[i].fault;
        if (causes[i].number)
            ticket_label(&queue_event(desk->visible)->rules, causes[i].lane, causes[i].number,
                         view->causes[i].label);
    }
    free(causes);
}

static void fill_signature(const struct desk *desk, struct desk_ledger_line *view)
{
    const struct ledger_mark mark = {.kind = view->line.kind, .unit = view->line.unit};
    const struct queue_signature *signature = queue_signature(desk->visible, view->line.lane, &mark);
    if (!signature)
        return;
    view->has_signature = true;
    view->signed_difference = signature->difference;
    view->signed_us = signature->at_us;
    memcpy(view->signed_by, signature->device, sizeof view->signed_by);
    reason_open(&desk->keys, signature->reason, view->reason);
}

static void fill_line(const struct desk *desk, struct ledger *ledger, const struct ledger_line *line,
                      struct desk_ledger_line *ret)
{
    ret->line = *line;
    ret->who = ledger_who(ledger, line);
    fill_causes(desk, ledger, ret);
    fill_signature(desk, ret);
    const struct unit_record *unit = line->unit ? directory_unit(desk->directory, line->unit) : NULL;
    if (!unit)
        return;
    memcpy(ret->college, unit->college, sizeof ret->college);
    memcpy(ret->name, unit->name, sizeof ret->name);
}

struct desk_ledger_line *desk_ledger(struct desk *desk, size_t *ret_count, uint64_t *ret_seq)
{
    pthread_mutex_lock(&desk->lock);
    struct ledger *ledger = ledger_of(desk->directory, desk->visible);
    const struct ledger_line *lines = ledger_lines(ledger, ret_count);
    struct desk_ledger_line *views = bytes_alloc(*ret_count * sizeof *views);
    for (size_t i = 0; i < *ret_count; i++)
        fill_line(desk, ledger, &lines[i], &views[i]);
    *ret_seq = queue_seq(desk->visible);
    ledger_free(ledger);
    pthread_mutex_unlock(&desk->lock);
    return views;
}

void desk_ledger_free(struct desk_ledger_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(lines[i].causes);
    free(lines);
}
