/* Bytes, their texts, allocation that cannot fail, and growing buffers. Keeps no state; any thread. */
#include "base/bytes.h"
#include "base/log.h"
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory)
{
    if (!memory) {
        log_error("out of memory");
        abort();
    }
    return memory;
}

void *bytes_alloc(size_t size)
{
    return or_abort(calloc(1, size ? size : 1));
}

void *bytes_resize(void *old, size_t size)
{
    return or_abort(realloc(old, size ? size : 1));
}

char *bytes_text(const char *text)
{
    return text ? or_abort(strdup(text)) : NULL;
}

char *bytes_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return or_abort(length < 0 ? NULL : text);
}

void hex_encode(const uint8_t *bytes, size_t size, char *ret_text)
{
    sodium_bin2hex(ret_text, size * 2 + 1, bytes, size);
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int hex_decode(const char *text, size_t length, uint8_t *ret_bytes, size_t capacity)
{
    if (length % 2 != 0)
        return -EINVAL;
    for (size_t i = 0; i < length; i++)
        if (!is_hex_digit(text[i]))
            return -EINVAL;
    if (length / 2 > capacity || length / 2 > INT_MAX)
        return -E2BIG;
    size_t size = 0;
    if (length > 0 && sodium_hex2bin(ret_bytes, capacity, text, length, NULL, &size, NULL) != 0)
        return -EINVAL;
    return (int)size;
}

size_t base64_size(size_t size)
{
    return sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
}

void base64_encode(const uint8_t *bytes, size_t size, char *ret_text)
{
    sodium_bin2base64(ret_text, base64_size(size), bytes, size, sodium_base64_VARIANT_ORIGINAL);
}

int base64_decode(const char *text, size_t length, uint8_t *ret_bytes, size_t capacity)
{
    if (length % 4 != 0)
        return -EINVAL;
    if (length > INT_MAX)
        return -E2BIG;
    /* libsodium 1.0.18 takes some bytes beyond ASCII for '+' or '/' where char is signed */
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return -EINVAL;
    /* decoded aside, so that a fault near the end leaves the caller's bytes alone */
    size_t room = length / 4 * 3, size = 0;
    uint8_t *bytes = bytes_alloc(room);
    int result = -EINVAL;
    if (sodium_base642bin(bytes, room, text, length, NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        goto out;
    result = -E2BIG;
    if (size > capacity)
        goto out;
    if (size > 0)
        memcpy(ret_bytes, bytes, size);
    result = (int)size;
out:
    wipe_bytes(bytes, room);
    free(bytes);
    return result;
}

void random_bytes(void *ret_bytes, size_t size)
{
    if (sodium_init() < 0) {
        log_error("libsodium cannot start: no source of randomness");
        abort();
    }
    randombytes_buf(ret_bytes, size);
}

void wipe_bytes(void *bytes, size_t size)
{
    if (size > 0)
        sodium_memzero(bytes, size);
}

/* Makes room for `more` bytes and the NUL behind them. */
static void buffer_reserve(struct buffer *buffer, size_t more)
{
    if (more >= SIZE_MAX / 2 - buffer->size)
        or_abort(NULL);
    size_t needed = buffer->size + more + 1;
    if (needed <= buffer->capacity)
        return;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 64;
    buffer->capacity = capacity > needed ? capacity : needed;
    buffer->data = bytes_resize(buffer->data, buffer->capacity);
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
    buffer_reserve(buffer, size);
    if (size > 0)
        memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        or_abort(NULL);
    buffer_reserve(buffer, (size_t)length);
    vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, again);
    va_end(again);
    buffer->size += (size_t)length;
}

void buffer_take_front(struct buffer *buffer, size_t size)
{
    if (size == 0 || buffer->size == 0)
        return;
    if (size > buffer->size)
        size = buffer->size;
    buffer->size -= size;
    memmove(buffer->data, buffer->data + size, buffer->size + 1);
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
