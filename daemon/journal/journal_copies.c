/* Which event a database holds, and how far it is. Over a read-only connection of its own. Any thread, any process. */
#include "journal/journal_copies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/chain.h"
#include "journal/database.h"
#include "journal/rows.h"

char *journal_database(const char *data_dir)
{
    return database_path(data_dir);
}

/* "SEQ HEX" */
static void take_handed_over(struct journal_copy *copy, const char *kind, const char *text)
{
    struct journal_handed_over *to = strcmp(kind, "agency") == 0 ? &copy->agency : &copy->school;
    const char *digest = strchr(text, ' ');
    to->seq = strtoull(text, NULL, 10);
    snprintf(to->digest, sizeof to->digest, "%s", digest ? digest + 1 : "");
}

static void take_entry(struct journal_copy *copy, sqlite3_stmt *statement)
{
    const char *text = (const char *)sqlite3_column_text(statement, 3),
               *extra = (const char *)sqlite3_column_text(statement, 4);
    const int64_t at_us = sqlite3_column_int64(statement, 1);
    switch (sqlite3_column_int(statement, 0)) {
    case ENTRY_EVENT_CREATED:
        copy->exists = column_blob(statement, 5, copy->event, JOURNAL_HASH_SIZE);
        copy->created_us = at_us;
        snprintf(copy->name, sizeof copy->name, "%s", text);
        snprintf(copy->profile, sizeof copy->profile, "%s", extra);
        break;
    case ENTRY_EVENT_CLOSED:
        copy->is_closed = true;
        break;
    case ENTRY_HANDED_OVER:
        take_handed_over(copy, extra, text);
        break;
    case ENTRY_RESTORED:
        copy->moves = (uint32_t)sqlite3_column_int64(statement, 2);
        snprintf(copy->copy, sizeof copy->copy, "%s", text);
        break;
    case ENTRY_PURGED:
        copy->is_purged = true;
        copy->purged_us = at_us;
        snprintf(copy->purged, sizeof copy->purged, "%s", text);
        if (purged_copy_parse(extra, &copy->other_seq) && copy->other_seq)
            copy->other_moves = (uint32_t)sqlite3_column_int64(statement, 2);
        break;
    default:
        break;
    }
}

static enum journal_fault read_entries(sqlite3 *db, struct journal_copy *copy, char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(db, "select_whole_event", false, &statement);
    while (result == SQLITE_OK || result == SQLITE_ROW)
        if ((result = sqlite3_step(statement)) == SQLITE_ROW)
            take_entry(copy, statement);
    enum journal_fault fault = result == SQLITE_DONE ? JOURNAL_OK : database_explain(db, ret_detail);
    sqlite3_finalize(statement);
    return fault;
}

static enum journal_fault read_sums(sqlite3 *db, struct journal_copy *copy, char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(db, "select_sums", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    enum journal_fault fault = result == SQLITE_ROW ? JOURNAL_OK : database_explain(db, ret_detail);
    chain_first(copy->head);
    if (!fault) {
        copy->seq = (uint64_t)sqlite3_column_int64(statement, 0);
        copy->latest_us = sqlite3_column_int64(statement, 1);
        copy->reasons = (uint64_t)sqlite3_column_int64(statement, 3);
        copy->people = (uint64_t)sqlite3_column_int64(statement, 4);
        copy->credentials = (uint64_t)sqlite3_column_int64(statement, 5);
        if (copy->seq > 0 && !column_blob(statement, 2, copy->head, JOURNAL_HASH_SIZE))
            fault = JOURNAL_CORRUPT;
    }
    sqlite3_finalize(statement);
    return fault;
}

static enum journal_fault open_snapshot(const char *database, sqlite3 **ret, char **ret_detail)
{
    enum journal_fault fault =
        database_exists(database, NULL) ? database_open_reading(database, ret, ret_detail) : JOURNAL_MISSING;
    if (!fault && sqlite3_exec(*ret, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        fault = database_explain(*ret, ret_detail);
    return fault;
}

enum journal_fault journal_look(const char *database, struct journal_copy *ret, char **ret_detail)
{
    struct journal_copy copy = {.exists = false};
    sqlite3 *db = NULL;
    char *detail = NULL;
    enum journal_fault fault = open_snapshot(database, &db, &detail);
    if (!fault)
        fault = read_entries(db, &copy, &detail);
    if (!fault)
        fault = read_sums(db, &copy, &detail);
    sqlite3_close(db);
    if (!fault)
        *ret = copy;
    if (fault && ret_detail)
        *ret_detail = detail;
    else
        free(detail);
    return fault;
}

enum journal_fault journal_hash_at(const char *database, uint64_t seq,
                                   uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    char *detail = NULL;
    enum journal_fault fault = open_snapshot(database, &db, &detail);
    int result = fault ? SQLITE_ERROR : statement_prepare(db, "select_hash", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        fault = column_blob(statement, 0, ret_hash, JOURNAL_HASH_SIZE) ? JOURNAL_OK : JOURNAL_CORRUPT;
    else if (!fault)
        fault = result == SQLITE_DONE ? JOURNAL_MISSING : database_explain(db, &detail);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(detail);
    return fault;
}
