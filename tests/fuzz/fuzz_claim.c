/* Claims from strangers' sticks: what is taken says the same when it is written again; what is not leaves the claim alone. */
#include <stdlib.h>
#include <string.h>

#include "backup/claim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct claim claim, again;
    memset(&claim, 'u', sizeof claim);
    again = claim;
    if (!claim_parse((const char *)data, size, &claim)) {
        if (memcmp(&claim, &again, sizeof claim) != 0)
            abort();
        return 0;
    }
    if (claim.seq == 0 || (claim.moves == 0) != (claim.copy[0] == '\0'))
        abort();
    char *text = claim_text(&claim);
    if (!claim_parse(text, strlen(text), &again) || !claim_equal(&claim, &again))
        abort();
    free(text);
    return 0;
}
