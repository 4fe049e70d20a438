/* Which connection is which. */
#include "readers/sam_port.h"

const struct sam_port_class *sam_port_class(enum device_kind kind)
{
    static const struct sam_port_class *const classes[] = {
        [DEVICE_SERIAL] = &sam_port_serial,
        [DEVICE_TCP] = &sam_port_tcp,
        [DEVICE_USB] = &sam_port_usb,
    };
    return classes[kind];
}
