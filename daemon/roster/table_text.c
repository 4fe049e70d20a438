/* Encodings of text files. Opens nothing but converters. */
#include "roster/table_text.h"
#include "base/text.h"
#include <errno.h>
#include <iconv.h>
#include <string.h>

/* freexl's come with ours: old workbooks hold UTF-16 or a code page. */
static const char *const encodings[] = {"UTF-16LE", "UTF-16BE", "GB18030", "CP936", "CP950", "CP1252"};

void table_text_prepare(void)
{
    static iconv_t kept[sizeof encodings / sizeof *encodings];
    static bool is_prepared;
    if (is_prepared)
        return;
    is_prepared = true;
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        kept[i] = iconv_open("UTF-8", encodings[i]);
    (void)kept;
}

void table_text_done(struct table_text *text)
{
    buffer_done(&text->own);
}

static enum table_fault convert(const uint8_t *bytes, size_t size, const char *encoding, struct buffer *ret)
{
    enum { CHUNK = 65536 };
    char chunk[CHUNK], *from = (char *)(uintptr_t)bytes;
    size_t left = size;
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1)
        return TABLE_SYSTEM;
    enum table_fault fault = TABLE_OK;
    while (left > 0 && fault == TABLE_OK) {
        char *to = chunk;
        size_t room = CHUNK;
        const size_t r = iconv(converter, &from, &left, &to, &room);
        const int error = errno;
        buffer_add(ret, chunk, CHUNK - room);
        if (r == (size_t)-1 && error != E2BIG)
            fault = TABLE_ENCODING;
    }
    iconv_close(converter);
    return fault;
}

/* Line ends, tabs and digits have a zero byte in UTF-16, always on the same side; no other text file has any. */
static const char *plain_utf16(const uint8_t *bytes, size_t size)
{
    size_t zeros[2] = {0};
    if (size % 2 != 0)
        return NULL;
    for (size_t i = 0; i < size; i++)
        zeros[i % 2] += bytes[i] == 0;
    if (zeros[0] == zeros[1] || (zeros[0] > 0 && zeros[1] > 0))
        return NULL;
    return zeros[1] > 0 ? "UTF-16LE" : "UTF-16BE";
}

/* A stray control character is a matter for the cell it stands in; many are no text at all. */
static bool looks_binary(const char *text, size_t size)
{
    enum { PER_CONTROL = 256 };
    size_t controls = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == 0)
            return true;
        controls += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\v' && c != '\f' && c != 0x1a;
    }
    return controls > 1 + size / PER_CONTROL;
}

static enum table_fault take_converted(const uint8_t *bytes, size_t size, const char *encoding,
                                       struct table_text *text)
{
    const enum table_fault fault = convert(bytes, size, encoding, &text->own);
    text->data = text->own.data ? text->own.data : "";
    text->size = text->own.size;
    return fault;
}

static enum table_fault decode(const uint8_t *bytes, size_t size, struct table_text *text)
{
    const bool has_mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
    if (size >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
        return take_converted(bytes + 2, size - 2, "UTF-16LE", text);
    if (size >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
        return take_converted(bytes + 2, size - 2, "UTF-16BE", text);
    const char *utf16 = plain_utf16(bytes, size);
    if (utf16)
        return take_converted(bytes, size, utf16, text) == TABLE_OK ? TABLE_OK : TABLE_UNKNOWN;
    text->data = (const char *)bytes + (has_mark ? 3 : 0);
    text->size = size - (has_mark ? 3 : 0);
    if (utf8_is_valid(text->data, text->size))
        return TABLE_OK;
    if (looks_binary(text->data, text->size))
        return TABLE_UNKNOWN;
    return has_mark ? TABLE_ENCODING : take_converted(bytes, size, "GB18030", text);
}

enum table_fault table_text_decode(const uint8_t *bytes, size_t size, struct table_text *ret)
{
    struct table_text text = {.data = ""};
    enum table_fault fault = size > 0 ? decode(bytes, size, &text) : TABLE_OK;
    if (fault == TABLE_OK && looks_binary(text.data, text.size))
        fault = TABLE_UNKNOWN;
    if (fault == TABLE_OK)
        *ret = text;
    else
        table_text_done(&text);
    return fault;
}
