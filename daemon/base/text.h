/* Text encodings. UTF-8 here is strict (Unicode 15, table 3-7): no overlong forms, no surrogates. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_is_valid(const char *text, size_t length);
/* The number of bytes of the first character of a valid, non-empty text. */
size_t utf8_first(const char *text);
/* Reads one character. Returns its bytes, 0 when they are not well-formed. */
size_t utf8_read(const char *text, size_t left, uint32_t *ret_point);
size_t utf8_write(uint32_t point, char bytes[static 4]); /* how many bytes */
/* Of what text_is_plain refuses, any character. */
bool utf8_is_invisible(uint32_t point);
/* Valid UTF-8, 1..max_bytes bytes, nothing that changes what is seen without being seen: no control characters
 * (below U+0020, U+007F..U+009F), no line or paragraph separators, no invisible format characters, which can turn
 * the direction of a line or hide text (Unicode 15, general category Cf; UTR 36). Variation selectors
 * (U+FE00.., U+E0100..) stay: names have them. */
bool text_is_plain(const char *text, size_t length, size_t max_bytes);

/* UTF-16 little endian to UTF-8 with trailing spaces (U+0020, U+3000 and U+0000) cut off.
 * Returns the bytes written without the NUL, -EILSEQ for a lone surrogate or odd size, or -E2BIG. */
int utf16le_to_utf8(const uint8_t *bytes, size_t size, char *ret_text, size_t capacity);
/* The other way, padded with U+0020 to exactly `size` bytes. Returns 0, -EILSEQ or -E2BIG. */
int utf8_to_utf16le(const char *text, uint8_t *ret_bytes, size_t size);

/* A whole decimal number and nothing else. Returns 0, -EINVAL or -ERANGE. */
int text_to_u64(const char *text, uint64_t least, uint64_t most, uint64_t *ret);

#endif
