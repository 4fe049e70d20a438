/* A package on its way. What an earlier run left is foreign until its sums were compared. Blocking. */
#include "handover/package_partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"

enum { SAVE_BYTES = 16 << 20, SAVE_PARTS = 16, PROBE_SIZE = 64 << 10 };

static char *path_of(const struct partial *partial, const char *name)
{
    return bytes_format("%s/%s", partial->path, name);
}

/* ---- the state */
static json_t *state_about(const struct partial_options *options)
{
    json_t *about = (json_t *)(uintptr_t)options->about;
    return json_pack("{s:s, s:I, s:O}", "program", PAIHAO_VERSION, "at_us", (json_int_t)options->at_us,
                     "about", about);
}

static int save_state(struct partial *partial)
{
    size_t size = 0;
    char *text = manifest_text(&partial->state, &size), *path = path_of(partial, PARTIAL_STATE);
    int error = file_write_durably(path, text, size, 0600);
    free(text);
    free(path);
    if (error == 0)
        partial->unsaved = 0;
    return error;
}

static bool is_a_part(const struct partial_options *options, const char *name)
{
    for (size_t i = 0; i < options->n_parts; i++)
        if (strcmp(options->parts[i].name, name) == 0)
            return true;
    return false;
}

/* The sum of what an earlier run left, as the disk has it. */
static int sum_of(const char *path, struct package_watch *watch, uint8_t ret_sum[PACKAGE_SUM_SIZE],
                  uint64_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = package_digest(fd, true, UINT64_MAX - 1, watch, ret_sum, ret_size);
    close(fd);
    return error;
}

static bool is_whole(const struct partial *partial, const struct manifest_file *file,
                     struct package_watch *watch)
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    uint64_t size = 0;
    char *path = path_of(partial, file->name);
    int error = sum_of(path, watch, sum, &size);
    free(path);
    return error == 0 && size == file->size && memcmp(sum, file->sum, sizeof sum) == 0;
}

/* Keeps of an earlier run's files those that are whole and belong to this one. */
static void take_up(struct partial *partial, const struct partial_options *options,
                    struct package_watch *watch)
{
    struct manifest old = {0};
    char *path = path_of(partial, PARTIAL_STATE), *text = NULL;
    size_t size = 0;
    if (file_read(path, MANIFEST_TEXT_MAX, &text, &size) == 0 && manifest_parse(text, size, &old) == 0 &&
        json_equal(old.about, partial->state.about)) {
        watch_phase(watch, "making", old.bytes);
        for (size_t i = 0; i < old.count && !(watch && watch->is_stopped); i++)
            if (is_a_part(options, old.files[i].name) && is_whole(partial, &old.files[i], watch))
                partial->state.files[partial->state.count++] = old.files[i];
    }
    manifest_done(&old);
    free(text);
    free(path);
}

/* What was not taken up. Folders stay where parts are kept in them, since they are not empty. */
static int throw_away(const struct partial *partial)
{
    char *const roots[] = {partial->path, NULL};
    size_t front = strlen(partial->path) + 1;
    int error = 0;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return -errno;
    for (FTSENT *entry; error == 0 && (entry = fts_read(walk));) {
        if (entry->fts_level == FTS_ROOTLEVEL || entry->fts_info == FTS_D)
            continue;
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_path);
        else if (!(entry->fts_info == FTS_F && partial_has(partial, entry->fts_path + front)) &&
                 unlink(entry->fts_path) != 0)
            error = -errno;
    }
    fts_close(walk);
    return error;
}

/* ---- what other runs left */
static json_t *without_kind(const json_t *about)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)about);
    json_object_del(copy, "kind");
    return copy;
}

/* Of another position, or of another event: nobody takes it up again under its name. */
static bool is_outdated(const char *path, const struct partial_options *options)
{
    struct manifest old = {0};
    char *state = bytes_format("%s/" PARTIAL_STATE, path), *text = NULL;
    size_t size = 0;
    bool is_old = false;
    if (file_read(state, MANIFEST_TEXT_MAX, &text, &size) == 0 && manifest_parse(text, size, &old) == 0) {
        json_t *its = without_kind(json_object_get(old.about, "about")), *ours = without_kind(options->about);
        is_old = its && !json_equal(its, ours);
        json_decref(its);
        json_decref(ours);
    }
    manifest_done(&old);
    free(text);
    free(state);
    return is_old;
}

static void remove_outdated(const char *path, const struct partial_options *options)
{
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0)
        return;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0 && is_outdated(path, options))
        package_remove(path);
    close(lock);
}

/* A run that was cut off leaves names in the clear, on the stick or where a ZIP is staged. What the same position can still
 * take up stays, the rest goes. */
static void clear_outdated(const struct partial *partial, const struct partial_options *options)
{
    static const char ending[] = ".partial";
    const char *own = strrchr(partial->path, '/') + 1;
    DIR *stream = opendir(options->folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        const size_t length = strlen(entry->d_name);
        if (*entry->d_name != '.' || length <= sizeof ending || strcmp(entry->d_name, own) == 0 ||
            strcmp(entry->d_name + length - strlen(ending), ending) != 0)
            continue;
        char *path = bytes_format("%s/%s", options->folder, entry->d_name);
        remove_outdated(path, options);
        free(path);
    }
    if (stream)
        closedir(stream);
}

