/* Builds the schema anew in memory and compares row by row. On the thread of the connection, to which it must
 * not write. */
#include "journal/schema_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/database.h"
#include "journal/migrate.h"

/* One side of the comparison: a statement at its present row. */
struct side {
    sqlite3 *db;
    sqlite3_stmt *statement;
    bool has_row;
};

enum { COLUMN_TYPE, COLUMN_NAME, COLUMN_TABLE, COLUMN_SQL };

static const char *text_of(const struct side *side, int column)
{
    const char *text = (const char *)sqlite3_column_text(side->statement, column);
    return text ? text : ""; /* indexes that SQLite makes for a constraint have no text */
}

static bool is_of_sqlite(const struct side *side)
{
    static const char *const names[] = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat3", "sqlite_stat4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text_of(side, COLUMN_NAME), names[i]) == 0)
            return strcmp(text_of(side, COLUMN_TYPE), "table") == 0;
    return false;
}

static enum journal_fault side_step(struct side *side, char **ret_detail)
{
    int result;
    do
        result = sqlite3_step(side->statement);
    while (result == SQLITE_ROW && is_of_sqlite(side));
    side->has_row = result == SQLITE_ROW;
    return side->has_row || result == SQLITE_DONE ? JOURNAL_OK : database_explain(side->db, ret_detail);
}

static enum journal_fault side_start(struct side *side, char **ret_detail)
{
    if (statement_prepare(side->db, "select_schema", false, &side->statement) != SQLITE_OK)
        return database_explain(side->db, ret_detail);
    return side_step(side, ret_detail);
}

static enum journal_fault differs(const struct side *at, const char *how, char **ret_detail)
{
    free(*ret_detail);
    *ret_detail = bytes_format("the %s %s %s", text_of(at, COLUMN_TYPE), text_of(at, COLUMN_NAME), how);
    return JOURNAL_CORRUPT;
}

/* Below 0: the object of `one` comes first. */
static int order(const struct side *one, const struct side *other)
{
    if (!one->has_row || !other->has_row)
        return other->has_row - one->has_row;
    int types = strcmp(text_of(one, COLUMN_TYPE), text_of(other, COLUMN_TYPE));
    return types ? types : strcmp(text_of(one, COLUMN_NAME), text_of(other, COLUMN_NAME));
}

static enum journal_fault compare(struct side *file, struct side *ours, char **ret_detail)
{
    enum journal_fault fault = side_start(file, ret_detail);
    if (!fault)
        fault = side_start(ours, ret_detail);
    while (!fault && (file->has_row || ours->has_row)) {
        int which = order(file, ours);
        if (which < 0)
            return differs(file, "is not of this program", ret_detail);
        if (which > 0)
            return differs(ours, "is missing", ret_detail);
        if (strcmp(text_of(file, COLUMN_TABLE), text_of(ours, COLUMN_TABLE)) != 0 ||
            strcmp(text_of(file, COLUMN_SQL), text_of(ours, COLUMN_SQL)) != 0)
            return differs(file, "is not as this program makes it", ret_detail);
        fault = side_step(file, ret_detail);
        if (!fault)
            fault = side_step(ours, ret_detail);
    }
    return fault;
}

enum journal_fault schema_check(sqlite3 *db, char **ret_detail)
{
    struct side file = {.db = db}, ours = {0};
    int64_t version;
    enum journal_fault fault = JOURNAL_OK;
    if (pragma_number(db, "user_version", &version) != SQLITE_OK)
        fault = database_explain(db, ret_detail);
    else if (sqlite3_open_v2(":memory:", &ours.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
                 SQLITE_OK ||
             migrate_build(ours.db, (int)version) != SQLITE_OK)
        fault = database_explain(ours.db, ret_detail);
    else
        fault = compare(&file, &ours, ret_detail);
    sqlite3_finalize(file.statement);
    sqlite3_finalize(ours.statement);
    sqlite3_close(ours.db);
    return fault;
}
