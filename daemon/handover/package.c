/* Writes a package: parts, manifest, a look at what really came onto the disk, and only then its name. Whatever goes wrong
 * on the way leaves nothing that could be taken for a package. Blocking; one thread per package. */
#include "handover/package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "handover/package_partial.h"
#include "handover/package_private.h"

enum {
    ROOM_SPARE = 256 * 1024, /* for the manifest and the file system's own needs */
    FRAME_SHARE = 8192,      /* what frames a dense file in a ZIP: less than its size by this */
};

struct writing {
    const struct package_options *options;
    const struct package_part *parts;
    size_t n_parts;
    struct package_watch watch;
    struct package_result *ret;
    char *target, *packed; /* what is made; the ZIP on its way, NULL for a folder */
    struct partial partial;
    struct stat folder; /* of the target: the disk it was when we began */
};

/* ---- before */
static bool name_is_usable(const char *name)
{
    return name && strlen(name) <= PACKAGE_NAME_MAX && !strchr(name, '/') && package_path_is_safe(name);
}

static bool parts_are_sound(const struct package_part *parts, size_t n_parts)
{
    struct manifest manifest = {.about = json_object(), .count = n_parts};
    size_t size = 0;
    manifest.files = bytes_alloc((n_parts + 1) * sizeof *manifest.files);
    for (size_t i = 0; i < n_parts; i++)
        memcpy(manifest.files[i].name, parts[i].name, sizeof parts[i].name);
    free(manifest_text(&manifest, &size)); /* sorts */
    bool is_sound = n_parts <= PACKAGE_FILES_MAX && manifest_is_sound(&manifest);
    manifest_done(&manifest);
    return is_sound;
}

static enum package_fault look_at_target(struct writing *writing)
{
    const struct package_options *options = writing->options;
    struct stat status;
    if (!name_is_usable(options->name) || !json_is_object(options->about) ||
        !parts_are_sound(writing->parts, writing->n_parts))
        return package_says(writing->ret, PACKAGE_SOURCE, options->name ? options->name : "",
                            "not a usable name");
    if (stat(options->folder, &writing->folder) != 0)
        return package_failed(writing->ret, options->folder, errno);
    if (!S_ISDIR(writing->folder.st_mode))
        return package_failed(writing->ret, options->folder, ENOTDIR);
    if (lstat(writing->target, &status) == 0)
        return package_failed(writing->ret, writing->target, EEXIST);
    return errno == ENOENT ? PACKAGE_OK : package_failed(writing->ret, writing->target, errno);
}

/* The stick may have been pulled, and its folder be another one now. */
static enum package_fault same_target(const struct writing *writing)
{
    struct stat now;
    const char *folder = writing->options->folder;
    if (stat(folder, &now) != 0)
        return package_failed(writing->ret, folder, errno);
    if (now.st_dev == writing->folder.st_dev && now.st_ino == writing->folder.st_ino)
        return PACKAGE_OK;
    return package_failed(writing->ret, folder, ENODEV);
}

static enum package_fault ask_room(const struct writing *writing, const char *folder, uint64_t bytes)
{
    int64_t room = folder_room(folder);
    if (room < 0)
        return package_failed(writing->ret, folder, (int)room);
    return (uint64_t)room >= bytes ? PACKAGE_OK : package_failed(writing->ret, folder, ENOSPC);
}

/* ---- parts */

/* Whose fault was it that a part could not be made: the disk's, or the part's own? */
static enum package_fault blame(struct writing *writing, const char *name, int error)
{
    enum package_fault fault = same_target(writing);
    if (fault != PACKAGE_OK)
        return fault;
    fault = package_fault_of(-error);
    if (fault == PACKAGE_TARGET_FULL || error == -EROFS || error == -ECANCELED)
        return package_failed(writing->ret, name, error);
    int probe = partial_probe(&writing->partial);
    if (probe != 0)
        return package_failed(writing->ret, name, probe);
    return package_says(writing->ret, PACKAGE_SOURCE, name, strerror(-error));
}

static enum package_fault make_part(struct writing *writing, const struct package_part *part)
{
    struct partial *partial = &writing->partial;
    if (partial_has(partial, part->name)) {
        writing->ret->kept++;
        return watch_add(&writing->watch, part->about) ? PACKAGE_OK : PACKAGE_CANCELLED;
    }
    char *path = bytes_format("%s/%s", partial->path, part->name);
    int error = package_make_folders(partial->path, part->name);
    if (error == 0)
        error = part->write(part->arg, path);
    free(path);
    uint64_t size = 0;
    if (error == 0)
        error = partial_take(partial, part->name, &size);
    if (error != 0)
        return blame(writing, part->name, error);
    return watch_add(&writing->watch, part->about ? part->about : size) ? PACKAGE_OK : PACKAGE_CANCELLED;
}

static enum package_fault make_parts(struct writing *writing)
{
    uint64_t total = 0, missing = ROOM_SPARE;
    for (size_t i = 0; i < writing->n_parts; i++) {
        total += writing->parts[i].about;
        missing += partial_has(&writing->partial, writing->parts[i].name) ? 0 : writing->parts[i].about;
    }
    enum package_fault fault = ask_room(writing, writing->partial.path, missing);
    watch_phase(&writing->watch, "making", total);
    if (fault == PACKAGE_OK && writing->watch.is_stopped)
        return PACKAGE_CANCELLED;
    for (size_t i = 0; fault == PACKAGE_OK && i < writing->n_parts; i++)
        fault = make_part(writing, &writing->parts[i]);
    return fault;
}

