/* The journal's life and its writing. On one thread, which holds the data lock and owns the only connection
 * that writes or checkpoints. Must not retry a commit that failed: the fault sticks until the journal is
 * closed. */
#include "journal/journal_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "journal/chain.h"
#include "journal/migrate.h"
#include "journal/rows.h"
#include "journal/schema_check.h"
#include "journal/seal.h"

enum { CHECKPOINT_PAGES = 1000 };

const char *journal_fault_text(enum journal_fault fault)
{
    static const char *const texts[JOURNAL_FAULT_COUNT] = {
        [JOURNAL_OK] = "no fault",
        [JOURNAL_FOREIGN] = "the file is not a Paihao database",
        [JOURNAL_NEWER] = "the database was written by a later version of Paihao",
        [JOURNAL_CORRUPT] = "the database is damaged or was altered",
        [JOURNAL_READ_ONLY] = "the database file, its folder or the file system cannot be written",
        [JOURNAL_FULL] = "the disk is full",
        [JOURNAL_IO] = "the disk reports an error",
        [JOURNAL_BUSY] = "another program has the database open for writing",
        [JOURNAL_KEY_MISSING] = "there is a database, but its key file is gone",
        [JOURNAL_KEY_WRONG] = "the key file is of another event, damaged, or open to others",
        [JOURNAL_KEY_UNWRITABLE] = "the key file cannot be created",
        [JOURNAL_MISSING] = "there is no database",
        [JOURNAL_PURGED] =
            "the personal data is destroyed, only the journal is left; a new event needs another data_dir",
        [JOURNAL_DUPLICATE] = "the database refused what is there already or does not fit",
    };
    return (unsigned)fault < JOURNAL_FAULT_COUNT ? texts[fault] : "?";
}

