/* Where libnfc finds its device. */
#include "readers/nfc_address.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libnfc takes the first device of these kinds when no more is said. */
static bool is_found_by_libnfc(const char *device)
{
    static const char *const drivers[] = {"pn53x_usb", "acr122_usb", "acr122_pcsc", "pcsc"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strcmp(device, drivers[i]) == 0)
            return true;
    return false;
}

const char *nfc_address_objection(const char *device)
{
    const char *colon = strchr(device, ':');
    if (is_found_by_libnfc(device))
        return NULL;
    if (!colon || colon == device || !colon[1])
        return "nfc needs a libnfc connection string, for example pn532_uart:/dev/ttyUSB1";
    if (strncmp(device, "serial:", 7) == 0)
        return "nfc needs the chip's name before the path, for example pn532_uart:/dev/ttyUSB1";
    return strlen(device) < NFC_CONNSTRING_SIZE ? NULL : "this connection string is too long";
}

static bool is_of_pn53x(const char *device)
{
    static const char *const drivers[] = {"pn53", "arygon", "acr122"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strncmp(device, drivers[i], strlen(drivers[i])) == 0 && strncmp(device, "acr122_pcsc", 11) != 0)
            return true;
    return false;
}

/* The length of the path in "path[:baud]"; a path that exists as it stands has no baud. */
static size_t path_length(const char *rest)
{
    const char *colon = strrchr(rest, ':');
    if (!colon || !colon[1] || access(rest, F_OK) == 0)
        return strlen(rest);
    for (const char *c = colon + 1; *c; c++)
        if (!isdigit((unsigned char)*c))
            return strlen(rest);
    return (size_t)(colon - rest);
}

int nfc_address_resolve(const char *device, struct nfc_address *ret)
{
    struct nfc_address a = {.is_pn53x = is_of_pn53x(device)};
    const char *rest = is_found_by_libnfc(device) ? "" : strchr(device, ':') + 1;
    if (*rest != '/') {
        snprintf(a.connstring, sizeof a.connstring, "%s", device);
        *ret = a;
        return 0;
    }
    const size_t length = path_length(rest);
    char path[PATH_MAX];
    if (length >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, rest, length);
    path[length] = '\0';
    if (!realpath(path, a.path))
        return -errno;
    if (strchr(a.path, ':'))
        return -EINVAL;
    const int n = snprintf(a.connstring, sizeof a.connstring, "%.*s%s%s", (int)(rest - device), device,
                           a.path, rest + length);
    if (n < 0 || (size_t)n >= sizeof a.connstring)
        return -ENAMETOOLONG;
    *ret = a;
    return 0;
}
