/* Header fields and paths, checked strictly and without allocation. No state; any thread. */
#include "http/fields.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "desk/desk.h"

/* ASCII only, whatever the locale: header fields are ASCII. */
static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_decimal(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

enum problem framing_check(const struct framing *framing)
{
    bool is_1_1 = strcmp(framing->version, "HTTP/1.1") == 0;
    if (framing->n_host > 1 || framing->n_content_length > 1 || framing->n_transfer_encoding > 1)
        return PROBLEM_BAD_REQUEST;
    if (framing->content_length && (framing->transfer_encoding || !is_decimal(framing->content_length)))
        return PROBLEM_BAD_REQUEST;
    if (!framing->transfer_encoding)
        return PROBLEM_NONE;
    if (!is_1_1)
        return PROBLEM_BAD_REQUEST;
    return strcasecmp(framing->transfer_encoding, "chunked") == 0 ? PROBLEM_NONE : PROBLEM_NOT_IMPLEMENTED;
}

/* RFC 9110 section 5.6.2 */
static bool is_field_name(const char *name, size_t size)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < size; i++)
        if (!is_letter_or_digit(name[i]) && (!name[i] || !strchr(others, name[i])))
            return false;
    return size > 0;
}

static bool is_field_value(const char *value, size_t size)
{
    return strlen(value) == size && strcspn(value, "\r\n") == size;
}

void head_begin(struct head *head, const char *method, const char *version)
{
    *head = (struct head){method, version + strlen(version), true, true};
}

void head_add(struct head *head, const char *name, size_t name_size, const char *value, size_t value_size)
{
    const char *colon = name + name_size;
    head->is_in_place = head->is_in_place && name == head->end + 2 && value > colon;
    head->has_sound_fields =
        head->has_sound_fields && is_field_name(name, name_size) && is_field_value(value, value_size);
    head->end = value + value_size;
}

bool head_is_sound(const struct head *head, size_t size)
{
    return head->has_sound_fields && head->is_in_place && head->end + 4 == head->start + size;
}

/* Cuts "name:port" into its name; the brackets of an IPv6 literal are dropped. */
static bool split_host(const char *host, char *ret_name, size_t capacity, bool *ret_is_ipv6)
{
    *ret_is_ipv6 = *host == '[';
    const char *start = host + *ret_is_ipv6;
    size_t length = strcspn(start, *ret_is_ipv6 ? "]" : ":");
    const char *rest = start + length;
    if (*ret_is_ipv6 && *rest++ != ']')
        return false;
    if (length == 0 || length >= capacity)
        return false;
    if (*rest && (*rest != ':' || (rest[1] && !is_decimal(rest + 1)) || strlen(rest) > 6))
        return false;
    memcpy(ret_name, start, length);
    ret_name[length] = '\0';
    return true;
}

