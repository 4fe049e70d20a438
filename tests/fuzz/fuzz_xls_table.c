/* Old workbooks: the promises to the sink. What a file does inside freexl, which we did not write, is fuzzed only where our
 * own code looks first; freexl itself runs confined because it is known to break (roster/table_xls.h). */
#include "fuzz_table.h"
#include "roster/table_date.h"
#include "roster/table_xls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The seeds are whole workbooks; PAIHAO_FUZZ_FREEXL=1 lets changed ones in, too, to see what freexl makes of them. */
static bool is_let_in(const uint8_t *data, size_t size)
{
    return getenv("PAIHAO_FUZZ_FREEXL") != NULL ||
           (size > 8 && data[size - 1] == 0xff && size % 512 == 0 &&
            memmem(data, size, "\x09\x08\x10\x00\x00\x06\x05\x00", 8) == data + 512 && size < 12000);
}

static void dates_come_back(const uint8_t *data, size_t size)
{
    char text[TABLE_DATE_SIZE], again[TABLE_DATE_SIZE];
    double days, back;
    if (size < sizeof days)
        return;
    memcpy(&days, data, sizeof days);
    if (!table_date_text(days, text))
        return;
    require(table_date_parse(text, &back) && table_date_text(back, again) && strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dates_come_back(data, size);
    char *code = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(code, data, size);
    table_date_is_code(code);
    free(code);
    if (!table_xls_is_compound(data, size) || !is_let_in(data, size))
        return 0;
    struct watch watch = {.repeats_sheets = true};
    const struct table_sink sink = watch_sink(&watch);
    const enum table_fault fault = table_read(data, size, &sink);
    require(fault != TABLE_STOPPED && fault != TABLE_ENCODING && fault != TABLE_WEB_PAGE);
    watch_done(&watch);
    return 0;
}
