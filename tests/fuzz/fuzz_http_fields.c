/* Header fields and paths as strangers may write them: one input is one field, given to every function that
 * reads such. */
#include "base/bytes.h"
#include "desk/desk.h"
#include "http/fields.h"
#include "http/routes.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_host(const char *text)
{
    static char name[] = "paihao.example";
    char *const names[] = {name};
    if (!host_is_ours(text, names, 1))
        return;
    /* nothing that could lead a page's script, or a proxy, elsewhere */
    require(strlen(text) < 64 && !strpbrk(text, "/@?#% \\,;"));
    char *origin = bytes_format("http://%s", text);
    require(origin_is_ours(origin, "http", text) && !origin_is_ours(origin, "https", text));
    require(strcmp(target_path(origin, text), "/") == 0);
    free(origin);
}

static void check_values(const char *text, size_t size)
{
    require(!key_is_valid(text) || (*text && strlen(text) <= ANSWER_KEY_MAX && !strpbrk(text, " \t\r\n")));
    require(!content_type_is_json(text) || strlen(text) >= strlen("application/json"));
    language_is_chinese(text);
    require(!token_is_well_formed(text, strlen(text)) || strlen(text) == TOKEN_TEXT_SIZE - 1);
    size_t length = 0;
    const char *value = cookie_find(text, "paihao", &length);
    require(!value || (value > text && value + length <= text + size && !memchr(value, ';', length)));
    value = bearer_token(text);
    require(!value || (value >= text + 7 && value <= text + size && *value != ' '));
    require(!etag_matches(text, "\"0123\"") || strstr(text, "\"0123\"") || strchr(text, '*'));
    const struct framing framing = {1, 0, 1, text, NULL, "HTTP/1.1"};
    require(framing_check(&framing) || (*text && strspn(text, "0123456789") == strlen(text)));
    const struct framing chunked = {0, 1, 1, NULL, text, "HTTP/1.1"};
    require(framing_check(&chunked) || strlen(text) == strlen("chunked"));
}

static void check_path(char *text)
{
    char allow[ALLOW_SIZE], label[TICKET_LABEL_SIZE];
    struct route_params params;
    struct queue_rules rules;
    queue_rules_default(&rules);
    size_t before = strlen(text), length = path_unescape(text);
    require(length <= before && strlen(text) == length);
    const char *path = target_path(text, "localhost");
    if (!path)
        return;
    const struct route *route = route_find("GET", path, &params, allow);
    require(route || strlen(allow) < ALLOW_SIZE);
    require(!route_find("POST", path, &params, allow) || strncmp(path, "/api/v1/", 8) == 0);
    uint32_t number = *params.label ? ticket_label_parse(&rules, params.lane, params.label) : 0;
    if (number) {
        ticket_label(&rules, params.lane, number, label);
        require(strcmp(label, params.label) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    check_host(text);
    check_values(text, size);
    check_path(text);
    free(text);
    return 0;
}
