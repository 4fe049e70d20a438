/* Reads /proc/self/mountinfo. Blocking; no state. */
#include "handover/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/text.h"

/* ---- a line: id parent major:minor root MOUNT-POINT OPTIONS [optional...] - TYPE source SUPER-OPTIONS */
enum { FIELD_POINT = 4, FIELD_OPTIONS = 5, FIELDS_MAX = 32 };

static size_t split(char *line, char *fields[FIELDS_MAX])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \n", &rest); word && count < FIELDS_MAX;
         word = strtok_r(NULL, " \n", &rest))
        fields[count++] = word;
    return count;
}

static bool is_octal(const char *text)
{
    return text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' && text[2] <= '7' &&
           text[3] >= '0' && text[3] <= '7';
}

/* Blanks, tabs, line ends and backslashes stand there as three octal digits. */
static void unescape(char *text)
{
    char *to = text;
    for (; *text; to++) {
        if (is_octal(text)) {
            *to = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 4;
        } else {
            *to = *text++;
        }
    }
    *to = '\0';
}

static bool has_option(const char *options, const char *wanted)
{
    size_t length = strlen(wanted);
    for (const char *at = options; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, wanted, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static bool is_for_sticks(const char *folder)
{
    static const char *const roots[] = {"/media/", "/run/media/", "/mnt/"};
    if (strcmp(folder, "/mnt") == 0)
        return true;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strncmp(folder, roots[i], strlen(roots[i])) == 0)
            return true;
    return false;
}

char *target_of_line(const char *line)
{
    char *copy = bytes_text(line), *fields[FIELDS_MAX], *found = NULL;
    size_t count = split(copy, fields), dash = FIELD_OPTIONS + 1;
    while (dash < count && strcmp(fields[dash], "-") != 0)
        dash++;
    if (dash + 3 < count) {
        unescape(fields[FIELD_POINT]);
        bool is_written = has_option(fields[FIELD_OPTIONS], "rw") && has_option(fields[dash + 3], "rw") &&
                          strcmp(fields[dash + 1], "autofs") != 0;
        if (is_written && is_for_sticks(fields[FIELD_POINT]) &&
            text_is_plain(fields[FIELD_POINT], strlen(fields[FIELD_POINT]), 1024))
            found = bytes_text(fields[FIELD_POINT]);
    }
    free(copy);
    return found;
}

/* ---- all of them */
static int by_folder(const void *a, const void *b)
{
    const struct target *left = a, *right = b;
    return strcmp(left->folder, right->folder);
}

void targets_read(struct targets *targets)
{
    char *line = NULL;
    size_t capacity = 0;
    *targets = (struct targets){0};
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts && getline(&line, &capacity, mounts) > 0) {
        char *folder = target_of_line(line);
        if (!folder || targets_has(targets, folder) || access(folder, W_OK) != 0) {
            free(folder);
            continue;
        }
        targets->list = bytes_resize(targets->list, (targets->count + 1) * sizeof *targets->list);
        int64_t room = folder_room(folder);
        targets->list[targets->count++] = (struct target){folder, room < 0 ? -1 : room};
    }
    free(line);
    if (mounts)
        fclose(mounts);
    if (targets->count > 1)
        qsort(targets->list, targets->count, sizeof *targets->list, by_folder);
}

bool targets_has(const struct targets *targets, const char *folder)
{
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i].folder, folder) == 0)
            return true;
    return false;
}

void targets_done(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        free(targets->list[i].folder);
    free(targets->list);
    *targets = (struct targets){0};
}
