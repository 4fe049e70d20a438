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

enum problem body_members(const json_t *object, const char *const *members)
{
    bool is_right = json_is_object(object);
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    for (; at; at = json_object_iter_next((json_t *)(uintptr_t)object, at))
        is_right &= !members || is_listed(json_object_iter_key(at), members);
    return is_right ? PROBLEM_NONE : PROBLEM_BAD_REQUEST;
}

enum problem body_object(const char *data, size_t size, const char *const *members, json_t **ret)
{
    json_t *object = size ? json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL) : json_object();
    if (body_members(object, members) != PROBLEM_NONE) {
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

enum problem body_person(const json_t *object, struct person_id *ret)
{
    const char *text = NULL;
    enum problem problem = body_text(object, "person", 2 * PERSON_ID_SIZE, &text);
    if (problem || !text || hex_decode(text, strlen(text), ret->bytes, sizeof ret->bytes) != PERSON_ID_SIZE)
        return PROBLEM_BAD_REQUEST;
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

enum problem body_number(const json_t *object, const char *member, uint32_t most, uint32_t *ret)
{
    const json_t *value = json_object_get(object, member);
    if (!value || json_is_null(value))
        return PROBLEM_NONE;
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > most)
        return PROBLEM_BAD_REQUEST;
    *ret = (uint32_t)json_integer_value(value);
    return PROBLEM_NONE;
}

enum problem body_level(const json_t *object, enum degree *ret)
{
    const char *name = NULL;
    enum problem problem = body_text(object, "level", 16, &name);
    if (problem || !name)
        return problem;
    for (int level = DEGREE_NONE + 1; level < DEGREE_COUNT; level++)
        if (strcmp(degree_name((enum degree)level), name) == 0) {
            *ret = (enum degree)level;
            return PROBLEM_NONE;
        }
    return PROBLEM_BAD_REQUEST;
}
