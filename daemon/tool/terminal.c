/* What people scan or type. Prints nothing. */
#include "tool/terminal.h"
#include "base/bytes.h"
#include <qrencode.h>
#include <stdbool.h>

enum { QUIET = 4 };

static bool is_dark(const QRcode *code, int x, int y)
{
    x -= QUIET;
    y -= QUIET;
    return x >= 0 && y >= 0 && x < code->width && y < code->width && code->data[y * code->width + x] & 1;
}

static void add_line(struct buffer *text, const QRcode *code, int y)
{
    static const char *const blocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
    static const char black_on_white[] = "\033[38;5;16;48;5;231m", plain[] = "\033[0m\n";
    buffer_add_text(text, black_on_white);
    for (int x = 0; x < code->width + 2 * QUIET; x++)
        buffer_add_text(text, blocks[is_dark(code, x, y)][is_dark(code, x, y + 1)]);
    buffer_add_text(text, plain);
}

char *terminal_qr(const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (!code)
        return NULL;
    struct buffer lines = {0};
    for (int y = 0; y < code->width + 2 * QUIET; y += 2)
        add_line(&lines, code, y);
    QRcode_free(code);
    return lines.data;
}
