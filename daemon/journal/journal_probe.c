/* Whether the disk takes a commit again, found out by one. On the thread of the connection. */
#include "journal/database.h"
#include "journal/journal_private.h"

enum journal_fault journal_probe(struct journal *journal)
{
    enum journal_fault fault = journal_begin(journal);
    if (fault != JOURNAL_OK)
        return fault;
    /* writes the page anew with what stands there */
    if (sqlite3_exec(journal->db, "UPDATE key_check SET value = value", NULL, NULL, NULL) == SQLITE_OK)
        return journal_commit(journal);
    journal->fault = database_explain(journal->db, &journal->detail);
    journal_rollback(journal);
    return journal->fault;
}
