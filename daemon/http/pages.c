/* Static files out of the program. Paths are compared whole with the names carried, so there is nothing to
 * traverse. On the listeners' threads; the answers are made once and only read afterwards. */
#include "http/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assets.h"
#include "http/reply.h"

struct page {
    struct MHD_Response *whole, *unchanged;
};
struct pages {
    struct page *list; /* as assets[]; without a response where an asset is no page */
};

static const char *content_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static bool is_page(const struct asset *asset)
{
    return strncmp(asset->path, "web/", 4) == 0;
}

/* The index in assets[] of what a path shows: "/" is web/index/index.html, "/marshal/"
 * web/marshal/index.html. -1: nothing. */
static int page_find(const char *path)
{
    char name[128];
    bool is_folder = *path && path[strlen(path) - 1] == '/';
    int length = snprintf(name, sizeof name, "web%s%s", strcmp(path, "/") == 0 ? "/index/" : path,
                          is_folder ? "index.html" : "");
    if (length < 0 || (size_t)length >= sizeof name)
        return -1;
    for (unsigned i = 0; i < assets_count; i++)
        if (strcmp(assets[i].path, name) == 0)
            return (int)i;
    return -1;
}

/* "/marshal" for "/marshal/". */
static bool folder_exists(const char *path, char *ret_folder, size_t capacity)
{
    int length = snprintf(ret_folder, capacity, "%s/", path);
    return length > 1 && (size_t)length < capacity && page_find(ret_folder) >= 0;
}

bool page_exists(const char *path)
{
    char folder[128];
    return *path == '/' && (page_find(path) >= 0 || folder_exists(path, folder, sizeof folder));
}

static struct MHD_Response *make_response(const struct asset *asset, bool is_whole)
{
    size_t size = is_whole ? (size_t)(asset->end - asset->data) : 0;
    /* PERSISTENT: libmicrohttpd neither writes to it nor frees it */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)asset->data, MHD_RESPMEM_PERSISTENT);
    if (!response)
        abort();
    reply_secure(response, REPLY_PAGE);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, asset->etag);
    if (is_whole)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type(asset->path));
    return response;
}

struct pages *pages_new(void)
{
    struct pages *pages = bytes_alloc(sizeof *pages);
    pages->list = bytes_alloc((assets_count + 1) * sizeof *pages->list);
    for (unsigned i = 0; i < assets_count; i++)
        if (is_page(&assets[i]))
            pages->list[i] = (struct page){make_response(&assets[i], true), make_response(&assets[i], false)};
    return pages;
}

void pages_free(struct pages *pages)
{
    for (unsigned i = 0; pages && i < assets_count; i++)
        if (pages->list[i].whole) {
            MHD_destroy_response(pages->list[i].whole);
            MHD_destroy_response(pages->list[i].unchanged);
        }
    if (pages)
        free(pages->list);
    free(pages);
}

static enum MHD_Result redirect(struct request *request, const char *folder)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!response)
        abort();
    reply_secure(response, REPLY_PAGE);
    MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, folder);
    return reply_send(request, MHD_HTTP_PERMANENT_REDIRECT, response);
}

enum MHD_Result page_serve(struct request *request)
{
    char folder[128];
    int index = page_find(request->path);
    if (index < 0)
        return folder_exists(request->path, folder, sizeof folder)
                   ? redirect(request, folder)
                   : reply_problem(request, PROBLEM_NOT_FOUND);
    const struct page *page = &request->http->pages->list[index];
    if (etag_matches(request->fields.if_none_match, assets[index].etag))
        return reply_share(request, MHD_HTTP_NOT_MODIFIED, page->unchanged);
    return reply_share(request, MHD_HTTP_OK, page->whole);
}
