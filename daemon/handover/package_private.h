/* Inside of the packages: what writing, packing and verifying share. */
#ifndef HANDOVER_PACKAGE_PRIVATE_H
#define HANDOVER_PACKAGE_PRIVATE_H
#include "handover/package.h"
#include "handover/package_manifest.h"

#define PACKAGE_MANIFEST     "manifest.json"
#define PACKAGE_MANIFEST_SUM "manifest.sha256"
#define PACKAGE_ZIP_COMMENT  "paihao package, SHA-256 of all before it: "

/* ---- the progress, and whether to go on */
struct package_watch {
    bool (*progress)(void *arg, const struct package_progress *); /* NULL: nobody watches */
    void *arg;
    struct package_progress now;
    bool is_stopped;
};
void watch_phase(struct package_watch *, const char *phase, uint64_t total);
/* false: stop. watch may be NULL. */
bool watch_add(struct package_watch *, uint64_t bytes);

/* ---- faults */
/* What a failing system call on the target means. */
enum package_fault package_fault_of(int error);
/* Fills ret->detail with the file and the system's words, and gives package_fault_of(error). */
enum package_fault package_failed(struct package_result *ret, const char *file, int error);
/* The same with words of our own. */
enum package_fault package_says(struct package_result *ret, enum package_fault, const char *file,
                                const char *words);

/* ---- files */
/* SHA-256 and size of what can be read from the descriptor's start, at most `most` bytes; *ret_size is most + 1 when there
 * are more. from_disk: what is kept in memory of it is dropped first. 0, -ECANCELED or -errno. */
int package_digest(int fd, bool from_disk, uint64_t most, struct package_watch *,
                   uint8_t ret_sum[static PACKAGE_SUM_SIZE], uint64_t *ret_size);
/* Has the disk begin on bytes that were just written (size 0: to the end), so that it works while we do; who wants them safe still syncs. */
void package_begin_sync(int fd, uint64_t from, uint64_t size);
/* A new file, synced. 0 or -errno. */
int package_write_file(const char *path, const void *data, size_t size);
/* Moves without ever replacing. 0 or -errno (-EEXIST). */
int package_move(const char *from, const char *to);
/* Makes the folders that a file of that name needs. 0 or -errno. */
int package_make_folders(const char *root, const char *name);
/* The text of manifest.sha256, to free(); ret_hex: the sum alone. */
char *package_sum_line(const char *manifest, size_t size, char ret_hex[static 2 * PACKAGE_SUM_SIZE + 1]);

/* ---- checking; both fill *ret_manifest, to manifest_done(), only on PACKAGE_OK */
/* besides: one more file that may be there, NULL: none. */
enum package_fault package_check_folder(const char *path, const char *besides, struct package_watch *,
                                        struct manifest *ret_manifest, struct package_result *ret);
enum package_fault package_check_zip(const char *path, const char *passphrase, struct package_watch *,
                                     struct manifest *ret_manifest, struct package_result *ret);
/* A folder's manifest alone: what is in it is looked at elsewhere. */
enum package_fault package_read_manifest(const char *path, struct manifest *ret_manifest,
                                         struct package_result *ret);
/* The two texts of a package agree and are a manifest. Fills ret->digest. */
enum package_fault package_take_manifest(const char *text, size_t size, const char *sum, size_t sum_size,
                                         struct manifest *ret_manifest, struct package_result *ret);

/* ---- packing: the folder `home`, whole already, into the new file `path`; synced */
enum package_fault package_pack_zip(const char *home, const struct manifest *, const char *path,
                                    const char *passphrase, int64_t at_us, struct package_watch *,
                                    struct package_result *ret);
/* Is a file of that name made smaller on the way in? Workbooks and photographs are dense already. */
bool package_zip_is_text(const char *name);

#endif
