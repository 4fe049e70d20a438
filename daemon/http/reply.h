/* Answers. Every one carries the security headers and is counted. */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H
#include "http/request.h"

/* Headers of every answer; pages get a policy under which they work. */
enum reply_kind { REPLY_API, REPLY_PAGE };
void reply_secure(struct MHD_Response *, enum reply_kind);

/* Takes the body. */
struct MHD_Response *reply_json(struct buffer *body);
/* Counts, queues and lets go of the response. */
enum MHD_Result reply_send(struct request *, unsigned status, struct MHD_Response *);
/* Counts and queues a response that stays ours. */
enum MHD_Result reply_share(struct request *, unsigned status, struct MHD_Response *);

/* RFC 9457, in the language asked for. */
enum MHD_Result reply_problem(struct request *, enum problem);
enum MHD_Result reply_problem_saying(struct request *, enum problem, const char *detail_en,
                                     const char *detail_zh);
/* A JSON tree, which is taken. */
enum MHD_Result reply_tree(struct request *, unsigned status, json_t *tree);
/* A command that was done: `body` is taken. */
enum MHD_Result reply_answer(struct request *, unsigned status, struct buffer *body,
                             const struct desk_answer *);
enum MHD_Result reply_not_allowed(struct request *, const char *allow);
/* The refusal of a command, with the ticket in question. */
enum MHD_Result reply_refusal(struct request *, const struct desk_answer *);
/* A wait_after_fn: {"recorded","seq","ticket"} of a command that may have been so already, or its refusal. */
enum MHD_Result reply_recorded(struct request *, const struct wait *);
/* What a problem document says besides its code. */
struct problem_more {
    const char *en, *zh;              /* "detail"; NULL: the problem's own words */
    bool is_message;                  /* they stand as "message", too */
    const struct ticket_view *ticket; /* NULL: none */
    uint32_t could_override;          /* "override": the codes that this caller may override, 0: none */
    const char *members;              /* further ones as they are, each with a comma before it; NULL: none */
};
enum MHD_Result reply_problem_with(struct request *, enum problem, const struct problem_more *);
void render_problem(struct buffer *, enum problem, bool is_chinese, const struct problem_more *,
                    enum audience);

#endif