/* ---- the folder */
static enum package_fault open_partial(struct writing *writing)
{
    const struct package_options *options = writing->options;
    const struct partial_options wanted = {
        .folder = options->passphrase ? options->staging : options->folder,
        .name = options->name,
        .about = options->about,
        .at_us = options->at_us,
        .parts = writing->parts,
        .n_parts = writing->n_parts,
        .is_staging = writing->packed != NULL,
    };
    int error = partial_open(&writing->partial, &wanted, &writing->watch);
    if (error == 0)
        return PACKAGE_OK;
    return error == -EWOULDBLOCK
               ? package_says(writing->ret, PACKAGE_TARGET_EXISTS, options->name, "is being made already")
               : package_failed(writing->ret, options->name, error);
}

static enum package_fault finish_folder(struct writing *writing, struct manifest *ret_manifest)
{
    int error = partial_seal(&writing->partial);
    if (error != 0)
        return package_failed(writing->ret, PACKAGE_MANIFEST, error);
    /* What was only staged is not read back by itself: the look into the finished ZIP compares what comes out of it with
     * the sums taken when each part was made, so that nothing between the two goes unseen. */
    if (writing->packed)
        return package_read_manifest(writing->partial.path, ret_manifest, writing->ret);
    enum package_fault fault = package_check_folder(writing->partial.path, PARTIAL_STATE, &writing->watch,
                                                    ret_manifest, writing->ret);
    /* nobody else writes there: what is gone or altered was not kept by the disk */
    return fault == PACKAGE_BROKEN && same_target(writing) != PACKAGE_OK ? PACKAGE_TARGET_GONE : fault;
}

/* ---- the ZIP */
static enum package_fault pack(struct writing *writing, const struct manifest *manifest)
{
    const struct package_options *options = writing->options;
    struct manifest checked = {0};
    uint64_t dense = ROOM_SPARE;
    for (size_t i = 0; i < manifest->count; i++)
        if (!package_zip_is_text(manifest->files[i].name))
            dense += manifest->files[i].size + manifest->files[i].size / FRAME_SHARE;
    unlink(writing->packed); /* an interrupted run's */
    enum package_fault fault = ask_room(writing, options->folder, dense);
    if (fault == PACKAGE_OK)
        fault = package_pack_zip(writing->partial.path, manifest, writing->packed, options->passphrase,
                                 options->at_us, &writing->watch, writing->ret);
    if (fault == PACKAGE_OK)
        fault = same_target(writing);
    if (fault == PACKAGE_OK)
        fault =
            package_check_zip(writing->packed, options->passphrase, &writing->watch, &checked, writing->ret);
    manifest_done(&checked);
    if (fault == PACKAGE_OK)
        package_remove(
            writing->partial.path); /* before the name, so that a crash leaves nobody's data there */
    return fault;
}

/* ---- the whole */
static enum package_fault give_name(struct writing *writing)
{
    const char *from = writing->packed ? writing->packed : writing->partial.path;
    enum package_fault fault = same_target(writing);
    if (fault != PACKAGE_OK)
        return fault;
    int error = writing->packed ? 0 : partial_finish(&writing->partial);
    if (error == 0)
        error = package_move(from, writing->target);
    if (error == 0)
        error = folder_sync(writing->options->folder);
    if (error != 0)
        return package_failed(writing->ret, writing->target, error);
    return same_target(writing);
}

static enum package_fault write_all(struct writing *writing, struct manifest *ret_manifest)
{
    enum package_fault fault = look_at_target(writing);
    if (fault == PACKAGE_OK)
        fault = open_partial(writing);
    if (fault == PACKAGE_OK)
        fault = make_parts(writing);
    if (fault == PACKAGE_OK)
        fault = finish_folder(writing, ret_manifest);
    if (fault == PACKAGE_OK && writing->packed)
        fault = pack(writing, ret_manifest);
    if (fault == PACKAGE_OK)
        fault = give_name(writing);
    return fault;
}

/* What is left behind: on a disk that is gone a part of a folder, to be taken up again once it is back. What was staged for
 * a ZIP holds people and goes in any case. */
static void clean_up(struct writing *writing, enum package_fault fault)
{
    if (!writing->partial.path)
        return;
    if (writing->packed || (fault != PACKAGE_OK && fault != PACKAGE_TARGET_GONE))
        package_remove(writing->partial.path);
    if (writing->packed && fault != PACKAGE_OK)
        unlink(writing->packed);
    partial_close(&writing->partial);
}

enum package_fault package_write(const struct package_options *options, const struct package_part *parts,
                                 size_t n_parts, struct package_result *ret)
{
    struct manifest manifest = {0};
    struct writing writing = {
        .options = options,
        .parts = parts,
        .n_parts = n_parts,
        .watch = {.progress = options->progress, .arg = options->progress_arg},
        .ret = ret,
        .target = bytes_format("%s/%s%s", options->folder, options->name, options->passphrase ? ".zip" : ""),
        .packed =
            options->passphrase ? bytes_format("%s/.%s.zip.partial", options->folder, options->name) : NULL,
    };
    *ret = (struct package_result){0};
    enum package_fault fault = write_all(&writing, &manifest);
    clean_up(&writing, fault);
    if (fault == PACKAGE_OK) {
        ret->files = manifest.count;
        ret->bytes = manifest.bytes;
        ret->path = writing.target;
    } else {
        free(writing.target);
    }
    manifest_done(&manifest);
    free(writing.packed);
    return fault;
}
