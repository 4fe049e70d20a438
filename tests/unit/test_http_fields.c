/* Header fields and paths that strangers write. */
#include "http/fields.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TOKEN        "AAAAAAAAAA-AAAAAAAAA_AAAAAAAAAAAAAAAAAAAAA-"

static void messages_have_one_length(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct framing framing;
        enum problem problem;
    } cases[] = {
        {"no body", {0, 0, 1, NULL, NULL, "HTTP/1.1"}, PROBLEM_NONE},
        {"a length", {1, 0, 1, "16", NULL, "HTTP/1.1"}, PROBLEM_NONE},
        {"chunked", {0, 1, 1, NULL, "chunked", "HTTP/1.1"}, PROBLEM_NONE},
        {"any case", {0, 1, 1, NULL, "CHUNKED", "HTTP/1.1"}, PROBLEM_NONE},
        {"both", {1, 1, 1, "16", "chunked", "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"two lengths", {2, 0, 1, "16", NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"two codings", {0, 2, 1, NULL, "chunked", "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"a list of lengths", {1, 0, 1, "16, 16", NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"a sign", {1, 0, 1, "+16", NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"hexadecimal", {1, 0, 1, "0x10", NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"an empty length", {1, 0, 1, "", NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
        {"unknown coding", {0, 1, 1, NULL, "xchunked", "HTTP/1.1"}, PROBLEM_NOT_IMPLEMENTED},
        {"gzip inside", {0, 1, 1, NULL, "gzip, chunked", "HTTP/1.1"}, PROBLEM_NOT_IMPLEMENTED},
        {"identity", {0, 1, 1, NULL, "identity", "HTTP/1.1"}, PROBLEM_NOT_IMPLEMENTED},
        {"chunked in HTTP/1.0", {0, 1, 1, NULL, "chunked", "HTTP/1.0"}, PROBLEM_BAD_REQUEST},
        {"two hosts", {0, 0, 2, NULL, NULL, "HTTP/1.1"}, PROBLEM_BAD_REQUEST},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(framing_check(&cases[i].framing), cases[i].problem);
    }
}

/* What libmicrohttpd 0.9.75 makes of a head: line ends and colons become NULs, in place. */
static bool head_of_lines(const char *text, size_t size)
{
    char copy[128] = "";
    struct head head;
    memcpy(copy, text, size);
    size_t line = strcspn(copy, "\r\n");
    copy[line] = '\0';
    head_begin(&head, copy, copy + line);
    for (char *at = copy + line + 2; *at != '\r' && *at != '\n';) {
        char *colon = strchr(at, ':'), *value = colon + 1 + strspn(colon + 1, " \t");
        char *end = memchr(value, '\n', size);
        size_t is_crlf = end[-1] == '\r';
        *colon = *end = *(end - is_crlf) = '\0';
        head_add(&head, at, (size_t)(colon - at), value, strlen(value));
        at = end + 1;
    }
    return head_is_sound(&head, size);
}

static void heads(void **state)
{
    (void)state;
#define HEAD(lines) "GET / HTTP/1.1\r\n" lines, sizeof("GET / HTTP/1.1\r\n" lines) - 1
    static const struct {
        const char *legend, *text;
        size_t size;
        bool is_sound;
    } cases[] = {
        {"no fields", HEAD("\r\n"), true},
        {"one", HEAD("Host: a\r\n\r\n"), true},
        {"without a blank", HEAD("Host:a\r\nB:c\r\n\r\n"), true},
        {"many blanks", HEAD("Host: \t a \t\r\nB: c\r\n\r\n"), true},
        {"an empty value", HEAD("Host:\r\nB: \r\nC: d\r\n\r\n"), true},
        {"every character of a token", HEAD("!#$%&'*+-.^_`|~aZ09: a\r\n\r\n"), true},
        {"a blank before the colon", HEAD("Host : a\r\n\r\n"), false},
        {"a tab before the colon", HEAD("Host\t: a\r\n\r\n"), false},
        {"a blank before the name", HEAD(" Host: a\r\n\r\n"), false},
        {"no name", HEAD(": a\r\n\r\n"), false},
        {"a name with brackets", HEAD("Ho(s)t: a\r\n\r\n"), false},
        {"a name beyond ASCII", HEAD("H\xc3\xb6st: a\r\n\r\n"), false},
        {"a bare CR", HEAD("Host: a\rB: c\r\n\r\n"), false},
        {"a bare LF", HEAD("Host: a\nB: c\r\n\r\n"), false},
        {"a bare LF at the end", HEAD("Host: a\n\r\n"), false},
        {"a NUL", HEAD("Host: a\0b\r\nB: c\r\n\r\n"), false},
        {"a NUL in the last line", HEAD("Host: a\0b\r\n\r\n"), false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(head_of_lines(cases[i].text, cases[i].size), cases[i].is_sound);
    }
}

static void a_continued_line_is_noticed(void **state)
{
    (void)state;
    char copy[] = "GET / HTTP/1.1\0\nLen\0 1\0\n gth\0\n\0\n", moved[] = "Length";
    struct head head;
    head_begin(&head, copy, copy + 6);
    head_add(&head, moved, strlen(moved), copy + 21, 1);
    assert_true(head.has_sound_fields);
    assert_false(head_is_sound(&head, sizeof copy - 1));
}

static void hosts(void **state)
{
    (void)state;
    static char one[] = "paihao.example", two[] = "door";
    static char *const names[] = {one, two};
    static const char *const ours[] = {
        "localhost", "LocalHost:8100", "127.0.0.1",      "192.0.2.7:1",         "[::1]",
        "[::1]:80",  "[2001:db8::7]",  "paihao.example", "PAIHAO.example:8100", "door:",
    };
    static const char *const others[] = {
        "",
        "evil.example",
        "paihao.example.evil",
        "xpaihao.example",
        "127.0.0.1.evil",
        "127.0.0",
        "::1",
        "[::1",
        "[]",
        "[127.0.0.1]",
        "door:http",
        "door:123456",
        "door:80:80",
        ":80",
        "user@door",
        "door/../",
        "[fe80::1%eth0]",
        "localhost.",
        "127.0.0.1 ",
        "[::1]x",
        "0x7f000001",
    };
    for (size_t i = 0; i < COUNT(ours); i++)
        assert_true(host_is_ours(ours[i], names, COUNT(names)));
    for (size_t i = 0; i < COUNT(others); i++) {
        print_message("  %s\n", others[i]);
        assert_false(host_is_ours(others[i], names, COUNT(names)));
    }
    assert_false(host_is_ours(NULL, names, COUNT(names)));
}

static void origins(void **state)
{
    (void)state;
    assert_true(origin_is_ours("http://door:8100", "http", "door:8100"));
    assert_true(origin_is_ours("HTTP://DOOR:8100", "http", "door:8100"));
    assert_true(origin_is_ours("https://door", "https", "door"));
    static const char *const others[] = {
        "null",
        "",
        "http",
        "http:",
        "http://",
        "https://door:8100",
        "http://door",
        "http://door:81000",
        "http://door:8100/",
        "http://door:8100.evil",
        "httpx//door:8100",
        "door:8100",
    };
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(origin_is_ours(others[i], "http", "door:8100"));
    assert_false(origin_is_ours("http://", "http", NULL));
    assert_true(fetch_site_is_ours("same-origin"));
    assert_true(fetch_site_is_ours("none")); /* typed in, or a bookmark */
    static const char *const foreign[] = {"cross-site", "same-site", "", "Same-Origin", "same-origin, none"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(fetch_site_is_ours(foreign[i]));
}

static void keys(void **state)
{
    (void)state;
    char longest[66];
    memset(longest, 'k', sizeof longest);
    longest[64] = '\0';
    assert_true(key_is_valid(longest));
    longest[64] = 'k';
    longest[65] = '\0';
    assert_false(key_is_valid(longest));
    assert_true(key_is_valid("!~"));
    static const char *const bad[] = {"", " ", "a b", "a\tb", "a\x7f", "\xc3\xa4", "a\n"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(key_is_valid(bad[i]));
}

static void languages(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool is_chinese;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"zh", true},
        {"ZH-Hans-CN", true},
        {"zh-CN,zh;q=0.9,en;q=0.8", true},
        {"en", false},
        {"en-US,en;q=0.9,zh;q=0.8", false},
        {"en;q=0.8,zh;q=0.9", true},
        {"zh;q=0.8, en;q=0.8", true},
        {"en;q=0.8, zh;q=0.8", false},
        {"fr,zh;q=0.1", true},
        {"zh;q=0", false},
        {"zh;q=0,en;q=0.001", false},
        {"*", false},
        {"zhuang", false},
        {"en , zh ; q=1", false},
        {"zh;q", false},
        {"zh;q=x", false},
        {"zh; q=0.5", true},
        {",,,zh", true},
        {"zh;q=0.", false},
        {"zh;q=1.000,en", true},
        {"en,zh;q=1.0", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].accept ? cases[i].accept : "(absent)");
        assert_int_equal(language_is_chinese(cases[i].accept), cases[i].is_chinese);
    }
}

static void types_of_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {"text/plain",
                                        "TEXT/PLAIN; charset=utf-8",
                                        "multipart/form-data; boundary=x",
                                        "application/x-www-form-urlencoded",
                                        " text/plain",
                                        ""},
                             *const others[] = {"text/csv", "application/octet-stream", "text/plainer",
                                                "application/vnd.ms-excel"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        assert_true(content_type_is_a_forms(forms[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(content_type_is_a_forms(others[i]));
}

static void content_types(void **state)
{
    (void)state;
    static const char *const json[] = {"application/json",
                                       "APPLICATION/JSON",
                                       "application/json;charset=utf-8",
                                       "application/json; charset=UTF-8",
                                       "application/json ; charset=\"utf-8\"",
                                       "application/json;"};
    static const char *const others[] = {"",
                                         "text/json",
                                         "application/jsonp",
                                         "application/json5",
                                         "application/problem+json",
                                         "application/json; charset=gb18030",
                                         "application/json, text/plain",
                                         "json"};
    for (size_t i = 0; i < COUNT(json); i++)
        assert_true(content_type_is_json(json[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(content_type_is_json(others[i]));
    assert_false(content_type_is_json(NULL));
}

static void etags(void **state)
{
    (void)state;
    static const char etag[] = "\"0123\"";
    static const char *const same[] = {
        "\"0123\"", "W/\"0123\"", "*", "\"x\", \"0123\"", "\"x\",W/\"y\" ,\"0123\"", " \"0123\""};
    static const char *const others[] = {"",   "0123", "\"012\"",       "\"01234\"", "\"x\"",
                                         "\"", "W/",   "\"x, \"0123\"", "x*",        "\"*\""};
    for (size_t i = 0; i < COUNT(same); i++)
        assert_true(etag_matches(same[i], etag));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(etag_matches(others[i], etag));
    assert_false(etag_matches(NULL, etag));
}

static void tokens(void **state)
{
    (void)state;
    assert_true(token_is_well_formed(TOKEN, strlen(TOKEN)));
    assert_false(token_is_well_formed(TOKEN, strlen(TOKEN) - 1));
    assert_false(token_is_well_formed(TOKEN "A", strlen(TOKEN) + 1));
    assert_false(token_is_well_formed("+" TOKEN, strlen(TOKEN)));
    assert_false(token_is_well_formed("", 0));
    assert_string_equal(bearer_token("bearer  x"), "x");
    assert_string_equal(bearer_token("Bearer "), "");
    assert_null(bearer_token("Basic x"));
    assert_null(bearer_token("Bearer"));
    assert_null(bearer_token(NULL));
}

static void cookies(void **state)
{
    (void)state;
    static const struct {
        const char *cookies, *value;
    } cases[] = {
        {"paihao=x", "x"},   {"a=b; paihao=x", "x"}, {"paihao=x; paihao=y", "x"}, {"paihao=x ;", "x"},
        {";;paihao=x", "x"}, {"paihao=", ""},        {"paihao==", "="},           {"xpaihao=x", NULL},
        {"paihaox=x", NULL}, {"paihao", NULL},       {"a=paihao=x", NULL},        {"", NULL},
        {"PAIHAO=x", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].cookies);
        size_t length = 99;
        const char *value = cookie_find(cases[i].cookies, "paihao", &length);
        assert_int_equal(!value, !cases[i].value);
        if (value) {
            assert_int_equal(length, strlen(cases[i].value));
            assert_memory_equal(value, cases[i].value, length);
        }
    }
    size_t length;
    assert_null(cookie_find(NULL, "paihao", &length));
}

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *read;
    } cases[] = {
        {"/lanes/A", "/lanes/A"}, {"/%41", "/A"},     {"/%e5%BC%a0", "/张"}, {"/%00", "/%00"},
        {"/%2f", "/%2f"},         {"/%2e%2E", "/.."}, {"/%", "/%"},          {"/%4", "/%4"},
        {"/%zz", "/%zz"},         {"/%%41", "/%A"},   {"/%2541", "/%41"},    {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[64];
        strcpy(path, cases[i].sent);
        assert_int_equal(path_unescape(path), strlen(cases[i].read));
        assert_string_equal(path, cases[i].read);
    }
    assert_string_equal(target_path("/x", "h"), "/x");
    assert_string_equal(target_path("http://h:1/x", "h:1"), "/x");
    assert_string_equal(target_path("HTTPS://H/x", "h"), "/x");
    assert_string_equal(target_path("http://h", "h"), "/");
    static const char *const bad[] = {"*",         "",    "http://other/x", "http://h.evil/x", "http:/h/x",
                                      "ftp://h/x", "h/x", "http://"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_null(target_path(bad[i], "h"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_one_length),
        cmocka_unit_test(heads),
        cmocka_unit_test(a_continued_line_is_noticed),
        cmocka_unit_test(hosts),
        cmocka_unit_test(origins),
        cmocka_unit_test(keys),
        cmocka_unit_test(languages),
        cmocka_unit_test(content_types),
        cmocka_unit_test(types_of_forms),
        cmocka_unit_test(etags),
        cmocka_unit_test(tokens),
        cmocka_unit_test(cookies),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
