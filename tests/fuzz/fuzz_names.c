/* Names from anything: the first line is a template, each further one a person's fields divided by '|'. Whatever compiles
 * gives names that are safe, in a set where none is like another; whatever does not has a fault with a place and words. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "desk/profile_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void check_name(const char *name)
{
    must(safe_name_is(name) && utf8_is_valid(name, strlen(name)));
    must(*name && strlen(name) <= SAFE_NAME_MAX && utf16_length(name) <= SAFE_NAME_MAX);
    must(!strpbrk(name, "/\\:*?\"<>|\n\r\t") && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    must(name[0] != '.' && name[0] != ' ' && name[strlen(name) - 1] != '.' && name[strlen(name) - 1] != ' ');
    must(!safe_name_is_device(name));
}

static void check_fault(const struct name_problem *problem, const char *text)
{
    must(problem->fault > NAME_OK && problem->fault < NAME_FAULT_COUNT);
    must(*name_fault_zh(problem->fault) && *name_fault_en(problem->fault));
    must(problem->at <= strlen(text) && utf8_is_valid(problem->word, strlen(problem->word)));
}

/* Another set, of folds, that shares nothing with the one that is tested but the fold. */
struct folds {
    char *list[64];
    size_t count;
};

static void check_unlike(struct folds *folds, const char *name)
{
    char *fold = safe_name_fold(name), *twice = safe_name_fold(fold);
    must(strcmp(fold, twice) == 0);
    free(twice);
    for (size_t i = 0; i < folds->count; i++)
        must(strcmp(folds->list[i], fold) != 0);
    if (folds->count < 64)
        folds->list[folds->count++] = fold;
    else
        free(fold);
}

static void name_people(const struct name_template *template, char *lines)
{
    struct name_set set = {0};
    struct folds folds = {.count = 0};
    for (char *line = strsep(&lines, "\n"); line; line = strsep(&lines, "\n")) {
        union name_value values[FILE_FIELD_COUNT] = {0};
        for (size_t i = 0; i < FILE_FIELD_COUNT; i++) {
            char *field = strsep(&line, "|");
            if (i == FILE_DATE || i == FILE_TIME)
                values[i].utc_us = field ? (int64_t)strlen(field) * 86400000003LL : 0;
            else
                values[i].text = field;
        }
        char *name = name_template_file(template, values, &set),
             *alone = name_template_file(template, values, NULL);
        size_t tail = strlen(template->extension);
        check_name(name);
        check_name(alone);
        must(strcmp(name + strlen(name) - tail, template->extension) == 0);
        check_unlike(&folds, name);
        free(name);
        free(alone);
    }
    while (folds.count > 0)
        free(folds.list[--folds.count]);
    name_set_done(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size + 1), *lines = text, *line;
    struct name_template template;
    struct name_problem problem;
    memcpy(text, data, size);
    line = strsep(&lines, "\n");
    for (enum profile_template kind = PROFILE_NAMES_FILE; kind <= PROFILE_NAMES_PACKAGE; kind++) {
        if (profile_template_compile(kind, line, &template, &problem) != 0)
            check_fault(&problem, line);
        else if (kind == PROFILE_NAMES_FILE && lines)
            name_people(&template, lines);
    }
    free(text);
    return 0;
}
