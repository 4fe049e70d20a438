/* QR codes for a terminal, and the address that a pairing token stands in. */
#ifndef TOOL_TERMINAL_H
#define TOOL_TERMINAL_H
#include "base/config.h"

/* `text` as a QR code (ISO/IEC 18004) in half blocks, two modules high and one wide each, black on white
 * whatever the terminal's colours, with the quiet zone around. To free(); NULL when the text is too long for
 * one. */
char *terminal_qr(const char *text);

/* "http://192.0.2.7:8100/photographer/?lane=A#token=..." for the role's page; lane NULL or "": without. A
 * server that listens on every address is named by the first of http.hosts, else by this machine's first
 * address. To free(). */
char *terminal_page_url(const struct config *, const char *role, const char *lane, const char *token);

#endif
