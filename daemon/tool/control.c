/* libcurl on a Unix socket. Blocking; the tool's only thread. Prints nothing. */
#include "tool/control.h"
#include "base/bytes.h"
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_S = 5,
    ANSWER_TIMEOUT_S = 600, /* a backup of a long event on a slow card takes its time */
    ANSWER_MOST = 256 << 20,
};

struct control {
    CURL *curl;
    int folder;
    char *socket_path;
};

int control_open(const char *data_dir, struct control **ret)
{
    int folder = open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    CURL *curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (!curl) {
        close(folder);
        return -ENOMEM;
    }
    struct control *control = bytes_alloc(sizeof *control);
    *control = (struct control){curl, folder, bytes_format("/proc/self/fd/%d/control.sock", folder)};
    *ret = control;
    return 0;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    curl_easy_cleanup(control->curl);
    curl_global_cleanup();
    close(control->folder);
    free(control->socket_path);
    free(control);
}

static size_t take_data(char *data, size_t one, size_t count, void *arg)
{
    struct buffer *body = arg;
    if (count > ANSWER_MOST - body->size)
        return 0;
    buffer_add(body, data, one * count);
    return one * count;
}

/* Content-Disposition: attachment; filename="numbers-A-17.csv" */
static size_t take_header(char *data, size_t one, size_t count, void *arg)
{
    static const char name[] = "content-disposition:", mark[] = "filename=\"";
    char **ret_file_name = arg;
    size_t size = one * count;
    if (size <= strlen(name) || strncasecmp(data, name, strlen(name)) != 0)
        return size;
    const char *start = memmem(data, size, mark, strlen(mark));
    if (!start)
        return size;
    start += strlen(mark);
    const char *end = memchr(start, '"', (size_t)(data + size - start));
    if (end && end > start && !memchr(start, '/', (size_t)(end - start))) {
        free(*ret_file_name);
        *ret_file_name = bytes_format("%.*s", (int)(end - start), start);
    }
    return size;
}

/* Asks how things are, or how they should be: done twice it is the same. A daemon that is stopping may hang up on it. */
static bool is_repeatable(const char *method, const char *path)
{
    static const char *const endings[] = {"/session",     "/revoke",          "/event/close", "/late",
                                          "/ledger/sign", "/handover/record", "/purge"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(path), ending = strlen(endings[i]);
        if (length >= ending && strcmp(path + length - ending, endings[i]) == 0)
            return true;
    }
    return strcmp(method, "GET") == 0;
}

static int errno_of(CURLcode code, bool may_repeat)
{
    if (code == CURLE_OK)
        return 0;
    if (code == CURLE_COULDNT_CONNECT)
        return -EAGAIN;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return -ETIMEDOUT;
    return may_repeat ? -EAGAIN : -EIO;
}

/* What goes out: `data` NULL for nothing. */
struct sending {
    const char *method, *path, *type;
    const void *data;
    size_t size;
};

static int exchange(struct control *control, const struct sending *sending, struct control_answer *ret)
{
    struct buffer data = {0};
    struct curl_slist *headers = NULL;
    char *file_name = NULL, *url = bytes_format("http://localhost%s", sending->path);
    if (sending->data)
        headers = curl_slist_append(curl_slist_append(headers, sending->type), "Expect:");
    CURL *curl = control->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, control->socket_path);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, sending->method);
    if (strcmp(sending->method, "GET") != 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sending->size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sending->data ? sending->data : "");
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &data);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &file_name);
    int result = errno_of(curl_easy_perform(curl), is_repeatable(sending->method, sending->path));
    curl_slist_free_all(headers);
    free(url);
    if (result != 0) {
        buffer_done(&data);
        free(file_name);
        return result;
    }
    buffer_add(&data, "", 0);
    *ret = (struct control_answer){.data = data.data, .size = data.size, .file_name = file_name};
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
    ret->json = json_loadb(ret->data, ret->size, 0, NULL);
    return 0;
}

int control_request(struct control *control, const char *method, const char *path, const json_t *body,
                    struct control_answer *ret)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    const struct sending sending = {method, path, "Content-Type: application/json", text,
                                    text ? strlen(text) : 0};
    int result = exchange(control, &sending, ret);
    free(text);
    return result;
}

int control_send(struct control *control, const char *path, const void *bytes, size_t size,
                 struct control_answer *ret)
{
    const struct sending sending = {"POST", path, "Content-Type: application/octet-stream", bytes, size};
    return exchange(control, &sending, ret);
}

void control_answer_done(struct control_answer *answer)
{
    json_decref(answer->json);
    free(answer->data);
    free(answer->file_name);
    *answer = (struct control_answer){0};
}

char *control_escape(struct control *control, const char *text)
{
    char *escaped = curl_easy_escape(control->curl, text, 0);
    char *copy = bytes_text(escaped ? escaped : "");
    curl_free(escaped);
    return copy;
}
