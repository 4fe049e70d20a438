/* libconfuse over a text in memory. Knows kinds of values, not their meaning. */
#include "base/config_settings.h"

#include <confuse.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/config_text.h"
#include "base/text.h"

/* A list that was not given holds this one; nobody can write a control character into a value. */
#define NOT_GIVEN "\x01"

struct loading {
    struct setting *settings;
    size_t n_settings;
    struct settings_fault *fault;
    bool has_failed;
    int last_line;
};
/* libconfuse's callbacks carry no pointer of ours. */
static _Thread_local struct loading *loading;
static pthread_mutex_t lexer = PTHREAD_MUTEX_INITIALIZER;

static void write_words(char *out, const char *format, va_list arguments)
{
    vsnprintf(out, SETTINGS_FAULT_SIZE, format, arguments);
    size_t length = strlen(out);
    while (length > 0 && !utf8_is_valid(out, length))
        out[--length] = '\0';
    for (char *at = out; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
}

int settings_fail(struct settings_fault *fault, int line, const char *zh, const char *en, ...)
{
    va_list arguments;
    fault->line = line > 0 ? line : 1;
    va_start(arguments, en);
    write_words(fault->zh, zh, arguments);
    va_end(arguments);
    va_start(arguments, en);
    write_words(fault->en, en, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* The first fault counts. */
static int refuse(int line, const char *zh, const char *en, const char *what)
{
    if (!loading->has_failed)
        settings_fail(loading->fault, line > loading->last_line ? loading->last_line : line, zh, en, what);
    loading->has_failed = true;
    return -1;
}

/* libconfuse's own words are told by their format, which does not change within a version; others go as they are. */
static void on_confuse_error(cfg_t *cfg, const char *format, va_list arguments)
{
    char words[SETTINGS_FAULT_SIZE];
    write_words(words, format, arguments);
    char *name = strchr(words, '\''), *end = name ? strchr(name + 1, '\'') : NULL;
    if (strstr(format, "no such option") && end) {
        *end = '\0';
        refuse(cfg->line, "没有“%s”这个设置项", "there is no setting \"%s\"", name + 1);
    } else if ((strstr(format, "invalid") || strstr(format, "out of range")) && end) {
        *end = '\0';
        refuse(cfg->line, "设置项“%s”的值写法不对", "the value of \"%s\" is not of its kind", name + 1);
    } else {
        refuse(cfg->line, "语法有误：%s", "the syntax is wrong: %s", words);
    }
}

static struct setting *setting_of(const char *name)
{
    for (size_t i = 0; i < loading->n_settings; i++)
        if (strcmp(loading->settings[i].name, name) == 0)
            return &loading->settings[i];
    return NULL;
}

/* Called after each value that was taken; of a list, any number of times. */
static int see_value(cfg_t *cfg, cfg_opt_t *opt)
{
    struct setting *setting = setting_of(opt->name);
    if (!setting)
        return refuse(cfg->line, "没有“%s”这个设置项", "there is no setting \"%s\"", opt->name);
    if (setting->line && setting->kind != SETTING_LIST)
        return refuse(cfg->line, "设置项“%s”写了两次", "\"%s\" is given twice", opt->name);
    if (!setting->line)
        setting->line = cfg->line;
    return 0;
}

/* Half a fault's words, unless the setting has room for more. */
static size_t most_of(const struct setting *setting)
{
    return setting->most ? setting->most : SETTINGS_FAULT_SIZE / 2;
}

static bool take_text(const char *value, size_t most, char **ret)
{
    size_t length = strlen(value);
    if (length > 0 && !text_is_plain(value, length, most))
        return false;
    *ret = bytes_text(value);
    return true;
}

static int take_items(cfg_t *cfg, struct setting *setting)
{
    size_t n = cfg_size(cfg, setting->name);
    setting->items = bytes_alloc(n * sizeof *setting->items);
    for (unsigned i = 0; i < n; i++) {
        if (!take_text(cfg_getnstr(cfg, setting->name, i), most_of(setting), &setting->items[i]))
            return refuse(setting->line, "设置项“%s”过长或含有控制字符",
                          "\"%s\" is too long or holds control characters", setting->name);
        setting->n_items++;
    }
    return 0;
}

static int take_setting(cfg_t *cfg, struct setting *setting)
{
    bool is_empty_list = setting->kind == SETTING_LIST && cfg_size(cfg, setting->name) == 0;
    if (!setting->line && is_empty_list)
        return refuse(cfg->line, "设置项“%s”的列表是空的", "the list \"%s\" is empty", setting->name);
    if (!setting->line)
        return 0;
    switch (setting->kind) {
    case SETTING_NUMBER:
        setting->number = cfg_getint(cfg, setting->name);
        break;
    case SETTING_SWITCH:
        setting->is_on = cfg_getbool(cfg, setting->name);
        break;
    case SETTING_LIST:
        return take_items(cfg, setting);
    case SETTING_TEXT:
        if (!take_text(cfg_getstr(cfg, setting->name), most_of(setting), &setting->text))
            return refuse(setting->line, "设置项“%s”过长或含有控制字符",
                          "\"%s\" is too long or holds control characters", setting->name);
    }
    return 0;
}

static void declare(const struct setting *setting, cfg_opt_t *ret)
{
    static char not_given[] = "{\"" NOT_GIVEN "\"}";
    const cfg_opt_t texts[] = {CFG_STR(setting->name, "", CFGF_NONE)},
                    numbers[] = {CFG_INT(setting->name, 0, CFGF_NONE)},
                    switches[] = {CFG_BOOL(setting->name, cfg_false, CFGF_NONE)},
                    lists[] = {CFG_STR_LIST(setting->name, not_given, CFGF_NONE)};
    const cfg_opt_t *const kinds[] = {[SETTING_TEXT] = texts,
                                      [SETTING_NUMBER] = numbers,
                                      [SETTING_SWITCH] = switches,
                                      [SETTING_LIST] = lists};
    *ret = *kinds[setting->kind];
}

static int parse(const char *text)
{
    cfg_opt_t options[SETTINGS_MAX + 1];
    for (size_t i = 0; i < loading->n_settings; i++)
        declare(&loading->settings[i], &options[i]);
    options[loading->n_settings] = (cfg_opt_t)CFG_END();
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (!cfg)
        return refuse(1, "内存不足", "out of memory", "");
    cfg_set_error_function(cfg, on_confuse_error);
    for (size_t i = 0; i < loading->n_settings; i++)
        cfg_set_validate_func(cfg, loading->settings[i].name, see_value);
    if (cfg_parse_buf(cfg, text) != CFG_SUCCESS)
        refuse(cfg->line, "无法理解", "cannot be understood", "");
    for (size_t i = 0; !loading->has_failed && i < loading->n_settings; i++)
        take_setting(cfg, &loading->settings[i]);
    cfg_free(cfg);
    return loading->has_failed ? -1 : 0;
}

static int line_at(const char *text, const char *at)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

static const char *end_of_quoted(const char *at)
{
    char quote = *at++;
    while (*at && *at != quote)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

/* libconfuse does not tell a second list from a further item. */
static int check_lists_once(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    bool is_seen[SETTINGS_MAX] = {false};
    for (const char *at = text; *at;) {
        size_t length = strspn(at, letters);
        for (size_t i = 0; i < loading->n_settings && length > 0; i++) {
            const struct setting *setting = &loading->settings[i];
            const char *behind = at + length + strspn(at + length, " \t\r\n");
            if (setting->kind != SETTING_LIST || strlen(setting->name) != length ||
                memcmp(setting->name, at, length) != 0 || !strchr("=+", *behind) || !*behind)
                continue;
            if (is_seen[i])
                return refuse(line_at(text, at), "设置项“%s”写了两次", "\"%s\" is given twice",
                              setting->name);
            is_seen[i] = true;
        }
        at = length > 0 ? at + length : *at == '"' || *at == '\'' ? end_of_quoted(at) : at + 1;
    }
    return 0;
}

/* What libconfuse would do and a profile may not: put the daemon's environment into a value. */
static int check_shape(char *text, size_t size)
{
    const char *cause = NULL;
    int line = config_text_prepare(text, size, &cause);
    bool is_encoding = line && strstr(cause, "UTF-8");
    if (line)
        return refuse(line, is_encoding ? "不是 UTF-8 文本" : "注释没有结束", "%s", cause);
    const char *dollar = strstr(text, "${");
    return dollar ? refuse(line_at(text, dollar), "不能使用 %s", "%s may not stand here", "${") : 0;
}

int settings_load(const char *text, size_t size, struct setting *settings, size_t n_settings,
                  struct settings_fault *ret)
{
    struct loading state = {settings, n_settings, ret, false, 1};
    if (size > SETTINGS_TEXT_MAX)
        return settings_fail(ret, 1, "文件超过 %d KiB", "the file is larger than %d KiB",
                             SETTINGS_TEXT_MAX / 1024);
    char *copy = bytes_alloc(size + 1);
    memcpy(copy, text, size);
    state.last_line = line_at(text, text + size - (size > 0 && text[size - 1] == '\n'));
    loading = &state;
    if (check_shape(copy, size) == 0 && check_lists_once(copy) == 0) {
        pthread_mutex_lock(&lexer);
        parse(copy);
        pthread_mutex_unlock(&lexer);
    }
    loading = NULL;
    free(copy);
    return state.has_failed ? -EINVAL : 0;
}

void settings_done(struct setting *settings, size_t n_settings)
{
    for (size_t i = 0; i < n_settings; i++) {
        free(settings[i].text);
        for (size_t k = 0; k < settings[i].n_items; k++)
            free(settings[i].items[k]);
        free(settings[i].items);
        settings[i] = (struct setting){.name = settings[i].name, .kind = settings[i].kind};
    }
}
