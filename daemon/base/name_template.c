/* Templates into parts, and parts into names. Pure. */
#include "base/name_template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/text.h"

enum { LOCAL_AHEAD_S = 8 * 3600 };
static const struct {
    const char *zh, *en;
} faults[NAME_FAULT_COUNT] = {
    [NAME_OK] = {"", ""},
    [NAME_EMPTY] = {"不能为空", "it is empty"},
    [NAME_TOO_LONG] = {"太长，至多 120 字节", "it is too long, at most 120 bytes"},
    [NAME_NOT_TEXT] = {"不是 UTF-8 文字", "it is not UTF-8 text"},
    [NAME_FIELD_UNKNOWN] = {"没有这个字段", "there is no such field"},
    [NAME_BRACE_OPEN] = {"花括号没有闭合", "the brace is not closed"},
    [NAME_BRACE_STRAY] = {"多了一个花括号", "a brace too many"},
    [NAME_FORBIDDEN] = {"文件名里不能有这个字符", "no file name may hold this character"},
    [NAME_DOTS] = {"不能以点开头，也不能有“..”", "it may not begin with a dot nor hold \"..\""},
    [NAME_END] = {"不能以点或空格结尾", "it may not end with a dot or a blank"},
    [NAME_DEVICE] = {"Windows 保留了这个名称", "Windows keeps this name for a device"},
    [NAME_WIDTH] = {"宽度只能是数字字段的 1 到 20", "a width is 1 to 20, and of a number"},
    [NAME_FORM] = {"日期格式只能用 %Y %m %d %H %M %S 和 - _ .",
                   "a date's form takes %Y %m %d %H %M %S and - _ ."},
    [NAME_PARTS] = {"段数太多", "it has too many parts"},
};

const char *name_fault_zh(enum name_fault fault)
{
    return fault < NAME_FAULT_COUNT ? faults[fault].zh : "";
}

const char *name_fault_en(enum name_fault fault)
{
    return fault < NAME_FAULT_COUNT ? faults[fault].en : "";
}

/* ---- compiling */
struct compiling {
    const char *text;
    struct name_template *template;
    struct name_problem *problem;
};

static int fail(const struct compiling *compiling, enum name_fault fault, const char *at, size_t length)
{
    struct name_problem *problem = compiling->problem;
    if (!problem)
        return -EINVAL;
    *problem = (struct name_problem){.fault = fault, .at = at ? 1 : 0};
    for (const char *from = compiling->text; at && from < at; from += utf8_first(from))
        problem->at++;
    if (at && length > 0) {
        char word[NAME_TEMPLATE_MAX + 1] = "";
        memcpy(word, at, length < NAME_TEMPLATE_MAX ? length : NAME_TEMPLATE_MAX);
        size_t size = utf8_cut(word, sizeof problem->word - 1);
        memcpy(problem->word, word, size);
        problem->word[size] = '\0';
    }
    return -EINVAL;
}

static struct name_part *add_part(struct compiling *compiling)
{
    struct name_template *template = compiling->template;
    return template->n_parts < NAME_PARTS_MAX ? &template->parts[template->n_parts++] : NULL;
}

static bool is_form(const char *form, size_t size)
{
    if (size == 0 || size > NAME_FORM_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (form[i] == '%' && (i + 1 == size || !strchr("YmdHMS", form[++i])))
            return false;
        if (form[i] != '%' && !strchr("YmdHMS-_.", form[i]))
            return false;
        /* a letter by itself is no part of a form */
        if (strchr("YmdHMS", form[i]) && (i == 0 || form[i - 1] != '%'))
            return false;
    }
    return true;
}

/* What stands behind the colon. */
static int take_option(struct compiling *compiling, struct name_part *part, const char *option, size_t size)
{
    char digits[4] = "";
    uint64_t width = 0;
    if (compiling->template->fields[part->field].kind == NAME_DATE) {
        if (!is_form(option, size))
            return fail(compiling, NAME_FORM, option, size);
        memcpy(part->text, option, size);
        part->text[size] = '\0';
        return 0;
    }
    if (size > 0 && size < sizeof digits)
        memcpy(digits, option, size);
    if (compiling->template->fields[part->field].kind != NAME_NUMBER ||
        text_to_u64(digits, 1, NAME_WIDTH_MAX, &width) != 0)
        return fail(compiling, NAME_WIDTH, option, size);
    part->width = (uint8_t)width;
    return 0;
}

static int16_t field_of(const struct name_field *fields, const char *name, size_t size)
{
    for (int16_t i = 0; fields[i].name; i++)
        if (strlen(fields[i].name) == size && memcmp(fields[i].name, name, size) == 0)
            return i;
    return -1;
}

/* `at`: the opening brace; moves behind the closing one. */
static int take_field(struct compiling *compiling, const char **at)
{
    const char *inside = *at + 1;
    size_t size = strcspn(inside, "{}");
    if (inside[size] != '}')
        return fail(compiling, NAME_BRACE_OPEN, *at, size + 1);
    const char *colon = memchr(inside, ':', size);
    size_t name_size = colon ? (size_t)(colon - inside) : size;
    int16_t field = field_of(compiling->template->fields, inside, name_size);
    struct name_part *part = field >= 0 ? add_part(compiling) : NULL;
    if (field < 0)
        return fail(compiling, NAME_FIELD_UNKNOWN, *at, size + 2);
    if (!part)
        return fail(compiling, NAME_PARTS, *at, 0);
    *part = (struct name_part){.field = field};
    if (compiling->template->fields[field].kind == NAME_DATE)
        strcpy(part->text, compiling->template->fields[field].form);
    *at = inside + size + 1;
    return colon ? take_option(compiling, part, colon + 1, size - name_size - 1) : 0;
}

