/* Packages for the agency and the school: asked for, watched, cancelled, downloaded; what the tool made is put on record.
 * On the listener's thread, except what looks at disks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/reply.h"

enum { FOLDER_MAX = 1024, DIGEST_LENGTH = 64 };

/* ---- the jobs, the sticks, what waits to be downloaded */
static void show(struct wait *wait)
{
    struct work *work = &wait->work;
    work->data = work->options->show_handover(work->options->handover_arg, work->device);
    work->size = work->data ? strlen(work->data) : 0;
    work->problem = work->data ? PROBLEM_NONE : PROBLEM_INTERNAL;
}

static enum MHD_Result answer_show(struct request *request, const struct wait *wait)
{
    struct buffer body = {0};
    if (wait->work.problem)
        return reply_problem(request, wait->work.problem);
    buffer_add(&body, wait->work.data, wait->work.size);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

enum MHD_Result handover_show(struct request *request)
{
    struct work work = {.run = show, .options = &request->http->options};
    return wait_for_work(request, &work, answer_show);
}

/* ---- making one */
static void start(struct wait *wait)
{
    struct work *work = &wait->work;
    const struct http_handover wish = {work->is_school, work->is_zip, work->path, work->device};
    work->problem = work->options->start_handover(work->options->handover_arg, &wish, &work->seq);
}

static enum MHD_Result answer_start(struct request *request, const struct wait *wait)
{
    struct buffer body = {0};
    if (wait->work.problem)
        return reply_problem(request, wait->work.problem);
    buffer_format(&body, "{\"id\":%" PRIu64 ",\"kind\":\"%s\",\"form\":\"%s\",\"state\":\"making\"}",
                  wait->work.seq, wait->work.is_school ? "school" : "agency",
                  wait->work.is_zip ? "zip" : "folder");
    return reply_send(request, MHD_HTTP_ACCEPTED, reply_json(&body));
}

/* "agency" or "school" */
static bool take_kind(const char *kind, bool *ret_is_school)
{
    *ret_is_school = kind && strcmp(kind, "school") == 0;
    return *ret_is_school || (kind && strcmp(kind, "agency") == 0);
}

static enum problem take_wish(const struct request *request, struct work *work)
{
    static const char *const members[] = {"kind", "form", "folder", NULL};
    const char *kind = NULL, *form = NULL, *folder = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "kind", 16, &kind);
    if (!problem)
        problem = body_text(object, "form", 16, &form);
    if (!problem)
        problem = body_text(object, "folder", FOLDER_MAX, &folder);
    work->is_zip = !problem && form && strcmp(form, "zip") == 0;
    bool is_folder = !problem && form && strcmp(form, "folder") == 0;
    if (!problem && (!take_kind(kind, &work->is_school) || (!work->is_zip && !(is_folder && folder))))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem)
        work->path = bytes_text(folder);
    json_decref(object);
    return problem;
}

enum MHD_Result handover_start(struct request *request)
{
    struct work work = {.run = start, .options = &request->http->options};
    enum problem problem = take_wish(request, &work);
    if (problem == PROBLEM_BAD_REQUEST)
        return reply_problem_saying(
            request, problem,
            "\"kind\" must be \"agency\" or \"school\", \"form\" \"zip\" or \"folder\"; a "
            "folder package needs \"folder\", one of the targets.",
            "kind 须为 agency 或 school，form 须为 zip 或 folder；文件夹形式须给出 folder。");
    if (problem)
        return reply_problem(request, problem);
    return wait_for_work(request, &work, answer_start);
}

enum MHD_Result handover_cancel(struct request *request)
{
    static const char *const members[] = {NULL};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    json_decref(object);
    const struct http_options *options = &request->http->options;
    options->cancel_handover(options->handover_arg);
    struct buffer body = {0};
    buffer_add_text(&body, "{}");
    return reply_send(request, MHD_HTTP_ACCEPTED, reply_json(&body));
}

/* ---- downloads */
static void open_package(struct wait *wait)
{
    struct work *work = &wait->work;
    const struct http_options *options = work->options;
    uint64_t size = 0;
    int fd = options->open_package(options->handover_arg, work->path, &work->data, &size);
    work->size = work->data ? strlen(work->data) : 0;
    work->has_file = fd >= 0;
    work->file = fd;
    work->seq = size;
    work->problem = fd >= 0 ? PROBLEM_NONE : fd == -ENOENT ? PROBLEM_NOT_FOUND : PROBLEM_INTERNAL;
}

/* RFC 6266 with RFC 8187: the name in any script, and one that everybody understands. */
static void add_disposition(struct MHD_Response *response, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    struct buffer text = {0};
    buffer_add_text(&text, "attachment; filename=\"package.zip\"; filename*=UTF-8''");
    for (const char *at = name; *at; at++)
        if (strchr(plain, *at))
            buffer_add(&text, at, 1);
        else
            buffer_format(&text, "%%%02X", (unsigned)(unsigned char)*at);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text.data);
    buffer_done(&text);
}

static enum MHD_Result answer_download(struct request *request, const struct wait *wait)
{
    const struct work *work = &wait->work;
    if (work->problem)
        return reply_problem(request, work->problem);
    int fd = fcntl(work->file, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return reply_problem(request, PROBLEM_BUSY);
    struct MHD_Response *response = MHD_create_response_from_fd64(work->seq, fd);
    if (!response)
        abort();
    reply_secure(response, REPLY_API);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/zip");
    add_disposition(response, work->data);
    return reply_send(request, MHD_HTTP_OK, response);
}

enum MHD_Result handover_download(struct request *request)
{
    struct work work = {
        .run = open_package, .options = &request->http->options, .path = bytes_text(request->params.label)};
    return wait_for_work(request, &work, answer_download);
}

/* ---- what the tool made */
static enum MHD_Result answer_record(struct request *request, const struct wait *wait)
{
    struct buffer body = {0};
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    buffer_format(&body, "{\"seq\":%" PRIu64 "}", wait->answer.seq);
    return reply_answer(request, MHD_HTTP_OK, &body, &wait->answer);
}

static enum problem take_record(const struct request *request, struct queue_command *command)
{
    static const char *const members[] = {"kind", "seq", "digest", NULL};
    const char *kind = NULL, *digest = NULL;
    json_t *object = NULL;
    bool is_school = false;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    json_int_t seq = json_integer_value(json_object_get(object, "seq"));
    problem = body_text(object, "kind", 16, &kind);
    if (!problem)
        problem = body_text(object, "digest", DIGEST_LENGTH, &digest);
    if (!problem && (!take_kind(kind, &is_school) || seq < 1 || !digest || strlen(digest) != DIGEST_LENGTH ||
                     strspn(digest, "0123456789abcdef") != DIGEST_LENGTH))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem) {
        snprintf(command->text, sizeof command->text, "%" JSON_INTEGER_FORMAT " %s", seq, digest);
        snprintf(command->extra, sizeof command->extra, "%s", kind);
    }
    json_decref(object);
    return problem;
}

enum MHD_Result handover_record(struct request *request)
{
    struct desk_command command;
    request_command(request, COMMAND_HANDED_OVER, &command);
    enum problem problem = take_record(request, &command.queue);
    return problem ? reply_problem(request, problem) : wait_for_desk(request, &command, answer_record);
}
