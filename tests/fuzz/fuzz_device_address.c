/* Names of devices: what is taken has one kind, sane parts, and says the same when it is written again. */
#include "base/bytes.h"
#include "base/device_address.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *write_again(const struct device_address *a)
{
    if (a->kind == DEVICE_SERIAL)
        return bytes_format("serial:%s", a->path);
    if (a->kind == DEVICE_USB)
        return bytes_format("usb:%04x:%04x", a->vendor, a->product);
    const bool is_v6 = strchr(a->host, ':') != NULL;
    return bytes_format("tcp:%s%s%s:%u", is_v6 ? "[" : "", a->host, is_v6 ? "]" : "", a->port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct device_address address, again;
    memset(&address, 'u', sizeof address);
    again = address;
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    const char *fault = device_address_parse(text, &address);
    if (fault) {
        if (memcmp(&address, &again, sizeof again) != 0)
            abort();
    } else {
        if (address.kind == DEVICE_TCP && (address.port == 0 || !address.host[0]))
            abort();
        char *written = write_again(&address);
        if (device_address_parse(written, &again) || memcmp(&address, &again, sizeof again) != 0)
            abort();
        free(written);
    }
    free(text);
    return 0;
}
