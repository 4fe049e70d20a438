/* QR codes (ISO/IEC 18004) as JSON, for pages to draw. */
#ifndef HTTP_QR_H
#define HTTP_QR_H
#include <stdbool.h>

#include "base/bytes.h"

/* {"size":n,"rows":["0101...",...]}: n rows of n modules, 1 is dark; the quiet zone around is the page's. Error
 * correction level M, for a code that is read off a screen at an angle. False when the text is too long for one; nothing
 * is added then. */
bool render_qr(struct buffer *out, const char *text);

#endif
