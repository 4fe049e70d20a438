/* Files: whole reads, durable writes, the lock that says which process owns a data directory. */
#ifndef BASE_FILES_H
#define BASE_FILES_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads a whole file of at most `most` bytes. Gives *ret_data (NUL-terminated, free()). 0 or -errno (-EFBIG). */
int file_read(const char *path, size_t most, char **ret_data, size_t *ret_size);
/* Writes beside the target, fsyncs file and folder, renames. 0 or -errno; an old file stays whole on failure. */
int file_write_durably(const char *path, const void *data, size_t size, mode_t mode);
/* As above but never replaces: -EEXIST. */
int file_create_durably(const char *path, const void *data, size_t size, mode_t mode);
/* Overwrites with random bytes, fsyncs, unlinks, fsyncs the folder. 0, also when there is no such file; or -errno. A
 * symbolic link is taken away, what it points to is left alone. */
int file_destroy(const char *path);
int folder_sync(const char *path);
/* Bytes that may still be written in this folder's file system, or -errno. */
int64_t folder_room(const char *path);

/* Takes the exclusive lock DATA_DIR/lock and writes our pid into it. Returns a descriptor to close(), -EWOULDBLOCK
 * when another process holds it (*ret_holder: its pid, 0 if unknown), or another -errno. */
int data_lock(const char *data_dir, pid_t *ret_holder);

#endif
