/* Encodings: what decodes encodes again to the same, and a refusal leaves its output alone. */
#include "base/bytes.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void utf16_round(const uint8_t *data, size_t size)
{
    size_t room = size * 2 + 1;
    char *text = bytes_alloc(room);
    uint8_t *units = bytes_alloc(size);
    char *again = bytes_alloc(room);
    int length = utf16le_to_utf8(data, size, text, room);
    require(length != -E2BIG && (length >= 0 || text[0] == '\0'));
    if (length >= 0) {
        require(utf8_is_valid(text, (size_t)length));
        /* as a C text it ends at the first U+0000 */
        require(utf8_to_utf16le(text, units, size) == 0);
        int back = utf16le_to_utf8(units, size, again, room);
        require(back >= 0 && (size_t)back <= strlen(text) && memcmp(again, text, (size_t)back) == 0);
        if (strlen(text) == (size_t)length)
            require(back == length);
    }
    free(again);
    free(units);
    free(text);
}

static void utf8_round(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    uint8_t *units = bytes_alloc(size * 2);
    int result = utf8_to_utf16le(text, units, size * 2);
    require((result == 0) == utf8_is_valid(text, strlen(text)));
    require(!text_is_plain(text, size, size) || utf8_is_valid(text, size));
    if (utf8_is_valid(text, size)) {
        size_t at = 0;
        while (at < size)
            at += utf8_first(text + at);
        require(at == size);
    }
    free(units);
    free(text);
}

static void base64_round(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(base64_size(size));
    uint8_t *back = bytes_alloc(size);
    base64_encode(data, size, text);
    require(base64_decode(text, strlen(text), back, size) == (int)size);
    require(size == 0 || memcmp(back, data, size) == 0);
    require(size == 0 || base64_decode(text, strlen(text), back, size - 1) == -E2BIG);
    int length = base64_decode((const char *)data, size, back, size);
    require(length != -E2BIG);
    if (length >= 0) { /* strict: there is one text for every row of bytes */
        base64_encode(back, (size_t)length, text);
        require(strlen(text) == size && memcmp(text, data, size) == 0);
    }
    free(back);
    free(text);
}

static void hex_round(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size * 2 + 1);
    uint8_t *back = bytes_alloc(size);
    hex_encode(data, size, text);
    require(hex_decode(text, size * 2, back, size) == (int)size);
    require(size == 0 || memcmp(back, data, size) == 0);
    int length = hex_decode((const char *)data, size, back, size);
    require(length == -EINVAL || (size_t)length == size / 2);
    free(back);
    free(text);
}

static void number_round(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    uint64_t value, again;
    if (text_to_u64(text, 3, 1000000, &value) == 0) {
        require(value >= 3 && value <= 1000000);
        char *written = bytes_format("%llu", (unsigned long long)value);
        require(text_to_u64(written, value, value, &again) == 0 && again == value);
        free(written);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    utf16_round(data, size);
    utf8_round(data, size);
    base64_round(data, size);
    hex_round(data, size);
    number_round(data, size);
    return 0;
}
