/* A presentation out of a request's body: what the page says it is, or, of medium "scan", what the lane's rules say. */
#ifndef HTTP_SCANNED_H
#define HTTP_SCANNED_H
#include "http/request.h"

/* PROBLEM_NONE and a presentation to wipe. Out of a body's object, which it may change. */
enum problem scanned_object(const struct request *, json_t *object, struct presentation *ret);

#endif
