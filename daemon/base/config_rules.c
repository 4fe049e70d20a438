/* The rules for single values and sections. An error carries the line where the value stands, or, for what a
 * whole section lacks, the line of its closing brace. Must not print anything. */
#include "base/config_rules.h"
#include "base/bytes.h"
#include "base/config.h"
#include "base/config_scans.h"
#include "base/device_address.h"
#include "base/text.h"
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_LIMIT_MOST = 9999,
    ROOM_MOST = 120,
    DEVICE_MOST = 1000, /* libnfc's nfc_connstring has 1024 */
};

_Thread_local struct config_loading *config_loading;

static char *format_all(const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    return text;
}

int config_fail(int line, const char *format, ...)
{
    if (config_loading->error)
        return -1;
    if (config_loading->last_line > 0 && line > config_loading->last_line)
        line = config_loading->last_line;
    va_list arguments;
    va_start(arguments, format);
    char *cause = format_all(format, arguments);
    va_end(arguments);
    /* a value in the cause may hold anything, the error is one line */
    for (char *at = cause; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    config_loading->error = bytes_format("%s:%d: %s", config_loading->path, line, cause);
    config_loading->result = -EINVAL;
    free(cause);
    return -1;
}

static void on_confuse_error(cfg_t *cfg, const char *format, va_list arguments)
{
    char *cause = format_all(format, arguments);
    if (strstr(cause, "'" CONFIG_END_MARK "'"))
        config_fail(cfg->line, "a section is not closed, \"}\" is missing");
    else
        config_fail(cfg->line, "%s", cause);
    free(cause);
}

/* ---- one value ---- */

int config_check_once(cfg_t *cfg, cfg_opt_t *opt)
{
    for (size_t i = 0; i < config_loading->n_seen; i++)
        if (config_loading->seen[i] == opt)
            return config_fail(cfg->line, "\"%s\" is given twice", opt->name);
    config_loading->seen =
        bytes_resize(config_loading->seen, (config_loading->n_seen + 1) * sizeof *config_loading->seen);
    config_loading->seen[config_loading->n_seen++] = opt;
    return 0;
}

int config_check_plain(cfg_t *cfg, cfg_opt_t *opt, size_t most)
{
    const char *value = cfg_opt_getstr(opt);
    size_t length = strlen(value);
    if (config_check_once(cfg, opt) != 0)
        return -1;
    if (length > 0 && !text_is_plain(value, length, most))
        return config_fail(cfg->line, "\"%s\" is longer than %zu bytes or holds control characters",
                           opt->name, most);
    return 0;
}

static int check_filled(cfg_t *cfg, cfg_opt_t *opt, size_t most)
{
    if (cfg_opt_getstr(opt)[0] == '\0')
        return config_fail(cfg->line, "\"%s\" is empty", opt->name);
    return config_check_plain(cfg, opt, most);
}

static int check_path(cfg_t *cfg, cfg_opt_t *opt)
{
    return config_check_plain(cfg, opt, PATH_MAX - 1);
}

static int check_data_dir(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.data_dir = cfg->line;
    return check_filled(cfg, opt, PATH_MAX - 1);
}

static int check_reader_program(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.reader_program = cfg->line;
    return check_filled(cfg, opt, PATH_MAX - 1);
}

static int check_tls_cert(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.tls_cert = cfg->line;
    return check_path(cfg, opt);
}

static int check_tls_key(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.tls_key = cfg->line;
    return check_path(cfg, opt);
}

/* "host:port" or "[v6]:port"; gives the parts when they are asked for. */
const char *config_split_listen(const char *text, char **ret_host, char **ret_port)
{
    const char *colon = strrchr(text, ':'), *end = colon;
    if (!colon || strchr(colon, ']'))
        return "has no port";
    uint64_t port;
    if (strlen(colon + 1) > 5 || text_to_u64(colon + 1, 1, UINT16_MAX, &port) != 0)
        return "has a port that is not a number from 1 to 65535";
    if (text[0] == '[') {
        if (end - text < 3 || end[-1] != ']')
            return "has a broken [address]";
        text++;
        end--;
    } else if (memchr(text, ':', (size_t)(end - text))) {
        return "has an IPv6 address without [ ]";
    }
    if (end == text)
        return "has no address";
    for (const char *at = text; at < end; at++)
        if ((unsigned char)*at <= ' ' || strchr("[]/\x7f", *at))
            return "has a foreign character in its address";
    if (ret_host) {
        *ret_host = bytes_format("%.*s", (int)(end - text), text);
        *ret_port = bytes_text(colon + 1);
    }
    return NULL;
}

static int check_listen(cfg_t *cfg, cfg_opt_t *opt)
{
    if (config_check_plain(cfg, opt, 255) != 0)
        return -1;
    const char *fault = config_split_listen(cfg_opt_getstr(opt), NULL, NULL);
    return fault ? config_fail(cfg->line, "listen = \"%s\" %s", cfg_opt_getstr(opt), fault) : 0;
}

static int check_host(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *host = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    size_t length = strlen(host);
    if (length == 0 || length > 255)
        return config_fail(cfg->line, "a name in \"hosts\" is empty or too long");
    for (const char *at = host; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("/\"\\", *at))
            return config_fail(cfg->line, "a name in \"hosts\" has a foreign character");
    return 0;
}

static int check_http(cfg_t *cfg, cfg_opt_t *opt)
{
    return config_check_once(cfg, opt);
}

static int check_room(cfg_t *cfg, cfg_opt_t *opt)
{
    return config_check_plain(cfg, opt, ROOM_MOST);
}

static int check_line_limit(cfg_t *cfg, cfg_opt_t *opt)
{
    long limit = cfg_opt_getnint(opt, 0);
    if (limit < 0 || limit > LINE_LIMIT_MOST)
        return config_fail(cfg->line, "line_limit = %ld is not from 0 (none) to %d", limit, LINE_LIMIT_MOST);
    return config_check_once(cfg, opt);
}

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(value, *words) == 0)
            return true;
    return false;
}

