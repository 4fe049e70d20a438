/* Finding SAM reply frames in what a serial line delivers. */
#include "readers/sam_frame.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FOUND                                                                                                \
    "aaaaaa96690008"                                                                                         \
    "00009f"                                                                                                 \
    "00000000"                                                                                               \
    "97"
#define NONE                                                                                                 \
    "aaaaaa96690004"                                                                                         \
    "000080"                                                                                                 \
    "84"

static size_t bytes_of(const char *hex, uint8_t *ret, size_t capacity)
{
    const int n = hex_decode(hex, strlen(hex), ret, capacity);
    assert_true(n >= 0);
    return (size_t)n;
}

/* Feeds in pieces and writes what came as text: "9f/4" for a frame of that status and so many data bytes, "L" and
 * "C" for bad lengths and checksums, "+" at the end when a frame is open. */
static void run(const uint8_t *bytes, size_t size, size_t piece, char ret_text[static 64])
{
    static struct sam_frame_parser parser;
    sam_frame_reset(&parser);
    ret_text[0] = '\0';
    for (size_t at = 0; at < size;) {
        struct sam_frame frame;
        size_t used;
        const size_t n = size - at < piece ? size - at : piece;
        const enum sam_frame_event event = sam_frame_feed(&parser, bytes + at, n, &used, &frame);
        assert_true(used <= n && (used == n || event != SAM_FRAME_NONE));
        at += used;
        char *end = ret_text + strlen(ret_text);
        if (event == SAM_FRAME_WHOLE)
            sprintf(end, "%02x/%zu ", (unsigned)frame.status[2], frame.size);
        else if (event != SAM_FRAME_NONE)
            strcpy(end, event == SAM_FRAME_BAD_LENGTH ? "L " : "C ");
    }
    if (sam_frame_is_open(&parser))
        strcat(ret_text, "+");
}

static void frames_in_a_stream(void **state)
{
    static const struct {
        const char *legend, *hex, *expected;
    } cases[] = {
        {"status OK",
         "aaaaaa966900040000"
         "9094",
         "90/0 "},
        {"found, four bytes of data", FOUND, "9f/4 "},
        {"two frames at once", FOUND NONE, "9f/4 80/0 "},
        {"garbage before", "00ff13aa96aa690102" NONE, "80/0 "},
        {"more than three AA", "aaaaaaaa" NONE, "80/0 "},
        {"a header that breaks off, then a whole one", "aaaaaa96" NONE, "80/0 "},
        {"a foreign byte among the AA, as seen live",
         "aa00aaaa96690004000080"
         "84",
         "80/0 "},
        {"two AA alone are no header", "00aaaa966900ffaa13" NONE, "80/0 "},
        {"a header within the data",
         "aaaaaa9669000a"
         "00009f"
         "aaaaaa966900"
         "c0",
         "9f/6 "},
        {"wrong checksum, then a good frame",
         "aaaaaa966900040000"
         "9095" NONE,
         "C 80/0 "},
        {"truncated", "aaaaaa9669000800009f0000", "+"},
        {"truncated within the length", "aaaaaa966900", "+"},
        {"length too small for a status",
         "aaaaaa96690003"
         "909094" NONE,
         "L 80/0 "},
        {"length zero", "aaaaaa96690000" NONE, "L 80/0 "},
        {"length absurd", "aaaaaa9669ffff" NONE, "L 80/0 "},
        {"just too long", "aaaaaa96691001" NONE, "L 80/0 "},
        {"nothing", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 64; piece++) {
            uint8_t bytes[128];
            char text[64];
            run(bytes, bytes_of(cases[i].hex, bytes, sizeof bytes), piece, text);
            if (strcmp(text, cases[i].expected) != 0)
                fail_msg("%s, pieces of %zu: got \"%s\", not \"%s\"", cases[i].legend, piece, text,
                         cases[i].expected);
        }
}

static void the_largest_frame(void **state)
{
    (void)state;
    static uint8_t bytes[7 + SAM_FRAME_LENGTH_MAX] = {0xaa, 0xaa, 0xaa, 0x96, 0x69,
                                                      0x10, 0x00, 0x00, 0x00, 0x90};
    char text[64];
    bytes[sizeof bytes - 1] = xor_of(bytes + 5, sizeof bytes - 6);
    run(bytes, sizeof bytes, sizeof bytes, text);
    assert_string_equal(text, "90/4092 ");
    run(bytes, sizeof bytes, 1000, text);
    assert_string_equal(text, "90/4092 ");
}

static void every_damaged_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t bytes[64];
    char text[64];
    const size_t size = bytes_of(FOUND, bytes, sizeof bytes);
    for (size_t bit = 8 * 7; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        run(bytes, size, size, text);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_string_equal(text, "C ");
    }
}

/* readers.md 1.2, computed there independently. */
static void requests(void **state)
{
    static const struct {
        uint8_t command, parameter;
        const char *hex;
    } cases[] = {
        {0x10, 0xff, "aaaaaa9669000310ffec"}, {0x11, 0xff, "aaaaaa9669000311ffed"},
        {0x12, 0xff, "aaaaaa9669000312ffee"}, {0x20, 0x01, "aaaaaa96690003200122"},
        {0x20, 0x02, "aaaaaa96690003200221"}, {0x30, 0x01, "aaaaaa96690003300132"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t request[SAM_REQUEST_SIZE];
        char hex[2 * SAM_REQUEST_SIZE + 1];
        sam_frame_request(cases[i].command, cases[i].parameter, request);
        hex_encode(request, sizeof request, hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void reset_wipes(void **state)
{
    (void)state;
    static struct sam_frame_parser parser;
    static const struct sam_frame_parser empty;
    uint8_t bytes[64];
    size_t used;
    struct sam_frame frame;
    const size_t size = bytes_of(FOUND, bytes, sizeof bytes);
    sam_frame_feed(&parser, bytes, size - 1, &used, &frame);
    assert_memory_not_equal(parser.body, empty.body, sizeof empty.body);
    sam_frame_reset(&parser);
    assert_memory_equal(parser.body, empty.body, sizeof empty.body);
    assert_false(sam_frame_is_open(&parser));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_in_a_stream),
        cmocka_unit_test(the_largest_frame),
        cmocka_unit_test(every_damaged_bit_is_noticed),
        cmocka_unit_test(requests),
        cmocka_unit_test(reset_wipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
