/* From settings to rules. Every value is checked where its line is known; what needs two is checked last. No state; any
 * thread. */
#include "desk/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "desk/profile_names.h"

enum {
    LIMIT_MOST = 9999,
    PACE_MOST_S = 600,
    DAILY_MOST = 100000,
    FEE_MOST_YUAN = 10000,
    YEAR_LEAST = 0,
    YEAR_MOST = 9999,
    IMAGE_MOST = 20000,
    IMAGE_KB_MOST = 102400,
};

enum setting_index {
    TITLE_ZH,
    TITLE_EN,
    MEDIA,
    OUTSIDERS,
    PAYMENT,
    PAYMENT_GATE,
    FEE,
    ORDER,
    LINE_LIMIT,
    MISSED,
    CAPTURED,
    OVERRIDES,
    SPOKEN_CHECK,
    SCAN_AND_SIT,
    ROLL_CALL,
    PREFIX,
    WIDTH,
    PACE,
    DAILY_LIMIT,
    SCHOOL,
    YEAR,
    FILE_NAME,
    SHEET_NAME,
    PACKAGE_NAME,
    LETTER_ZH,
    LETTER_EN,
    COLUMNS,
    AGENCY_FIELDS,
    IMAGE_SIZE,
    IMAGE_KB_LEAST,
    IMAGE_KB_MOST_,
    IMAGE_UPRIGHT,
    SETTING_COUNT
};
static const struct setting known[SETTING_COUNT] = {
    [TITLE_ZH] = {.name = "title_zh", .kind = SETTING_TEXT},
    [TITLE_EN] = {.name = "title_en", .kind = SETTING_TEXT},
    [MEDIA] = {.name = "media", .kind = SETTING_LIST},
    [OUTSIDERS] = {.name = "outsiders", .kind = SETTING_TEXT},
    [PAYMENT] = {.name = "payment", .kind = SETTING_TEXT},
    [PAYMENT_GATE] = {.name = "payment_gate", .kind = SETTING_TEXT},
    [FEE] = {.name = "fee", .kind = SETTING_TEXT},
    [ORDER] = {.name = "order", .kind = SETTING_TEXT},
    [LINE_LIMIT] = {.name = "line_limit", .kind = SETTING_NUMBER},
    [MISSED] = {.name = "missed", .kind = SETTING_TEXT},
    [CAPTURED] = {.name = "captured", .kind = SETTING_TEXT},
    [OVERRIDES] = {.name = "overrides", .kind = SETTING_TEXT},
    [SPOKEN_CHECK] = {.name = "spoken_check", .kind = SETTING_SWITCH},
    [SCAN_AND_SIT] = {.name = "scan_and_sit", .kind = SETTING_SWITCH},
    [ROLL_CALL] = {.name = "roll_call", .kind = SETTING_SWITCH},
    [PREFIX] = {.name = "prefix", .kind = SETTING_TEXT},
    [WIDTH] = {.name = "width", .kind = SETTING_NUMBER},
    [PACE] = {.name = "pace_seconds", .kind = SETTING_NUMBER},
    [DAILY_LIMIT] = {.name = "daily_limit", .kind = SETTING_NUMBER},
    [SCHOOL] = {.name = "school", .kind = SETTING_TEXT},
    [YEAR] = {.name = "year", .kind = SETTING_NUMBER},
    [FILE_NAME] = {.name = "file_name", .kind = SETTING_TEXT},
    [SHEET_NAME] = {.name = "sheet_name", .kind = SETTING_TEXT},
    [PACKAGE_NAME] = {.name = "package_name", .kind = SETTING_TEXT},
    [LETTER_ZH] = {.name = "letter_zh", .kind = SETTING_TEXT, .most = PROFILE_LETTER_MAX},
    [LETTER_EN] = {.name = "letter_en", .kind = SETTING_TEXT, .most = PROFILE_LETTER_MAX},
    [COLUMNS] = {.name = "sheet_columns", .kind = SETTING_LIST},
    [AGENCY_FIELDS] = {.name = "agency_fields", .kind = SETTING_LIST},
    [IMAGE_SIZE] = {.name = "image_least", .kind = SETTING_TEXT},
    [IMAGE_KB_LEAST] = {.name = "image_kb_least", .kind = SETTING_NUMBER},
    [IMAGE_KB_MOST_] = {.name = "image_kb_most", .kind = SETTING_NUMBER},
    [IMAGE_UPRIGHT] = {.name = "image_upright", .kind = SETTING_SWITCH},
};
struct reading {
    struct setting settings[SETTING_COUNT];
    struct settings_fault *fault;
    struct profile *profile;
};

static bool is_given(const struct reading *reading, enum setting_index index)
{
    return reading->settings[index].line > 0;
}

