/* What the helper programs of the tests share: command lines cut into words, cards described in words, and answers, one JSON
 * object a line. The words are told at the head of emulate.c. */
#ifndef TESTS_EMULATE_WORDS_H
#define TESTS_EMULATE_WORDS_H
#include "base/bytes.h"
#include "base/text.h"
#include "rehearsal/card.h"
#include "rehearsal/people.h"
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 12 };

struct words {
    char *word[WORDS_MAX];
    size_t n;
};

static void answer(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(object);
}

static void refuse(const char *why)
{
    answer(json_pack("{s:b,s:s}", "ok", 0, "error", why));
}

static void answer_result(int r)
{
    if (r < 0)
        refuse(strerror(-r));
    else
        answer(json_pack("{s:b}", "ok", 1));
}

static void answer_read(bool is_read)
{
    answer(json_pack("{s:b,s:b}", "ok", 1, "read", is_read));
}

/* Cuts a line in place. False when it has too many words or a quote is left open. */
static bool split(char *line, struct words *ret)
{
    ret->n = 0;
    for (char *at = line; *(at += strspn(at, " \t\r\n"));) {
        const bool is_quoted = *at == '"';
        at += is_quoted;
        char *end = at + strcspn(at, is_quoted ? "\"" : " \t\r\n");
        if (ret->n == WORDS_MAX || (is_quoted && !*end))
            return false;
        ret->word[ret->n++] = at;
        at = *end ? end + 1 : end;
        *end = '\0';
    }
    return true;
}

static int number(const struct words *w, size_t at, uint64_t most, uint64_t fallback, uint64_t *ret)
{
    *ret = fallback;
    return at < w->n ? text_to_u64(w->word[at], 0, most, ret) : 0;
}

static int parse_serial(const char *text, struct card *card)
{
    return hex_decode(text, strlen(text), card->serial, CARD_SERIAL_SIZE) == CARD_SERIAL_SIZE ? 0 : -EINVAL;
}

static int parse_id(const struct words *w, size_t at, struct card *card)
{
    static const uint8_t plain_serial[CARD_SERIAL_SIZE] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
    if (w->n < at + 3)
        return -EINVAL;
    memcpy(card->serial, plain_serial, sizeof plain_serial);
    if (w->n > at + 3 && parse_serial(w->word[at + 3], card) < 0)
        return -EINVAL;
    return sam_text_compose(w->word[at + 1], w->word[at], w->word[at + 2], card->text);
}

static int parse_person(const struct words *w, size_t at, struct person *ret)
{
    uint64_t seed, index;
    if (at >= w->n || number(w, at, UINT64_MAX, 0, &seed) < 0 ||
        number(w, at + 1, PEOPLE_MAX - 1, 0, &index) < 0)
        return -EINVAL;
    person_make(seed, (uint32_t)index, ret);
    return 0;
}

/* A type A card by its UID and, when there is one, its ATS. */
static int parse_uid(const struct words *w, size_t at, bool has_ats, struct card *card)
{
    if (at >= w->n)
        return -EINVAL;
    const int size = hex_decode(w->word[at], strlen(w->word[at]), card->uid, CARD_UID_MAX);
    const int ats_size =
        has_ats ? hex_decode(w->word[at + 1], strlen(w->word[at + 1]), card->ats, CARD_ATS_MAX) : 0;
    if ((size != 4 && size != 7 && size != 10) || ats_size < 0)
        return -EINVAL;
    card->kind = CARD_TYPE_A;
    card->uid_size = (size_t)size;
    card->ats_size = (size_t)ats_size;
    return 0;
}

/* Gives how many cards, or -errno. */
static int parse_cards(const struct words *w, size_t at, struct card *ret)
{
    struct person person;
    int r = -EINVAL;
    if (at >= w->n)
        return r;
    const char *kind = w->word[at++];
    memset(ret, 0, CARDS_MAX * sizeof *ret);
    person_make(1, 0, &person);
    person_card(&person, &ret[0]);
    if (strcmp(kind, "two-cards") == 0) {
        person_make(1, 1, &person);
        person_card(&person, &ret[1]);
        return 2;
    }
    if (strcmp(kind, "id") == 0)
        r = parse_id(w, at, ret);
    else if (strcmp(kind, "chip") == 0 && at < w->n)
        r = parse_serial(w->word[at], ret);
    else if (strcmp(kind, "record") == 0 && at < w->n)
        r = hex_decode(w->word[at], strlen(w->word[at]), ret->text, SAM_TEXT_SIZE) == SAM_TEXT_SIZE ? 0
                                                                                                    : -EINVAL;
    else if (strcmp(kind, "person") == 0 && (r = parse_person(w, at, &person)) == 0)
        person_card(&person, ret);
    else if (strcmp(kind, "uid") == 0)
        r = parse_uid(w, at, w->n > at + 1, ret);
    else if (strcmp(kind, "uids") == 0 && (r = parse_uid(w, at, false, ret)) == 0)
        return (r = parse_uid(w, at + 1, false, &ret[1])) < 0 ? r : 2;
    else if (strcmp(kind, "chips") == 0 && at + 1 < w->n && (r = parse_serial(w->word[at], ret)) == 0)
        return (r = parse_serial(w->word[at + 1], &ret[1])) < 0 ? r : 2;
    else if (strcmp(kind, "mixed") == 0 && at < w->n && (r = parse_serial(w->word[at], ret)) == 0)
        return (r = parse_uid(w, at + 1, false, &ret[1])) < 0 ? r : 2;
    else if (strcmp(kind, "wallet") == 0)
        return (r = parse_uid(w, at, false, &ret[1])) < 0 ? r : 2;
    return r < 0 ? r : 1;
}

#endif
