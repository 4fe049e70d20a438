/* Answers for the person at the reader. */
#include "readers/reader_feedback.h"
#include "base/log.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = {"", "accepted", "refused", "already", "look", "unknown"};

const char *feedback_name(enum feedback feedback)
{
    return words[feedback];
}

static enum feedback end_line(struct feedback_parser *p)
{
    enum feedback found = FEEDBACK_UNKNOWN;
    for (enum feedback f = FEEDBACK_ACCEPTED; f < FEEDBACK_UNKNOWN && !p->is_overlong; f++)
        if (p->size == strlen(words[f]) && memcmp(p->line, words[f], p->size) == 0)
            found = f;
    if (p->size == 0 && !p->is_overlong)
        found = FEEDBACK_NONE;
    *p = (struct feedback_parser){.size = 0};
    return found;
}

enum feedback feedback_feed(struct feedback_parser *p, const char *bytes, size_t size, size_t *ret_used)
{
    enum feedback found = FEEDBACK_NONE;
    size_t used = 0;
    while (used < size && found == FEEDBACK_NONE) {
        const char c = bytes[used++];
        if (c == '\n')
            found = end_line(p);
        else if (c == '\r')
            continue;
        else if (p->size < sizeof p->line)
            p->line[p->size++] = c;
        else
            p->is_overlong = true;
    }
    *ret_used = used;
    return found;
}

void feedback_show(enum feedback feedback)
{
    if (feedback == FEEDBACK_UNKNOWN) {
        log_warning("an answer on standard input is none of accepted, refused, already");
        return;
    }
    log_info("answer: %s", feedback_name(feedback));
    if (isatty(STDERR_FILENO))
        fputs(feedback == FEEDBACK_ACCEPTED ? "\a" : "\a\a", stderr);
}
