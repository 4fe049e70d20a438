/* The truth on disk: one SQLite database (WAL, synchronous=FULL), DATA_DIR/event.db, and one key file.
 *
 * Exactly one connection ever writes or checkpoints (Debian's SQLite 3.40.1 can corrupt a WAL that two
 * connections write and checkpoint at once). A struct journal is used by one thread; the caller holds the
 * data lock.
 *
 * The journal table is append-only (triggers) and hash-chained: hash = BLAKE2b-256(prev || canonical bytes of
 * the entry); the first prev is BLAKE2b-256("paihao journal 1"). Tickets are derived from the entries and
 * written in the same transaction. Personal fields are sealed (XChaCha20-Poly1305, person id as associated
 * data); the entries hold none. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "identity/degree.h"
#include "queue/queue.h"

enum { JOURNAL_HASH_SIZE = 32, JOURNAL_KEY_SIZE = 32 };

enum journal_fault {
    JOURNAL_OK = 0,
    JOURNAL_FOREIGN,     /* not a database of ours */
    JOURNAL_NEWER,       /* written by a later version */
    JOURNAL_CORRUPT,     /* SQLite's checks, the hash chain or the replay fail */
    JOURNAL_READ_ONLY,   /* file, folder or file system cannot be written */
    JOURNAL_FULL,        /* no room on the disk; rolled back, nothing lost */
    JOURNAL_IO,          /* any other failure of the disk */
    JOURNAL_BUSY,        /* another program has the database open for writing */
    JOURNAL_KEY_MISSING, /* there is a database but its key file is gone */
    JOURNAL_KEY_WRONG,   /* the key file is another event's, damaged, or readable by others */
    JOURNAL_KEY_UNWRITABLE,
    JOURNAL_MISSING,   /* open without create: no database */
    JOURNAL_DUPLICATE, /* a UNIQUE constraint refused: a bug above, never shown as success */
    JOURNAL_PURGED,    /* the personal data was destroyed: nothing may be opened any more, only read */
    JOURNAL_FAULT_COUNT
};
const char *journal_fault_text(enum journal_fault); /* English, for the log and the tool */

/* Keys, derived from the key file by crypto_kdf. Wiped by journal_close. */
struct journal_keys {
    uint8_t seal[JOURNAL_KEY_SIZE], digest[JOURNAL_KEY_SIZE];
};

struct journal;
struct journal_options {
    const char *data_dir, *key_file; /* borrowed during the call */
    bool create;                     /* makes database and key when there is neither */
    const char *vfs;                 /* NULL: SQLite's own. The power-cut tests give theirs. */
    bool unsafe_normal;              /* negative control of those tests only: synchronous=NORMAL */
};
/* Opens, locks the file itself (flock, so that one writes even when the folder's lock file is gone), checks
 * application_id, user_version, quick_check and that the schema is as the migrations make it, migrates. A
 * symbolic link is refused. ret_detail (free()) may be NULL or tells more. */
enum journal_fault journal_open(struct journal **ret, const struct journal_options *, char **ret_detail);
/* `database` (event.db itself, or a backup of it) to be read as a whole: every journal_read_... and journal_payload show one
 * moment, that of the opening; every write is refused with JOURNAL_READ_ONLY. Beside a running daemon or on a stick that
 * may only be read; the file is never changed. One of an older version is read from a copy in memory that is brought up
 * to date first. Of a purged event there is nothing that a key opens, so none is asked for. As long as it is open, the
 * writer's WAL cannot start anew: close it soon. Never looks at the tickets' table: the entries say what became of them. */
enum journal_fault journal_open_reading(struct journal **ret, const char *database, const char *key_file,
                                        char **ret_detail);
void journal_close(struct journal *); /* checkpoints (TRUNCATE); NULL is fine */
const struct journal_keys *journal_keys(const struct journal *);

enum { CAMPUS_TEXT_MAX = 60, NOTE_TEXT_MAX = 120 };

