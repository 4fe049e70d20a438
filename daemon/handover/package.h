/* A package: a folder, or one AES-256 ZIP of it, that is either whole or not there.
 *
 * Written under a temporary name beside its place (".NAME.partial"), every file synced, read back from the disk and
 * compared, the manifest last, then renamed and the folder synced. What an interrupted run left is taken up again where it
 * fits (the same "about", the same program, the same bytes), else thrown away.
 *
 * manifest.json lists every file with size and SHA-256, manifest.sha256 holds its own sum in the form of sha256sum(1). A
 * package with a file too many, too few or altered does not verify. A ZIP's comment ends in the SHA-256 of every byte before
 * it, so that damage is told apart from a wrong passphrase. A folder of the same parts and "about" is the same byte for
 * byte; a ZIP holds the same files, sealed with fresh salts. Knows nothing of events. Blocking. */
#ifndef HANDOVER_PACKAGE_H
#define HANDOVER_PACKAGE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk/problem.h"

enum package_fault {
    PACKAGE_OK = 0,
    PACKAGE_TARGET_EXISTS,
    PACKAGE_TARGET_GONE,      /* the stick was pulled: EIO, ENODEV, ENOENT, ESTALE, ENXIO */
    PACKAGE_TARGET_FULL,      /* ENOSPC, EDQUOT, EFBIG */
    PACKAGE_TARGET_READ_ONLY, /* EROFS, EACCES, EPERM */
    PACKAGE_BROKEN,           /* does not verify */
    PACKAGE_PASSPHRASE_WRONG,
    PACKAGE_SOURCE, /* a part could not be made */
    PACKAGE_CANCELLED,
    PACKAGE_FAULT_COUNT
};
enum { PACKAGE_PATH_SIZE = 128, PACKAGE_NAME_MAX = 200, PACKAGE_FILES_MAX = 200000 };
struct package_part {
    char name[PACKAGE_PATH_SIZE]; /* path in the package, '/' between; safe everywhere (name_template.h) */
    /* Writes the whole file at `path`, which does not exist. 0 or -errno. Called at most once. */
    int (*write)(void *arg, const char *path);
    void *arg;
    uint64_t about; /* bytes expected, for the progress; 0: unknown */
};
struct package_progress {
    const char *phase;    /* "making" "packing" "checking" */
    uint64_t done, total; /* bytes */
};
struct package_options {
    const char *folder, *name; /* made as FOLDER/NAME or FOLDER/NAME.zip */
    const char *passphrase;    /* NULL: a folder; else the ZIP's */
    const char
        *staging; /* ZIP: a private folder (0700) on a disk of our own for the parts before they are packed */
    const json_t *about; /* the manifest's "about" object: kind, event, position, head ...; borrowed */
    int64_t
        at_us; /* the time that every file and entry bears, UTC, so that they come out the same each time */
    /* true: stop. May be NULL. Called often, on the caller's thread. */
    bool (*progress)(void *arg, const struct package_progress *);
    void *progress_arg;
};
struct package_result {
    char *path;            /* what was made; free() */
    char digest[65];       /* SHA-256 of manifest.json, hexadecimal */
    uint64_t files, bytes; /* without the manifest */
    uint64_t kept;         /* files of an interrupted run that were taken up again */
    bool is_file_limit; /* PACKAGE_TARGET_FULL: the file system takes no file of that size (FAT32: 4 GiB) */
    char detail[256];   /* of a fault: the file and the system's words */
};
enum package_fault package_write(const struct package_options *, const struct package_part *parts,
                                 size_t n_parts, struct package_result *ret);
/* passphrase may be NULL for a folder. *ret->path stays NULL. A path that cannot be read is PACKAGE_TARGET_GONE. */
enum package_fault package_verify(const char *path, const char *passphrase, json_t **ret_about,
                                  struct package_result *ret);
/* The same with the phase "checking" told; progress may be NULL. */
enum package_fault package_verify_watched(const char *path, const char *passphrase,
                                          bool (*progress)(void *arg, const struct package_progress *),
                                          void *progress_arg, json_t **ret_about, struct package_result *ret);
/* What a person is told of a fault. PROBLEM_NONE for PACKAGE_OK and PACKAGE_CANCELLED. */
enum problem package_problem(enum package_fault);
/* The words, which may say more than the problem's own. */
const char *package_words_zh(enum package_fault, const struct package_result *);
const char *package_words_en(enum package_fault, const struct package_result *);
/* Removes a file or a folder with all in it, of whatever an interrupted run left; what cannot be removed stays. */
void package_remove(const char *path);
/* 25 letters and digits without 0 O 1 I L, in five groups: 120 bits and more. */
enum { PASSPHRASE_SIZE = 30 };
void package_passphrase(char ret_text[static PASSPHRASE_SIZE]);

#endif
