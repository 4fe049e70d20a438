/* Layouts by descriptors, and the ends of answers however a device cuts them. */
#include "readers/sam_pipes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void layouts(void **state)
{
    static const struct {
        const char *legend;
        bool is_hid;
        struct sam_endpoint endpoints[5];
        size_t n;
        struct sam_pipes expected;
    } cases[] = {
        {"the original four",
         false,
         {{0x02, false, 64}, {0x06, false, 64}, {0x81, false, 64}, {0x85, false, 64}},
         4,
         {SAM_LAYOUT_FOUR, 0x02, 0x06, 0x81, 0x85, 64}},
        {"in another order, with more",
         false,
         {{0x85, false, 512}, {0x87, true, 8}, {0x81, false, 64}, {0x06, false, 64}, {0x02, false, 64}},
         5,
         {SAM_LAYOUT_FOUR, 0x02, 0x06, 0x81, 0x85, 512}},
        {"four, but others",
         false,
         {{0x01, false, 64}, {0x06, false, 64}, {0x81, false, 64}, {0x85, false, 64}},
         4,
         {SAM_LAYOUT_PAIR, 0x01, 0x01, 0x81, 0x81, 64}},
        {"a pair", false, {{0x83, false, 64}, {0x04, false, 64}}, 2, {SAM_LAYOUT_PAIR, 4, 4, 0x83, 0x83, 64}},
        {"a pair without a packet size",
         false,
         {{0x83, false, 0}, {0x04, false, 0}},
         2,
         {SAM_LAYOUT_PAIR, 4, 4, 0x83, 0x83, 64}},
        {"reports",
         true,
         {{0x81, true, 64}, {0x01, true, 64}},
         2,
         {SAM_LAYOUT_REPORTS, 1, 0, 0x81, 0x81, 64}},
        {"reports, out by control transfers",
         true,
         {{0x82, true, 64}},
         1,
         {SAM_LAYOUT_REPORTS, 0, 0, 0x82, 0x82, 64}},
        {"HID with bulk pipes only", true, {{0x81, false, 64}, {0x01, false, 64}}, 2, {.layout = 0}},
        {"no way in", false, {{0x01, false, 64}}, 1, {.layout = 0}},
        {"interrupts, yet no HID", false, {{0x81, true, 64}, {0x01, true, 64}}, 2, {.layout = 0}},
        {"nothing", false, {{0, false, 0}}, 0, {.layout = 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sam_pipes got = sam_pipes_choose(cases[i].is_hid, cases[i].endpoints, cases[i].n);
        const struct sam_pipes *expected = &cases[i].expected;
        if (got.layout != expected->layout || got.out != expected->out ||
            got.out_rest != expected->out_rest || got.in != expected->in ||
            got.in_rest != expected->in_rest || got.packet != expected->packet)
            fail_msg("%s: %s, %02x %02x %02x %02x, %u", cases[i].legend, sam_layout_name(got.layout), got.out,
                     got.out_rest, got.in, got.in_rest, got.packet);
    }
}

static const struct sam_pipes four = {SAM_LAYOUT_FOUR, 2, 6, 0x81, 0x85, 64},
                              pair = {SAM_LAYOUT_PAIR, 1, 1, 0x81, 0x81, 64},
                              reports = {SAM_LAYOUT_REPORTS, 1, 1, 0x81, 0x81, 64};

/* A frame of `whole` bytes whose content never has a byte twice in a row, so that no shift goes unseen. */
static void compose(size_t whole, uint8_t *ret_frame)
{
    const size_t length = whole - SAM_HEAD_SIZE;
    const uint8_t head[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, (uint8_t)(length >> 8), (uint8_t)length,
                            0,    0,    0x90};
    memcpy(ret_frame, head, sizeof head);
    for (size_t i = sizeof head; i < whole; i++)
        ret_frame[i] = (uint8_t)(i * 37 + i / 7);
    ret_frame[whole - 1] = 0;
    for (size_t i = 5; i < whole - 1; i++)
        ret_frame[whole - 1] ^= ret_frame[i];
}

static const size_t sizes[] = {11, 27, 63, 64, 65, 70, 71, 81, 126, 127, 128, 191, 1295, 1809, 2321, 4103};

static void pieces_of_pipes(void **state)
{
    uint8_t frame[SAM_ANSWER_SIZE], given[SAM_ANSWER_SIZE];
    struct sam_inflow flow;
    size_t size;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        compose(sizes[i], frame);
        sam_inflow_init(&flow, &four);
        assert_int_equal(sam_inflow_next(&flow, 4096, &size), 0x81);
        assert_int_equal(sam_inflow_take(&flow, frame, SAM_HEAD_SIZE, given), SAM_HEAD_SIZE);
        for (size_t at = SAM_HEAD_SIZE; at < sizes[i];) {
            assert_int_equal(sam_inflow_next(&flow, 4096, &size), 0x85);
            assert_true(size % 64 == 0 && size > 0);
            const size_t part = sizes[i] - at < size ? sizes[i] - at : size;
            assert_true(part == sizes[i] - at || part == 4096);
            assert_int_equal(sam_inflow_take(&flow, frame + at, part, given), part);
            assert_memory_equal(given, frame + at, part);
            at += part;
        }
        assert_false(flow.is_dirty);
        assert_int_equal(sam_inflow_next(&flow, 4096, &size), 0x81);
        sam_inflow_init(&flow, &pair);
        for (size_t at = 0; at < sizes[i];) {
            assert_int_equal(sam_inflow_next(&flow, 4096, &size), 0x81);
            const size_t part = sizes[i] - at < size ? sizes[i] - at : size;
            assert_int_equal(sam_inflow_take(&flow, frame + at, part, given), part);
            at += part;
        }
        assert_false(flow.is_dirty);
        assert_int_equal(flow.left, 0);
    }
}

static void what_is_no_frame_makes_dirty(void **state)
{
    static const uint8_t junk[64] = {1, 2, 3}, tiny[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 3},
                         huge[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0xff, 0xff};
    uint8_t given[SAM_ANSWER_SIZE];
    const struct {
        const uint8_t *bytes;
        size_t size;
    } cases[] = {{junk, 64}, {junk, 3}, {tiny, 7}, {huge, 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sam_inflow flow;
        sam_inflow_init(&flow, &four);
        assert_int_equal(sam_inflow_take(&flow, cases[i].bytes, cases[i].size, given), cases[i].size);
        assert_true(flow.is_dirty);
        assert_int_equal(flow.left, 0);
        sam_inflow_begin(&flow);
        assert_false(flow.is_dirty);
    }
}

/* A device that puts `lead` before the first part, or with `leads_each` before every part. Returns how many reports it
 * took until the frame came out. */
static size_t feed_reports(struct sam_inflow *flow, const uint8_t *frame, size_t whole, int lead,
                           bool leads_each, uint8_t *ret_given, size_t *ret_size)
{
    size_t n = 0;
    *ret_size = 0;
    for (size_t at = 0; at < whole && *ret_size == 0; n++) {
        uint8_t report[SAM_REPORT_SIZE] = {0};
        const size_t skip = lead >= 0 && (n == 0 || leads_each) ? 1 : 0, room = SAM_REPORT_SIZE - skip;
        const size_t part = whole - at < room ? whole - at : room;
        if (skip)
            report[0] = (uint8_t)lead;
        memcpy(report + skip, frame + at, part);
        at += part;
        *ret_size = sam_inflow_take(flow, report, sizeof report, ret_given);
    }
    return n;
}

static void reports_are_joined(void **state)
{
    static const struct {
        const char *legend;
        int lead;
        bool leads_each;
    } devices[] = {
        {"nothing in front", -1, false},        {"a zero in front of the first", 0, false},
        {"a zero in front of each", 0, true},   {"a number in front of the first", 1, false},
        {"a number in front of each", 1, true}, {"AA in front of each", 0xaa, true},
    };
    uint8_t frame[SAM_ANSWER_SIZE], given[SAM_ANSWER_SIZE];
    (void)state;
    for (size_t d = 0; d < sizeof devices / sizeof *devices; d++) {
        struct sam_inflow flow;
        sam_inflow_init(&flow, &reports);
        for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
            const size_t whole = sizes[i % (sizeof sizes / sizeof *sizes)];
            size_t size;
            compose(whole, frame);
            sam_inflow_begin(&flow);
            feed_reports(&flow, frame, whole, devices[d].lead, devices[d].leads_each, given, &size);
            if (size != whole || memcmp(given, frame, whole) != 0)
                fail_msg("%s: %zu of %zu bytes", devices[d].legend, size, whole);
        }
    }
}

static void spoilt_reports_end(void **state)
{
    uint8_t frame[SAM_ANSWER_SIZE], given[SAM_ANSWER_SIZE];
    struct sam_inflow flow;
    size_t size;
    (void)state;
    sam_inflow_init(&flow, &reports);
    compose(1295, frame);
    frame[700] ^= 0x10;
    assert_int_equal(feed_reports(&flow, frame, 1295, 0, true, given, &size), 21);
    assert_int_equal(size, 21 * SAM_REPORT_SIZE); /* as it came: the frame's parser says what is wrong */
    assert_true(flow.is_dirty);
    sam_inflow_begin(&flow);
    static const uint8_t junk[SAM_REPORT_SIZE] = {5};
    assert_int_equal(sam_inflow_take(&flow, junk, sizeof junk, given), sizeof junk);
    assert_true(flow.is_dirty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts),
        cmocka_unit_test(pieces_of_pipes),
        cmocka_unit_test(what_is_no_frame_makes_dirty),
        cmocka_unit_test(reports_are_joined),
        cmocka_unit_test(spoilt_reports_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
