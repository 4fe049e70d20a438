/* SHA-256 of what is packed, in pieces: nettle's, which uses the processor's own instructions where it has them (four to five
 * times libsodium's here). The door to it: nobody else in the house includes its header. Cannot fail; any thread. */
#ifndef HANDOVER_CHECKSUM_H
#define HANDOVER_CHECKSUM_H
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

enum { CHECKSUM_SIZE = SHA256_DIGEST_SIZE };

struct checksum {
    struct sha256_ctx state;
};
void checksum_init(struct checksum *);
void checksum_add(struct checksum *, const void *bytes, size_t size);
/* The sum; *checksum begins anew. */
void checksum_end(struct checksum *, uint8_t ret_sum[static CHECKSUM_SIZE]);
/* Of one piece. */
void checksum_of(const void *bytes, size_t size, uint8_t ret_sum[static CHECKSUM_SIZE]);

#endif
