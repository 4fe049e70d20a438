/* Headings. Pure. What a heading may be is one table; the first word of a column is the usual one. */
#include "roster/roster_columns.h"
#include "roster/roster_clean.h"
#include <string.h>

static const struct {
    const char *name, *zh;
} columns[COLUMN_COUNT] = {
    [COLUMN_NONE] = {"", ""},
    [COLUMN_NAME] = {"name", "姓名"},
    [COLUMN_ID_NUMBER] = {"id_number", "身份证号"},
    [COLUMN_STUDENT_NO] = {"student_no", "学号"},
    [COLUMN_ID_KIND] = {"id_kind", "证件类型"},
    [COLUMN_PASSPORT] = {"passport", "护照号"},
    [COLUMN_COLLEGE] = {"college", "学院"},
    [COLUMN_MAJOR] = {"major", "专业"},
    [COLUMN_UNIT] = {"unit", "班级"},
    [COLUMN_LEVEL] = {"level", "层次"},
    [COLUMN_CAMPUS] = {"campus", "校区"},
    [COLUMN_CATEGORY] = {"category", "类别"},
    [COLUMN_NOTE] = {"note", "备注"},
    [COLUMN_AMOUNT] = {"amount", "金额"},
    [COLUMN_METHOD] = {"method", "缴费方式"},
};

/* As clean_heading() leaves them, each between blanks. */
static const char *const words[COLUMN_COUNT] = {
    [COLUMN_NONE] = "",
    [COLUMN_NAME] = " 姓名 学生姓名 名字 考生姓名 中文姓名 姓名全称 name fullname studentname chinesename ",
    [COLUMN_ID_NUMBER] = " 身份证号 身份证号码 身份证 证件号码 证件号 公民身份号码 公民身份证号码 "
                         "居民身份证号 居民身份证号码 身份证件号 "
                         "身份证件号码 身份证编号 身份号码 身份证号/护照号 身份证/护照号 sfzh sfzjh idnumber "
                         "idno idcard idcardno "
                         "idcardnumber nationalid citizenid identitynumber identitycard ",
    [COLUMN_STUDENT_NO] = " 学号 学生学号 学生编号 学生号 学籍编号 本人学号 xh studentno studentnumber "
                          "studentid studentcode stuno sno ",
    [COLUMN_ID_KIND] = " 证件类型 身份证件类型 证件种类 证件类别 idtype idkind documenttype ",
    [COLUMN_PASSPORT] = " 护照号 护照号码 护照 passport passportno passportnumber ",
    [COLUMN_COLLEGE] = " 学院 院系 学院名称 院系名称 所在学院 所属学院 二级学院 培养单位 院 系 系部 系别 "
                       "系名称 分院 院(系) 院(系)名称 学院(系) 学部 "
                       "yxmc college department faculty school ",
    [COLUMN_MAJOR] = " 专业 专业名称 所学专业 主修专业 major programme program speciality specialty ",
    [COLUMN_UNIT] = " 班级 班级名称 行政班 行政班级 所在班级 所属班级 专业班级 班 班别 班号 班名 bj bjmc "
                    "class classname unit group ",
    [COLUMN_LEVEL] = " 层次 学历层次 培养层次 学历 学位层次 办学层次 教育层次 学历类别 学位 学位级别 level "
                     "degree degreelevel educationlevel ",
    [COLUMN_CAMPUS] = " 校区 所在校区 校区名称 campus ",
    [COLUMN_CATEGORY] = " 类别 学生类别 学习形式 培养方式 学生类型 考生类别 category type ",
    [COLUMN_NOTE] = " 备注 说明 备注说明 原因 理由 排除原因 不采集原因 不拍摄原因 事由 note notes remark "
                    "remarks reason comment ",
    [COLUMN_AMOUNT] = " 金额 缴费金额 实缴金额 已缴金额 交费金额 收费金额 实收金额 支付金额 缴费 amount paid "
                      "fee paidamount ",
    [COLUMN_METHOD] =
        " 缴费方式 支付方式 付款方式 交费方式 收费方式 支付渠道 缴费渠道 method paymentmethod paidby ",
};

const char *roster_column_name(enum roster_column column)
{
    return column < COLUMN_COUNT ? columns[column].name : "";
}

const char *roster_column_zh(enum roster_column column)
{
    return column < COLUMN_COUNT ? columns[column].zh : "";
}

static enum roster_column find_word(const char *word)
{
    char needle[200];
    if (!*word || strlen(word) + 3 > sizeof needle)
        return COLUMN_NONE;
    snprintf(needle, sizeof needle, " %s ", word);
    for (enum roster_column column = COLUMN_NONE + 1; column < COLUMN_COUNT; column++)
        if (strstr(words[column], needle))
            return column;
    return COLUMN_NONE;
}

enum roster_column roster_column_of(const char *heading)
{
    char whole[128], without[128];
    clean_heading(heading, whole, without, sizeof whole);
    const enum roster_column column = find_word(whole);
    return column != COLUMN_NONE ? column : find_word(without);
}

bool roster_is_heading(enum list_kind kind, const struct table_row *row,
                       uint8_t ret_columns[static TABLE_COLUMNS_MAX])
{
    bool has[COLUMN_COUNT] = {false};
    memset(ret_columns, COLUMN_NONE, TABLE_COLUMNS_MAX);
    for (size_t i = 0; i < row->n_cells && i < TABLE_COLUMNS_MAX; i++)
        if (row->cells[i].kind == CELL_TEXT) {
            ret_columns[i] = (uint8_t)roster_column_of(row->cells[i].text);
            has[ret_columns[i]] = true;
        }
    const bool has_number = has[COLUMN_STUDENT_NO] || has[COLUMN_ID_NUMBER] || has[COLUMN_PASSPORT];
    return has_number && (has[COLUMN_NAME] || kind != LIST_PEOPLE);
}

bool roster_is_footer(const char *text, bool is_sure)
{
    static const char *const sure[] = {"合计", "总计", "小计", "共计",     "总人数", "制表",
                                       "填表", "审核", "经办", "以下空白", "total"};
    static const char *const likely[] = {"人数", "负责人", "注:",  "注意",     "备注",   "说明",
                                         "以上", "签字",   "签名", "单位盖章", "(盖章)", "盖章",
                                         "联系", "打印",   "日期", "第",       "共",     "/"};
    char whole[128], without[128];
    clean_heading(text, whole, without, sizeof whole);
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        if (strncmp(whole, sure[i], strlen(sure[i])) == 0)
            return true;
    for (size_t i = 0; !is_sure && i < sizeof likely / sizeof *likely; i++)
        if (strncmp(whole, likely[i], strlen(likely[i])) == 0)
            return true;
    return false;
}

void roster_column_letters(uint32_t column, char ret_letters[static 8])
{
    char backwards[8];
    size_t n = 0, i = 0;
    for (; column > 0 && n < sizeof backwards - 1; column = (column - 1) / 26)
        backwards[n++] = (char)('A' + (column - 1) % 26);
    while (n > 0)
        ret_letters[i++] = backwards[--n];
    ret_letters[i] = '\0';
}
