/* Addresses of pages: where others reach us, and what stands in a token's link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/page_address.c"

static struct config config_of(const char *listen, const char *cert, char **hosts)
{
    return (struct config){.listen_host = (char *)(uintptr_t)listen,
                           .tls_cert = (char *)(uintptr_t)cert,
                           .hosts = hosts,
                           .n_hosts = *hosts ? 1 : 0};
}

static void links(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *cert, *role, *lane;
        bool is_once;
        const char *url;
    } cases[] = {
        {"photographer of a lane", "", "photographer", "A", false, "http://h:1/photographer/?lane=A#token=T"},
        {"marshal of any lane", "", "marshal", NULL, false, "http://h:1/marshal/#token=T"},
        {"empty lane", "", "marshal", "", false, "http://h:1/marshal/#token=T"},
        {"display under TLS", "/cert", "display", "A", false, "https://h:1/display/?lane=A#token=T"},
        {"check of a lane", "", "check", "A", false, "http://h:1/check/?lane=A#token=T"},
        {"office has the front page", "", "office", NULL, false, "http://h:1/#token=T"},
        {"liaison too", "", "liaison", "A", false, "http://h:1/?lane=A#token=T"},
        {"once: the pairing page, which learns the rest", "", "photographer", "A", true,
         "http://h:1/pair/#token=T"},
        {"once under TLS", "/cert", "office", NULL, true, "https://h:1/pair/#token=T"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *none[] = {NULL};
        const struct config config = config_of("127.0.0.1", cases[i].cert, none);
        char *url = page_token_url(&config, "h:1", cases[i].role, cases[i].lane, cases[i].is_once, "T");
        if (strcmp(url, cases[i].url) != 0)
            fail_msg("%s: %s instead of %s", cases[i].legend, url, cases[i].url);
        free(url);
    }
}

static void where_others_reach_us(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *listen, *host, *asked, *authority;
        enum page_reach reach;
    } cases[] = {
        {"one address", "192.0.2.7", NULL, NULL, "192.0.2.7:8100", PAGE_REACH_NETWORK},
        {"one address, IPv6", "2001:db8::7", NULL, NULL, "[2001:db8::7]:8100", PAGE_REACH_NETWORK},
        {"a name for one address is not needed", "192.0.2.7", "door.example", NULL, "192.0.2.7:8100",
         PAGE_REACH_NETWORK},
        {"nor what the asker calls it", "192.0.2.7", NULL, "other:9", "192.0.2.7:8100", PAGE_REACH_NETWORK},
        {"everywhere, with a name", "0.0.0.0", "door.example", NULL, "door.example:8100", PAGE_REACH_NETWORK},
        {"everywhere in IPv6, with a name", "::", "door.example", "192.0.2.8:8100", "door.example:8100",
         PAGE_REACH_NETWORK},
        {"everywhere: as the office came in", "0.0.0.0", NULL, "192.0.2.8:8100", "192.0.2.8:8100",
         PAGE_REACH_NETWORK},
        {"everywhere, as the office came in by IPv6", "::", NULL, "[2001:db8::7]:8100", "[2001:db8::7]:8100",
         PAGE_REACH_NETWORK},
        {"this machine alone", "127.0.0.1", NULL, NULL, "127.0.0.1:8100", PAGE_REACH_THIS_MACHINE},
        {"this machine alone, asked here", "127.0.0.1", NULL, "localhost:8100", "127.0.0.1:8100",
         PAGE_REACH_THIS_MACHINE},
        {"this machine alone, asked here by its other name", "::1", NULL, "[::1]:8100", "[::1]:8100",
         PAGE_REACH_THIS_MACHINE},
        {"this machine alone, but a proxy speaks for it", "127.0.0.1", "door.example", "door.example",
         "door.example", PAGE_REACH_NETWORK},
        {"a name alone proves no proxy", "127.0.0.1", "door.example", NULL, "127.0.0.1:8100",
         PAGE_REACH_THIS_MACHINE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *hosts[] = {(char *)(uintptr_t)cases[i].host};
        const struct config config = config_of(cases[i].listen, "", hosts);
        enum page_reach reach;
        char *authority = page_authority(&config, "8100", cases[i].asked, &reach);
        if (strcmp(authority, cases[i].authority) != 0 || reach != cases[i].reach)
            fail_msg("%s: %s, reach %d", cases[i].legend, authority, (int)reach);
        free(authority);
    }
}

static void everywhere_without_a_name_is_an_address_of_ours(void **state)
{
    (void)state;
    char *none[] = {NULL};
    const struct config config = config_of("0.0.0.0", "", none);
    for (const char *const *asked = (const char *const[]){NULL, "localhost:8100", "127.0.0.9", ""};
         !*asked || **asked; asked++) {
        enum page_reach reach;
        char *authority = page_authority(&config, "8100", *asked, &reach);
        unsigned a, b, c, d;
        assert_int_equal(sscanf(authority, "%u.%u.%u.%u:8100", &a, &b, &c, &d), 4);
        assert_true(a != 0);
        assert_int_equal(a == 127, reach == PAGE_REACH_NO_NETWORK);
        free(authority);
    }
}

/* One interface after another; the best of them is what tablets are told. */
static void interfaces_are_ranked(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *name, *address;
        unsigned flags;
        int rank;
    } cases[] = {
        {"a network that works", "wlan0", "192.168.8.2", IFF_UP | IFF_RUNNING, 4},
        {"without a cable", "eth0", "192.168.1.2", IFF_UP, 3},
        {"an address that nobody gave", "eth0", "169.254.3.4", IFF_UP | IFF_RUNNING, 2},
        {"a tunnel", "ppp0", "10.8.0.2", IFF_UP | IFF_RUNNING | IFF_POINTOPOINT, 2},
        {"containers on this machine", "docker0", "172.17.0.1", IFF_UP | IFF_RUNNING, 1},
        {"down", "eth1", "192.168.2.2", 0, 0},
        {"the loopback", "lo", "127.0.0.1", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        inet_pton(AF_INET, cases[i].address, &address.sin_addr);
        const struct ifaddrs one = {.ifa_name = (char *)(uintptr_t)cases[i].name,
                                    .ifa_flags = cases[i].flags,
                                    .ifa_addr = (struct sockaddr *)&address};
        if (rank_of(&one) != cases[i].rank)
            fail_msg("%s: %d", cases[i].legend, rank_of(&one));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links),
        cmocka_unit_test(where_others_reach_us),
        cmocka_unit_test(everywhere_without_a_name_is_an_address_of_ours),
        cmocka_unit_test(interfaces_are_ranked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
