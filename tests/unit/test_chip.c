/* Cards at a chip reader: what the chip lists of them, and when a card counts as presented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/bytes.h"
#include "readers/chip_presence.h"

/* ---- target data */
static void targets(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *reply;
        int found;
        const char *uid;
    } cases[] = {
        {"nobody", "00", 0, ""},
        {"single size", "010100040804deadbeef", 1, "deadbeef"},
        {"double size", "01010044080704a1b2c3d4e5f6", 1, "04a1b2c3d4e5f6"},
        {"triple size", "01010084080a04112233445566778899", 1, "04112233445566778899"},
        {"two cards", "020100040804deadbeef020044080704a1b2c3d4e5f6", 2, ""},
        {"double size with its cascade tag", "010100440808 8804a1b2 c3d4e5f6", 1, "04a1b2c3d4e5f6"},
        {"triple size with both", "01010084080c 88041122 88334455 66778899", 1, "04112233445566778899"},
        {"an ATS after a card with ISO-DEP", "01010044200704a1b2c3d4e5f6067577810280", 1, "04a1b2c3d4e5f6"},
        {"one with a length of zero", "010100042004deadbeef00", 1, "deadbeef"},
        {"more than the card has", "010100040804deadbeef00", -EPROTO, ""},
        {"nothing", "", -EPROTO, ""},
        {"nobody, and something", "0001", -EPROTO, ""},
        {"three", "03", -EPROTO, ""},
        {"no head", "01010004", -EPROTO, ""},
        {"UID cut off", "010100040804deadbe", -EPROTO, ""},
        {"first UID of two cut off", "020100040804deadbe", -EPROTO, ""},
        {"no UID", "0101000408 00", -EPROTO, ""},
        {"5 bytes", "0101000408 05 0102030405", -EPROTO, ""},
        {"11 bytes", "0101000408 0b 0102030405060708090a0b", -EPROTO, ""},
        {"8 bytes without a cascade tag", "010100440808 0804a1b2 c3d4e5f6", -EPROTO, ""},
        {"12 bytes without the second", "01010084080c 88041122 08334455 66778899", -EPROTO, ""},
        {"a length beyond the end", "0101000408ffdeadbeef", -EPROTO, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char plain[128];
        uint8_t bytes[64];
        size_t digits = 0;
        for (const char *c = cases[i].reply; *c; c++)
            if (*c != ' ')
                plain[digits++] = *c;
        const int size = digits ? hex_decode(plain, digits, bytes, sizeof bytes) : 0;
        assert_true(size >= 0);
        uint8_t *exact = malloc((size_t)size + 1); /* so that a sanitizer sees a step too far */
        memcpy(exact, bytes, (size_t)size);
        struct chip_uid uid = {.size = 0};
        const int found = chip_targets_parse(exact, (size_t)size, &uid);
        char text[2 * CHIP_UID_MAX + 1] = "";
        hex_encode(uid.bytes, uid.size, text);
        if (found != cases[i].found || strcmp(text, cases[i].uid) != 0)
            fail_msg("%s: %d %s", cases[i].legend, found, text);
        free(exact);
    }
}

static void random_and_empty_uids(void **state)
{
    (void)state;
    static const struct {
        struct chip_uid uid;
        bool is_random, is_zero;
    } cases[] = {
        {{{0x08, 1, 2, 3}, 4}, true, false},
        {{{0x18, 1, 2, 3}, 4}, false, false},
        {{{0x04, 8, 8, 8}, 4}, false, false},
        {{{0x08, 1, 2, 3, 4, 5, 6}, 7}, false, false},
        {{{0}, 4}, false, true},
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 7}, false, true},
        {{{0, 0, 0, 0, 0, 0, 1}, 7}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(chip_uid_is_random(&cases[i].uid), cases[i].is_random);
        assert_int_equal(chip_uid_is_zero(&cases[i].uid), cases[i].is_zero);
    }
}

/* ---- presence. Looks: . nobody, A B C a card by its number (A and C differ only in kind), # disturbed, ? strange,
 * W two cards, P a phone. Events: r reading, 2 two cards, u unsupported, p random UID. */