/* ---- reading back at start. Callbacks return 0 to go on; anything else stops with JOURNAL_CORRUPT. */
struct person_record { /* the sealed fields; "" for what is unknown */
    struct person_id id;
    bool bound;
    char name[PERSON_NAME_MAX + 1], id_number[ID_NUMBER_LENGTH + 1], student_no[STUDENT_NO_MAX + 1];
    char unit[UNIT_MAX + 1], valid_to[9];
    /* of the roster; boxes written before there was one read as empty */
    char college[UNIT_MAX + 1], campus[CAMPUS_TEXT_MAX + 1], note[NOTE_TEXT_MAX + 1]; /* note: why excluded */
    enum degree level;
    uint32_t unit_id; /* of unit_record; 0: none */
    bool on_roster, is_excluded, is_captured;
};
struct credential_record { /* digest -> person; the payload is kept sealed, exactly as read */
    uint8_t digest[DIGEST_SIZE];
    enum credential_kind kind;
    struct person_id person;
};
struct unit_record { /* a class or college; ids from 1 without gaps */
    uint32_t id;
    char college[UNIT_MAX + 1], name[UNIT_MAX + 1];
};
struct slot_record { /* as desk/list.h's */
    char lane[LANE_NAME_MAX + 1];
    int64_t start_us, end_us;
    char unit[UNIT_MAX + 1];
    enum degree level;
};
struct document_record {
    uint64_t seq;     /* of the entry that holds its digest */
    const char *kind; /* "profile" or "schedule" */
    const char *text; /* both borrowed */
};
enum { ANSWER_KEY_MAX = 64 };
struct answer_record { /* the first answer to an idempotency key */
    char key[ANSWER_KEY_MAX + 1];
    uint8_t fingerprint[16]; /* of the command, so that the same key with another command is noticed */
    int32_t verdict;         /* of enum queue_verdict */
    bool created;            /* 201 rather than 200 */
    char lane[LANE_NAME_MAX + 1];
    uint32_t number;                   /* 0: no ticket in the answer */
    uint32_t called;                   /* the number called by `advance`, 0: none */
    uint64_t seq;                      /* journal position when it was given */
    uint32_t could_override, warnings; /* enum issue_flag */
    bool is_alarm;
    uint32_t next_number;
    uint32_t added, updated, unchanged, skipped; /* rows of a list */
};
enum token_kind { TOKEN_BEARER = 1, TOKEN_PAIRING = 2, TOKEN_SESSION = 3 };
enum { TOKEN_NAME_MAX = 60, TOKEN_SCOPE_SIZE = 192 };
struct token_record {
    uint32_t id;               /* from 1 */
    uint8_t hash[DIGEST_SIZE]; /* BLAKE2b-256 of the token's text; the token itself is never stored */
    enum token_kind kind;
    uint32_t parent; /* TOKEN_SESSION: the token it was paired with, and ends with; else 0 */
    char role[16];
    char lane[LANE_NAME_MAX + 1]; /* "": any */
    int64_t created_us, expires_us /* 0: never */, used_us /* pairing: when spent; 0: not */, revoked_us;
    char name[TOKEN_NAME_MAX +
              1];    /* where the device stands, "" when nobody said; plain text. No person's name */
    int64_t seen_us; /* the latest request with it, as far as it was written down; 0: never */
    char units
        [TOKEN_SCOPE_SIZE]; /* a liaison's: the units that it is for, as token_scope.h writes them; "": all */
};
typedef int (*journal_entry_fn)(void *arg, const struct queue_entry *);
typedef int (*journal_person_fn)(void *arg, const struct person_record *);
typedef int (*journal_credential_fn)(void *arg, const struct credential_record *);
typedef int (*journal_answer_fn)(void *arg, const struct answer_record *);
typedef int (*journal_unit_fn)(void *arg, const struct unit_record *);
typedef int (*journal_slot_fn)(void *arg, const struct slot_record *);
typedef int (*journal_document_fn)(void *arg, const struct document_record *);
typedef int (*journal_token_fn)(void *arg, const struct token_record *);
enum journal_fault journal_read_entries(struct journal *, uint64_t after_seq, journal_entry_fn,
                                        void *arg);                                     /* checks the chain */
enum journal_fault journal_read_people(struct journal *, journal_person_fn, void *arg); /* unseals */
enum journal_fault journal_read_credentials(struct journal *, journal_credential_fn, void *arg);
enum journal_fault journal_read_answers(struct journal *, journal_answer_fn, void *arg);
enum journal_fault journal_read_tokens(struct journal *, journal_token_fn, void *arg);
enum journal_fault journal_read_units(struct journal *, journal_unit_fn, void *arg); /* by id */
enum journal_fault journal_read_slots(struct journal *, journal_slot_fn, void *arg);
enum journal_fault journal_read_documents(struct journal *, journal_document_fn,
                                          void *arg); /* oldest first */

/* The hash of one entry; 0: that before the first. JOURNAL_CORRUPT when there is no such entry. */
enum journal_fault journal_hash(struct journal *, uint64_t seq, uint8_t ret_hash[static JOURNAL_HASH_SIZE]);

/* ---- writing: begin, any of these, commit. After any fault the transaction is rolled back and the journal
 * must be closed; it refuses every further write with the same fault (a failed commit is never retried in
 * place). */
enum journal_fault journal_begin(struct journal *);
/* Gives the entry its seq, chains it, and writes the ticket `after` it (NULL: the entry concerns none). */
enum journal_fault journal_append(struct journal *, struct queue_entry *, const struct ticket *after);
enum journal_fault journal_put_person(struct journal *, const struct person_record *); /* new or changed */
enum journal_fault journal_put_credential(struct journal *, const struct credential_record *,
                                          const uint8_t *payload, size_t payload_size);
