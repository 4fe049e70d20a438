/* A ZIP that somebody hands in, with the sum at its end put right, so that what is behind that sum meets strange bytes, too.
 * The passphrase is the corpus's. Whatever it is, it is a package of ours byte for byte, or refused. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "handover/package_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(int fd, const void *bytes, size_t size)
{
    if (write(fd, bytes, size) != (ssize_t)size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { DIGITS = 2 * PACKAGE_SUM_SIZE, MOST = 1 << 20 };
    uint8_t sum[PACKAGE_SUM_SIZE];
    char hex[DIGITS + 1], path[64];
    struct package_result result;
    json_t *about = NULL;
    if (size < DIGITS || size > MOST)
        return 0;
    crypto_hash_sha256(sum, data, size - DIGITS);
    hex_encode(sum, sizeof sum, hex);
    int fd = memfd_create("package", MFD_CLOEXEC);
    if (fd < 0)
        abort();
    put(fd, data, size - DIGITS);
    put(fd, hex, DIGITS);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum package_fault fault = package_verify(path, "fuzz", &about, &result);
    if (fault == PACKAGE_OK && (!json_is_object(about) || strlen(result.digest) != DIGITS))
        abort();
    if (fault != PACKAGE_OK && (about || !*result.detail))
        abort();
    json_decref(about);
    close(fd);
    return 0;
}
