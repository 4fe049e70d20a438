/* Profiles: any bytes. Either rules that are sound and survive the journal's canonical text, or one fault with a line of
 * the text and words in two languages. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_profile(const struct profile *profile)
{
    char text[RULES_TEXT_SIZE];
    struct queue_rules again;
    if (queue_rules_check(&profile->rules) != RULES_SOUND)
        abort();
    queue_rules_text(&profile->rules, text);
    if (!queue_rules_parse(text, &again) ||
        memcmp(&again.media, &profile->rules.media, sizeof again.media) != 0)
        abort();
    if (strpbrk(profile->file_name, "/\\") || profile->n_columns > PROFILE_COLUMNS_MAX)
        abort();
    if (!utf8_is_valid(profile->title_zh, strlen(profile->title_zh)))
        abort();
}

static void check_fault(const struct settings_fault *fault, const char *text, size_t size)
{
    int n_lines = 1;
    for (size_t i = 0; i < size; i++)
        n_lines += text[i] == '\n';
    if (fault->line < 1 || fault->line > n_lines || !fault->zh[0] || !fault->en[0])
        abort();
    if (strpbrk(fault->zh, "\r\n") || !utf8_is_valid(fault->en, strlen(fault->en)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile profile;
    struct settings_fault fault;
    if (profile_parse((const char *)data, size, &profile, &fault) == 0)
        check_profile(&profile);
    else
        check_fault(&fault, (const char *)data, size);
    return 0;
}
