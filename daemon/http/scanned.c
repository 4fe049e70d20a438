/* Bodies of check-ins and checks. No state; on the listener's thread. Must not log: all of it is personal. */
#include "http/scanned.h"

#include <stdlib.h>
#include <string.h>

#include "desk/scan.h"

static bool is_scan(const json_t *object)
{
    const char *medium = json_string_value(json_object_get(object, "medium"));
    return medium && strcmp(medium, "scan") == 0;
}

/* Bytes as a scanner read them. */
static enum problem take_scan(const struct request *request, json_t *object, struct presentation *ret)
{
    const struct config_lane *lane = config_lane(request->http->options.config, request->params.lane);
    struct presentation presentation;
    if (json_object_set_new(object, "medium", json_string(medium_name(MEDIUM_CAPTURE_CODE))) < 0)
        abort();
    enum problem problem = problem_of_presentation(presentation_from_json(object, &presentation));
    if (problem)
        return problem;
    problem = scan_take_at_lane(lane, &presentation);
    if (!problem)
        *ret = presentation;
    presentation_wipe(&presentation);
    return problem;
}

enum problem scanned_object(const struct request *request, json_t *object, struct presentation *ret)
{
    return is_scan(object) ? take_scan(request, object, ret)
                           : problem_of_presentation(presentation_from_json(object, ret));
}