static int take_literal(struct compiling *compiling, const char **at)
{
    const char *from = *at;
    uint32_t code;
    while (**at && **at != '{') {
        size_t step = utf8_read(*at, strlen(*at), &code);
        if (**at == '}')
            return fail(compiling, NAME_BRACE_STRAY, *at, 1);
        if (safe_name_forbids(code))
            return fail(compiling, NAME_FORBIDDEN, *at, utf8_is_invisible(code) ? 0 : step);
        *at += step;
    }
    struct name_part *part = add_part(compiling);
    if (!part)
        return fail(compiling, NAME_PARTS, from, 0);
    *part = (struct name_part){.field = -1};
    memcpy(part->text, from, (size_t)(*at - from));
    part->text[*at - from] = '\0';
    return 0;
}

static int check_whole(const struct compiling *compiling)
{
    const char *text = compiling->text, *dots = strstr(text, "..");
    size_t length = strlen(text);
    if (text[0] == '.' || dots)
        return fail(compiling, NAME_DOTS, dots ? dots : text, dots ? 2 : 1);
    if (text[length - 1] == '.' || text[length - 1] == ' ')
        return fail(compiling, NAME_END, text + length - 1, 0);
    /* with a field in front of the first dot it is decided when the field is known */
    const char *dot = strchr(text, '.'), *brace = strchr(text, '{');
    if (safe_name_is_device(text) && (!brace || (dot && dot < brace)))
        return fail(compiling, NAME_DEVICE, text, strcspn(text, "."));
    return 0;
}

/* The extension is kept when a name must be cut. */
static void part_with_extension(struct name_template *template)
{
    struct name_part *last = &template->parts[template->n_parts - 1];
    if (last->field >= 0)
        return;
    char dotted[NAME_TEMPLATE_MAX + 2];
    snprintf(dotted, sizeof dotted, "%s%s", template->n_parts > 1 ? "x" : "", last->text);
    size_t size = safe_name_extension(dotted);
    size_t length = strlen(last->text);
    memcpy(template->extension, last->text + length - size, size + 1);
    last->text[length - size] = '\0';
}

int name_template_compile(const char *text, const struct name_field *fields, struct name_template *ret,
                          struct name_problem *ret_problem)
{
    struct name_template template = {.fields = fields};
    struct compiling compiling = {.text = text, .template = &template, .problem = ret_problem};
    if (!*text)
        return fail(&compiling, NAME_EMPTY, NULL, 0);
    if (strlen(text) > NAME_TEMPLATE_MAX)
        return fail(&compiling, NAME_TOO_LONG, NULL, 0);
    if (!utf8_is_valid(text, strlen(text)))
        return fail(&compiling, NAME_NOT_TEXT, NULL, 0);
    for (const char *at = text; *at;)
        if ((*at == '{' ? take_field(&compiling, &at) : take_literal(&compiling, &at)) != 0)
            return -EINVAL;
    if (check_whole(&compiling) != 0)
        return -EINVAL;
    part_with_extension(&template);
    *ret = template;
    return 0;
}

/* ---- names */
/* "A0001" of width 6 is "A000001". */
static void add_number(struct buffer *out, const char *text, unsigned width)
{
    size_t size = strlen(text), digits = 0;
    while (digits < size && text[size - digits - 1] >= '0' && text[size - digits - 1] <= '9')
        digits++;
    buffer_add(out, text, size - digits);
    for (size_t i = digits; digits > 0 && i < width; i++)
        buffer_add_text(out, "0");
    buffer_add(out, text + size - digits, digits);
}

static void add_date(struct buffer *out, int64_t utc_us, const char *form)
{
    char text[128];
    struct tm local;
    time_t seconds = (time_t)(utc_us / 1000000 + LOCAL_AHEAD_S);
    if (utc_us != 0 && gmtime_r(&seconds, &local) && strftime(text, sizeof text, form, &local) > 0)
        buffer_add_text(out, text);
}

char *name_template_text(const struct name_template *template, const union name_value *values)
{
    struct buffer out = {0};
    for (const struct name_part *part = template->parts; part < template->parts + template->n_parts; part++) {
        if (part->field < 0) {
            buffer_add_text(&out, part->text);
            continue;
        }
        const union name_value *value = &values[part->field];
        if (template->fields[part->field].kind == NAME_DATE)
            add_date(&out, value->utc_us, part->text);
        else
            add_number(&out, value->text ? value->text : "", part->width);
    }
    return out.data ? out.data : bytes_text("");
}

char *name_template_file(const struct name_template *template, const union name_value *values,
                         struct name_set *set)
{
    char safe[SAFE_NAME_MAX + 1];
    char *text = name_template_text(template, values);
    safe_name(text, template->extension, safe);
    free(text);
    if (!set)
        return bytes_text(safe);
    safe[strlen(safe) - strlen(template->extension)] = '\0';
    return name_set_take(set, safe, template->extension, SAFE_NAME_MAX, NAME_IN_BYTES);
}
