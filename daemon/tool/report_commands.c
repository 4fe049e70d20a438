/* units, tallies, payments status: what the desk reports, here or from the daemon. */
#include "desk/report.h"
#include "tool/commands.h"
#include <stdio.h>
#include <string.h>

enum tool_exit read_report(struct tool *tool, const char *path, json_t *(*report)(struct desk *),
                           json_t **ret)
{
    struct queue_event event;
    struct control_answer answer;
    if (tool->desk) {
        desk_event(tool->desk, &event);
        if (!event.exists)
            return tool_refuse(&tool->options, PROBLEM_NO_EVENT);
        *ret = report(tool->desk);
        return TOOL_DONE;
    }
    enum tool_exit result = tool_ask(tool, "GET", path, NULL, &answer);
    if (result != TOOL_DONE)
        return result;
    *ret = json_incref(answer.json);
    control_answer_done(&answer);
    return TOOL_DONE;
}

static long long number_of(const json_t *object, const char *name)
{
    return (long long)json_integer_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void print_unit(const json_t *unit)
{
    const json_t *counts = json_object_get(unit, "counts"), *eta = json_object_get(unit, "eta_s");
    printf("%lld  %s %s: %lld people, shot %lld, left %lld, absent %lld, due %lld", number_of(unit, "id"),
           text_of(unit, "college"), text_of(unit, "name"), number_of(unit, "people"),
           number_of(counts, "shot"), number_of(unit, "left"), number_of(unit, "absent"),
           number_of(unit, "due"));
    if (json_is_integer(eta))
        printf(", about %lld min to go", ((long long)json_integer_value(eta) + 59) / 60);
    puts("");
}

static void print_sums(const char *title, const json_t *sums)
{
    printf("%s:", title);
    for (void *at = json_object_iter((json_t *)(uintptr_t)sums); at;
         at = json_object_iter_next((json_t *)(uintptr_t)sums, at))
        if (json_is_integer(json_object_iter_value(at)) && strcmp(json_object_iter_key(at), "id") != 0)
            printf(" %s %lld", json_object_iter_key(at),
                   (long long)json_integer_value(json_object_iter_value(at)));
    puts("");
}

static void print_list(const json_t *list, void (*print)(const json_t *))
{
    for (size_t i = 0; i < json_array_size(list); i++)
        print(json_array_get(list, i));
}

static void print_lane_sums(const json_t *lane)
{
    char title[LANE_NAME_MAX + 16];
    snprintf(title, sizeof title, "lane %s", text_of(lane, "lane"));
    print_sums(title, lane);
}

static void print_unit_sums(const json_t *unit)
{
    char title[2 * UNIT_MAX + 8];
    snprintf(title, sizeof title, "%s %s", text_of(unit, "college"), text_of(unit, "name"));
    print_sums(title, unit);
}

static void print_refund(const json_t *refund)
{
    printf("refund: %s %s, %s %s, %lld.%02lld\n", text_of(refund, "student_no"), text_of(refund, "name"),
           text_of(refund, "college"), text_of(refund, "unit"), number_of(refund, "paid_fen") / 100,
           number_of(refund, "paid_fen") % 100);
}

static void print_bill(const json_t *bill)
{
    printf("bill: %s %s, %lld people, %lld.%02lld\n", text_of(bill, "college"), text_of(bill, "name"),
           number_of(bill, "people_shot"), number_of(bill, "amount_fen") / 100,
           number_of(bill, "amount_fen") % 100);
}

static enum tool_exit finish(const struct tool *tool, json_t *report, void (*print)(const json_t *))
{
    if (tool->options.is_json) {
        tool_print_json(report);
        return TOOL_DONE;
    }
    print(report);
    json_decref(report);
    return TOOL_DONE;
}

static void print_units(const json_t *report)
{
    print_list(report, print_unit);
}

static void print_tallies(const json_t *report)
{
    print_sums("event", json_object_get(report, "event"));
    print_list(json_object_get(report, "lanes"), print_lane_sums);
    print_list(json_object_get(report, "units"), print_unit_sums);
}

static void print_payments(const json_t *report)
{
    print_sums("payments", json_object_get(report, "tally"));
    print_list(json_object_get(report, "refunds"), print_refund);
    print_list(json_object_get(report, "bills"), print_bill);
}

enum tool_exit run_units(struct tool *tool)
{
    json_t *report = NULL;
    enum tool_exit result = read_report(tool, "/api/v1/units", report_units, &report);
    return result == TOOL_DONE ? finish(tool, report, print_units) : result;
}

enum tool_exit run_tallies(struct tool *tool)
{
    json_t *report = NULL;
    enum tool_exit result = read_report(tool, "/api/v1/tallies", report_tallies, &report);
    return result == TOOL_DONE ? finish(tool, report, print_tallies) : result;
}

enum tool_exit run_payments_status(struct tool *tool)
{
    json_t *report = NULL;
    enum tool_exit result = read_report(tool, "/api/v1/payments", report_payments, &report);
    return result == TOOL_DONE ? finish(tool, report, print_payments) : result;
}
