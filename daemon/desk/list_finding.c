/* Words and bookkeeping of what is found in lists. Must not hold anything of a person. Any thread. */
#include "desk/list_finding.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static const struct {
    const char *code, *en, *zh;
    bool is_error;
} texts[FINDING_COUNT] = {
#define LIST_FINDING(name, code, is_error, en, zh) [FINDING_##name] = {code, en, zh, is_error},
#include "desk/list_finding.def"
#undef LIST_FINDING
};

const char *list_trouble_code(enum list_trouble trouble)
{
    return texts[trouble].code;
}

bool list_trouble_is_error(enum list_trouble trouble)
{
    return texts[trouble].is_error;
}

const char *list_trouble_en(enum list_trouble trouble)
{
    return texts[trouble].en;
}

const char *list_trouble_zh(enum list_trouble trouble)
{
    return texts[trouble].zh;
}

void list_findings_add(struct list_findings *findings, enum list_trouble trouble, uint32_t row,
                       uint32_t index)
{
    size_t *count = list_trouble_is_error(trouble) ? &findings->n_errors : &findings->n_warnings;
    if (++*count > LIST_FINDINGS_MAX) {
        findings->n_left_off++;
        return;
    }
    if (findings->count == findings->capacity) {
        findings->capacity = findings->capacity ? 2 * findings->capacity : 16;
        findings->items = bytes_resize(findings->items, findings->capacity * sizeof *findings->items);
    }
    findings->items[findings->count++] = (struct list_finding){trouble, row, index};
}

void list_findings_done(struct list_findings *findings)
{
    free(findings->items);
    *findings = (struct list_findings){0};
}

/* Blanks, also full-width ones, and the dots of transliterated names. */
static const char *skip_marks(const char *text)
{
    static const char *const marks[] = {" ", "\u3000", "\u00a0", "\u00b7", "\u2022", "\u2027", "\u30fb", "."};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t length = strlen(marks[i]);
        if (strncmp(text, marks[i], length) == 0) {
            text += length;
            i = (size_t)-1;
        }
    }
    return text;
}

bool names_contradict(const char *one, const char *other)
{
    if (!*one || !*other)
        return false;
    for (;; one++, other++) {
        one = skip_marks(one);
        other = skip_marks(other);
        if (tolower((unsigned char)*one) != tolower((unsigned char)*other))
            return true;
        if (!*one)
            return false;
    }
}
