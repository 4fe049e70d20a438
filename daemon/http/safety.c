/* What only the tool on this computer may ask: that this copy of the event goes on, and that the daemon makes way for the
 * purge. On the listener's thread, except continue_here. */
#include <stdlib.h>

#include "http/reply.h"

static enum problem empty_body(struct request *request)
{
    static const char *const members[] = {NULL};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (!problem)
        json_decref(object);
    return problem;
}

static void continue_here(struct wait *wait)
{
    struct work *work = &wait->work;
    int error = 0;
    work->problem = work->options->continue_event(work->options->safety_arg, work->device, &error);
    work->is_taken = error != 0;
}

static enum MHD_Result answer_continue(struct request *request, const struct wait *wait)
{
    struct buffer body = {0};
    if (wait->work.problem)
        return reply_problem(request, wait->work.problem);
    buffer_format(&body, "{\"claimed\":%s}", wait->work.is_taken ? "false" : "true");
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

enum MHD_Result event_continue(struct request *request)
{
    const struct http_options *options = &request->http->options;
    struct work work = {.run = continue_here, .options = options};
    enum problem problem = options->continue_event ? empty_body(request) : PROBLEM_NOT_FOUND;
    return problem ? reply_problem(request, problem) : wait_for_work(request, &work, answer_continue);
}

/* {} or {"copy":true} */
static enum problem purge_body(struct request *request, bool *ret_is_copy)
{
    static const char *const members[] = {"copy", NULL};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    const json_t *copy = json_object_get(object, "copy");
    if (copy && !json_is_boolean(copy))
        problem = PROBLEM_BAD_REQUEST;
    *ret_is_copy = json_is_true(copy);
    json_decref(object);
    return problem;
}

enum MHD_Result purge_prepare(struct request *request)
{
    const struct http_options *options = &request->http->options;
    struct buffer body = {0};
    bool is_copy = false;
    enum problem problem = options->end_for_purge ? purge_body(request, &is_copy) : PROBLEM_NOT_FOUND;
    if (!problem)
        problem = options->end_for_purge(options->safety_arg, is_copy);
    if (problem)
        return reply_problem(request, problem);
    buffer_add_text(&body, "{\"ending\":true}");
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}
