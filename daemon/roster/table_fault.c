/* The words of table faults. Pure; apart from the readers, which the daemon does not hold. */
#include "roster/table.h"

static const struct {
    const char *code, *zh, *en;
} words[TABLE_FAULT_COUNT] = {
    [TABLE_OK] = {"ok", "已读完。", "Read to the end."},
    [TABLE_STOPPED] = {"table-stopped", "读取已中止。", "The reading was stopped."},
    [TABLE_EMPTY] = {"table-empty", "文件中没有任何内容。", "There is nothing in this file."},
    [TABLE_UNKNOWN] = {"table-unknown", "不是可识别的表格文件，请另存为 .xlsx 或 CSV 后再导入。",
                       "This is no table that is known here. Save it as .xlsx or CSV and import that."},
    [TABLE_ENCRYPTED] = {"table-encrypted", "文件设有打开密码，请取消密码后另存再导入。",
                         "The workbook has a password. Save it without one and import that."},
    [TABLE_BROKEN] =
        {"table-broken", "文件已损坏或不完整，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。",
         "The file is damaged or cut off. Open it in Excel or WPS, save it as .xlsx and import that."},
    [TABLE_TOO_LARGE] = {"table-too-large", "表格过大，请删去多余的行、列和工作表后再导入。",
                         "The table is too large. Delete the rows, columns and sheets that are not needed."},
    [TABLE_WEB_PAGE] =
        {"table-web-page", "文件实为网页格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。",
         "The file is a web page under a workbook's name. Open it in Excel or WPS, save it as .xlsx "
         "and import that."},
    [TABLE_ENCODING] = {"table-encoding", "文字编码无法识别，请另存为 UTF-8 编码的 CSV 或 .xlsx 再导入。",
                        "The text's encoding is not known. Save it as CSV in UTF-8, or as .xlsx."},
    [TABLE_SYSTEM] = {"table-system", "读取程序未能运行，请重试；仍不行请联系技术人员。",
                      "The reading program could not run. Try again, then ask for technical help."},
};

const char *table_fault_code(enum table_fault fault)
{
    return fault < TABLE_FAULT_COUNT ? words[fault].code : "?";
}

const char *table_fault_zh(enum table_fault fault)
{
    return fault < TABLE_FAULT_COUNT ? words[fault].zh : "?";
}

const char *table_fault_en(enum table_fault fault)
{
    return fault < TABLE_FAULT_COUNT ? words[fault].en : "?";
}
