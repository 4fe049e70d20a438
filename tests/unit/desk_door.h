/* A desk over a real journal in a folder of its own, for the tests of rules and lists: two lanes, an event, synthetic
 * people. Includes cmocka: whatever fails where nothing may ends the test. */
#ifndef TESTS_DESK_DOOR_H
#define TESTS_DESK_DOOR_H
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk.h"
#include "identity/id_number.h"

struct door {
    char folder[64];
    struct config_lane lanes[2];
    struct config config;
    struct desk *desk;
};

static inline void door_open(struct door *door)
{
    const struct desk_options options = {.config = &door->config, .create = true};
    char *error = NULL;
    if (desk_open(&door->desk, &options, &error) != JOURNAL_OK)
        fail_msg("%s", error);
}

static inline void door_reopen(struct door *door)
{
    desk_close(door->desk);
    door_open(door);
}

static inline struct desk_answer door_ask(struct door *door, const struct desk_command *command)
{
    struct desk_answer answer;
    desk_call(door->desk, command, &answer);
    return answer;
}

/* A command that names a lane and perhaps a number. */
static inline struct desk_command door_command(enum command_kind kind, const char *lane, uint32_t number)
{
    struct desk_command command = {.kind = DESK_QUEUE,
                                   .queue = {.kind = kind, .number = number, .device = "test"}};
    strcpy(command.queue.lane, lane);
    return command;
}

static inline struct desk_answer door_order(struct door *door, enum command_kind kind, const char *lane,
                                            uint32_t number)
{
    const struct desk_command command = door_command(kind, lane, number);
    return door_ask(door, &command);
}

static inline void door_expect(struct desk_answer answer, enum problem problem)
{
    if (answer.problem != problem)
        fail_msg("\"%s\", not \"%s\"", problem_code(answer.problem), problem_code(problem));
}

static inline void door_done(struct door *door, enum command_kind kind, const char *lane, uint32_t number)
{
    door_expect(door_order(door, kind, lane, number), PROBLEM_NONE);
}

static inline struct desk_answer door_rules(struct door *door, const struct queue_rules *rules,
                                            const char *text)
{
    struct desk_command command = {.kind = DESK_RULES, .queue = {.device = "test", .extra = "test-profile"}};
    command.queue.rules = *rules;
    command.document = bytes_text(text);
    return door_ask(door, &command);
}

/* The folder, the desk, and an event with these rules (NULL: none said) and both sessions open. */
static inline struct door *door_new(const struct queue_rules *rules)
{
    struct door *door = bytes_alloc(sizeof *door);
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(door->folder, sizeof door->folder, "%s/paihao-door-XXXXXX", parent);
    assert_non_null(mkdtemp(door->folder));
    door->lanes[0] = (struct config_lane){.name = (char *)"A", .room = (char *)"E201"};
    door->lanes[1] = (struct config_lane){.name = (char *)"B", .room = (char *)""};
    door->config.data_dir = door->folder;
    door->config.key_file = bytes_format("%s/secret.key", door->folder);
    door->config.lanes = door->lanes;
    door->config.n_lanes = 2;
    door_open(door);
    struct desk_command create = door_command(COMMAND_EVENT_CREATE, "", 0);
    strcpy(create.queue.text, "2026届采集");
    strcpy(create.queue.extra, "test-profile");
    if (rules) {
        create.queue.rules = *rules;
        create.document = bytes_text("# the test's own\n");
    }
    door_expect(door_ask(door, &create), PROBLEM_NONE);
    door_done(door, COMMAND_SESSION_OPEN, "A", 0);
    door_done(door, COMMAND_SESSION_OPEN, "B", 0);
    return door;
}

