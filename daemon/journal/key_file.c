/* Reads and makes the key file and derives the keys in use. Never prints or logs a key. Any thread. */
#include "journal/key_file.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/files.h"

#define FIRST_LINE "paihao key 1\n"
enum {
    FIRST_LINE_LENGTH = sizeof FIRST_LINE - 1,
    FILE_LENGTH = FIRST_LINE_LENGTH + 2 * JOURNAL_KEY_SIZE + 1,
};
static_assert(JOURNAL_KEY_SIZE == crypto_kdf_KEYBYTES, "master key");

static enum journal_fault wrong(char **ret_detail, const char *path, const char *why)
{
    *ret_detail = bytes_format("%s: %s", path, why);
    return JOURNAL_KEY_WRONG;
}

static void derive(const uint8_t master[static JOURNAL_KEY_SIZE], struct derived_keys *ret)
{
    static const char context[crypto_kdf_CONTEXTBYTES] = {'p', 'a', 'i', 'h', 'a', 'o', '-', '1'};
    crypto_kdf_derive_from_key(ret->keys.seal, JOURNAL_KEY_SIZE, 1, context, master);
    crypto_kdf_derive_from_key(ret->keys.digest, JOURNAL_KEY_SIZE, 2, context, master);
    crypto_kdf_derive_from_key(ret->check, JOURNAL_KEY_SIZE, 3, context, master);
}

enum journal_fault key_file_load(const char *path, struct derived_keys *ret, char **ret_detail)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return errno == ENOENT ? JOURNAL_KEY_MISSING : wrong(ret_detail, path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return wrong(ret_detail, path, "not a regular file");
    if (status.st_mode & 077)
        return wrong(ret_detail, path, "its mode lets others in; it must be 0600");

    char *text;
    size_t size;
    int error = file_read(path, FILE_LENGTH, &text, &size);
    if (error)
        return wrong(ret_detail, path, error == -EFBIG ? "too long for a key file" : strerror(-error));

    uint8_t master[JOURNAL_KEY_SIZE];
    bool is_key =
        size == FILE_LENGTH && memcmp(text, FIRST_LINE, FIRST_LINE_LENGTH) == 0 &&
        text[FILE_LENGTH - 1] == '\n' &&
        hex_decode(text + FIRST_LINE_LENGTH, 2 * sizeof master, master, sizeof master) == sizeof master;
    wipe_bytes(text, size);
    free(text);
    if (!is_key)
        return wrong(ret_detail, path, "damaged, or not a key file");
    derive(master, ret);
    wipe_bytes(master, sizeof master);
    return JOURNAL_OK;
}

enum journal_fault key_file_create(const char *path, char **ret_detail)
{
    uint8_t master[JOURNAL_KEY_SIZE];
    char text[FILE_LENGTH + 1] = FIRST_LINE;
    random_bytes(master, sizeof master);
    hex_encode(master, sizeof master, text + FIRST_LINE_LENGTH);
    text[FILE_LENGTH - 1] = '\n';
    int error = file_create_durably(path, text, FILE_LENGTH, 0600);
    wipe_bytes(master, sizeof master);
    wipe_bytes(text, sizeof text);
    if (!error)
        return JOURNAL_OK;
    *ret_detail = bytes_format("%s: %s", path, strerror(-error));
    return JOURNAL_KEY_UNWRITABLE;
}
