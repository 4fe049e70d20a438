/* Checks a package somebody hands in: foreign bytes, on a disk that may go away. Follows no link, reads no more than the
 * manifest says. Blocking. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "handover/package_private.h"

enum { SUM_LINE_MAX = 256 };

enum package_fault package_take_manifest(const char *text, size_t size, const char *sum, size_t sum_size,
                                         struct manifest *ret_manifest, struct package_result *ret)
{
    char hex[2 * PACKAGE_SUM_SIZE + 1];
    char *line = package_sum_line(text, size, hex);
    bool agrees = strlen(line) == sum_size && memcmp(line, sum, sum_size) == 0;
    free(line);
    if (!agrees)
        return package_says(ret, PACKAGE_BROKEN, PACKAGE_MANIFEST, "altered");
    if (manifest_parse(text, size, ret_manifest) != 0)
        return package_says(ret, PACKAGE_BROKEN, PACKAGE_MANIFEST, "not a manifest of this program");
    memcpy(ret->digest, hex, sizeof hex);
    return PACKAGE_OK;
}

/* ---- a folder */
static int open_file(int root, const char *name, struct stat *ret_status)
{
    int fd = openat(root, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, ret_status) == 0 && S_ISREG(ret_status->st_mode))
        return fd;
    close(fd);
    return -ELOOP;
}

static enum package_fault read_small(int root, const char *name, size_t most, char **ret_text,
                                     size_t *ret_size, struct package_result *ret)
{
    struct stat status;
    char path[64];
    int fd = open_file(root, name, &status);
    if (fd == -ENOENT || fd == -ELOOP)
        return package_says(ret, PACKAGE_BROKEN, name, "missing");
    if (fd < 0)
        return package_failed(ret, name, fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int error = file_read(path, most, ret_text, ret_size);
    close(fd);
    if (error == -EFBIG)
        return package_says(ret, PACKAGE_BROKEN, name, "too large");
    return error ? package_failed(ret, name, error) : PACKAGE_OK;
}

static enum package_fault read_manifest(int root, struct manifest *ret_manifest, struct package_result *ret)
{
    char *text = NULL, *sum = NULL;
    size_t size = 0, sum_size = 0;
    enum package_fault fault = read_small(root, PACKAGE_MANIFEST, MANIFEST_TEXT_MAX, &text, &size, ret);
    if (fault == PACKAGE_OK)
        fault = read_small(root, PACKAGE_MANIFEST_SUM, SUM_LINE_MAX, &sum, &sum_size, ret);
    if (fault == PACKAGE_OK)
        fault = package_take_manifest(text, size, sum, sum_size, ret_manifest, ret);
    free(text);
    free(sum);
    return fault;
}

enum package_fault package_read_manifest(const char *path, struct manifest *ret_manifest,
                                         struct package_result *ret)
{
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return package_failed(ret, path, errno);
    enum package_fault fault = read_manifest(root, ret_manifest, ret);
    close(root);
    return fault;
}

struct walk {
    int root;
    const char *besides;
    const struct manifest *manifest;
    struct package_watch *watch;
    struct package_result *ret;
};

static enum package_fault broken(const struct walk *walk, const char *name, const char *words)
{
    return package_says(walk->ret, PACKAGE_BROKEN, name, words);
}

static enum package_fault check_content(const struct walk *walk, int fd, const struct manifest_file *file)
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    uint64_t size = 0;
    int error = package_digest(fd, true, file->size, walk->watch, sum, &size);
    if (error)
        return package_failed(walk->ret, file->name, error);
    if (size != file->size || memcmp(sum, file->sum, sizeof sum) != 0)
        return broken(walk, file->name, "altered");
    return PACKAGE_OK;
}

static bool is_our_own(const struct walk *walk, const char *name)
{
    return strcmp(name, PACKAGE_MANIFEST) == 0 || strcmp(name, PACKAGE_MANIFEST_SUM) == 0 ||
           (walk->besides && strcmp(name, walk->besides) == 0);
}

