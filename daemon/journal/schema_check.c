/* Builds the schema of a version in memory, once per process, and compares row by row. On the thread of the connection, to
 * which it must not write; several threads may check connections of their own at once. */
#include "journal/schema_check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/database.h"
#include "journal/migrate.h"

enum { COLUMN_TYPE, COLUMN_NAME, COLUMN_TABLE, COLUMN_SQL, COLUMNS };

/* An object as the migrations make it. */
struct object {
    char *texts[COLUMNS];
};

/* What they make up to a version. Never changed once it is known, and kept to the end of the process. */
struct schema {
    struct schema *next;
    int version;
    struct object *objects; /* ordered by type and name */
    size_t n_objects;
};

static struct schema *known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- rows of the file or of our own making */

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? text : ""; /* indexes that SQLite makes for a constraint have no text */
}

static bool is_of_sqlite(sqlite3_stmt *row)
{
    static const char *const names[] = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat3", "sqlite_stat4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text_of(row, COLUMN_NAME), names[i]) == 0)
            return strcmp(text_of(row, COLUMN_TYPE), "table") == 0;
    return false;
}

/* SQLITE_ROW, SQLITE_DONE or an error. */
static int step(sqlite3_stmt *row)
{
    int result;
    do
        result = sqlite3_step(row);
    while (result == SQLITE_ROW && is_of_sqlite(row));
    return result;
}

/* ---- what the migrations make */

static void schema_free(struct schema *schema)
{
    for (size_t i = 0; schema && i < schema->n_objects; i++)
        for (int column = 0; column < COLUMNS; column++)
            free(schema->objects[i].texts[column]);
    if (schema)
        free(schema->objects);
    free(schema);
}

static void schema_add(struct schema *schema, sqlite3_stmt *row)
{
    schema->objects = bytes_resize(schema->objects, (schema->n_objects + 1) * sizeof *schema->objects);
    struct object *object = &schema->objects[schema->n_objects++];
    for (int column = 0; column < COLUMNS; column++)
        object->texts[column] = bytes_format("%s", text_of(row, column));
}

static enum journal_fault schema_build(int version, struct schema **ret, char **ret_detail)
{
    struct schema *schema = bytes_alloc(sizeof *schema);
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    enum journal_fault fault = JOURNAL_OK;
    int result = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    schema->version = version;
    if (result == SQLITE_OK)
        result = migrate_build(db, version);
    if (result == SQLITE_OK)
        result = statement_prepare(db, "select_schema", false, &row);
    if (result == SQLITE_OK)
        while ((result = step(row)) == SQLITE_ROW)
            schema_add(schema, row);
    if (result == SQLITE_DONE)
        *ret = schema;
    else {
        fault = database_explain(db, ret_detail);
        schema_free(schema);
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
    return fault;
}

static enum journal_fault schema_of(int version, const struct schema **ret, char **ret_detail)
{
    enum journal_fault fault = JOURNAL_OK;
    struct schema *schema;
    pthread_mutex_lock(&known_lock);
    for (schema = known; schema && schema->version != version; schema = schema->next)
        ;
    if (!schema) {
        fault = schema_build(version, &schema, ret_detail);
        if (!fault) {
            schema->next = known;
            known = schema;
        }
    }
    if (!fault)
        *ret = schema;
    pthread_mutex_unlock(&known_lock);
    return fault;
}

/* ---- the comparison */

static enum journal_fault differs(const char *type, const char *name, const char *how, char **ret_detail)
{
    free(*ret_detail);
    *ret_detail = bytes_format("the %s %s %s", type, name, how);
    return JOURNAL_CORRUPT;
}

/* Below 0: the object of the file comes first. `row` NULL: the file has no more; `ours` NULL: nor have we. */
static int order(sqlite3_stmt *row, const struct object *ours)
{
    if (!row || !ours)
        return (ours != NULL) - (row != NULL);
    int types = strcmp(text_of(row, COLUMN_TYPE), ours->texts[COLUMN_TYPE]);
    return types ? types : strcmp(text_of(row, COLUMN_NAME), ours->texts[COLUMN_NAME]);
}

static enum journal_fault compare(sqlite3_stmt *row, const struct object *ours, char **ret_detail)
{
    int which = order(row, ours);
    if (which > 0)
        return differs(ours->texts[COLUMN_TYPE], ours->texts[COLUMN_NAME], "is missing", ret_detail);
    const char *type = text_of(row, COLUMN_TYPE), *name = text_of(row, COLUMN_NAME);
    if (which < 0)
        return differs(type, name, "is not of this program", ret_detail);
    if (strcmp(text_of(row, COLUMN_TABLE), ours->texts[COLUMN_TABLE]) != 0 ||
        strcmp(text_of(row, COLUMN_SQL), ours->texts[COLUMN_SQL]) != 0)
        return differs(type, name, "is not as this program makes it", ret_detail);
    return JOURNAL_OK;
}

static enum journal_fault compare_all(sqlite3 *db, const struct schema *schema, char **ret_detail)
{
    sqlite3_stmt *row = NULL;
    enum journal_fault fault = JOURNAL_OK;
    size_t i = 0;
    int result = statement_prepare(db, "select_schema", false, &row);
    if (result == SQLITE_OK)
        for (; !fault &&
               ((result = step(row)) == SQLITE_ROW || (result == SQLITE_DONE && i < schema->n_objects));
             i++)
            fault = compare(result == SQLITE_ROW ? row : NULL,
                            i < schema->n_objects ? &schema->objects[i] : NULL, ret_detail);
    if (!fault && result != SQLITE_DONE)
        fault = database_explain(db, ret_detail);
    sqlite3_finalize(row);
    return fault;
}

enum journal_fault schema_check(sqlite3 *db, char **ret_detail)
{
    const struct schema *schema = NULL;
    int64_t version;
    if (pragma_number(db, "user_version", &version) != SQLITE_OK)
        return database_explain(db, ret_detail);
    enum journal_fault fault = schema_of((int)version, &schema, ret_detail);
    return fault ? fault : compare_all(db, schema, ret_detail);
}