static void presence(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *looks, *events;
    } cases[] = {
        {"comes, rests, goes", ".AAAA....", ".r......."},
        {"a miss or two is no departure", "A.A..AA", "r......"},
        {"three are", "A...A", "r...r"},
        {"another card without a gap", "AABBA", "r.r.r"},
        {"equal bytes, another kind of card", "ACA", "rrr"},
        {"disturbed: two cards, once", "######..", "...2...."},
        {"two cards, then one of them", "####A", "...2r"},
        {"two cards, away, again", "####...####", "...2......2"},
        {"a short disturbance", "##A##.A", "..r...."},
        {"a resting card is not gone by disturbances", "A##..#..A", "r........"},
        {"strange, once", "?????", "..u.."},
        {"strange, away, again", "???...???", "..u.....u"},
        {"a wallet, at the first look, once", "WWWWWW", "2....."},
        {"a wallet of which one card is missed now and then", "WAWAAWBBWABAWAAWW", "2................"},
        {"a wallet, then one of its cards alone", "WW.AAAA...", "2....r...."},
        {"a second card comes beside one that was read, and goes", "AAWWWAAAA", "r.2......"},
        {"a wallet, away, again", "W...W", "2...2"},
        {"a phone, once", "PPPP", "p..."},
        {"a phone, away, again", "P...P", "p...p"},
        {"a phone, then a card", "PPA", "p.r"},
        {"a card, a phone, the card again", "AAPA", "r.pr"},
        {"a phone in a wallet", "WPWP", "2p.."},
    };
    static const struct chip_card cards[] = {{MEDIUM_CAMPUS_CARD, {1, 2, 3, 4, 5, 6, 7}, 7},
                                             {MEDIUM_CAMPUS_CARD, {1, 2, 3, 4}, 4},
                                             {MEDIUM_CHIP, {1, 2, 3, 4, 5, 6, 7}, 7}};
    static const char signs[] = ".A#?WP";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chip_presence p = {.has_card = false};
        char got[32] = "";
        for (size_t k = 0; cases[i].looks[k]; k++) {
            const char c = cases[i].looks[k];
            const bool is_card = c >= 'A' && c <= 'C';
            const enum chip_look look = (enum chip_look)(strchr(signs, is_card ? 'A' : c) - signs);
            got[k] = ".r2up"[chip_presence_see(&p, look, is_card ? &cards[c - 'A'] : NULL)];
        }
        if (strcmp(got, cases[i].events) != 0)
            fail_msg("%s: got %s, not %s", cases[i].legend, got, cases[i].events);
    }
}

static void who_rests_there(void **state)
{
    (void)state;
    static const struct chip_card one = {MEDIUM_CHIP, {1}, 8}, other = {MEDIUM_CHIP, {2}, 8};
    struct chip_presence p = {.has_card = false};
    assert_false(chip_presence_has(&p, &one));
    chip_presence_see(&p, CHIP_LOOK_NUMBER, &one);
    assert_true(chip_presence_has(&p, &one));
    assert_false(chip_presence_has(&p, &other));
    for (int i = 0; i < CHIP_MISSES_MAX; i++)
        chip_presence_see(&p, CHIP_LOOK_EMPTY, NULL);
    assert_false(chip_presence_has(&p, &one));
}

/* Calm after each look, "c", or not, "-": as long as there may be two cards, every look must be at all. */
static void calm(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *looks, *calm;
    } cases[] = {
        {"one card", ".AA..", "ccccc"},
        {"two, told apart, then one for long enough", "AWAAAA", "c---cc"},
        {"two that answer at once, then one", "A#####A", "c-----c"},
        {"two, then none", "W...", "---c"},
    };
    static const struct chip_card card = {MEDIUM_CHIP, {1}, 8};
    static const char signs[] = ".A#?WP";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chip_presence p = {.has_card = false};
        char got[16] = "";
        for (size_t k = 0; cases[i].looks[k]; k++) {
            chip_presence_see(&p, (enum chip_look)(strchr(signs, cases[i].looks[k]) - signs), &card);
            got[k] = chip_presence_is_calm(&p) ? 'c' : '-';
        }
        if (strcmp(got, cases[i].calm) != 0)
            fail_msg("%s: got %s, not %s", cases[i].legend, got, cases[i].calm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets),  cmocka_unit_test(random_and_empty_uids),
        cmocka_unit_test(presence), cmocka_unit_test(who_rests_there),
        cmocka_unit_test(calm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