bool host_is_ours(const char *host, char *const *names, size_t n_names)
{
    char name[256];
    bool is_ipv6;
    unsigned char address[sizeof(struct in6_addr)];
    if (!host || !split_host(host, name, sizeof name, &is_ipv6))
        return false;
    if (is_ipv6)
        return inet_pton(AF_INET6, name, address) == 1;
    if (inet_pton(AF_INET, name, address) == 1 || strcasecmp(name, "localhost") == 0)
        return true;
    for (size_t i = 0; i < n_names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

bool origin_is_ours(const char *origin, const char *scheme, const char *host)
{
    size_t length = strlen(scheme);
    return host && strncasecmp(origin, scheme, length) == 0 && strncmp(origin + length, "://", 3) == 0 &&
           strcasecmp(origin + length + 3, host) == 0;
}

bool fetch_site_is_ours(const char *site)
{
    return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

bool key_is_valid(const char *key)
{
    size_t length = 0;
    for (; key[length]; length++)
        if (key[length] < '!' || key[length] > '~' || length == ANSWER_KEY_MAX)
            return false;
    return length > 0;
}

/* The weight behind a language range, in thousandths: "zh-CN;q=0.8" gives 800. */
static int language_weight(const char *range, size_t length)
{
    const char *parameter = memchr(range, ';', length);
    if (!parameter)
        return 1000;
    const char *end = range + length;
    do
        parameter++;
    while (parameter < end && (*parameter == ' ' || *parameter == '\t'));
    if (end - parameter < 3 || tolower((unsigned char)*parameter) != 'q' || parameter[1] != '=')
        return 0;
    int weight = parameter[2] == '1' ? 1000 : 0, place = 100;
    for (const char *digit = parameter + 4;
         weight == 0 && digit < end && place > 0 && isdigit((unsigned char)*digit); digit++, place /= 10)
        weight += (*digit - '0') * place;
    return weight;
}

static bool range_is(const char *range, size_t length, const char *language)
{
    size_t own = strlen(language);
    return length >= own && strncasecmp(range, language, own) == 0 &&
           (length == own || !is_letter_or_digit(range[own]));
}

bool language_is_chinese(const char *accept_language)
{
    int chinese = 0, english = 0, order = 0;
    for (const char *at = accept_language ? accept_language : ""; *at && order < 64; order++) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ",");
        /* of two equal weights the earlier counts more, as people expect */
        int weight = language_weight(at, length) * 64;
        weight = weight ? weight - order : 0;
        if (range_is(at, length, "zh") && weight > chinese)
            chinese = weight;
        if (range_is(at, length, "en") && weight > english)
            english = weight;
        at += length;
    }
    return chinese > english;
}

bool content_type_is_json(const char *content_type)
{
    static const char json[] = "application/json";
    if (!content_type || strncasecmp(content_type, json, sizeof json - 1) != 0)
        return false;
    const char *rest = content_type + sizeof json - 1;
    rest += strspn(rest, " \t");
    if (!*rest)
        return true;
    if (*rest++ != ';')
        return false;
    rest += strspn(rest, " \t");
    return !*rest || strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

bool content_type_is_a_forms(const char *content_type)
{
    static const char *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data",
                                        "text/plain"};
    const char *start = content_type + strspn(content_type, " \t");
    size_t length = strcspn(start, " \t;,");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i]) == length && strncasecmp(start, types[i], length) == 0)
            return true;
    return length == 0;
}

bool etag_matches(const char *if_none_match, const char *etag)
{
    size_t own = strlen(etag);
    for (const char *at = if_none_match ? if_none_match : ""; *at;) {
        at += strspn(at, " \t,");
        if (*at == '*')
            return true;
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, etag, own) == 0)
            return true;
        if (*at++ != '"')
            return false;
        at += strcspn(at, "\"");
        at += *at == '"';
    }
    return false;
}

bool token_is_well_formed(const char *text, size_t length)
{
    if (length != TOKEN_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(text[i]) && text[i] != '-' && text[i] != '_')
            return false;
    return true;
}

const char *bearer_token(const char *authorization)
{
    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    return authorization + 7 + strspn(authorization + 7, " ");
}

const char *cookie_find(const char *cookies, const char *name, size_t *ret_length)
{
    size_t own = strlen(name);
    for (const char *at = cookies ? cookies : ""; *at;) {
        at += strspn(at, " \t;");
        size_t length = strcspn(at, ";");
        if (length > own && strncmp(at, name, own) == 0 && at[own] == '=') {
            const char *value = at + own + 1;
            size_t rest = length - own - 1;
            while (rest > 0 && (value[rest - 1] == ' ' || value[rest - 1] == '\t'))
                rest--;
            *ret_length = rest;
            return value;
        }
        at += length;
    }
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t path_unescape(char *path)
{
    char *out = path;
    for (const char *in = path; *in; in++) {
        int high = *in == '%' ? hex_digit(in[1]) : -1;
        int low = high >= 0 ? hex_digit(in[2]) : -1;
        int value = high * 16 + low;
        if (low < 0 || value == 0 || value == '/') {
            *out++ = *in;
        } else {
            *out++ = (char)value;
            in += 2;
        }
    }
    *out = '\0';
    return (size_t)(out - path);
}

const char *target_path(const char *target, const char *host)
{
    if (*target == '/')
        return target;
    size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                    : strncasecmp(target, "https://", 8) == 0 ? 8
                                                              : 0;
    if (scheme == 0 || !host)
        return NULL;
    const char *authority = target + scheme;
    size_t length = strcspn(authority, "/?#");
    if (length != strlen(host) || strncasecmp(authority, host, length) != 0)
        return NULL;
    return authority[length] ? authority + length : "/";
}