enum journal_fault journal_put_answer(struct journal *, const struct answer_record *);
enum journal_fault journal_put_token(struct journal *,
                                     const struct token_record *); /* new or changed, by id */
/* A ticket that the latest entry changed besides its own. */
enum journal_fault journal_put_ticket(struct journal *, const struct ticket *);
/* All that was read from one person is another's from now on; each row is given to `moved` as it stands then. */
enum journal_fault journal_move_credentials(struct journal *, const struct person_id *from,
                                            const struct person_id *to, journal_credential_fn moved,
                                            void *arg);
enum journal_fault journal_put_unit(struct journal *, const struct unit_record *); /* new */
enum journal_fault journal_clear_slots(struct journal *);
enum journal_fault journal_put_slot(struct journal *, const struct slot_record *);
/* Goes with the latest entry, which must be an ENTRY_LIST_IMPORTED of extra "document-KIND" and the text's digest. */
enum journal_fault journal_put_document(struct journal *, const char *kind, const char *text);
#define DOCUMENT_EXTRA "document-"
/* Hexadecimal BLAKE2b-256. */
enum { DOCUMENT_DIGEST_SIZE = 65 };
void journal_document_digest(const char *text, char ret_digest[static DOCUMENT_DIGEST_SIZE]);
enum journal_fault journal_commit(struct journal *);
void journal_rollback(struct journal *);
/* One commit that changes nothing: JOURNAL_OK means that the disk takes writes. */
enum journal_fault journal_probe(struct journal *);

/* What SQLite said at the latest fault, for the log; "" when nothing. Borrowed until the next call. */
const char *journal_detail(const struct journal *);

uint64_t journal_seq(const struct journal *);
void journal_head(const struct journal *, uint8_t ret_hash[static JOURNAL_HASH_SIZE]);

/* The exact payload of one of a person's credentials (largest id first); size 0 when there is none. */
enum journal_fault journal_payload(struct journal *, const struct person_id *, enum credential_kind,
                                   uint8_t *ret_bytes, size_t capacity, size_t *ret_size);
/* The same of the index-th one, from 0, in the order they came. Looks through the whole table. */
enum journal_fault journal_payload_at(struct journal *, const struct person_id *, enum credential_kind,
                                      size_t index, uint8_t *ret_bytes, size_t capacity, size_t *ret_size);

/* Every credential with its payload unsealed, in the order they came; both borrowed until the function returns. */
typedef int (*journal_payload_fn)(void *arg, const struct credential_record *, const uint8_t *payload,
                                  size_t payload_size);
enum journal_fault journal_read_payloads(struct journal *, journal_payload_fn, void *arg);

/* ---- proof and safety */
struct journal_report {
    uint64_t entries, tickets, people, credentials, answers;
    uint8_t head[JOURNAL_HASH_SIZE];
    uint64_t first_bad_seq; /* 0: none */
    int version;            /* of the schema, as it stands in the file */
    bool is_purged;         /* no key was needed: there is nothing left that one could open */
    bool is_older;          /* than this program's: journal_open will migrate it */
    char problem[256];      /* "" when all is well */
};
/* Opens a second, read-only connection and checks: integrity_check, chain, replay through the queue equals
 * the ticket table field by field, numbers 1..n without gap in each lane, every person's and credential's
 * box unseals, every credential's person is there, and once, every ticket's person has a record and a
 * credential, tokens, answers and documents agree with their entries, units and slots are well-formed, and the schema is as the migrations make it.
 * A database of an older version stays as it is: the tables are read from a copy in memory that is migrated first.
 * Cannot see what leaves no trace elsewhere: answers deleted; a token's hash, kind, name and times. Safe beside a running
 * daemon. Returns a fault only when it could not look; damage that SQLite itself finds is a finding. */
enum journal_fault journal_verify(const char *data_dir, const char *key_file, struct journal_report *ret);
/* The latest `most` entries, oldest first, from a read-only connection: needs no key and is safe beside a
 * running daemon. Shows what stands there; whether it may be believed is journal_verify's to say. ret_detail
 * (free()) may be NULL. */
enum journal_fault journal_tail(const char *data_dir, uint64_t most, journal_entry_fn, void *arg,
                                char **ret_detail);
/* A whole copy by SQLite's backup API from a read-only connection of its own (one read transaction, so the
 * writer goes on meanwhile), to a temporary name in the target's folder; then integrity_check of the copy,
 * fsync, rename, fsync of the folder. Never replaces a file (JOURNAL_DUPLICATE). The key is neither needed
 * nor copied. Any thread. ret_seq, ret_head: what the copy holds. ret_error (may be NULL), set on a fault
 * only: the -errno of what cannot be written at the target; 0: the fault is the database's. */
enum journal_fault journal_backup(const char *data_dir, const char *target, uint64_t *ret_seq,
                                  uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error);

#endif
