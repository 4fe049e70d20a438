/* A text for libconfuse, made ready: it takes a C text of any encoding, and version 3.3 counts the line of a comment
 * twice. Pure; any thread. */
#ifndef BASE_CONFIG_TEXT_H
#define BASE_CONFIG_TEXT_H
#include <stddef.h>

/* Checks that the text (with a NUL behind its `size` bytes) is UTF-8 and blanks its comments out, line for line. 0, or
 * the line of what is wrong and *ret_cause, "not UTF-8 text" or "a comment is not closed". */
int config_text_prepare(char *text, size_t size, const char **ret_cause);

#endif
