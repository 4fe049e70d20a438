/* What the journal's entries say about tokens, held against the token table. Part of journal_verify.
 *
 * Entries know of a token its id, role, lane and units, and whether it was revoked; not its hash, kind and times. */
#ifndef JOURNAL_TOKEN_TRACE_H
#define JOURNAL_TOKEN_TRACE_H
#include "journal/journal.h"

struct token_seen {
    char role[16], lane[LANE_NAME_MAX + 1], units[TOKEN_SCOPE_SIZE];
    bool is_revoked;              /* by an entry */
    bool has_record, has_session; /* in the table */
    enum token_kind kind;         /* of the record */
    bool is_spent;                /* a pairing token that was used */
};
struct token_trace {
    struct token_seen *seen; /* by id - 1 */
    uint32_t count;
    uint32_t n_units; /* of the roster, as the table has them: for the records */
};
void token_trace_done(struct token_trace *);

/* Each returns what is wrong, to free(); NULL: nothing. Entries in order, then the records by id, then the
 * end. */
char *token_trace_entry(struct token_trace *, const struct queue_entry *);
char *token_trace_record(struct token_trace *, const struct token_record *);
char *token_trace_end(const struct token_trace *);

#endif
