/* The profiles that the programs carry. No state; any thread. */
#include <stdio.h>
#include <string.h>

#include "base/assets.h"
#include "base/bytes.h"
#include "desk/profile.h"

#define CARRIED "packaging/profiles/"

bool profile_name_is_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);
    return length > 0 && length <= PROFILE_MAX && strspn(name, letters) == length;
}

/* "packaging/profiles/zju-2021.conf" -> "zju-2021" */
static bool carried_name(const struct asset *asset, char ret_name[static PROFILE_MAX + 1])
{
    size_t start = strlen(CARRIED), length = strlen(asset->path);
    if (strncmp(asset->path, CARRIED, start) != 0 || length < start + 5)
        return false;
    length -= start + strlen(".conf");
    if (length > PROFILE_MAX)
        return false;
    memcpy(ret_name, asset->path + start, length);
    ret_name[length] = '\0';
    return true;
}

bool profile_carried_at(size_t index, char ret_name[static PROFILE_MAX + 1], const char **ret_text)
{
    for (const struct asset *asset = assets; asset->path; asset++) {
        if (!carried_name(asset, ret_name) || index-- > 0)
            continue;
        *ret_text = (const char *)asset->data;
        return true;
    }
    return false;
}

const char *profile_carried(const char *name)
{
    char found[PROFILE_MAX + 1];
    const char *text = NULL;
    for (size_t i = 0; profile_carried_at(i, found, &text); i++)
        if (strcmp(found, name) == 0)
            return text;
    return NULL;
}

bool profile_command(const char *name, const char *text, struct desk_command *command,
                     struct settings_fault *ret_fault)
{
    struct profile profile;
    text = text ? text : profile_carried(name);
    if (!profile_name_is_valid(name) || !text) {
        settings_fail(ret_fault, 1, "没有名为“%s”的场地方案", "there is no profile \"%s\"", name);
        return false;
    }
    if (profile_parse(text, strlen(text), &profile, ret_fault) != 0)
        return false;
    command->queue.rules = profile.rules;
    strcpy(command->queue.extra, name);
    command->document = bytes_text(text);
    return true;
}
