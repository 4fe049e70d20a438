/* Names of devices. Pure; any thread. Must not look whether the device is there. */
#include "base/device_address.h"
#include "base/bytes.h"
#include "base/text.h"
#include <stdbool.h>
#include <string.h>

/* What follows the scheme, or NULL. */
static const char *after(const char *text, const char *scheme)
{
    const size_t length = strlen(scheme);
    return strncmp(text, scheme, length) == 0 ? text + length : NULL;
}

static bool parse_serial(const char *path, struct device_address *to)
{
    if (path[0] != '/' || !text_is_plain(path, strlen(path), DEVICE_PATH_MAX))
        return false;
    to->kind = DEVICE_SERIAL;
    strcpy(to->path, path);
    return true;
}

static bool is_host(const char *text, size_t length, bool is_bracketed)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    static const char v6_letters[] = "ABCDEFabcdef0123456789:.%ghijklmnopqrstuvwxyz-_"; /* with a zone */
    if (length == 0 || length > DEVICE_HOST_MAX)
        return false;
    return strspn(text, is_bracketed ? v6_letters : letters) >= length;
}

static bool parse_tcp(const char *text, struct device_address *to)
{
    const bool is_bracketed = text[0] == '[';
    const char *host = text + is_bracketed;
    const char *end = strchr(host, is_bracketed ? ']' : ':'), *colon = end ? end + is_bracketed : NULL;
    uint64_t port;
    if (!end || *colon != ':' || !is_host(host, (size_t)(end - host), is_bracketed))
        return false;
    if (is_bracketed && !memchr(host, ':', (size_t)(end - host)))
        return false; /* only an IPv6 address stands in brackets */
    if (text_to_u64(colon + 1, 1, UINT16_MAX, &port) < 0)
        return false;
    to->kind = DEVICE_TCP;
    memcpy(to->host, host, (size_t)(end - host));
    to->port = (uint16_t)port;
    return true;
}

static bool parse_id(const char *text, uint16_t *ret)
{
    uint8_t bytes[2];
    if (hex_decode(text, 4, bytes, sizeof bytes) != 2)
        return false;
    *ret = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return true;
}

static bool parse_usb(const char *text, struct device_address *to)
{
    to->kind = DEVICE_USB;
    return strlen(text) == 9 && text[4] == ':' && parse_id(text, &to->vendor) &&
           parse_id(text + 5, &to->product);
}

const char *device_address_parse(const char *text, struct device_address *ret)
{
    static const struct {
        const char *scheme;
        bool (*parse)(const char *, struct device_address *);
        const char *fault;
    } schemes[] = {
        {"serial:", parse_serial, "\"serial:\" is followed by an absolute path, as in serial:/dev/ttyUSB0"},
        {"tcp:", parse_tcp,
         "\"tcp:\" is followed by host and port, as in tcp:192.0.2.7:4001 or tcp:[fe80::1]:4001"},
        {"usb:", parse_usb, "\"usb:\" is followed by vendor and product, as in usb:0400:c35a"},
    };
    struct device_address address = {.port = 0};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const char *rest = after(text, schemes[i].scheme);
        if (!rest)
            continue;
        if (!schemes[i].parse(rest, &address))
            return schemes[i].fault;
        *ret = address;
        return NULL;
    }
    return "is none of serial:/PATH, tcp:HOST:PORT and usb:VVVV:PPPP";
}