static inline void door_verify(const struct door *door)
{
    struct journal_report report;
    assert_int_equal(journal_verify(door->folder, door->config.key_file, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
}

static inline void door_free(struct door *door)
{
    desk_close(door->desk);
    char *command = bytes_format("rm -rf '%s'", door->folder);
    assert_int_equal(system(command), 0);
    free(command);
    free(door->config.key_file);
    free(door);
}

/* ---- people: number n, from 1 */
static inline void door_id_number(unsigned n, char ret[static ID_NUMBER_LENGTH + 1])
{
    char digits[32];
    snprintf(digits, sizeof digits, "990101%04u0101%03u", 1980 + n / 1000, n % 1000);
    memcpy(ret, digits, 17);
    ret[17] = '\0';
    ret[17] = id_number_check(ret);
    ret[18] = '\0';
}

static inline struct presentation door_card(unsigned n)
{
    struct presentation card = {.medium = MEDIUM_ID_CARD};
    door_id_number(n, card.id_number);
    snprintf(card.name, sizeof card.name, "张测%u", n);
    return card;
}

static inline struct presentation door_chip(unsigned n)
{
    struct presentation chip = {.medium = MEDIUM_CHIP, .credential_size = 8};
    chip.credential[0] = 0x11;
    chip.credential[6] = (uint8_t)(n >> 8);
    chip.credential[7] = (uint8_t)n;
    return chip;
}

static inline struct desk_command door_check_in_of(const char *lane, const struct presentation *who)
{
    struct desk_command command = door_command(COMMAND_CHECK_IN, lane, 0);
    command.presentation = who;
    return command;
}

static inline struct desk_answer door_check_in(struct door *door, const char *lane, unsigned n)
{
    const struct presentation card = door_card(n);
    const struct desk_command command = door_check_in_of(lane, &card);
    return door_ask(door, &command);
}

/* Number, called and photographed. */
static inline struct desk_answer door_shoot(struct door *door, const char *lane, unsigned n)
{
    const struct desk_answer answer = door_check_in(door, lane, n);
    door_expect(answer, PROBLEM_NONE);
    door_done(door, COMMAND_CALL, lane, answer.ticket.ticket.number);
    door_done(door, COMMAND_SHOT, lane, answer.ticket.ticket.number);
    return answer;
}

/* ---- lists */
static inline struct list_person door_row(unsigned n, const char *college, const char *unit)
{
    struct list_person row = {.row = n};
    door_id_number(n, row.id_number);
    snprintf(row.student_no, sizeof row.student_no, "2022%04u", n);
    snprintf(row.name, sizeof row.name, "张测%u", n);
    strcpy(row.college, college);
    strcpy(row.unit, unit);
    return row;
}

static inline struct desk_answer door_list_as(struct door *door, const struct desk_list *like,
                                              const struct list_person rows[], size_t count, const char *key)
{
    struct desk_list *list = bytes_alloc(sizeof *list);
    *list = *like;
    list->people = bytes_alloc((count + 1) * sizeof *rows);
    list->n_people = count;
    memcpy(list->people, rows, count * sizeof *rows);
    snprintf(list->digest, sizeof list->digest, "%032zx", count);
    struct desk_command command = {.kind = DESK_LIST, .queue = {.device = "test"}, .list = list};
    strcpy(command.key, key);
    return door_ask(door, &command);
}

/* Stored as far as it has no errors. */
static inline struct desk_answer door_list(struct door *door, enum list_kind kind,
                                           const struct list_person rows[], size_t count, const char *key)
{
    const struct desk_list like = {.kind = kind, .accepts_good = true};
    return door_list_as(door, &like, rows, count, key);
}

static inline void door_counts(struct desk_answer answer, uint32_t added, uint32_t updated,
                               uint32_t unchanged, uint32_t skipped)
{
    door_expect(answer, PROBLEM_NONE);
    if (answer.list.added != added || answer.list.updated != updated || answer.list.unchanged != unchanged ||
        answer.list.skipped != skipped)
        fail_msg("%u added, %u updated, %u unchanged, %u skipped", answer.list.added, answer.list.updated,
                 answer.list.unchanged, answer.list.skipped);
}

/* A class of `count` people from number `first`, in the order of their numbers. */
static inline void door_class(struct door *door, const char *unit, unsigned first, unsigned count)
{
    struct list_person *rows = bytes_alloc(count * sizeof *rows);
    for (unsigned i = 0; i < count; i++)
        rows[i] =
            door_row(first + count - 1 - i, "化学学院", unit); /* the list's own order does not matter */
    door_counts(door_list(door, LIST_PEOPLE, rows, count, ""), count, 0, 0, 0);
    free(rows);
}

static inline struct desk_answer door_pay(struct door *door, const struct presentation *who,
                                          const char *state, uint32_t fen, bool card)
{
    struct desk_command command = {.kind = DESK_PAYMENT, .presentation = who};
    command.queue = (struct queue_command){.value = fen, .card = card, .device = "test"};
    strcpy(command.queue.extra, state);
    return door_ask(door, &command);
}

#endif
