/* Request bodies, parsed strictly: a JSON object, each member once, none that is not known. No state; any
 * thread. */
#include <string.h>

#include "base/text.h"
#include "http/request.h"

static bool is_listed(const char *name, const char *const *members)
{
    for (; *members; members++)
        if (strcmp(name, *members) == 0)
            return true;
    return false;
}

enum problem body_object(const char *data, size_t size, const char *const *members, json_t **ret)
{
    json_t *object = size ? json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL) : json_object();
    bool is_right = json_is_object(object);
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value)
        is_right &= !members || is_listed(name, members);
    if (!is_right) {
        json_decref(object);
        return PROBLEM_BAD_REQUEST;
    }
    *ret = object;
    return PROBLEM_NONE;
}

enum problem body_text(const json_t *object, const char *member, size_t most, const char **ret)
{
    const json_t *value = json_object_get(object, member);
    if (!value || json_is_null(value)) {
        *ret = NULL;
        return PROBLEM_NONE;
    }
    const char *text = json_string_value(value);
    if (!text || strlen(text) != json_string_length(value) || !text_is_plain(text, strlen(text), most))
        return PROBLEM_BAD_REQUEST;
    *ret = text;
    return PROBLEM_NONE;
}

enum problem body_bool(const json_t *object, const char *member, bool *ret)
{
    const json_t *value = json_object_get(object, member);
    if (value && !json_is_boolean(value) && !json_is_null(value))
        return PROBLEM_BAD_REQUEST;
    *ret = json_is_true(value);
    return PROBLEM_NONE;
}
