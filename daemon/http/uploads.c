/* Lists that the office sends as files: people, exclusions, earlier captures, payments, the schedule. The bytes are read
 * and stored on a thread of its own (take_list waits for the desk); the rest is on the listener's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/reply.h"
#include "http/scoped.h"

enum { PACE_LEAST_S = 1, PACE_MOST_S = 600 };

/* "pace_s": seconds from one person to the next; absent: 0. False when it is something else. */
static bool take_pace(const struct request *request, uint32_t *ret)
{
    const char *text = request_argument(request, "pace_s");
    uint64_t pace = 0;
    if (text && text_to_u64(text, PACE_LEAST_S, PACE_MOST_S, &pace) != 0)
        return false;
    *ret = (uint32_t)pace;
    return true;
}

static enum MHD_Result refuse_pace(struct request *request)
{
    return reply_problem_saying(request, PROBLEM_BAD_REQUEST, "\"pace_s\" must be a number from 1 to 600.",
                                "pace_s 须为 1 至 600 的整数。");
}

/* ---- a list in */
static void read_list(struct wait *wait)
{
    struct work *work = &wait->work;
    const struct http_options *options = work->options;
    const struct http_list list = {
        .kind = work->kind,
        .bytes = (const uint8_t *)(work->input.data ? work->input.data : ""),
        .size = work->input.size,
        .is_preview = work->is_preview,
        .accepts_good = work->accepts_good,
        .replaces = work->replaces,
        .division_of = work->path ? work->path : "",
        .pace_s = work->pace_s,
        .device = work->device,
        .key = work->key,
    };
    struct http_list_answer answer = {.problem = PROBLEM_INTERNAL};
    options->take_list(options->lists_arg, &list, &answer);
    work->problem = answer.problem;
    work->is_replayed = answer.is_replayed;
    work->data = answer.members;
    work->size = answer.members ? strlen(answer.members) : 0;
}

static enum MHD_Result answer_list(struct request *request, const struct wait *wait)
{
    const struct work *work = &wait->work;
    struct buffer body = {0};
    if (work->problem) {
        if (work->data)
            buffer_format(&body, ",%s", work->data);
        enum MHD_Result result =
            reply_problem_with(request, work->problem, &(struct problem_more){.members = body.data});
        buffer_done(&body);
        return result;
    }
    buffer_add_text(&body, "{");
    buffer_add_text(&body, work->data ? work->data : "");
    buffer_add_text(&body, "}");
    return reply_answer(request, MHD_HTTP_OK, &body, &(struct desk_answer){.replayed = work->is_replayed});
}

static enum MHD_Result take(struct request *request, enum list_kind kind)
{
    const char *accept = request_argument(request, "accept"),
               *division = request_argument(request, "division");
    if (division && (!text_is_plain(division, strlen(division), UNIT_MAX) || kind != LIST_SCHEDULE))
        return reply_problem(request, PROBLEM_BAD_REQUEST);
    if (request_wishes(request, "replace") && kind != LIST_EXCLUDED && kind != LIST_CAPTURED)
        return reply_problem_saying(request, PROBLEM_BAD_REQUEST,
                                    "\"replace\" is for lists of excluded or captured people.",
                                    "replace 只用于 excluded 或 captured 名单。");
    uint32_t pace_s = 0;
    if (!take_pace(request, &pace_s))
        return refuse_pace(request);
    struct work work = {.run = read_list,
                        .options = &request->http->options,
                        .kind = kind,
                        .is_preview = request_wishes(request, "preview"),
                        .replaces = request_wishes(request, "replace"),
                        .accepts_good = accept && strcmp(accept, "good") == 0,
                        .path = bytes_text(division),
                        .pace_s = pace_s,
                        .input = request->body};
    request->body = (struct buffer){0};
    return wait_for_work(request, &work, answer_list);
}

enum MHD_Result list_take(struct request *request)
{
    return take(request, (enum list_kind)request->route->argument);
}

enum MHD_Result roster_take(struct request *request)
{
    const char *name = request_argument(request, "kind");
    enum list_kind kind = name ? list_kind_from_name(name) : LIST_PEOPLE;
    if (kind != LIST_PEOPLE && kind != LIST_EXCLUDED && kind != LIST_CAPTURED)
        return reply_problem_saying(request, PROBLEM_BAD_REQUEST,
                                    "\"kind\" must be \"people\", \"excluded\" or \"captured\".",
                                    "kind 须为 people、excluded 或 captured。");
    return take(request, kind);
}

/* ---- the schedule out */
static void read_schedule(struct wait *wait)
{
    struct work *work = &wait->work;
    work->data = work->options->show_schedule(work->options->lists_arg, work->pace_s);
    work->size = work->data ? strlen(work->data) : 0;
    work->problem = work->data ? PROBLEM_NONE : PROBLEM_NOT_FOUND;
}

static enum MHD_Result answer_schedule(struct request *request, const struct wait *wait)
{
    if (wait->work.problem)
        return reply_problem_saying(request, wait->work.problem, "No schedule has been imported yet.",
                                    "尚未导入时间安排表。");
    struct buffer body = {0};
    char *schedule = scoped_schedule(request, bytes_text(wait->work.data));
    buffer_add_text(&body, schedule);
    free(schedule);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

enum MHD_Result schedule_show(struct request *request)
{
    struct work work = {.run = read_schedule, .options = &request->http->options};
    return wait_for_work(request, &work, answer_schedule);
}

enum MHD_Result schedule_simulate(struct request *request)
{
    struct work work = {.run = read_schedule, .options = &request->http->options};
    if (!take_pace(request, &work.pace_s) || work.pace_s == 0)
        return refuse_pace(request);
    return wait_for_work(request, &work, answer_schedule);
}
