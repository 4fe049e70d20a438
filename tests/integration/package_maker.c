/* Makes and checks packages of parts that nobody can press together, for the tests of the stick and the bench.
 *
 *   package_maker make FOLDER NAME COUNT SIZE [--pause US] [--zip PASSPHRASE STAGING]
 *   package_maker verify PATH [PASSPHRASE]
 * Prints "FAULT DIGEST KEPT DETAIL", FAULT as the number of enum package_fault, and ends with it. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "handover/package.h"

enum { BLOCK = 64 << 10 };

struct maker {
    size_t size;
    int64_t pause_us;
};
static struct maker maker;

static int write_block(int fd, const uint8_t *block, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, block, size);
        if (put < 0)
            return -errno;
        block += put;
        size -= (size_t)put;
    }
    return 0;
}

/* The same bytes each time: a stream of numbers from the part's own seed. */
static int write_part(void *arg, const char *path)
{
    static uint8_t block[BLOCK];
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    size_t index = (size_t)(uintptr_t)arg, left = maker.size;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error = fd < 0 ? -errno : 0;
    while (error == 0 && left > 0) {
        size_t size = left < BLOCK ? left : BLOCK;
        memcpy(seed, &index, sizeof index);
        memcpy(seed + 8, &left, sizeof left);
        randombytes_buf_deterministic(block, size, seed);
        error = write_block(fd, block, size);
        left -= size;
        clock_sleep_us(maker.pause_us);
    }
    if (fd >= 0 && close(fd) != 0 && error == 0)
        error = -errno;
    return error;
}

static bool pause_a_bit(void *arg, const struct package_progress *progress)
{
    (void)arg;
    (void)progress;
    clock_sleep_us(maker.pause_us);
    return false;
}

static int tell(enum package_fault fault, struct package_result *result)
{
    printf("%d %s %ju %s\n", (int)fault, *result->digest ? result->digest : "-", (uintmax_t)result->kept,
           result->detail);
    free(result->path);
    return (int)fault;
}

static int make(int argc, char **argv)
{
    struct package_result result;
    size_t count = strtoull(argv[4], NULL, 10);
    struct package_options options = {.folder = argv[2], .name = argv[3], .at_us = 1795305600000000};
    for (int i = 6; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--pause") == 0)
            maker.pause_us = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--zip") == 0 && i + 2 < argc)
            options.passphrase = argv[i + 1], options.staging = argv[i + 2], i += 2;
    }
    maker.size = strtoull(argv[5], NULL, 10);
    options.progress = maker.pause_us ? pause_a_bit : NULL;
    json_t *about = json_pack("{s:s, s:I, s:I}", "kind", "test", "parts", (json_int_t)count, "size",
                              (json_int_t)maker.size);
    options.about = about;
    struct package_part *parts = bytes_alloc(count * sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        parts[i] =
            (struct package_part){.write = write_part, .arg = (void *)(uintptr_t)i, .about = maker.size};
        snprintf(parts[i].name, sizeof parts[i].name, "照片/%05zu.jpg", i);
    }
    int code = tell(package_write(&options, parts, count, &result), &result);
    json_decref(about);
    free(parts);
    return code;
}

int main(int argc, char **argv)
{
    struct package_result result;
    if (sodium_init() < 0)
        return 99;
    if (argc >= 6 && strcmp(argv[1], "make") == 0)
        return make(argc, argv);
    if (argc >= 3 && strcmp(argv[1], "verify") == 0)
        return tell(package_verify(argv[2], argc > 3 ? argv[3] : NULL, NULL, &result), &result);
    fputs("package_maker make|verify ...\n", stderr);
    return 98;
}
