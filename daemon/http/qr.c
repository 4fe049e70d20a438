/* Modules out of libqrencode. No state; any thread. */
#include "http/qr.h"

#include <qrencode.h>

bool render_qr(struct buffer *out, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code)
        return false;
    buffer_format(out, "{\"size\":%d,\"rows\":[", code->width);
    for (int y = 0; y < code->width; y++) {
        buffer_add_text(out, y > 0 ? ",\"" : "\"");
        for (int x = 0; x < code->width; x++)
            buffer_add_text(out, code->data[y * code->width + x] & 1 ? "1" : "0");
        buffer_add_text(out, "\"");
    }
    buffer_add_text(out, "]}");
    QRcode_free(code);
    return true;
}
