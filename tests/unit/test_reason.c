/* Reasons in the journal: in clear only what the pages offer to press. */
#include "../../daemon/desk/reason.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/assets.h"

static const struct journal_keys keys = {.seal = {1, 2, 3}};

static void assert_sealed(const char *plain)
{
    char text[ENTRY_TEXT_MAX + 1], opened[PLAIN_TEXT_MAX + 1];
    reason_seal(&keys, plain, text);
    assert_int_equal(text[0], '~');
    assert_null(strstr(text, plain));
    reason_open(&keys, text, opened);
    assert_string_equal(opened, plain);
}

static void a_code_of_the_pages_stands_in_clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char text[ENTRY_TEXT_MAX + 1], opened[PLAIN_TEXT_MAX + 1];
        reason_seal(&keys, codes[i], text);
        assert_string_equal(text, codes[i]);
        reason_open(&keys, text, opened);
        assert_string_equal(opened, codes[i]);
    }
    char text[ENTRY_TEXT_MAX + 1] = "x";
    reason_seal(&keys, "", text);
    assert_string_equal(text, "");
}

static void whatever_else_is_sealed(void **state)
{
    (void)state;
    static const char *const written[] = {"zhangsan-knows", "zhangsan", "left-", "Left", " left",
                                          "other ",         "lefttest", "-",     "张三", "same-person A0012"};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        assert_sealed(written[i]);
    char longest[PLAIN_TEXT_MAX + 1];
    memset(longest, 'a', PLAIN_TEXT_MAX);
    longest[PLAIN_TEXT_MAX] = '\0';
    assert_sealed(longest);
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    const struct journal_keys others = {.seal = {3, 2, 1}};
    char text[ENTRY_TEXT_MAX + 1], opened[PLAIN_TEXT_MAX + 1] = "x";
    reason_seal(&keys, "zhangsan-knows", text);
    reason_open(&others, text, opened);
    assert_string_equal(opened, "");
}

/* A journal written when any small letters were taken for a code. */
static void what_stands_in_clear_is_read(void **state)
{
    (void)state;
    char opened[PLAIN_TEXT_MAX + 1];
    reason_open(&keys, "bus-late", opened);
    assert_string_equal(opened, "bus-late");
}

static bool is_offered[sizeof codes / sizeof *codes];
static size_t n_buttons;

static void offers(const char *path, const char *code, size_t length)
{
    char text[64] = "";
    assert_true(length < sizeof text);
    memcpy(text, code, length);
    n_buttons++;
    if (!reason_is_code(text))
        fail_msg("%s offers %s, which is not of the list", path, text);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        is_offered[i] |= strcmp(codes[i], text) == 0;
}

static void look_at_document(const struct asset *asset)
{
    static const char mark[] = "data-reason=\"";
    const char *at = (const char *)asset->data, *end = (const char *)asset->end;
    while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark))) != NULL) {
        at += strlen(mark);
        const char *quote = memchr(at, '"', (size_t)(end - at));
        assert_non_null(quote);
        offers(asset->path, at, (size_t)(quote - at));
    }
}

/* Buttons that a page makes of a list: ['test', ...].map((reason) ... */
static void look_at_module(const struct asset *asset)
{
    static const char mark[] = "].map((reason)";
    const char *start = (const char *)asset->data, *end = (const char *)asset->end;
    const char *at = memmem(start, (size_t)(end - start), mark, strlen(mark));
    const char *list = at ? memrchr(start, '[', (size_t)(at - start)) : NULL;
    while (list && (list = memchr(list, '\'', (size_t)(at - list))) != NULL) {
        list++;
        const char *quote = memchr(list, '\'', (size_t)(at - list));
        assert_non_null(quote);
        offers(asset->path, list, (size_t)(quote - list));
        list = quote + 1;
    }
}

/* Both ways: a button that is not of the list would be sealed, a code without a button is no code. */
static void the_pages_offer_these_and_no_others(void **state)
{
    (void)state;
    for (const struct asset *asset = assets; asset->path; asset++)
        if (strstr(asset->path, ".html"))
            look_at_document(asset);
        else if (strstr(asset->path, ".js"))
            look_at_module(asset);
    assert_true(n_buttons >= sizeof codes / sizeof *codes);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!is_offered[i])
            fail_msg("no page offers %s", codes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_of_the_pages_stands_in_clear), cmocka_unit_test(whatever_else_is_sealed),
        cmocka_unit_test(another_key_opens_nothing),           cmocka_unit_test(what_stands_in_clear_is_read),
        cmocka_unit_test(the_pages_offer_these_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