static enum package_fault check_file(const struct walk *walk, const char *name)
{
    struct stat status;
    if (is_our_own(walk, name))
        return PACKAGE_OK;
    struct manifest_file *file = manifest_find(walk->manifest, name);
    if (!file || file->is_seen)
        return broken(walk, name, "not in the manifest");
    int fd = open_file(walk->root, name, &status);
    if (fd == -ELOOP)
        return broken(walk, name, "not a plain file");
    if (fd < 0)
        return package_failed(walk->ret, name, fd);
    file->is_seen = true;
    enum package_fault fault = (uint64_t)status.st_size == file->size ? check_content(walk, fd, file)
                                                                      : broken(walk, name, "of another size");
    close(fd);
    return fault;
}

static enum package_fault check_entry(const struct walk *walk, const FTSENT *entry, const char *name)
{
    switch (entry->fts_info) {
    case FTS_D:
        if (entry->fts_level == FTS_ROOTLEVEL || manifest_has_folder(walk->manifest, name))
            return PACKAGE_OK;
        return broken(walk, name, "not in the manifest");
    case FTS_DP:
        return PACKAGE_OK;
    case FTS_F:
        return check_file(walk, name);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return package_failed(walk->ret, name, entry->fts_errno);
    default:
        return broken(walk, name, "not a plain file");
    }
}

static enum package_fault check_tree(const struct walk *walk, const char *path)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    enum package_fault fault = PACKAGE_OK;
    const struct manifest *manifest = walk->manifest;
    size_t front = strlen(path) + 1;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return package_failed(walk->ret, path, errno);
    for (FTSENT *entry; fault == PACKAGE_OK && (errno = 0, entry = fts_read(tree));) {
        const char *name = entry->fts_level == FTS_ROOTLEVEL ? "" : entry->fts_path + front;
        fault = check_entry(walk, entry, name);
    }
    if (fault == PACKAGE_OK && errno != 0)
        fault = package_failed(walk->ret, path, errno);
    fts_close(tree);
    for (size_t i = 0; fault == PACKAGE_OK && i < manifest->count; i++)
        if (!manifest->files[i].is_seen)
            fault = broken(walk, manifest->files[i].name, "missing");
    return fault;
}

enum package_fault package_check_folder(const char *path, const char *besides, struct package_watch *watch,
                                        struct manifest *ret_manifest, struct package_result *ret)
{
    struct manifest manifest = {0};
    struct walk walk = {open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), besides, &manifest, watch, ret};
    if (walk.root < 0)
        return package_failed(ret, path, errno);
    enum package_fault fault = read_manifest(walk.root, &manifest, ret);
    /* through the descriptor, so that the walk begins where the manifest was read */
    char *here = bytes_format("/proc/self/fd/%d/.", walk.root);
    if (fault == PACKAGE_OK) {
        watch_phase(watch, "checking", manifest.bytes);
        fault = check_tree(&walk, here);
    }
    free(here);
    close(walk.root);
    if (fault == PACKAGE_OK)
        *ret_manifest = manifest;
    else
        manifest_done(&manifest);
    return fault;
}

/* ---- either */
enum package_fault package_verify_watched(const char *path, const char *passphrase,
                                          bool (*progress)(void *arg, const struct package_progress *),
                                          void *progress_arg, json_t **ret_about, struct package_result *ret)
{
    struct package_watch watch = {.progress = progress, .arg = progress_arg};
    struct manifest manifest = {0};
    struct stat status;
    enum package_fault fault;
    *ret = (struct package_result){0};
    if (stat(path, &status) != 0)
        return package_failed(ret, path, errno);
    if (S_ISDIR(status.st_mode))
        fault = package_check_folder(path, NULL, &watch, &manifest, ret);
    else if (S_ISREG(status.st_mode))
        fault = package_check_zip(path, passphrase, &watch, &manifest, ret);
    else
        return package_says(ret, PACKAGE_BROKEN, path, "neither a folder nor a file");
    if (fault != PACKAGE_OK)
        return fault;
    ret->files = manifest.count;
    ret->bytes = manifest.bytes;
    if (ret_about)
        *ret_about = json_incref(manifest.about);
    manifest_done(&manifest);
    return PACKAGE_OK;
}

enum package_fault package_verify(const char *path, const char *passphrase, json_t **ret_about,
                                  struct package_result *ret)
{
    return package_verify_watched(path, passphrase, NULL, NULL, ret_about, ret);
}
