/* Comments become blanks before libconfuse sees them. No state; any thread. */
#include "base/config_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* The first line that is no UTF-8 text, 0: none. */
static int find_foreign(const char *text, size_t size)
{
    int line = 1;
    for (const char *at = text, *end = text + size; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (memchr(at, '\0', length) || !utf8_is_valid(at, length))
            return line;
        at += length + 1;
    }
    return 0;
}

/* The quote that ends what `at` begins, or the end of the text. */
static char *end_of_quoted(char *at)
{
    char quote = *at++;
    while (*at && *at != quote)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return at;
}

static int line_of(const char *text, const char *at)
{
    int line = 1;
    while (at > text)
        line += *--at == '\n';
    return line;
}

static char *blank_to(char *at, const char *end)
{
    for (; at < end; at++)
        if (*at != '\n')
            *at = ' ';
    return at;
}

/* 0, or the line of a comment that does not end. */
static int blank_comments(char *text)
{
    for (char *at = text; *at; at++) {
        bool is_start = at == text || strchr(" \t\r\n{}()=+,", at[-1]);
        bool is_block = is_start && strncmp(at, "/*", 2) == 0;
        const char *end = is_block ? strstr(at + 2, "*/") : NULL;
        if (is_block && !end)
            return line_of(text, at);
        if (is_block)
            at = blank_to(at, end + 2);
        else if (*at == '"' || *at == '\'')
            at = end_of_quoted(at);
        else if (*at == '#' || (is_start && strncmp(at, "//", 2) == 0))
            at = blank_to(at, at + strcspn(at, "\n"));
        if (!*at)
            break;
    }
    return 0;
}

int config_text_prepare(char *text, size_t size, const char **ret_cause)
{
    int line = find_foreign(text, size);
    *ret_cause = "not UTF-8 text";
    if (line)
        return line;
    *ret_cause = "a comment is not closed";
    return blank_comments(text);
}
