/* What a scan is. The first byte's low five bits are the rules, its sixth the pattern; FE parts scans, with half a second
 * between. What is taken as a code is byte for byte what came, only when codes are accepted, and never of another shape
 * that a rule could mean; nothing is taken by a rule that is not accepted; what is not taken is left as it was; blanks
 * around change nothing but a code. */
#include "base/bytes.h"
#include "identity/id_number.h"
#include "identity/scan_class.h"
#include "identity/scan_shape.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static void check_code(unsigned accepts, const struct presentation *scan)
{
    const struct scan_text text = scan_text_trim(scan->credential, scan->credential_size);
    char lines[2][MRZ_LINE_LENGTH];
    CHECK(text.size <= 3 || memcmp(text.bytes, "PAY", 3) != 0);
    if ((accepts & ~(unsigned)SCAN_RULE_PAYMENT_TOKEN) == SCAN_RULE_CAPTURE_CODE)
        return;
    CHECK(text.size > 0 && !scan_shape_is_id_number(text) && scan_shape_zone(text, lines) == SCAN_ZONE_NONE);
}

/* The same with a blank before and CR behind: another verdict for no one scan. */
static void check_blanks(struct scan_class *class, const struct presentation *before)
{
    static struct presentation plain, padded;
    if (before->credential_size + 2 > CREDENTIAL_MAX)
        return;
    memcpy(&plain, before, sizeof plain);
    memcpy(&padded, before, sizeof padded);
    padded.credential[0] = ' ';
    memcpy(padded.credential + 1, before->credential, before->credential_size);
    padded.credential[before->credential_size + 1] = '\r';
    padded.credential_size += 2;
    CHECK(scan_class_take_whole(class, &plain) == scan_class_take_whole(class, &padded));
    CHECK(plain.medium == padded.medium);
    CHECK(plain.medium == MEDIUM_CAPTURE_CODE || memcmp(&plain, &padded, sizeof plain) == 0);
    CHECK(!class->has_line1);
}

static void check_taken(unsigned accepts, const struct presentation *scan, const struct presentation *before)
{
    char number[ID_NUMBER_LENGTH + 1];
    switch (scan->medium) {
    case MEDIUM_CAPTURE_CODE:
        CHECK(accepts & SCAN_RULE_CAPTURE_CODE);
        CHECK(memcmp(scan, before, sizeof *scan) == 0);
        check_code(accepts, before);
        break;
    case MEDIUM_MANUAL:
        CHECK(scan->credential_size == 0 && !scan->id_number[0] != !scan->student_no[0]);
        if (scan->student_no[0]) {
            CHECK(accepts & SCAN_RULE_STUDENT_NO);
            const struct scan_text text = scan_text_trim(before->credential, before->credential_size);
            CHECK(strlen(scan->student_no) == text.size &&
                  memcmp(scan->student_no, text.bytes, text.size) == 0);
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
    const unsigned accepts = data[0] & 31u;
    struct scan_class fresh;
    CHECK(scan_class_init(&fresh, accepts, data[0] & 32 ? "[0-9]{8,18}" : "S?[0-9]+|[a-z]+", "PAY") == 0);
    CHECK(scan_class_init(&class, accepts, data[0] & 32 ? "[0-9]{8,18}" : "S?[0-9]+|[a-z]+", "PAY") == 0);
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
        const bool was_waiting = class.has_line1;
        check_blanks(&fresh, &before);
        const enum scan_verdict verdict = scan_class_take(&class, &scan, now_us);
        if (verdict == SCAN_TAKEN)
            check_taken(accepts, &scan, &before);
        else
            CHECK(memcmp(&scan, &before, sizeof scan) == 0);
        CHECK(!class.has_dropped || was_waiting);
        CHECK(class.has_line1 == (verdict == SCAN_HALF));
    }
    scan_class_done(&class);
    scan_class_done(&fresh);
    return 0;
}