static int check_driver(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const drivers[] = {"sam", "nfc", "scanner", NULL};
    config_loading->lines.driver = cfg->line;
    if (!is_one_of(cfg_opt_getstr(opt), drivers))
        return config_fail(cfg->line, "unknown driver \"%s\": sam, nfc or scanner", cfg_opt_getstr(opt));
    return config_check_once(cfg, opt);
}

static int check_device(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.device = cfg->line;
    return check_filled(cfg, opt, DEVICE_MOST);
}

static int check_method(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const methods[] = {"auto", "list", "raw", NULL};
    config_loading->lines.method = cfg->line;
    if (!is_one_of(cfg_opt_getstr(opt), methods))
        return config_fail(cfg->line, "unknown method \"%s\": auto, list or raw", cfg_opt_getstr(opt));
    return config_check_once(cfg, opt);
}

static int check_baud(cfg_t *cfg, cfg_opt_t *opt)
{
    static const long rates[] = {9600, 19200, 38400, 57600, CONFIG_DEFAULT_BAUD};
    config_loading->lines.baud = cfg->line;
    long baud = cfg_opt_getnint(opt, 0);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        if (baud == rates[i])
            return config_check_once(cfg, opt);
    return config_fail(cfg->line, "baud = %ld is none of 9600, 19200, 38400, 57600 and 115200", baud);
}

static int check_purpose(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const purposes[] = {"desk", "check", NULL};
    if (!is_one_of(cfg_opt_getstr(opt), purposes))
        return config_fail(cfg->line, "unknown purpose \"%s\": desk or check", cfg_opt_getstr(opt));
    return config_check_once(cfg, opt);
}

static int check_separator(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const separators[] = {"auto", "cr", "lf", "crlf", "tab", "silence", NULL};
    config_loading->lines.separator = cfg->line;
    if (!is_one_of(cfg_opt_getstr(opt), separators))
        return config_fail(cfg->line, "unknown separator \"%s\": auto, cr, lf, crlf, tab or silence",
                           cfg_opt_getstr(opt));
    return config_check_once(cfg, opt);
}

static int check_layout(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const layouts[] = {"us", "de", "fr", NULL};
    config_loading->lines.layout = cfg->line;
    if (!is_one_of(cfg_opt_getstr(opt), layouts))
        return config_fail(cfg->line, "unknown layout \"%s\": us, de or fr", cfg_opt_getstr(opt));
    return config_check_once(cfg, opt);
}

/* Called for each value of the list. */
static int check_kinds(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const kinds[] = {"capture_code", "id_number",     "student_no",
                                        "mrz",          "payment_token", NULL};
    const unsigned last = cfg_opt_size(opt) - 1;
    const char *kind = cfg_opt_getnstr(opt, last);
    if (!is_one_of(kind, kinds))
        return config_fail(cfg->line,
                           "accepts \"%s\": capture_code, id_number, student_no, mrz or payment_token", kind);
    for (unsigned i = 0; i < last; i++)
        if (strcmp(cfg_opt_getnstr(opt, i), kind) == 0)
            return config_fail(cfg->line, "accepts names \"%s\" twice", kind);
    return 0;
}

