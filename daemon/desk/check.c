/* From what would happen to words for the one who asks. Must not keep or log anything of a presentation. */
#include "desk/check.h"
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "identity/scan_shape.h"

struct advice {
    const char *code, *en, *zh;
};
static const struct advice advices[] = {
#define ADVICE(code, en, zh) {code, en, zh},
#include "desk/advice.def"
#undef ADVICE
};
enum { ADVICE_COUNT = sizeof advices / sizeof *advices };

const char *check_verdict_name(enum check_verdict verdict)
{
    static const char *const names[] = {
        [CHECK_ACCEPTED] = "accepted", [CHECK_ALREADY] = "already", [CHECK_REFUSED] = "refused"};
    return names[verdict];
}

/* The last row is for all that have none. */
static void advise(struct check_result *result, const char *code)
{
    size_t i = 0;
    while (i < ADVICE_COUNT - 1 && strcmp(advices[i].code, code) != 0)
        i++;
    result->advice_zh = advices[i].zh;
    result->advice_en = advices[i].en;
}

/* ---- which scans are the same */
static uint8_t tag_key[crypto_shorthash_KEYBYTES];
static pthread_once_t tag_once = PTHREAD_ONCE_INIT;

static void make_tag_key(void)
{
    random_bytes(tag_key, sizeof tag_key);
}

static void put_tag(const struct presentation *presentation, struct check_result *result)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t hash[crypto_shorthash_BYTES];
    presentation_credential(presentation, &bytes, &size);
    pthread_once(&tag_once, make_tag_key);
    crypto_shorthash(hash, bytes, size, tag_key);
    snprintf(result->tag, sizeof result->tag, "%02x%02x", hash[0], hash[1]);
}

/* ---- codes that look wrong */
static bool is_address(const char *text, size_t size)
{
    size_t letters = 0;
    while (letters < size && ((text[letters] | 0x20) >= 'a' && (text[letters] | 0x20) <= 'z'))
        letters++;
    if (letters > 1 && size - letters > 3 && memcmp(text + letters, "://", 3) == 0)
        return true;
    return size > 4 && strncasecmp(text, "www.", 4) == 0;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* NULL: none. */
static const char *doubt_about(const struct presentation *presentation)
{
    if (presentation->medium != MEDIUM_CAPTURE_CODE)
        return NULL;
    const uint8_t *bytes = presentation->credential;
    size_t size = presentation->credential_size, solid = 0;
    while (size > 0 && is_blank(*bytes)) {
        bytes++;
        size--;
    }
    for (size_t i = 0; i < size; i++)
        solid += !is_blank(bytes[i]);
    if (is_address((const char *)bytes, size))
        return "scan-is-address";
    if (solid < CHECK_CODE_SHORT)
        return "scan-too-short";
    const struct scan_text text = scan_text_trim(bytes, size);
    return scan_shape_is_id_number(text) ? "scan-is-number" : NULL;
}

/* ---- results */
void check_problem(enum problem problem, struct check_result *ret)
{
    check_fault(problem_code(problem), problem_zh(problem), problem_en(problem), ret);
}

void check_fault(const char *code, const char *zh, const char *en, struct check_result *ret)
{
    bool has_words = zh && *zh && en && *en;
    *ret = (struct check_result){
        .verdict = CHECK_REFUSED,
        .code = code,
        .zh = has_words ? zh : problem_zh(PROBLEM_CARD_UNREADABLE),
        .en = has_words ? en : problem_en(PROBLEM_CARD_UNREADABLE),
    };
    advise(ret, code);
}

static void accept(const struct presentation *presentation, struct check_result *ret)
{
    const char *doubt = doubt_about(presentation);
    *ret = (struct check_result){
        .verdict = CHECK_ACCEPTED,
        .code = doubt,
        .zh = doubt ? "可以取号，但请先核对" : "可以取号",
        .en = doubt ? "It would be accepted, but look at it first" : "It will be accepted",
    };
    advise(ret, doubt ? doubt : "accepted");
}

void check_presentation(struct desk *desk, const char *lane, const struct presentation *presentation,
                        enum degree level, struct check_result *ret)
{
    struct desk_preview preview;
    desk_preview(desk, lane, presentation, level, &preview);
    if (preview.problem != PROBLEM_NONE) {
        check_problem(preview.problem, ret);
    } else if (preview.is_waiting) {
        *ret = (struct check_result){.verdict = CHECK_ALREADY,
                                     .code = "already-waiting",
                                     .zh = "您已取号，请勿重复排队",
                                     .en = "You have a number already"};
        advise(ret, ret->code);
    } else {
        accept(presentation, ret);
    }
    memcpy(ret->number, preview.label, sizeof ret->number);
    put_tag(presentation, ret);
}

char *check_json(const struct check_result *result, const char *reader)
{
    char at[CLOCK_TEXT_SIZE];
    clock_text(clock_utc_us(), at);
    json_t *object =
        json_pack("{ss ss? ss? s{ss ss} s{ss ss} ss? ss}", "verdict", check_verdict_name(result->verdict),
                  "code", result->code, "number", *result->number ? result->number : NULL, "message", "zh",
                  result->zh, "en", result->en, "advice", "zh", result->advice_zh, "en", result->advice_en,
                  "tag", *result->tag ? result->tag : NULL, "at", at);
    if (object && reader)
        json_object_set_new(object, "reader", json_string(reader));
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(object);
    if (!text)
        abort(); /* every text in it was checked: only memory can be missing */
    return text;
}
