/* QR codes in half blocks: read back into modules, they are the code that was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_reads_back),
        cmocka_unit_test(too_long_a_text_has_no_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