static int check_accepts(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.accepts = cfg->line;
    return check_kinds(cfg, opt);
}

static int check_lane_accepts(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.lane_accepts = cfg->line;
    return check_kinds(cfg, opt);
}

static int check_expression(cfg_t *cfg, cfg_opt_t *opt)
{
    if (check_filled(cfg, opt, CONFIG_PATTERN_MOST) != 0)
        return -1;
    regex_t pattern;
    char cause[80];
    int fault = regcomp(&pattern, cfg_opt_getstr(opt), REG_EXTENDED);
    if (fault == 0) {
        regfree(&pattern);
        return 0;
    }
    regerror(fault, &pattern, cause, sizeof cause);
    return config_fail(cfg->line, "student_no_pattern = \"%s\": %s", cfg_opt_getstr(opt), cause);
}

static int check_pattern(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.pattern = cfg->line;
    return check_expression(cfg, opt);
}

static int check_lane_pattern(cfg_t *cfg, cfg_opt_t *opt)
{
    config_loading->lines.lane_pattern = cfg->line;
    return check_expression(cfg, opt);
}

static int check_prefix(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *prefix = cfg_opt_getstr(opt);
    if (check_filled(cfg, opt, CONFIG_PREFIX_MOST) != 0)
        return -1;
    if (prefix[0] == ' ')
        return config_fail(cfg->line, "\"payment_token_prefix\" begins with a blank");
    return 0;
}

/* ---- a whole section ---- */

static int check_title(int line, const char *kind, const char *name, size_t most)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(name);
    if (length > 0 && length <= most && strspn(name, allowed) == length)
        return 0;
    return config_fail(line, "%s \"%s\": a name has 1 to %zu letters, digits, - or _", kind, name, most);
}

static int check_serial_device(const char *driver, const char *device)
{
    static const char scheme[] = "serial:";
    const char *path = device + sizeof scheme - 1;
    if (strncmp(device, scheme, sizeof scheme - 1) != 0 || path[0] != '/')
        return config_fail(config_loading->lines.device,
                           "device \"%s\": driver %s takes \"serial:/dev/...\" or \"evdev:/dev/input/...\"",
                           device, driver);
    if (config_loading->lines.method)
        return config_fail(config_loading->lines.method, "\"method\" is for driver nfc only");
    return 0;
}

static int check_sam_device(const char *device)
{
    struct device_address address;
    const char *fault = device_address_parse(device, &address);
    if (fault)
        return config_fail(config_loading->lines.device, "device \"%s\": %s", device, fault);
    if (config_loading->lines.method)
        return config_fail(config_loading->lines.method, "\"method\" is for driver nfc only");
    if (config_loading->lines.baud && address.kind != DEVICE_SERIAL)
        return config_fail(config_loading->lines.baud, "\"baud\" is for serial lines; a serial server has it "
                                                       "in its own settings, USB has none");
    return 0;
}

static bool is_evdev(const char *driver, const char *device)
{
    static const char scheme[] = "evdev:/";
    return strcmp(driver, "scanner") == 0 && strncmp(device, scheme, sizeof scheme - 1) == 0;
}

/* What only scanners have. */
static int check_scanner(cfg_t *reader, const char *driver, const char *device)
{
    const int separator = config_loading->lines.separator, layout = config_loading->lines.layout,
              kinds = config_loading->lines.accepts, pattern = config_loading->lines.pattern;
    const bool is_scanner = strcmp(driver, "scanner") == 0;
    if (!is_scanner && separator)
        return config_fail(separator, "\"separator\" is for driver scanner only");
    if (!is_scanner && kinds)
        return config_fail(kinds, "\"accepts\" is for driver scanner only");
    if (!is_scanner && pattern)
        return config_fail(pattern, "\"student_no_pattern\" is for driver scanner only");
    if (!is_evdev(driver, device) && layout)
        return config_fail(layout, "\"layout\" is for a scanner at evdev: only");
    if (pattern && !config_accepts(reader, "student_no"))
        return config_fail(pattern, "\"student_no_pattern\" without \"student_no\" in \"accepts\"");
    if (!pattern && config_accepts(reader, "student_no"))
        return config_fail(kinds, "accepts \"student_no\" without \"student_no_pattern\"");
    return 0;
}

static int check_evdev_device(void)
{
    if (config_loading->lines.baud)
        return config_fail(config_loading->lines.baud, "\"baud\" is for serial devices only");
    if (config_loading->lines.method)
        return config_fail(config_loading->lines.method, "\"method\" is for driver nfc only");
    return 0;
}

