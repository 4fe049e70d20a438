/* Old workbooks: dates and formats, and the promises to the sink. freexl, which we did not write, breaks on changed files
 * within seconds (a read before a buffer on the stack, for one), which is why it runs confined and why only
 * PAIHAO_FUZZ_FREEXL=1 lets them in here: to see what it makes of them today. */
#include "fuzz_table.h"
#include "roster/table_date.h"
#include "roster/table_xls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    if (!table_xls_is_compound(data, size) || !getenv("PAIHAO_FUZZ_FREEXL"))
        return 0;
    struct watch watch = {.repeats_sheets = true};
    const struct table_sink sink = watch_sink(&watch);
    const enum table_fault fault = table_read(data, size, &sink);
    require(fault != TABLE_STOPPED && fault != TABLE_ENCODING && fault != TABLE_WEB_PAGE);
    watch_done(&watch);
    return 0;
}
