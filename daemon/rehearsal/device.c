/* What all emulated devices share: faults, options, delays. Pure; runs under the lock of the device's owner.
 */
#include "rehearsal/device.h"
#include "base/text.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

void device_init(struct device *d, const struct device_class *class)
{
    *d = (struct device){.class = class, .is_fast = true};
}

void device_done(struct device *d)
{
    timed_writes_done(&d->output);
}

int device_plan_fault(struct device *d, const char *kind, unsigned count, bool is_for_reads)
{
    for (int i = 0; d->class->faults[i]; i++)
        if (strcmp(d->class->faults[i], kind) == 0) {
            d->fault = (struct device_fault){
                .kind = i, .left = count ? count : UINT_MAX, .is_for_reads = is_for_reads};
            return 0;
        }
    return -ENOENT;
}

int device_take_fault(struct device *d, bool is_read)
{
    if (d->fault.kind == 0 || (d->fault.is_for_reads && !is_read))
        return 0;
    const int kind = d->fault.kind;
    if (d->fault.left != UINT_MAX && --d->fault.left == 0)
        d->fault = (struct device_fault){0};
    return kind;
}

int device_parse_switch(const char *value, bool *ret_is_on)
{
    const bool is_on = strcmp(value, "on") == 0;
    if (!is_on && strcmp(value, "off") != 0)
        return -EINVAL;
    *ret_is_on = is_on;
    return 0;
}

static int set_number(const char *value, uint64_t most, uint64_t *ret)
{
    return text_to_u64(value, 0, most, ret) < 0 ? -EINVAL : 0;
}

int device_option(struct device *d, const char *key, const char *value)
{
    uint64_t number = 0;
    int r;
    if (strcmp(key, "fast") == 0)
        return device_parse_switch(value, &d->is_fast);
    if (strcmp(key, "baud") == 0) {
        if ((r = set_number(value, 4000000, &number)) == 0)
            d->output.baud = (unsigned)number;
        return r;
    }
    if (strcmp(key, "line") == 0) {
        if ((r = set_number(value, 4000000, &number)) == 0)
            d->line_baud = (unsigned)number;
        return r;
    }
    if (strcmp(key, "chunk") == 0) {
        if ((r = set_number(value, TIMED_WRITES_MOST_BYTES, &number)) == 0)
            d->output.chunk = (size_t)number;
        return r;
    }
    if (strcmp(key, "gap_us") == 0) {
        if ((r = set_number(value, 1000000, &number)) == 0)
            d->output.gap_us = (int64_t)number;
        return r;
    }
    return d->class->option ? d->class->option(d, key, value) : -ENOENT;
}

int64_t device_delay_us(const struct device *d, int64_t us)
{
    return d->is_fast ? 0 : us;
}