static void forget_lines(void)
{
    config_loading->lines.driver = config_loading->lines.device = config_loading->lines.method =
        config_loading->lines.baud = config_loading->lines.separator = config_loading->lines.layout =
            config_loading->lines.accepts = config_loading->lines.pattern = 0;
}

/* Called at the reader's closing brace; `cfg` is its lane. */
static int check_reader(cfg_t *cfg, cfg_opt_t *opt)
{
    cfg_t *reader = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    const char *name = cfg_title(reader), *driver = cfg_getstr(reader, "driver"),
               *device = cfg_getstr(reader, "device");
    int result = check_title(cfg->line, "reader", name, READER_NAME_MAX);
    if (result == 0 && !driver)
        result = config_fail(cfg->line, "reader \"%s\" has no driver", name);
    if (result == 0 && !device)
        result = config_fail(cfg->line, "reader \"%s\" has no device", name);
    if (result == 0)
        result = check_scanner(reader, driver, device);
    if (result == 0 && is_evdev(driver, device))
        result = check_evdev_device();
    else if (result == 0 && strcmp(driver, "sam") == 0)
        result = check_sam_device(device);
    else if (result == 0 && strcmp(driver, "nfc") != 0)
        result = check_serial_device(driver, device);
    else if (result == 0 && config_loading->lines.baud)
        result = config_fail(config_loading->lines.baud,
                             "\"baud\" is for serial drivers; nfc takes it in its device text");
    forget_lines();
    return result;
}

/* A number is the lane's name, '-' if that ends in a digit, and digits: A1 and A1- would share theirs, and a
 * and A would be taken for each other. */
static int check_lane(cfg_t *cfg, cfg_opt_t *opt)
{
    unsigned last = cfg_opt_size(opt) - 1;
    cfg_t *lane = cfg_opt_getnsec(opt, last);
    const char *name = cfg_title(lane);
    int result = check_title(cfg->line, "lane", name, LANE_NAME_MAX);
    if (result == 0 && name[strlen(name) - 1] == '-')
        return config_fail(cfg->line, "lane \"%s\": a name may not end in -", name);
    for (unsigned i = 0; result == 0 && i < last; i++) {
        const char *other = cfg_title(cfg_opt_getnsec(opt, i));
        if (strcasecmp(other, name) == 0)
            result =
                config_fail(cfg->line, "lane \"%s\" differs from lane \"%s\" in capitals only", name, other);
    }
    return result == 0 ? config_check_scans(lane) : result;
}

int config_parse(cfg_t *cfg, const char *text)
{
    static const struct {
        const char *option;
        cfg_validate_callback_t check;
    } rules[] = {
        {CONFIG_END_MARK, config_check_once},
        {"data_dir", check_data_dir},
        {"key_file", check_path},
        {"reader_program", check_reader_program},
        {"http", check_http},
        {"http|listen", check_listen},
        {"http|tls_cert", check_tls_cert},
        {"http|tls_key", check_tls_key},
        {"http|hosts", check_host},
        {"backup", config_check_backup},
        {"backup|folder", config_check_backup_folder},
        {"backup|every_minutes", config_check_backup_minutes},
        {"backup|keep", config_check_backup_keep},
        {"lane", check_lane},
        {"lane|room", check_room},
        {"lane|line_limit", check_line_limit},
        {"lane|accepts", check_lane_accepts},
        {"lane|student_no_pattern", check_lane_pattern},
        {"lane|payment_token_prefix", check_prefix},
        {"lane|reader", check_reader},
        {"lane|reader|driver", check_driver},
        {"lane|reader|device", check_device},
        {"lane|reader|method", check_method},
        {"lane|reader|baud", check_baud},
        {"lane|reader|separator", check_separator},
        {"lane|reader|layout", check_layout},
        {"lane|reader|accepts", check_accepts},
        {"lane|reader|student_no_pattern", check_pattern},
        {"lane|reader|purpose", check_purpose},
    };
    cfg_set_error_function(cfg, on_confuse_error);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        cfg_set_validate_func(cfg, rules[i].option, rules[i].check);
    config_loading->last_line = 1;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        config_loading->last_line++;
    char *marked = bytes_format("%s\n%s = 1", text, CONFIG_END_MARK);
    int result = cfg_parse_buf(cfg, marked);
    free(marked);
    return result == CFG_SUCCESS ? 0 : config_fail(cfg->line, "cannot be understood");
}
