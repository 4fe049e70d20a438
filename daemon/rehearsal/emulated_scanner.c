/* The scanner: bytes out, nothing in. Pure; runs under the lock of the device's owner. */
#include "rehearsal/emulated_scanner.h"
#include "base/bytes.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum fault_kind { FAULT_NONE, FAULT_MUTE, FAULT_DUP, FAULT_TRUNCATE };
static const char *const fault_names[] = {"none", "mute", "dup", "truncate", NULL};

struct scanner {
    struct device device;
    const char *separator;
};

static struct scanner *scanner_of(struct device *d)
{
    return (struct scanner *)d;
}

static void feed(struct device *d, const uint8_t *bytes, size_t size, int64_t now_us)
{
    (void)d, (void)bytes, (void)size, (void)now_us;
}

static void scan(struct device *d, const uint8_t *bytes, size_t size, int64_t now_us)
{
    const char *separator = scanner_of(d)->separator;
    const enum fault_kind fault = (enum fault_kind)device_take_fault(d, true);
    if (fault == FAULT_MUTE)
        d->is_mute = true;
    if (d->is_mute)
        return;
    if (fault == FAULT_TRUNCATE) {
        timed_writes_add(&d->output, now_us, bytes, size / 2, 0);
        return;
    }
    for (int times = fault == FAULT_DUP ? 2 : 1; times > 0; times--) {
        struct buffer line = {0};
        buffer_add(&line, bytes, size);
        buffer_add_text(&line, separator);
        timed_writes_add(&d->output, now_us, line.data, line.size, TIMED_WRITE_ENDS_READ);
        d->counts.answers++;
        buffer_done(&line);
    }
}

static int option(struct device *d, const char *key, const char *value)
{
    static const struct {
        const char *name, *bytes;
    } separators[] = {{"cr", "\r"}, {"lf", "\n"}, {"crlf", "\r\n"}, {"none", ""}};
    if (strcmp(key, "separator") != 0)
        return -ENOENT;
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        if (strcmp(value, separators[i].name) == 0) {
            scanner_of(d)->separator = separators[i].bytes;
            return 0;
        }
    return -EINVAL;
}

static void power_up(struct device *d)
{
    timed_writes_clear(&d->output);
    d->is_mute = false;
}

static struct device *create(void)
{
    struct scanner *s = bytes_alloc(sizeof *s);
    device_init(&s->device, &emulated_scanner);
    s->separator = "\r";
    return &s->device;
}

static void destroy(struct device *d)
{
    device_done(d);
    free(d);
}

const struct device_class emulated_scanner = {
    .name = "scanner",
    .faults = fault_names,
    .create = create,
    .destroy = destroy,
    .feed = feed,
    .scan = scan,
    .option = option,
    .power_up = power_up,
};