/* ---- opening */
enum journal_fault journal_prepare_statements(struct journal *journal)
{
#define X(name)                                                                                              \
    if (statement_prepare(journal->db, #name, true, &journal->statements.name) != SQLITE_OK)                 \
        return database_explain(journal->db, &journal->detail);
    JOURNAL_STATEMENTS(X)
#undef X
    return JOURNAL_OK;
}

enum journal_fault journal_load_head(struct journal *journal)
{
    sqlite3_stmt *statement = NULL;
    enum journal_fault fault = JOURNAL_OK;
    chain_first(journal->committed.head);
    int result = statement_prepare(journal->db, "select_head", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        journal->committed.seq = (uint64_t)sqlite3_column_int64(statement, 0);
        if (!column_blob(statement, 1, journal->committed.head, JOURNAL_HASH_SIZE))
            fault = JOURNAL_CORRUPT;
    } else if (result != SQLITE_DONE) {
        fault = database_explain(journal->db, &journal->detail);
    }
    sqlite3_finalize(statement);
    journal->now = journal->committed;
    return fault;
}

/* Makes the file with our mode, so that SQLite's -wal and -shm take it over. An unwritable folder is SQLite's
 * to report. */
static void file_create_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static enum journal_fault held_badly(struct journal *journal, enum journal_fault fault, const char *why)
{
    free(journal->detail);
    journal->detail = bytes_text(why);
    return fault;
}

/* One writer, whatever became of the lock file of the folder: the database file itself is locked. The
 * descriptor may be closed only after SQLite's. No file yet is fine. */
static enum journal_fault file_hold(struct journal *journal, const char *path)
{
    struct stat status;
    journal->file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (journal->file < 0) {
        if (errno == ELOOP)
            return held_badly(journal, JOURNAL_FOREIGN, "event.db is a symbolic link; name its own folder");
        return errno == EACCES ? held_badly(journal, JOURNAL_READ_ONLY, "event.db may not be read")
                               : JOURNAL_OK; /* SQLite's to report, if it is not there */
    }
    if (fstat(journal->file, &status) != 0 || !S_ISREG(status.st_mode))
        return held_badly(journal, JOURNAL_FOREIGN, "event.db is not a file");
    if (flock(journal->file, LOCK_EX | LOCK_NB) == 0)
        return JOURNAL_OK;
    return errno == EWOULDBLOCK
               ? held_badly(journal, JOURNAL_BUSY, "another paihaod or paihao has event.db open for writing")
               : held_badly(journal, JOURNAL_IO, "the file system cannot lock event.db");
}

/* Whoever looks at a read-only database leaves a -wal and -shm of the same mode behind; once the database may
 * be written again, they must be, too. */
static void companions_heal(const struct journal *journal, const char *path)
{
    static const char *const suffixes[] = {"-wal", "-shm"};
    enum { OWNER = S_IRUSR | S_IWUSR };
    struct stat file, companion;
    if (journal->file < 0 || fstat(journal->file, &file) != 0 || (file.st_mode & OWNER) != OWNER)
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name = bytes_format("%s%s", path, suffixes[i]);
        if (lstat(name, &companion) == 0 && S_ISREG(companion.st_mode) &&
            (companion.st_mode & OWNER) != OWNER)
            chmod(name, file.st_mode & 0777); /* what fails is SQLite's to report */
        free(name);
    }
}

static enum journal_fault refuse_purged(struct journal *journal)
{
    bool is_purged = false;
    enum journal_fault fault = database_is_purged(journal->db, &is_purged, &journal->detail);
    return !fault && is_purged ? JOURNAL_PURGED : fault;
}

/* Loads the key, or makes one for a database that is only about to be made. The key comes first: a crash in
 * between leaves a key without a database, which the next start uses. */
static enum journal_fault keys_get(struct journal *journal, const struct journal_options *options,
                                   bool is_empty)
{
    enum journal_fault fault = key_file_load(options->key_file, &journal->keys, &journal->detail);
    if (fault != JOURNAL_KEY_MISSING || !is_empty)
        return fault;
    fault = key_file_create(options->key_file, &journal->detail);
    return fault ? fault : key_file_load(options->key_file, &journal->keys, &journal->detail);
}

static int count_wal_pages(void *arg, sqlite3 *db, const char *schema, int pages)
{
    (void)db, (void)schema;
    ((struct journal *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

static enum journal_fault open_database(struct journal *journal, const struct journal_options *options,
                                        const char *path)
{
    enum database_content content = DATABASE_EMPTY;
    enum journal_fault fault = file_hold(journal, path);
    if (!fault)
        companions_heal(journal, path);
    if (!fault && database_exists(path, options->vfs))
        fault = database_open(path, options->vfs, false, &journal->db, &content, &journal->detail);
    if (!fault && content == DATABASE_EMPTY && !options->create)
        fault = JOURNAL_MISSING;
    if (!fault && content == DATABASE_OURS)
        fault = refuse_purged(journal);
    if (!fault)
        fault = keys_get(journal, options, content == DATABASE_EMPTY);
    if (!fault && journal->file < 0) {
        file_create_private(path);
        fault = file_hold(journal, path);
    }
    if (!fault && !journal->db)
        fault = database_open(path, options->vfs, true, &journal->db, &content, &journal->detail);
    return fault;
}

enum journal_fault journal_open(struct journal **ret, const struct journal_options *options,
                                char **ret_detail)
{
    if (sodium_init() < 0)
        abort();
    struct journal *journal = bytes_alloc(sizeof *journal);
    journal->file = -1;
    sodium_mlock(&journal->keys, sizeof journal->keys);
    char *path = database_path(options->data_dir);

    enum journal_fault fault = open_database(journal, options, path);
    if (!fault)
        fault = database_prepare_writing(journal->db, options->unsafe_normal, &journal->detail);
    if (!fault)
        fault = schema_check(journal->db, &journal->detail);
    if (!fault)
        fault = migrate_run(journal->db, journal->keys.check, &journal->detail);
    if (!fault)
        fault = database_check_key(journal->db, journal->keys.check, &journal->detail);
    if (!fault)
        fault = journal_load_head(journal);
    if (!fault)
        fault = journal_prepare_statements(journal);
    free(path);
    if (fault) {
        if (ret_detail)
            *ret_detail = bytes_text(journal->detail);
        journal->fault = fault;
        journal_close(journal);
        return fault;
    }
    sqlite3_wal_hook(journal->db, count_wal_pages, journal);
    *ret = journal;
    return JOURNAL_OK;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    journal_rollback(journal);
#define X(name) sqlite3_finalize(journal->statements.name);
    JOURNAL_STATEMENTS(X)
#undef X
    if (journal->db) {
        /* after a fault the WAL is left as it is, for the recovery of the next start */
        if (journal->fault)
            sqlite3_db_config(journal->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        else
            sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        if (sqlite3_close(journal->db) != SQLITE_OK)
            abort(); /* a statement leaked */
    }
    if (journal->file >= 0)
        close(journal->file);
    sodium_munlock(&journal->keys, sizeof journal->keys); /* wipes */
    free(journal->detail);
    free(journal);
}

const struct journal_keys *journal_keys(const struct journal *journal)
{
    return &journal->keys.keys;
}

uint64_t journal_seq(const struct journal *journal)
{
    return journal->now.seq;
}

void journal_head(const struct journal *journal, uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    memcpy(ret_hash, journal->now.head, JOURNAL_HASH_SIZE);
}

const char *journal_detail(const struct journal *journal)
{
    return journal->detail ? journal->detail : "";
}

/* ---- writing */
bool journal_is_writing(const struct journal *journal)
{
    return journal->db && !sqlite3_get_autocommit(journal->db);
}

enum journal_fault journal_fail(struct journal *journal, enum journal_fault fault)
{
    journal->fault = fault;
    journal_rollback(journal);
    return fault;
}

/* Turns the result of a statement into ours; a fault ends the transaction and sticks. */
enum journal_fault journal_outcome(struct journal *journal, int result)
{
    return result == SQLITE_OK ? JOURNAL_OK
                               : journal_fail(journal, database_explain(journal->db, &journal->detail));
}

void journal_rollback(struct journal *journal)
{
    if (journal_is_writing(journal))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    journal->now = journal->committed;
    row_index_done(&journal->people);
    row_index_done(&journal->payloads);
}

enum journal_fault journal_begin(struct journal *journal)
{
    if (journal->fault)
        return journal->fault;
    assert(!journal_is_writing(journal));
    if (journal->wal_pages >= CHECKPOINT_PAGES) {
        int result = sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if (result != SQLITE_OK && result != SQLITE_BUSY)
            return journal_outcome(journal, result);
    }
    return journal_outcome(journal, sqlite3_exec(journal->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
}

/* Runs a statement that is to write exactly one row. */
enum journal_fault journal_run_on_one(struct journal *journal, sqlite3_stmt *statement, const char *otherwise)
{
    int result = statement_run(statement);
    if (result != SQLITE_OK)
        return journal_outcome(journal, result);
    if (sqlite3_changes(journal->db) == 1)
        return JOURNAL_OK;
    journal->detail = bytes_text(otherwise);
    return journal_fail(journal, JOURNAL_CORRUPT);
}

static enum journal_fault ticket_write(struct journal *journal, const struct queue_entry *entry,
                                       const struct ticket *after)
{
    struct ticket ticket = *after;
    bool is_new = entry->kind == ENTRY_ISSUED;
    sqlite3_stmt *statement = is_new ? journal->statements.insert_ticket : journal->statements.update_ticket;
    ticket.seq = entry->seq;
    if (is_new)
        ticket.issued_seq = entry->seq;
    bind_ticket(statement, &ticket);
    return journal_run_on_one(journal, statement, "a step of a ticket that is not there");
}

enum journal_fault journal_append(struct journal *journal, struct queue_entry *entry,
                                  const struct ticket *after)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    uint8_t hash[JOURNAL_HASH_SIZE];
    entry->seq = journal->now.seq + 1;
    chain_next(journal->now.head, entry, hash);
    bind_entry(journal->statements.insert_entry, entry, journal->now.head, hash);
    enum journal_fault fault = journal_outcome(journal, statement_run(journal->statements.insert_entry));
    if (fault)
        return fault;
    journal->now.seq = entry->seq;
    memcpy(journal->now.head, hash, sizeof hash);
    return after ? ticket_write(journal, entry, after) : JOURNAL_OK;
}

enum journal_fault journal_put_person(struct journal *journal, const struct person_record *person)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    enum journal_fault fault = journal_extend_people(journal);
    if (fault)
        return journal_fail(journal, fault);
    uint8_t box[SEAL_PERSON_MAX];
    size_t size = seal_person(journal->keys.keys.seal, person, box);
    int64_t row = row_index_find(&journal->people, 0, &person->id);
    sqlite3_stmt *statement = row ? journal->statements.update_person : journal->statements.insert_person;
    bind_person(statement, &person->id, box, size);
    if (row)
        sqlite3_bind_int64(statement, 3, row);
    fault = journal_run_on_one(journal, statement, "a person's record that is not there");
    if (!fault && !row)
        row_index_add(&journal->people, sqlite3_last_insert_rowid(journal->db), 0, &person->id);
    return fault;
}

enum journal_fault journal_put_credential(struct journal *journal, const struct credential_record *record,
                                          const uint8_t *payload, size_t payload_size)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    uint8_t box[SEAL_PAYLOAD_MAX];
    size_t size = seal_payload(journal->keys.keys.seal, record, payload, payload_size, box);
    bind_credential(journal->statements.insert_credential, record, box, size);
    return journal_outcome(journal, statement_run(journal->statements.insert_credential));
}

enum journal_fault journal_put_answer(struct journal *journal, const struct answer_record *answer)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_answer(journal->statements.insert_answer, answer);
    return journal_outcome(journal, statement_run(journal->statements.insert_answer));
}

enum journal_fault journal_put_token(struct journal *journal, const struct token_record *token)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_token(journal->statements.put_token, token);
    return journal_outcome(journal, statement_run(journal->statements.put_token));
}

enum journal_fault journal_commit(struct journal *journal)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    enum journal_fault fault =
        journal_outcome(journal, sqlite3_exec(journal->db, "COMMIT", NULL, NULL, NULL));
    if (!fault)
        journal->committed = journal->now;
    return fault;
}
