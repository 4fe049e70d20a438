/* Inside of the import: the schedule's part, and what both parts share. */
#ifndef ROSTER_IMPORT_SCHEDULE_H
#define ROSTER_IMPORT_SCHEDULE_H
#include <jansson.h>

#include "roster/import.h"
#include "roster/table.h"

void import_schedule(struct desk *, const struct import_request *, struct import_answer *ret);

/* import.c */
enum problem import_fault_problem(enum table_fault);
void import_digest(const uint8_t *bytes, size_t size, char ret_digest[static 33]);
/* The text of an object without its braces; takes it. */
char *import_members(json_t *object);
/* Stores the list (taken) and tells "stored" and "result". */
enum problem import_store(struct desk *, const struct import_request *, struct desk_list *, json_t *told,
                          bool *ret_replayed);

#endif
