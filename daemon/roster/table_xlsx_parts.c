/* The walk through one XML part of an archive. Opens no file. */
#include "roster/table_xlsx_parts.h"
#include <ctype.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop_if_wrong(struct xlsx_walk *walk)
{
    if (walk->fault != TABLE_OK)
        XML_StopParser(walk->parser, XML_FALSE);
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct xlsx_walk *walk = arg;
    if (walk->fault != TABLE_OK)
        return;
    if (++walk->depth > XLSX_DEPTH_MAX)
        walk->fault = TABLE_BROKEN;
    else
        walk->start(walk, local_name(name), attributes);
    stop_if_wrong(walk);
}

static void on_end(void *arg, const char *name)
{
    struct xlsx_walk *walk = arg;
    if (walk->fault != TABLE_OK)
        return;
    walk->depth--;
    if (walk->end)
        walk->end(walk, local_name(name));
    stop_if_wrong(walk);
}

static void on_text(void *arg, const char *text, int length)
{
    struct xlsx_walk *walk = arg;
    if (walk->fault != TABLE_OK)
        return;
    walk->text(walk, text, (size_t)length);
    stop_if_wrong(walk);
}

/* No workbook has one; who sends one wants entities. */
static void on_doctype(void *arg, const char *name, const char *system_id, const char *public_id,
                       int has_subset)
{
    struct xlsx_walk *walk = arg;
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    walk->fault = TABLE_BROKEN;
    stop_if_wrong(walk);
}

static enum table_fault walk_file(struct xlsx_walk *walk, zip_file_t *file)
{
    enum { CHUNK = 65536 };
    for (;;) {
        void *chunk = XML_GetBuffer(walk->parser, CHUNK);
        const zip_int64_t n = chunk ? zip_fread(file, chunk, CHUNK) : -1;
        if (n < 0)
            return TABLE_BROKEN;
        walk->xlsx->unpacked += (uint64_t)n;
        if (walk->xlsx->unpacked > XLSX_UNPACKED_MAX)
            return TABLE_TOO_LARGE;
        const enum XML_Status status = XML_ParseBuffer(walk->parser, (int)n, n == 0);
        if (walk->fault != TABLE_OK)
            return walk->fault;
        if (status != XML_STATUS_OK)
            return TABLE_BROKEN;
        if (n == 0)
            return TABLE_OK;
    }
}

static enum table_fault open_part(const struct xlsx *xlsx, const char *part, zip_file_t **ret)
{
    const zip_int64_t index = zip_name_locate(xlsx->zip, part, ZIP_FL_NOCASE);
    *ret = index < 0 ? NULL : zip_fopen_index(xlsx->zip, (zip_uint64_t)index, 0);
    if (*ret)
        return TABLE_OK;
    return index >= 0 && zip_error_code_zip(zip_get_error(xlsx->zip)) == ZIP_ER_NOPASSWD ? TABLE_ENCRYPTED
                                                                                         : TABLE_BROKEN;
}

enum table_fault xlsx_walk_part(struct xlsx_walk *walk, const char *part)
{
    zip_file_t *file;
    enum table_fault fault = open_part(walk->xlsx, part, &file);
    if (fault != TABLE_OK)
        return fault;
    /* asks the kernel for random bytes: without a salt of our own a part could be made of colliding names */
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        abort();
    walk->parser = parser;
    XML_SetUserData(parser, walk);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    if (walk->text)
        XML_SetCharacterDataHandler(parser, on_text);
    fault = walk_file(walk, file);
    XML_ParserFree(parser);
    zip_fclose(file);
    return fault;
}

bool xlsx_has_part(const struct xlsx *xlsx, const char *part)
{
    return zip_name_locate(xlsx->zip, part, ZIP_FL_NOCASE) >= 0;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

bool xlsx_is_true(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

/* _xHHHH_ of a character below U+0080, or -1. Those above are never written so. */
static int escaped(const char *text, size_t length)
{
    int value = 0;
    if (length < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_')
        return -1;
    for (int i = 2; i < 6; i++) {
        if (!isxdigit((unsigned char)text[i]))
            return -1;
        value = value * 16 + (text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
    }
    return value > 0 && value < 0x80 ? value : -1;
}

size_t xlsx_unescape(char *text, size_t length)
{
    size_t to = 0;
    if (!memmem(text, length, "_x", 2))
        return length;
    for (size_t from = 0; from < length; to++) {
        const int c = escaped(text + from, length - from);
        text[to] = c >= 0 ? (char)c : text[from];
        from += c >= 0 ? 7 : 1;
    }
    return to;
}
