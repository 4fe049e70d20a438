/* What a scan is. The first byte's low four bits are the rules, its fifth the pattern; FE parts scans, with half a second
 * between. What is taken as a code is byte for byte what came, and only when codes are accepted; nothing is taken by a
 * rule that is not accepted; what is not taken is left as it was. */
#include "base/bytes.h"
#include "identity/id_number.h"
#include "identity/scan_class.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static void check_taken(unsigned accepts, const struct presentation *scan, const struct presentation *before)
{
    char number[ID_NUMBER_LENGTH + 1];
    switch (scan->medium) {
    case MEDIUM_CAPTURE_CODE:
        CHECK(accepts & SCAN_RULE_CAPTURE_CODE);
        CHECK(memcmp(scan, before, sizeof *scan) == 0);
        break;
    case MEDIUM_MANUAL:
        CHECK(scan->credential_size == 0 && !scan->id_number[0] != !scan->student_no[0]);
        if (scan->student_no[0]) {
            CHECK(accepts & SCAN_RULE_STUDENT_NO);
            CHECK(memcmp(scan->student_no, before->credential, before->credential_size) == 0);
        } else {
            CHECK(accepts & SCAN_RULE_ID_NUMBER);
            CHECK(id_number_parse(scan->id_number, strlen(scan->id_number), number) == ID_NUMBER_OK);
        }
        break;
    default:
        CHECK(scan->medium == MEDIUM_PASSPORT && (accepts & SCAN_RULE_MRZ));
        CHECK(before->credential_size >= MRZ_LINE_LENGTH);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct presentation scan, before;
    struct scan_class class;
    if (size == 0)
        return 0;
    const unsigned accepts = data[0] & 15u;
    CHECK(scan_class_init(&class, accepts, data[0] & 16 ? "[0-9]{8,18}" : "S?[0-9]+|[a-z]+") == 0);
    int64_t now_us = 1000000;
    for (size_t at = 1; at < size; now_us += 500000) {
        const uint8_t *end = memchr(data + at, 0xfe, size - at);
        size_t length = end ? (size_t)(end - data) - at : size - at;
        if (length > CREDENTIAL_MAX)
            length = CREDENTIAL_MAX;
        memset(&scan, 0, sizeof scan);
        scan.medium = MEDIUM_CAPTURE_CODE;
        memcpy(scan.credential, data + at, length);
        scan.credential_size = length;
        at = end ? (size_t)(end - data) + 1 : size;
        if (length == 0)
            continue; /* an empty scan is refused before */
        memcpy(&before, &scan, sizeof before);
        const enum scan_verdict verdict = scan_class_take(&class, &scan, now_us);
        if (verdict == SCAN_TAKEN)
            check_taken(accepts, &scan, &before);
        else
            CHECK(memcmp(&scan, &before, sizeof scan) == 0);
        CHECK(verdict != SCAN_NOT_ACCEPTED || !(accepts & SCAN_RULE_CAPTURE_CODE));
    }
    scan_class_done(&class);
    return 0;
}
