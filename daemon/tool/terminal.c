/* What people scan or type. Prints nothing. */
#include "tool/terminal.h"
#include "base/bytes.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- the address ---- */

static bool is_everywhere(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return v4.s_addr == htonl(INADDR_ANY);
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6);
}

static bool is_reachable(const struct ifaddrs *one)
{
    return one->ifa_addr && one->ifa_addr->sa_family == AF_INET && one->ifa_flags & IFF_UP &&
           !(one->ifa_flags & IFF_LOOPBACK);
}

static char *own_address(void)
{
    struct ifaddrs *all;
    char host[NI_MAXHOST] = "127.0.0.1";
    if (getifaddrs(&all) != 0)
        return bytes_text(host);
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        if (is_reachable(one)) {
            getnameinfo(one->ifa_addr, sizeof(struct sockaddr_in), host, sizeof host, NULL, 0,
                        NI_NUMERICHOST);
            break;
        }
    freeifaddrs(all);
    return bytes_text(host);
}

static const char *page_of(const char *role)
{
    static const char *const with_pages[] = {"photographer", "marshal", "display", "check"};
    for (size_t i = 0; i < sizeof with_pages / sizeof *with_pages; i++)
        if (strcmp(role, with_pages[i]) == 0)
            return with_pages[i];
    return NULL;
}

char *terminal_page_url(const struct config *config, const char *role, const char *lane, const char *token)
{
    bool is_hidden = is_everywhere(config->listen_host), has_lane = lane && *lane;
    char *host = !is_hidden            ? bytes_text(config->listen_host)
                 : config->n_hosts > 0 ? bytes_text(config->hosts[0])
                                       : own_address();
    bool is_v6 = strchr(host, ':');
    const char *page = page_of(role);
    char *url = bytes_format("%s://%s%s%s:%s/%s%s%s%s#token=%s", config->tls_cert[0] ? "https" : "http",
                             is_v6 ? "[" : "", host, is_v6 ? "]" : "", config->listen_port, page ? page : "",
                             page ? "/" : "", has_lane ? "?lane=" : "", has_lane ? lane : "", token);
    free(host);
    return url;
}
