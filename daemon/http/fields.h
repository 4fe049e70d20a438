/* What request headers and paths say. Pure functions over texts that strangers wrote; NULL means the field
 * is absent. */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H
#include <stdbool.h>
#include <stddef.h>

#include "desk/problem.h"

/* How the message is delimited (RFC 9112 section 6): the shapes that libmicrohttpd 0.9.75 lets through
 * although two parties could read them differently. PROBLEM_NONE, PROBLEM_BAD_REQUEST or
 * PROBLEM_NOT_IMPLEMENTED. */
struct framing {
    unsigned n_content_length, n_transfer_encoding, n_host;
    const char *content_length, *transfer_encoding, *version;
};
enum problem framing_check(const struct framing *);

/* The lines of a head, "NAME: VALUE" CRLF each (RFC 9112 section 5). libmicrohttpd 0.9.75 ends a line at a NUL or
 * a bare LF too and glues a continued line to the field's name, and reports none of it. But it cuts a head in
 * place: a line of the right shape starts two bytes behind the end of the one before, and no other does. */
struct head {
    const char *start, *end; /* of the request line; of the latest line, without its CRLF */
    bool is_in_place, has_sound_fields;
};
void head_begin(struct head *, const char *method, const char *version);
/* Texts of the given sizes with a NUL behind. */
void head_add(struct head *, const char *name, size_t name_size, const char *value, size_t value_size);
/* Names and values hold nothing that no field may hold, every line had the right shape, and with the empty one
 * they make `size` bytes. */
bool head_is_sound(const struct head *, size_t size);

/* "host", "host:port", "1.2.3.4:80", "[::1]:80": an IP literal, localhost, or one of the names (any case). */
bool host_is_ours(const char *host, char *const *names, size_t n_names);
/* The Origin of a page served by this very server (RFC 6454): SCHEME://HOST. */
bool origin_is_ours(const char *origin, const char *scheme, const char *host);
/* Sec-Fetch-Site (W3C Fetch Metadata) of what a page of ours, or a person's own doing, sends: "same-origin", "none". Another
 * port of this very host is "same-site", and its pages get our cookies. */
bool fetch_site_is_ours(const char *site);

/* 1..64 visible ASCII characters. */
bool key_is_valid(const char *key);
/* The Accept-Language asks for Chinese rather than English (RFC 9110 section 12.5.4); English when in
 * doubt. */
bool language_is_chinese(const char *accept_language);
/* application/json, with no charset or UTF-8. */
bool content_type_is_json(const char *content_type);
/* One of the three that a form on any page can send without being asked (Fetch, "CORS-safelisted"). */
bool content_type_is_a_forms(const char *content_type);
/* One of the entity tags (weak or strong), or "*". */
bool etag_matches(const char *if_none_match, const char *etag);

/* Credentials look like the tokens of desk_token: TOKEN_TEXT_SIZE - 1 characters of base64url. */
bool token_is_well_formed(const char *text, size_t length);
/* The text behind "Bearer " (any case, RFC 6750), NULL when it is something else. */
const char *bearer_token(const char *authorization);
/* The value of the first cookie of that name; NULL when there is none. */
const char *cookie_find(const char *cookies, const char *name, size_t *ret_length);

/* Resolves %XX in place, except %00 and %2F, which stay as they are and so match nothing. Returns the new
 * length. */
size_t path_unescape(char *path);
/* The path of a request target: also of "http://host/path" (RFC 9112 section 3.2.2), whose authority must
 * be `host`. NULL when it is neither. */
const char *target_path(const char *target, const char *host);

#endif
