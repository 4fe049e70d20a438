/* The text of a token's classes, read and written. Must not know what the units are called. No state; any thread. */
#include "journal/token_scope.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

_Static_assert(TOKEN_SCOPE_SIZE == TOKEN_SCOPE_MAX * (sizeof "u4294967295" - 1 + 1), "TOKEN_SCOPE_SIZE");

bool token_scope_add(struct token_scope *scope, struct token_scope_part part)
{
    for (size_t i = 0; i < scope->count; i++)
        if (scope->parts[i].unit == part.unit && scope->parts[i].is_college == part.is_college)
            return true;
    if (scope->count == TOKEN_SCOPE_MAX)
        return false;
    scope->parts[scope->count++] = part;
    return true;
}

void token_scope_text(const struct token_scope *scope, char ret_text[static TOKEN_SCOPE_SIZE])
{
    size_t size = 0;
    *ret_text = '\0';
    for (size_t i = 0; i < scope->count; i++)
        size += (size_t)snprintf(ret_text + size, TOKEN_SCOPE_SIZE - size, "%s%c%u", i > 0 ? " " : "",
                                 scope->parts[i].is_college ? 'c' : 'u', (unsigned)scope->parts[i].unit);
}

/* "u12" of the given length. */
static bool parse_part(const char *text, size_t length, struct token_scope_part *ret)
{
    char digits[sizeof "4294967295"];
    uint64_t unit;
    if (length < 2 || length > sizeof digits || (*text != 'u' && *text != 'c'))
        return false;
    memcpy(digits, text + 1, length - 1);
    digits[length - 1] = '\0';
    if (text_to_u64(digits, 1, UINT32_MAX, &unit) != 0)
        return false;
    *ret = (struct token_scope_part){(uint32_t)unit, *text == 'c'};
    return true;
}

bool token_scope_parse(const char *text, struct token_scope *ret)
{
    char again[TOKEN_SCOPE_SIZE];
    const char *at = text;
    *ret = (struct token_scope){0};
    while (*at) {
        size_t length = strcspn(at, " ");
        struct token_scope_part part;
        if (!parse_part(at, length, &part) || !token_scope_add(ret, part))
            return false;
        at += length;
        at += *at == ' ';
    }
    token_scope_text(ret, again); /* a zero before the digits, a part twice, a blank too many */
    return strcmp(again, text) == 0;
}

uint32_t token_scope_highest(const struct token_scope *scope)
{
    uint32_t highest = 0;
    for (size_t i = 0; i < scope->count; i++)
        if (scope->parts[i].unit > highest)
            highest = scope->parts[i].unit;
    return highest;
}
