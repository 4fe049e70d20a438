/* Bytes and their two texts: hexadecimal (lower case) and base64 (RFC 4648 section 4, with padding). */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Allocation that aborts when memory is gone; ours to free(). */
void *bytes_alloc(size_t size); /* zeroed; size 0 gives one byte */
void *bytes_resize(void *old, size_t size);
char *bytes_text(const char *text); /* strdup; NULL stays NULL */
char *bytes_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes 2 * size digits and a NUL. */
void hex_encode(const uint8_t *bytes, size_t size, char *ret_text);
/* Either case, no separators. Returns the number of bytes, or -EINVAL (odd length, foreign character), or -E2BIG. */
int hex_decode(const char *text, size_t length, uint8_t *ret_bytes, size_t capacity);

/* Size of the base64 text of `size` bytes, NUL included. */
size_t base64_size(size_t size);
void base64_encode(const uint8_t *bytes, size_t size, char *ret_text);
/* Strict: no white space, right padding. Returns the number of bytes, -EINVAL or -E2BIG. */
int base64_decode(const char *text, size_t length, uint8_t *ret_bytes, size_t capacity);

void random_bytes(void *ret_bytes, size_t size); /* cryptographic */
void wipe_bytes(void *bytes, size_t size);       /* not optimised away */

/* A growing buffer, for texts and frames. {0} is an empty one. Always NUL-terminated once written to. */
struct buffer {
    char *data;
    size_t size, capacity;
};
void buffer_add(struct buffer *, const void *bytes, size_t size);
void buffer_add_text(struct buffer *, const char *text);
void buffer_format(struct buffer *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_take_front(struct buffer *, size_t size); /* drops the first bytes */
void buffer_done(struct buffer *);

#endif
