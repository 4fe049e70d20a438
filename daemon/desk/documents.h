/* Inside of the desk: texts of the office as they are kept, the profile and the schedule. */
#ifndef DESK_DOCUMENTS_H
#define DESK_DOCUMENTS_H
#include <stdint.h>

enum { DOCUMENT_KIND_MAX = 23 };
struct stored_document {
    struct stored_document *next;
    char kind[DOCUMENT_KIND_MAX + 1];
    char *text;
    uint64_t seq; /* of the entry that vouches for it */
};
/* Replaces the text of that kind. Copies. */
void documents_put(struct stored_document **list, const char *kind, const char *text, uint64_t seq);
/* NULL: none. */
const struct stored_document *documents_find(const struct stored_document *, const char *kind);
/* Moves every text of *from into *into. */
void documents_take(struct stored_document **into, struct stored_document **from);
void documents_free(struct stored_document *);

#endif
