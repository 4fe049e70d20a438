/* QR codes for a terminal. */
#ifndef TOOL_TERMINAL_H
#define TOOL_TERMINAL_H

/* `text` as a QR code (ISO/IEC 18004) in half blocks, two modules high and one wide each, black on white
 * whatever the terminal's colours, with the quiet zone around. To free(); NULL when the text is too long for
 * one. */
char *terminal_qr(const char *text);

#endif
