/* The queue-tail check: what the desk would say of this card or code. Answered at once from what is visible; nothing is
 * issued and nothing of the body is kept. On the listener's thread. */
#include "desk/check.h"

#include <stdlib.h>

#include "http/reply.h"
#include "http/scanned.h"

/* PROBLEM_NONE and a presentation to wipe. */
static enum problem take_body(const struct request *request, struct presentation *ret, enum degree *ret_level)
{
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, NULL, &object);
    if (problem)
        return problem;
    problem = body_level(object, ret_level);
    if (!problem)
        problem = scanned_object(request, object, ret);
    json_decref(object);
    return problem;
}

enum MHD_Result lane_check(struct request *request)
{
    struct presentation presentation;
    struct check_result result;
    enum degree level = DEGREE_NONE;
    enum problem problem = take_body(request, &presentation, &level);
    if (problem == PROBLEM_BAD_REQUEST)
        return reply_problem(request, problem);
    if (problem) {
        check_problem(problem, &result);
    } else {
        check_presentation(request->http->options.desk, request->params.lane, &presentation, level, &result);
        presentation_wipe(&presentation);
    }
    char *json = check_json(&result, NULL);
    struct buffer body = {0};
    buffer_add_text(&body, json);
    free(json);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}
