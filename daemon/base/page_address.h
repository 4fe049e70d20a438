/* Under which address a device of the network opens a page of this server: what stands in a pairing code. */
#ifndef BASE_PAGE_ADDRESS_H
#define BASE_PAGE_ADDRESS_H
#include <stdbool.h>

#include "base/config.h"

enum page_reach {
    PAGE_REACH_NETWORK,      /* others reach it */
    PAGE_REACH_THIS_MACHINE, /* we listen for this machine alone (http.listen) */
    PAGE_REACH_NO_NETWORK,   /* we listen everywhere, but this machine has no address that others know */
};
/* "192.0.2.7:8100", "[2001:db8::7]:8100"; free(). Where we listen, when that is one address of the network; when it
 * is all of them, the first configured name (http.hosts), or what `asked` says, or an address of this machine. `asked`: the
 * Host of a request that reached us, checked to be ours; NULL: nobody asked. A proxy that speaks for us while we listen
 * on the loopback is known by that alone. */
char *page_authority(const struct config *, const char *port, const char *asked, enum page_reach *ret);

/* What a token's address says; the token stands behind the '#', so that no server and no log ever sees it. free(). A
 * one-time token goes to the pairing page, which knows what to do on a device that is something else already. Another goes to
 * its role's page; office and liaison have the first page, which shows what they may use. lane: NULL or "": none. */
char *page_token_url(const struct config *, const char *authority, const char *role, const char *lane,
                     bool is_once, const char *token);

#endif
