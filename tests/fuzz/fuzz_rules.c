/* The canonical text of rules, the note of a number, and a number's label. What is taken is sound and is written again
 * byte for byte; what is not taken leaves the result as it was. */
#include <stdlib.h>
#include <string.h>

#include "queue/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static void check_label(const struct queue_rules *rules, const char *text)
{
    char label[TICKET_LABEL_SIZE];
    static const char *const lanes[] = {"A", "west-2"};
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
        const uint32_t number = ticket_label_parse(rules, lanes[i], text);
        if (!number)
            continue;
        ticket_label(rules, lanes[i], number, label);
        CHECK(strcmp(label, text) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct queue_rules rules, before;
    struct issue_note note = {1, 2, 3};
    char exact[RULES_TEXT_SIZE], short_text[PROFILE_MAX + 1];
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    queue_rules_default(&rules);
    before = rules;
    check_label(&rules, text);
    if (queue_rules_parse(text, &rules)) {
        queue_rules_text(&rules, exact);
        CHECK(strcmp(exact, text) == 0 && queue_rules_check(&rules) == RULES_SOUND);
        ticket_label(&rules, "west-2", UINT32_MAX, exact);
        CHECK(ticket_label_parse(&rules, "west-2", exact) == UINT32_MAX);
    } else {
        CHECK(memcmp(&rules, &before, sizeof rules) == 0);
    }
    if (issue_note_parse(text, &note)) {
        issue_note_text(&note, short_text);
        CHECK(strcmp(short_text, text) == 0 && !(note.flags & ~(uint32_t)ISSUE_FLAGS));
    } else {
        CHECK(note.unit == 1 && note.rank == 2 && note.flags == 3);
    }
    free(text);
    return 0;
}