/* ---- opening and closing */
static int hold(struct partial *partial)
{
    if (mkdir(partial->path, 0700) != 0 && errno != EEXIST)
        return -errno;
    partial->lock = open(partial->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (partial->lock < 0)
        return -errno;
    /* a file system that knows no locks is left to the care of whoever holds the stick */
    return flock(partial->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK ? 0 : -EWOULDBLOCK;
}

int partial_open(struct partial *partial, const struct partial_options *options, struct package_watch *watch)
{
    *partial = (struct partial){.lock = -1, .at_us = options->at_us, .is_staging = options->is_staging};
    partial->path = bytes_format("%s/.%s.partial", options->folder, options->name);
    partial->state.about = state_about(options);
    partial->state.files = bytes_alloc((options->n_parts + 1) * sizeof *partial->state.files);
    int error = hold(partial);
    if (error == 0) {
        clear_outdated(partial, options);
        take_up(partial, options, watch);
        error = watch && watch->is_stopped ? -ECANCELED : throw_away(partial);
    }
    if (error == 0)
        error = save_state(partial);
    if (error == 0)
        error = folder_sync(options->folder);
    if (error == -ENOSPC || error == -ECANCELED)
        package_remove(partial->path);
    if (error != 0)
        partial_close(partial);
    return error;
}

void partial_close(struct partial *partial)
{
    if (partial->lock >= 0)
        close(partial->lock);
    free(partial->path);
    manifest_done(&partial->state);
    *partial = (struct partial){.lock = -1};
}

bool partial_has(const struct partial *partial, const char *name)
{
    for (size_t i = 0; i < partial->state.count; i++)
        if (strcmp(partial->state.files[i].name, name) == 0)
            return true;
    return false;
}

/* ---- parts */

/* The same time on every file, so that it comes out the same each time; not every file system lets us. */
static void set_time(const char *path, int64_t at_us)
{
    const struct timespec at = {at_us / 1000000, 0}, both[2] = {at, at};
    utimensat(AT_FDCWD, path, both, AT_SYMLINK_NOFOLLOW);
}

/* The sum of what was just written, as it stands in memory, while the disk begins on it; then synced. */
static int take_sum(const struct partial *partial, const char *path, struct manifest_file *file)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (!partial->is_staging)
        package_begin_sync(fd, 0, 0);
    int error = package_digest(fd, false, UINT64_MAX - 1, NULL, file->sum, &file->size);
    if (error == 0 && !partial->is_staging && fsync(fd) != 0)
        error = -errno;
    close(fd);
    return error;
}

int partial_take(struct partial *partial, const char *name, uint64_t *ret_size)
{
    struct manifest_file file = {.is_seen = false};
    char *path = path_of(partial, name);
    chmod(path, 0600);
    set_time(path, partial->at_us);
    /* the check of the whole reads from the disk, or out of the ZIP, and compares */
    int error = take_sum(partial, path, &file);
    free(path);
    if (error != 0)
        return error;
    strcpy(file.name, name);
    partial->state.files[partial->state.count++] = file;
    partial->state.bytes += file.size;
    partial->unsaved += file.size;
    *ret_size = file.size;
    bool is_time = partial->unsaved >= SAVE_BYTES || partial->state.count % SAVE_PARTS == 0;
    return is_time ? save_state(partial) : 0;
}

int partial_probe(const struct partial *partial)
{
    char *path = path_of(partial, ".probe"), *block = bytes_alloc(PROBE_SIZE);
    int error = package_write_file(path, block, PROBE_SIZE);
    unlink(path);
    free(block);
    free(path);
    return error;
}

/* ---- the manifest */
static int sync_folders(const struct partial *partial)
{
    char *const roots[] = {partial->path, NULL};
    int error = 0;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return -errno;
    for (FTSENT *entry; error == 0 && (entry = fts_read(walk));)
        if (entry->fts_info == FTS_DP)
            error = folder_sync(entry->fts_path);
    fts_close(walk);
    return error;
}

static int write_new(const struct partial *partial, const char *name, const char *text, size_t size)
{
    char *path = path_of(partial, name);
    int error = package_write_file(path, text, size);
    set_time(path, partial->at_us);
    free(path);
    return error;
}

int partial_seal(struct partial *partial)
{
    char hex[2 * PACKAGE_SUM_SIZE + 1];
    size_t size = 0;
    struct manifest manifest = partial->state;
    manifest.about = json_object_get(partial->state.about, "about");
    char *text = manifest_text(&manifest, &size), *sum = package_sum_line(text, size, hex);
    int error = partial->unsaved > 0 ? save_state(partial) : 0;
    if (error == 0 && !partial->is_staging)
        error = sync_folders(partial);
    if (error == 0)
        error = write_new(partial, PACKAGE_MANIFEST_SUM, sum, strlen(sum));
    if (error == 0)
        error = write_new(partial, PACKAGE_MANIFEST, text, size);
    if (error == 0)
        error = folder_sync(partial->path);
    free(sum);
    free(text);
    return error;
}

int partial_finish(struct partial *partial)
{
    char *state = path_of(partial, PARTIAL_STATE);
    int error = unlink(state) == 0 ? 0 : -errno;
    free(state);
    set_time(partial->path, partial->at_us);
    return error ? error : folder_sync(partial->path);
}
