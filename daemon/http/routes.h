/* Every address of the server, in one table. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H
#include <microhttpd.h>

#include "http/auth.h"

struct request;
typedef enum MHD_Result (*route_fn)(struct request *);

enum {
    ROUTE_STREAM = 1 << 0,   /* the answer does not end, so HEAD has no meaning */
    ROUTE_WHOLE = 1 << 1,    /* concerns all lanes: not for a token bound to one */
    ROUTE_CONTROL = 1 << 2,  /* only on the control socket */
    ROUTE_LOOPBACK = 1 << 3, /* a loopback peer needs no token */
    ROUTE_UPLOAD = 1 << 4,   /* takes a file's bytes instead of JSON, up to UPLOAD_MAX */
};

struct route {
    const char *method;
    const char *pattern; /* {lane} and {number} stand for one segment; "*" for a page of the program's */
    unsigned roles;      /* ROLES_...: who may */
    unsigned flags;
    route_fn handle; /* called once the whole request is here */
    int argument;    /* of the handler: a command_kind or list_kind */
};
extern const struct route routes[];
extern const unsigned routes_count;
enum { ROUTES_MAX = 80 };

struct route_params {
    bool has_lane;
    char lane[LANE_NAME_MAX + 1];  /* "" when the segment is no lane's name */
    char label[TICKET_LABEL_SIZE]; /* "" when the segment is no ticket's number */
};
enum { ALLOW_SIZE = 32 };
/* The row for method and path; HEAD goes where GET goes. NULL: ret_allow lists the path's methods, "" when
 * there is nothing at that path. *ret_params is filled for the path even then. */
const struct route *route_find(const char *method, const char *path, struct route_params *ret_params,
                               char ret_allow[static ALLOW_SIZE]);

/* The handlers. */
enum MHD_Result ticket_check_in(struct request *);
enum MHD_Result ticket_act(struct request *);
enum MHD_Result ticket_bind(struct request *);
enum MHD_Result lane_check(struct request *); /* check.c */
enum MHD_Result lane_snapshot(struct request *);
enum MHD_Result lane_events(struct request *);
enum MHD_Result lane_session(struct request *);
enum MHD_Result lane_late(struct request *);
enum MHD_Result lane_resolve(struct request *);
enum MHD_Result lane_numbers(struct request *);
enum MHD_Result lane_paper(struct request *); /* paper.c */
enum MHD_Result unit_list(struct request *);  /* units.c */
enum MHD_Result unit_show(struct request *);
enum MHD_Result unit_roll(struct request *);
enum MHD_Result tally_show(struct request *);
enum MHD_Result rules_show(struct request *); /* rules.c */
enum MHD_Result rules_set(struct request *);
enum MHD_Result profile_list(struct request *);
enum MHD_Result roster_take(struct request *); /* uploads.c */
enum MHD_Result list_take(struct request *);
enum MHD_Result schedule_show(struct request *);
enum MHD_Result schedule_simulate(struct request *);
enum MHD_Result payment_record(struct request *); /* payments.c */
enum MHD_Result payment_show(struct request *);
enum MHD_Result handover_show(struct request *); /* handover.c */
enum MHD_Result handover_start(struct request *);
enum MHD_Result handover_cancel(struct request *);
enum MHD_Result handover_download(struct request *);
enum MHD_Result handover_record(struct request *);
enum MHD_Result event_create(struct request *);
enum MHD_Result event_status(struct request *);
enum MHD_Result event_close(struct request *);
enum MHD_Result token_create(struct request *);
enum MHD_Result token_list(struct request *);   /* token_admin.c */
enum MHD_Result token_revoke(struct request *); /* token_admin.c */
enum MHD_Result pair_device(struct request *);
enum MHD_Result me_status(struct request *);
enum MHD_Result backup_make(struct request *);
enum MHD_Result health_status(struct request *);
enum MHD_Result metrics_print(struct request *);
enum MHD_Result page_serve(struct request *);

#endif
