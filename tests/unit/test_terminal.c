/* Page addresses, and QR codes in half blocks: read back into modules, they are the code that was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "tool/terminal.c"

static const char before[] = "\033[38;5;16;48;5;231m", after[] = "\033[0m\n";

/* One character of a line: which of its two modules are dark. Returns its length in bytes. */
static size_t read_block(const char *at, bool *ret_upper, bool *ret_lower)
{
    if (*at == ' ') {
        *ret_upper = *ret_lower = false;
        return 1;
    }
    bool is_full = strncmp(at, "█", 3) == 0, is_upper = strncmp(at, "▀", 3) == 0;
    assert_true(is_full || is_upper || strncmp(at, "▄", 3) == 0);
    *ret_upper = is_full || is_upper;
    *ret_lower = !is_upper;
    return 3;
}

static void a_code_reads_back(void **state)
{
    (void)state;
    static const char text[] = "http://192.0.2.7:8100/photographer/?lane=A#token=abc_DEF-123";
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    assert_non_null(code);
    char *drawn = terminal_qr(text);
    const char *at = drawn;
    int width = code->width + 8, n_dark = 0;
    for (int y = 0; y < width; y += 2) {
        assert_memory_equal(at, before, strlen(before));
        at += strlen(before);
        for (int x = 0; x < width; x++) {
            bool dark[2];
            at += read_block(at, &dark[0], &dark[1]);
            for (int half = 0; half < 2; half++) {
                int column = x - 4, row = y + half - 4;
                bool is_inside = column >= 0 && row >= 0 && column < code->width && row < code->width;
                bool is_meant = is_inside && code->data[row * code->width + column] & 1;
                assert_int_equal(dark[half], is_meant);
                n_dark += dark[half];
            }
        }
        assert_memory_equal(at, after, strlen(after));
        at += strlen(after);
    }
    assert_int_equal(*at, '\0');
    assert_true(n_dark > 100);
    free(drawn);
    QRcode_free(code);
}

static void too_long_a_text_has_no_code(void **state)
{
    (void)state;
    char text[4000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(terminal_qr(text));
}

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *listen, *cert, *host, *role, *lane, *url;
    } cases[] = {
        {"photographer of a lane", "192.0.2.7", "", NULL, "photographer", "A",
         "http://192.0.2.7:8100/photographer/?lane=A#token=T"},
        {"marshal of any lane", "192.0.2.7", "", NULL, "marshal", NULL,
         "http://192.0.2.7:8100/marshal/#token=T"},
        {"empty lane", "192.0.2.7", "", NULL, "marshal", "", "http://192.0.2.7:8100/marshal/#token=T"},
        {"display under TLS", "192.0.2.7", "/cert", NULL, "display", "A",
         "https://192.0.2.7:8100/display/?lane=A#token=T"},
        {"check of a lane", "192.0.2.7", "", NULL, "check", "A",
         "http://192.0.2.7:8100/check/?lane=A#token=T"},
        {"office has the front page", "192.0.2.7", "", NULL, "office", NULL,
         "http://192.0.2.7:8100/#token=T"},
        {"liaison too", "192.0.2.7", "", NULL, "liaison", "A", "http://192.0.2.7:8100/?lane=A#token=T"},
        {"IPv6", "2001:db8::7", "", NULL, "office", NULL, "http://[2001:db8::7]:8100/#token=T"},
        {"everywhere, with a name", "0.0.0.0", "", "door.example", "office", NULL,
         "http://door.example:8100/#token=T"},
        {"everywhere in IPv6, with a name", "::", "", "door.example", "office", NULL,
         "http://door.example:8100/#token=T"},
        {"a name for an address of its own is not needed", "192.0.2.7", "", "door.example", "office", NULL,
         "http://192.0.2.7:8100/#token=T"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *hosts[] = {(char *)(uintptr_t)cases[i].host};
        struct config config = {.listen_host = (char *)(uintptr_t)cases[i].listen,
                                .listen_port = (char *)(uintptr_t) "8100",
                                .tls_cert = (char *)(uintptr_t)cases[i].cert,
                                .hosts = hosts,
                                .n_hosts = cases[i].host ? 1 : 0};
        char *url = terminal_page_url(&config, cases[i].role, cases[i].lane, "T");
        if (strcmp(url, cases[i].url) != 0)
            fail_msg("%s: %s instead of %s", cases[i].legend, url, cases[i].url);
        free(url);
    }
}

static void everywhere_without_a_name_is_an_address_of_ours(void **state)
{
    (void)state;
    struct config config = {.listen_host = (char *)(uintptr_t) "0.0.0.0",
                            .listen_port = (char *)(uintptr_t) "8100",
                            .tls_cert = (char *)(uintptr_t) ""};
    char *url = terminal_page_url(&config, "office", NULL, "T");
    assert_null(strstr(url, "0.0.0.0"));
    assert_memory_equal(url, "http://", 7);
    unsigned a, b, c, d;
    assert_int_equal(sscanf(url, "http://%u.%u.%u.%u:8100/#token=T", &a, &b, &c, &d), 4);
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_reads_back),
        cmocka_unit_test(too_long_a_text_has_no_code),
        cmocka_unit_test(addresses),
        cmocka_unit_test(everywhere_without_a_name_is_an_address_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
