/* Slips of paper, entered after a time without a computer. The commands are given one after the other, each waiting for
 * its commit, so they run on a thread of their own; the rest is on the listener's thread. */
#include "desk/paper.h"

#include <stdlib.h>
#include <string.h>

#include "http/reply.h"

static void enter_rows(struct wait *wait)
{
    struct work *work = &wait->work;
    const struct paper_request request = {.lane = work->lane,
                                          .device = work->device,
                                          .authority = work->authority,
                                          .is_preview = work->is_preview};
    json_t *rows = json_loadb(work->input.data, work->input.size, 0, NULL), *answer = NULL;
    work->problem = paper_enter(work->options->desk, &request, json_object_get(rows, "rows"), &answer);
    json_decref(rows);
    if (work->problem)
        return;
    work->data = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    if (!work->data)
        abort();
    work->size = strlen(work->data);
}

static enum MHD_Result answer_rows(struct request *request, const struct wait *wait)
{
    struct buffer body = {0};
    if (wait->work.problem)
        return reply_problem(request, wait->work.problem);
    buffer_add(&body, wait->work.data, wait->work.size);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

enum MHD_Result lane_paper(struct request *request)
{
    static const char *const members[] = {"rows", "preview", NULL};
    struct work work = {.run = enter_rows, .options = &request->http->options};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    problem = body_bool(object, "preview", &work.is_preview);
    json_decref(object);
    if (problem)
        return reply_problem(request, problem);
    memcpy(work.lane, request->params.lane, sizeof work.lane);
    work.input = request->body;
    request->body = (struct buffer){0};
    return wait_for_work(request, &work, answer_rows);
}
