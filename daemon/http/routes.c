/* The table of addresses and the matching of paths against it. No state; any thread. */
#include "http/routes.h"

#include <string.h>

#include "desk/list.h"
#include "http/pages.h"

#define LANE   "/api/v1/lanes/{lane}"
#define TICKET LANE "/tickets/{number}"

const struct route routes[] = {
    {"GET", LANE "/events", ROLES_ALL, ROUTE_STREAM, lane_events, 0},
    {"GET", LANE, ROLES_ALL, 0, lane_snapshot, 0},
    {"POST", LANE "/tickets", ROLES_DOOR, 0, ticket_check_in, COMMAND_CHECK_IN},
    {"POST", LANE "/check", ROLES_CHECK, 0, lane_check, 0},
    {"POST", TICKET "/call", ROLES_CAMERA, 0, ticket_act, COMMAND_CALL},
    {"POST", TICKET "/shot", ROLES_CAMERA, 0, ticket_act, COMMAND_SHOT},
    {"POST", TICKET "/retake", ROLES_CAMERA, 0, ticket_act, COMMAND_RETAKE},
    {"POST", TICKET "/miss", ROLES_CAMERA, 0, ticket_act, COMMAND_MISS},
    {"POST", TICKET "/void", ROLES_CAMERA, 0, ticket_act, COMMAND_VOID},
    {"POST", TICKET "/confirm", ROLES_CAMERA, 0, ticket_act, COMMAND_CONFIRM},
    {"POST", TICKET "/mismatch", ROLES_CAMERA, 0, ticket_act, COMMAND_MISMATCH},
    {"POST", TICKET "/leave", ROLES_CAMERA, 0, ticket_act, COMMAND_LEAVE},
    {"POST", TICKET "/acknowledge", ROLES_PHOTO, 0, ticket_act, COMMAND_VOID_ACKNOWLEDGE},
    {"POST", TICKET "/card", ROLES_CAMERA, 0, ticket_act, COMMAND_CARD_BACK},
    {"POST", TICKET "/undo", ROLES_CAMERA, 0, ticket_act, COMMAND_UNDO},
    {"POST", TICKET "/bind", ROLES_DOOR, 0, ticket_bind, COMMAND_BIND},
    {"POST", LANE "/session", ROLES_DOOR, 0, lane_session, 0},
    {"POST", LANE "/late", ROLES_DOOR, 0, lane_late, 0},
    {"POST", LANE "/resolve", ROLES_DOOR, 0, lane_resolve, 0},
    {"POST", LANE "/paper", ROLES_DOOR, 0, lane_paper, 0},
    {"GET", "/api/v1/units", ROLES_CLASS, 0, unit_list, 0},
    {"GET", "/api/v1/units/{number}", ROLES_CLASS, 0, unit_show, 0},
    {"POST", "/api/v1/units/{number}/roll", ROLES_CLASS, 0, unit_roll, 0},
    {"GET", "/api/v1/tallies", ROLES_DOOR, ROUTE_WHOLE, tally_show, 0},
    {"GET", "/api/v1/ledger", ROLES_OFFICE, ROUTE_WHOLE, ledger_show, 0},
    {"POST", "/api/v1/ledger/sign", ROLES_OFFICE, ROUTE_WHOLE, ledger_sign, 0},
    {"GET", "/api/v1/rules", ROLES_CAMERA, 0, rules_show, 0},
    {"POST", "/api/v1/rules", ROLES_OFFICE, ROUTE_WHOLE, rules_set, 0},
    {"GET", "/api/v1/profiles", ROLES_OFFICE, 0, profile_list, 0},
    {"POST", "/api/v1/roster", ROLES_OFFICE, ROUTE_WHOLE | ROUTE_UPLOAD, roster_take, 0},
    {"POST", "/api/v1/payments", ROLES_OFFICE, ROUTE_WHOLE | ROUTE_UPLOAD, list_take, LIST_PAID},
    {"POST", "/api/v1/payments/record", ROLES_DOOR, 0, payment_record, 0},
    {"GET", "/api/v1/payments", ROLES_DOOR, ROUTE_WHOLE, payment_show, 0},
    {"POST", "/api/v1/schedule", ROLES_OFFICE, ROUTE_WHOLE | ROUTE_UPLOAD, list_take, LIST_SCHEDULE},
    {"GET", "/api/v1/schedule", ROLES_CLASS | ROLES_CAMERA, 0, schedule_show, 0},
    {"GET", "/api/v1/schedule/simulation", ROLES_DOOR, 0, schedule_simulate, 0},
    {"GET", "/api/v1/handover/lanes/{lane}/numbers.csv", ROLES_OFFICE, 0, lane_numbers, 0},
    {"GET", "/api/v1/sheets", ROLES_OFFICE, ROUTE_WHOLE, sheet_facts, 0},
    {"GET", "/api/v1/sheets/units/{number}", ROLES_OFFICE, ROUTE_WHOLE, sheet_unit, 0},
    {"GET", "/api/v1/sheets/lanes/{lane}", ROLES_OFFICE, ROUTE_WHOLE, sheet_lane, 0},
    /* the first look at a package that is done has its passphrase, so a HEAD must not be one */
    {"GET", "/api/v1/handover", ROLES_OFFICE, ROUTE_WHOLE | ROUTE_STREAM, handover_show, 0},
    {"POST", "/api/v1/handover", ROLES_OFFICE, ROUTE_WHOLE, handover_start, 0},
    {"POST", "/api/v1/handover/cancel", ROLES_OFFICE, ROUTE_WHOLE, handover_cancel, 0},
    {"GET", "/api/v1/handover/packages/{number}", ROLES_OFFICE, ROUTE_WHOLE, handover_download, 0},
    {"POST", "/api/v1/handover/record", ROLES_OFFICE, ROUTE_CONTROL, handover_record, 0},
    {"GET", "/api/v1/event", ROLES_ALL, 0, event_status, 0},
    {"POST", "/api/v1/event", ROLES_OFFICE, ROUTE_WHOLE, event_create, 0},
    {"POST", "/api/v1/event/close", ROLES_OFFICE, ROUTE_WHOLE, event_close, 0},
    {"POST", "/api/v1/tokens", ROLES_OFFICE, 0, token_create, 0},
    {"GET", "/api/v1/tokens", ROLES_OFFICE, ROUTE_WHOLE, token_list, 0},
    {"POST", "/api/v1/tokens/{number}/revoke", ROLES_OFFICE, ROUTE_WHOLE, token_revoke, 0},
    {"POST", "/api/v1/pair", ROLES_STRANGER, 0, pair_device, 0},
    {"GET", "/api/v1/me", ROLES_ALL, 0, me_status, 0},
    {"POST", "/api/v1/event/continue", ROLES_OFFICE, ROUTE_CONTROL, event_continue, 0},
    {"POST", "/api/v1/purge", ROLES_OFFICE, ROUTE_CONTROL, purge_prepare, 0},
    {"POST", "/api/v1/backup", ROLES_OFFICE, ROUTE_CONTROL, backup_make, 0},
    {"GET", "/healthz", ROLES_STRANGER, 0, health_status, 0},
    {"GET", "/metrics", ROLES_OFFICE, ROUTE_LOOPBACK, metrics_print, 0},
    {"GET", "*", ROLES_STRANGER, 0, page_serve, 0},
};
const unsigned routes_count = sizeof routes / sizeof *routes;
_Static_assert(sizeof routes / sizeof *routes < ROUTES_MAX, "ROUTES_MAX");

