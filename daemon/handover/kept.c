/* The ZIPs that wait in DATA_DIR/handover to be downloaded. Their names may be in any script, so their addresses are sums.
 * Blocking; no state. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "handover/job.h"

void kept_address(const char *name, char ret_text[static KEPT_ADDRESS_SIZE])
{
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, (const uint8_t *)name, strlen(name));
    hex_encode(sum, (KEPT_ADDRESS_SIZE - 1) / 2, ret_text);
}

static bool is_kept(const char *name)
{
    size_t length = strlen(name);
    return *name != '.' && length > 4 && strcmp(name + length - 4, ".zip") == 0;
}

static int open_one(int folder, const char *name, uint64_t *ret_size)
{
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        *ret_size = (uint64_t)status.st_size;
        return fd;
    }
    close(fd);
    return -ENOENT;
}

static DIR *open_folder(const char *data_dir)
{
    char *path = bytes_format("%s/handover", data_dir);
    DIR *folder = opendir(path);
    free(path);
    return folder;
}

int kept_open(const char *data_dir, const char *address, char **ret_name, uint64_t *ret_size)
{
    char its[KEPT_ADDRESS_SIZE];
    int fd = -ENOENT;
    DIR *folder = open_folder(data_dir);
    for (struct dirent *entry; folder && fd < 0 && (entry = readdir(folder));) {
        kept_address(entry->d_name, its);
        if (!is_kept(entry->d_name) || strcmp(its, address) != 0)
            continue;
        fd = open_one(dirfd(folder), entry->d_name, ret_size);
        if (fd < 0)
            break;
        /* whoever sends it must not wait for the disk at each block */
        posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
        *ret_name = bytes_text(entry->d_name);
    }
    if (folder)
        closedir(folder);
    return fd;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_one(json_t *list, int folder, const char *name)
{
    char address[KEPT_ADDRESS_SIZE];
    uint64_t size = 0;
    int fd = open_one(folder, name, &size);
    if (fd < 0)
        return;
    close(fd);
    kept_address(name, address);
    char *path = bytes_format("/api/v1/handover/packages/%s", address);
    json_array_append_new(
        list, json_pack("{s:s, s:I, s:s}", "name", name, "size", (json_int_t)size, "download", path));
    free(path);
}

json_t *kept_json(const char *data_dir)
{
    json_t *list = json_array();
    char **names = NULL;
    size_t count = 0;
    DIR *folder = open_folder(data_dir);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!is_kept(entry->d_name))
            continue;
        names = bytes_resize(names, (count + 1) * sizeof *names);
        names[count++] = bytes_text(entry->d_name);
    }
    if (count > 1)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        add_one(list, dirfd(folder), names[i]);
        free(names[i]);
    }
    free(names);
    if (folder)
        closedir(folder);
    return list;
}
