/* Request bodies: what is taken is an object with known members only, its texts are plain; and what is
 * written as JSON reads back as it was. */
#include "base/text.h"
#include "http/request.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_members(const json_t *object)
{
    static const char *const names[] = {"name", "profile", "reason", "role",
                                        "lane", "token",   "state",  "path"};
    bool is_true = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = NULL;
        if (body_text(object, names[i], 32, &text) == PROBLEM_NONE && text)
            require(text_is_plain(text, strlen(text), 32));
    }
    if (body_bool(object, "advance", &is_true) == PROBLEM_NONE && is_true)
        require(json_is_true(json_object_get(object, "advance")));
}

static void check_object(const char *data, size_t size)
{
    static const char *const members[] = {"advance", "reason", NULL};
    json_t *object = NULL;
    if (body_object(data, size, members, &object) == PROBLEM_NONE) {
        require(json_is_object(object) && json_object_size(object) <= 2);
        check_members(object);
        json_decref(object);
    }
    if (body_object(data, size, NULL, &object) == PROBLEM_NONE) {
        struct presentation presentation;
        check_members(object);
        if (presentation_from_json(object, &presentation) == PRESENTATION_OK)
            presentation_wipe(&presentation);
        json_decref(object);
    }
}

static void check_writing(const char *data, size_t size)
{
    struct buffer out = {0};
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    if (utf8_is_valid(text, strlen(text))) {
        render_text(&out, text);
        json_t *value = json_loadb(out.data, out.size, JSON_DECODE_ANY, NULL);
        require(value && strcmp(json_string_value(value), text) == 0);
        json_decref(value);
        buffer_done(&out);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_object((const char *)data, size);
    check_writing((const char *)data, size);
    return 0;
}
