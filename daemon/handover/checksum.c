/* SHA-256 by nettle. Nothing of its own but the names. Any thread. */
#include "handover/checksum.h"

void checksum_init(struct checksum *checksum)
{
    sha256_init(&checksum->state);
}

void checksum_add(struct checksum *checksum, const void *bytes, size_t size)
{
    sha256_update(&checksum->state, size, bytes);
}

void checksum_end(struct checksum *checksum, uint8_t ret_sum[static CHECKSUM_SIZE])
{
    sha256_digest(&checksum->state, CHECKSUM_SIZE, ret_sum);
}

void checksum_of(const void *bytes, size_t size, uint8_t ret_sum[static CHECKSUM_SIZE])
{
    struct checksum checksum;
    checksum_init(&checksum);
    checksum_add(&checksum, bytes, size);
    checksum_end(&checksum, ret_sum);
}
