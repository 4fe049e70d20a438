/* HTTP to the running daemon over its local control socket, DATA_DIR/control.sock: no token, role office. */
#ifndef TOOL_CONTROL_H
#define TOOL_CONTROL_H
#include <jansson.h>
#include <stddef.h>

struct control;
/* Takes hold of the folder, so that a path longer than a socket address may be does not matter. Connects to
 * nothing. 0 or -errno. */
int control_open(const char *data_dir, struct control **ret);
void control_close(struct control *);

struct control_answer {
    long status; /* HTTP */
    char *data;  /* NUL-terminated */
    size_t size;
    json_t *json;    /* the same parsed, NULL when it is not JSON */
    char *file_name; /* from Content-Disposition, NULL when there is none */
};
/* 0 when an answer came, whatever its status;
 * -EAGAIN: nobody listens; nothing was asked;
 * -EIO: the connection broke before the answer: it is not known what was done;
 * -ETIMEDOUT: likewise, the daemon is silent. Borrows `body`, NULL for none. */
int control_request(struct control *, const char *method, const char *path, const json_t *body,
                    struct control_answer *ret);
/* POSTs a file's bytes; as control_request. */
int control_send(struct control *, const char *path, const void *bytes, size_t size,
                 struct control_answer *ret);
void control_answer_done(struct control_answer *);
/* `text` as one segment of a path, to free(). */
char *control_escape(struct control *, const char *text);

#endif