static int fail_value(const struct reading *reading, enum setting_index index, const char *value,
                      const char *allowed)
{
    const struct setting *setting = &reading->settings[index];
    return settings_fail(reading->fault, setting->line, "设置项“%s”不能是“%s”，可用的值：%s",
                         "\"%s\" cannot be \"%s\"; it takes %s", setting->name, value, allowed);
}

/* ---- words out of a list */
static int no_name(const char *word)
{
    (void)word;
    return -1;
}

static int welcome_from_name(const char *word)
{
    return strcmp(word, "accept") == 0 ? 1 : strcmp(word, "refuse") == 0 ? 0 : no_name(word);
}

static int take_word(const struct reading *reading, enum setting_index index, int (*from_name)(const char *),
                     const char *allowed, int *value)
{
    if (!is_given(reading, index))
        return 0;
    int found = from_name(reading->settings[index].text);
    if (found < 0)
        return fail_value(reading, index, reading->settings[index].text, allowed);
    *value = found;
    return 0;
}

static int take_words(const struct reading *reading)
{
    struct queue_rules *rules = &reading->profile->rules;
    int outsiders = rules->outsiders, payment = (int)rules->payment, gate = (int)rules->payment_gate,
        order = (int)rules->order, missed = (int)rules->missed, captured = (int)rules->captured,
        overrides = (int)rules->overrides;
    const struct {
        enum setting_index index;
        int (*from_name)(const char *);
        const char *allowed;
        int *value;
    } words[] = {
        {OUTSIDERS, welcome_from_name, "accept, refuse", &outsiders},
        {PAYMENT, payment_way_from_name, "none, prepaid, token, on-site, class", &payment},
        {PAYMENT_GATE, gate_from_name, "off, warn, refuse", &gate},
        {ORDER, order_rule_from_name, "free, hint, alarm", &order},
        {MISSED, missed_rule_from_name, "line-end, class-end, after-class, session-end", &missed},
        {CAPTURED, gate_from_name, "off, warn, refuse", &captured},
        {OVERRIDES, override_by_from_name, "nobody, office, marshal", &overrides},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (take_word(reading, words[i].index, words[i].from_name, words[i].allowed, words[i].value) != 0)
            return -EINVAL;
    rules->outsiders = outsiders;
    rules->payment = (enum payment_way)payment;
    rules->payment_gate = (enum gate)gate;
    rules->order = (enum order_rule)order;
    rules->missed = (enum missed_rule)missed;
    rules->captured = (enum gate)captured;
    rules->overrides = (enum override_by)overrides;
    return 0;
}

/* ---- numbers and switches */
static int take_number(const struct reading *reading, enum setting_index index, long least, long most,
                       uint32_t *value)
{
    char text[32], allowed[64];
    long number = reading->settings[index].number;
    if (!is_given(reading, index))
        return 0;
    if (number < least || number > most) {
        snprintf(text, sizeof text, "%ld", number);
        snprintf(allowed, sizeof allowed, "%ld..%ld", least, most);
        return fail_value(reading, index, text, allowed);
    }
    *value = (uint32_t)number;
    return 0;
}

static int take_numbers(const struct reading *reading)
{
    struct profile *profile = reading->profile;
    const struct {
        enum setting_index index;
        long least, most;
        uint32_t *value;
    } numbers[] = {
        {LINE_LIMIT, 0, LIMIT_MOST, &profile->rules.line_limit},
        {WIDTH, NUMBER_WIDTH_MIN, NUMBER_WIDTH_MAX, &profile->rules.width},
        {PACE, 0, PACE_MOST_S, &profile->pace_s},
        {DAILY_LIMIT, 0, DAILY_MOST, &profile->daily_limit},
        {YEAR, YEAR_LEAST, YEAR_MOST, &profile->year},
        {IMAGE_KB_LEAST, 0, IMAGE_KB_MOST, &profile->image.kb_least},
        {IMAGE_KB_MOST_, 0, IMAGE_KB_MOST, &profile->image.kb_most},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (take_number(reading, numbers[i].index, numbers[i].least, numbers[i].most, numbers[i].value) != 0)
            return -EINVAL;
    return 0;
}

static void take_switches(const struct reading *reading)
{
    struct profile *profile = reading->profile;
    const struct {
        enum setting_index index;
        bool *value;
    } switches[] = {{SPOKEN_CHECK, &profile->rules.spoken_check},
                    {SCAN_AND_SIT, &profile->rules.scan_and_sit},
                    {ROLL_CALL, &profile->rules.roll_call},
                    {IMAGE_UPRIGHT, &profile->image.is_upright}};
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (is_given(reading, switches[i].index))
            *switches[i].value = reading->settings[switches[i].index].is_on;
}

/* ---- texts */
static int take_text(const struct reading *reading, enum setting_index index, size_t most, char *ret)
{
    char allowed[96];
    if (!is_given(reading, index))
        return 0;
    const char *text = reading->settings[index].text;
    if (strlen(text) > most) {
        snprintf(allowed, sizeof allowed, "at most %zu bytes / 至多 %zu 字节", most, most);
        return fail_value(reading, index, text, allowed);
    }
    strcpy(ret, text);
    return 0;
}

static int take_texts(const struct reading *reading)
{
    struct profile *profile = reading->profile;
    const struct {
        enum setting_index index;
        size_t most;
        char *text;
    } texts[] = {{TITLE_ZH, PROFILE_TITLE_MAX, profile->title_zh},
                 {TITLE_EN, PROFILE_TITLE_MAX, profile->title_en},
                 {SCHOOL, PROFILE_TITLE_MAX, profile->school},
                 {LETTER_ZH, PROFILE_LETTER_MAX, profile->letter_zh},
                 {LETTER_EN, PROFILE_LETTER_MAX, profile->letter_en}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (take_text(reading, texts[i].index, texts[i].most, texts[i].text) != 0)
            return -EINVAL;
    return 0;
}

static int take_media(const struct reading *reading)
{
    const struct setting *setting = &reading->settings[MEDIA];
    if (!is_given(reading, MEDIA))
        return 0;
    reading->profile->rules.media = 0;
    for (size_t i = 0; i < setting->n_items; i++) {
        enum medium medium = medium_from_name(setting->items[i]);
        if (medium == MEDIUM_NONE)
            return fail_value(reading, MEDIA, setting->items[i],
                              "manual, id_card, chip, capture_code, passport, campus_card");
        reading->profile->rules.media |= 1u << medium;
    }
    return 0;
}

/* "15", "15.5" or "15.00" yuan. */
static int take_fee(const struct reading *reading)
{
    uint64_t yuan = 0, cents = 0;
    if (!is_given(reading, FEE))
        return 0;
    const char *text = reading->settings[FEE].text, *dot = strchr(text, '.');
    char whole[16] = "";
    size_t length = dot ? (size_t)(dot - text) : strlen(text), n_cents = dot ? strlen(dot + 1) : 0;
    if (length < sizeof whole)
        memcpy(whole, text, length);
    bool is_right = text_to_u64(whole, 0, FEE_MOST_YUAN, &yuan) == 0 && n_cents <= 2 &&
                    (!dot || n_cents > 0) && (!dot || text_to_u64(dot + 1, 0, 99, &cents) == 0);
    if (!is_right)
        return fail_value(reading, FEE, text, "yuan as \"15.00\"");
    reading->profile->rules.fee_fen = (uint32_t)(yuan * 100 + (n_cents == 1 ? cents * 10 : cents));
    return 0;
}

static void add_words(char text[static SETTINGS_FAULT_SIZE], const char *words)
{
    size_t size = strlen(text);
    snprintf(text + size, SETTINGS_FAULT_SIZE - size, "%s", words);
}

static int take_template(const struct reading *reading, enum setting_index index, enum profile_template kind,
                         char *name)
{
    struct name_template template;
    struct name_problem problem;
    if (!is_given(reading, index))
        return 0;
    const struct setting *setting = &reading->settings[index];
    if (profile_template_compile(kind, setting->text, &template, &problem) == 0) {
        strcpy(name, setting->text);
        return 0;
    }
    settings_fail(reading->fault, setting->line, "设置项“%s”第 %zu 个字符“%s”：",
                  "\"%s\" at character %zu, \"%s\": ", setting->name, problem.at, problem.word);
    add_words(reading->fault->zh, name_fault_zh(problem.fault));
    add_words(reading->fault->en, name_fault_en(problem.fault));
    return -EINVAL;
}

static int take_names(const struct reading *reading)
{
    struct profile *profile = reading->profile;
    int result = take_template(reading, FILE_NAME, PROFILE_NAMES_FILE, profile->file_name);
    if (result == 0)
        result = take_template(reading, SHEET_NAME, PROFILE_NAMES_SHEET, profile->sheet_name);
    if (result == 0)
        result = take_template(reading, PACKAGE_NAME, PROFILE_NAMES_PACKAGE, profile->package_name);
    return result;
}

static int take_fields(const struct reading *reading, enum setting_index index,
                       bool (*is_field)(const char *), const char *allowed,
                       char (*names)[PROFILE_COLUMN_NAME_MAX + 1], size_t *count)
{
    const struct setting *setting = &reading->settings[index];
    for (size_t i = 0; i < setting->n_items; i++) {
        if (i == PROFILE_COLUMNS_MAX || !is_field(setting->items[i]))
            return fail_value(reading, index, setting->items[i], allowed);
        strcpy(names[(*count)++], setting->items[i]);
    }
    return 0;
}

static int take_columns(const struct reading *reading)
{
    struct profile *profile = reading->profile;
    int result =
        take_fields(reading, COLUMNS, profile_is_column,
                    "number, lane, student_no, name, id_number, college, unit, campus, level, payment, "
                    "time, signature, note",
                    profile->columns, &profile->n_columns);
    if (result != 0)
        return result;
    const struct setting *agency = &reading->settings[AGENCY_FIELDS];
    if (agency->n_items == 1 && strcmp(agency->items[0], "none") == 0)
        return 0;
    return take_fields(reading, AGENCY_FIELDS, profile_is_agency_field,
                       "none, or student_no, name, id_number, unit, college, campus, level",
                       profile->agency_fields, &profile->n_agency_fields);
}

/* "640x480" */
static int take_image(const struct reading *reading)
{
    struct profile_image *image = &reading->profile->image;
    uint64_t width = 0, height = 0;
    char first[8] = "";
    if (!is_given(reading, IMAGE_SIZE))
        return 0;
    const char *text = reading->settings[IMAGE_SIZE].text, *cross = strchr(text, 'x');
    if (cross && (size_t)(cross - text) < sizeof first)
        memcpy(first, text, (size_t)(cross - text));
    if (!cross || text_to_u64(first, 1, IMAGE_MOST, &width) != 0 ||
        text_to_u64(cross + 1, 1, IMAGE_MOST, &height) != 0)
        return fail_value(reading, IMAGE_SIZE, text, "\"640x480\"");
    image->width = (uint32_t)width;
    image->height = (uint32_t)height;
    return 0;
}

static int take_prefix(const struct reading *reading)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char *prefix = reading->profile->rules.prefix;
    int result = take_text(reading, PREFIX, PREFIX_MAX, prefix);
    if (result == 0 && strspn(prefix, letters) < strlen(prefix))
        return fail_value(reading, PREFIX, prefix, "letters and digits, at most 4 / 字母和数字，至多 4 个");
    return result;
}

/* ---- what needs two */
static int line_of(const struct reading *reading, const char *name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(reading->settings[i].name, name) == 0)
            return reading->settings[i].line;
    return 0;
}

/* At the later of the two, since whoever wrote that one had seen the other. */
static int fail_pair(const struct reading *reading, const char *first, const char *second)
{
    int line = line_of(reading, first), other = line_of(reading, second);
    if (!*second)
        return settings_fail(reading->fault, line, "设置项“%s”的值不能用", "\"%s\" cannot be so", first);
    if (!line || !other)
        return settings_fail(reading->fault, line + other, "设置项“%s”与“%s”矛盾",
                             "\"%s\" contradicts \"%s\"", first, second);
    return settings_fail(reading->fault, line > other ? line : other,
                         "设置项“%s”（第 %d 行）与“%s”（第 %d 行）矛盾",
                         "\"%s\" (line %d) contradicts \"%s\" (line %d)", first, line, second, other);
}

static int check_pairs(const struct reading *reading)
{
    const struct profile *profile = reading->profile;
    const char *names[2] = {"", ""};
    enum rules_conflict conflict = queue_rules_check(&profile->rules);
    if (conflict != RULES_SOUND) {
        rules_conflict_settings(conflict, names);
        return fail_pair(reading, names[0], names[1]);
    }
    if (profile->rules.fee_fen > 0 && profile->rules.payment == PAYMENT_NONE)
        return fail_pair(reading, "fee", "payment");
    if (profile->image.kb_most > 0 && profile->image.kb_least > profile->image.kb_most)
        return fail_pair(reading, "image_kb_least", "image_kb_most");
    return 0;
}

int profile_parse(const char *text, size_t size, struct profile *ret, struct settings_fault *ret_fault)
{
    static int (*const takers[])(const struct reading *) = {take_texts,   take_words, take_numbers,
                                                            take_media,   take_fee,   take_names,
                                                            take_columns, take_image, take_prefix};
    struct profile profile = {.sheet_name = PROFILE_SHEET_NAME, .package_name = PROFILE_PACKAGE_NAME};
    struct reading reading = {.fault = ret_fault, .profile = &profile};
    queue_rules_default(&profile.rules);
    memcpy(reading.settings, known, sizeof known);
    int result = settings_load(text, size, reading.settings, SETTING_COUNT, ret_fault);
    for (size_t i = 0; result == 0 && i < sizeof takers / sizeof *takers; i++)
        result = takers[i](&reading);
    if (result == 0) {
        take_switches(&reading);
        result = check_pairs(&reading);
    }
    settings_done(reading.settings, SETTING_COUNT);
    if (result == 0)
        *ret = profile;
    return result;
}
