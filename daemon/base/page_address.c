/* Addresses of pages, from the configuration and this machine's interfaces. No state; any thread. */
#include "base/page_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

static bool is_everywhere(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return v4.s_addr == htonl(INADDR_ANY);
    return !*host || (inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6));
}

/* "127.0.0.1", "localhost:8100", "[::1]:8100" */
static bool is_loopback(const char *host)
{
    char name[64] = "";
    struct in_addr v4;
    struct in6_addr v6;
    const char *start = host + (*host == '[');
    bool is_v6 = *host == '[' || strchr(host, ':') != strrchr(host, ':');
    size_t length = is_v6 ? strcspn(start, "]") : strcspn(start, ":");
    if (length >= sizeof name)
        return false;
    memcpy(name, start, length);
    if (inet_pton(AF_INET, name, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, name, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcasecmp(name, "localhost") == 0;
}

/* How likely a tablet reaches us there: 0 never. Bridges and tunnels of programs on this machine, and addresses that a
 * machine gives itself when nobody does, come after those of a real network. */
static int rank_of(const struct ifaddrs *one)
{
    static const char *const inner[] = {"docker", "br-", "virbr", "veth", "vnet", "lxc", "lxd", "tun", "tap"};
    const struct sockaddr_in *address = (const struct sockaddr_in *)(const void *)one->ifa_addr;
    if (!address || address->sin_family != AF_INET || !(one->ifa_flags & IFF_UP) ||
        one->ifa_flags & IFF_LOOPBACK)
        return 0;
    int rank = one->ifa_flags & IFF_RUNNING ? 4 : 3;
    if (ntohl(address->sin_addr.s_addr) >> 16 == 0xA9FE || one->ifa_flags & IFF_POINTOPOINT)
        rank = 2;
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (strncmp(one->ifa_name, inner[i], strlen(inner[i])) == 0)
            rank = 1;
    return rank;
}

/* NULL: there is none. free(). */
static char *own_address(void)
{
    struct ifaddrs *all;
    char host[NI_MAXHOST];
    const struct ifaddrs *best = NULL;
    char *address = NULL;
    if (getifaddrs(&all) != 0)
        return NULL;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        if (rank_of(one) > (best ? rank_of(best) : 0))
            best = one;
    if (best && getnameinfo(best->ifa_addr, sizeof(struct sockaddr_in), host, sizeof host, NULL, 0,
                            NI_NUMERICHOST) == 0)
        address = bytes_text(host);
    freeifaddrs(all);
    return address;
}

static char *with_port(const char *host, const char *port)
{
    bool is_v6 = strchr(host, ':');
    return bytes_format("%s%s%s:%s", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

char *page_authority(const struct config *config, const char *port, const char *asked, enum page_reach *ret)
{
    const char *listen = config->listen_host;
    bool is_asked = asked && !is_loopback(asked);
    *ret = PAGE_REACH_NETWORK;
    if (!is_everywhere(listen) && !is_loopback(listen))
        return with_port(listen, port);
    if (is_everywhere(listen) && config->n_hosts > 0)
        return with_port(config->hosts[0], port);
    if (is_asked)
        return bytes_text(asked);
    if (!is_everywhere(listen)) {
        *ret = PAGE_REACH_THIS_MACHINE;
        return with_port(listen, port);
    }
    char *own = own_address(), *authority = with_port(own ? own : "127.0.0.1", port);
    if (!own)
        *ret = PAGE_REACH_NO_NETWORK;
    free(own);
    return authority;
}

static const char *page_of(const char *role)
{
    static const char *const with_pages[] = {"photographer", "marshal", "display", "check"};
    for (size_t i = 0; i < sizeof with_pages / sizeof *with_pages; i++)
        if (strcmp(role, with_pages[i]) == 0)
            return with_pages[i];
    return "";
}

char *page_token_url(const struct config *config, const char *authority, const char *role, const char *lane,
                     bool is_once, const char *token)
{
    const char *scheme = *config->tls_cert ? "https" : "http", *page = page_of(role);
    bool has_lane = lane && *lane;
    if (is_once)
        return bytes_format("%s://%s/pair/#token=%s", scheme, authority, token);
    return bytes_format("%s://%s/%s%s%s%s#token=%s", scheme, authority, page, *page ? "/" : "",
                        has_lane ? "?lane=" : "", has_lane ? lane : "", token);
}
