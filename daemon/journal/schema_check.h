/* The tables, indexes and triggers in a file against those that the migrations make: the rules that the
 * database itself enforces (append-only, numbers in order) hold only while they are there. */
#ifndef JOURNAL_SCHEMA_CHECK_H
#define JOURNAL_SCHEMA_CHECK_H
#include <sqlite3.h>

#include "journal/journal.h"

/* JOURNAL_CORRUPT, and in *ret_detail which object, when one is missing, another is there, or its SQL text is
 * not that of the migrations up to the file's user_version. Tables that SQLite makes for itself (sqlite_stat1
 * and the like) may be there. Reads sqlite_schema and nothing else of the file. */
enum journal_fault schema_check(sqlite3 *, char **ret_detail);

#endif
