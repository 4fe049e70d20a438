/* What the staff hear of a door: the note "door" of the feed, for staff only. It holds no name, no ID number and nothing of
 * what was presented. Any thread. */
#ifndef DESK_DOOR_NOTE_H
#define DESK_DOOR_NOTE_H
#include "desk/desk.h"

enum door_result { DOOR_ACCEPTED, DOOR_ALREADY, DOOR_REFUSED };
const char *door_result_name(enum door_result); /* also the word a reader takes on its standard input */

/* What can be done about a refusal by somebody who may. */
struct door_help {
    char tap[TAP_ID_SIZE];    /* of desk_keep_tap, "" for none */
    uint32_t marshal, office; /* ISSUE_OVER_...: what the one and the other may override */
};

/* A refusal before or without the desk. */
void door_note_refusal(struct desk *, const char *lane, const char *reader, const char *code, const char *zh,
                       const char *en);
/* An answer of the desk to what was presented. An expired card still says who somebody is: the answer stands, and a `note`
 * beside it tells the staff. help: NULL for none. */
enum door_result door_note_answer(struct desk *, const char *lane, const char *reader,
                                  const struct desk_answer *, const struct presentation *,
                                  const struct door_help *);

#endif