/* A segment that is too long or foreign leaves "", which names nothing. */
static void take_segment(const char *segment, size_t length, char *ret_text, size_t capacity)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    *ret_text = '\0';
    if (length >= capacity || strspn(segment, letters) < length)
        return;
    memcpy(ret_text, segment, length);
    ret_text[length] = '\0';
}

static bool path_matches(const char *pattern, const char *path, struct route_params *params)
{
    struct route_params found = {.has_lane = false};
    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        if (pattern[1] == 'l') {
            found.has_lane = true;
            take_segment(path, length, found.lane, sizeof found.lane);
        } else {
            take_segment(path, length, found.label, sizeof found.label);
        }
        pattern += strcspn(pattern, "}") + 1;
        path += length;
    }
    if (*path)
        return false;
    *params = found;
    return true;
}

static bool route_has_path(const struct route *route, const char *path, struct route_params *params)
{
    if (*route->pattern == '*')
        return page_exists(path);
    return path_matches(route->pattern, path, params);
}

static bool route_takes(const struct route *route, const char *method)
{
    bool is_head = strcmp(method, "HEAD") == 0 && !(route->flags & ROUTE_STREAM);
    return strcmp(route->method, is_head ? "GET" : method) == 0;
}

const struct route *route_find(const char *method, const char *path, struct route_params *ret_params,
                               char ret_allow[static ALLOW_SIZE])
{
    bool has_get = false, has_head = false, has_post = false;
    *ret_params = (struct route_params){.has_lane = false};
    for (unsigned i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        if (!route_has_path(route, path, ret_params))
            continue;
        if (route_takes(route, method))
            return route;
        has_post |= strcmp(route->method, "POST") == 0;
        has_get |= strcmp(route->method, "GET") == 0;
        has_head |= has_get && !(route->flags & ROUTE_STREAM);
    }
    strcpy(ret_allow, has_get ? "GET" : "");
    strcat(ret_allow, has_head ? ", HEAD" : "");
    strcat(ret_allow, has_get && has_post ? ", " : "");
    strcat(ret_allow, has_post ? "POST" : "");
    return NULL;
}
