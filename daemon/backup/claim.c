/* The claim file: its text, its place, and what one that was found means. Any thread. */
#include "backup/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"

enum { CLAIM_TEXT_MAX = 1024, HASH_DIGITS = 2 * JOURNAL_HASH_SIZE, COPY_DIGITS = COPY_ID_SIZE - 1 };
#define CLAIM_MARK "claim 1"

void claim_of(const struct journal_copy *copy, struct claim *ret)
{
    *ret = (struct claim){.moves = copy->moves, .seq = copy->seq};
    memcpy(ret->event, copy->event, sizeof ret->event);
    memcpy(ret->copy, copy->copy, sizeof ret->copy);
    memcpy(ret->head, copy->head, sizeof ret->head);
}

char *claim_text(const struct claim *claim)
{
    char event[HASH_DIGITS + 1], head[HASH_DIGITS + 1];
    hex_encode(claim->event, sizeof claim->event, event);
    hex_encode(claim->head, sizeof claim->head, head);
    return bytes_format("{\"paihao\":\"" CLAIM_MARK "\",\"event\":\"%s\",\"moves\":%" PRIu32
                        ",\"copy\":\"%s\",\"seq\":%" PRIu64 ",\"head\":\"%s\"}\n",
                        event, claim->moves, claim->copy, claim->seq, head);
}

static bool take_hash(const char *text, uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    return strlen(text) == HASH_DIGITS &&
           hex_decode(text, HASH_DIGITS, ret_hash, JOURNAL_HASH_SIZE) == JOURNAL_HASH_SIZE;
}

static bool is_copy_id(const char *text)
{
    return *text == '\0' || (strlen(text) == COPY_DIGITS && strspn(text, "0123456789abcdef") == COPY_DIGITS);
}

static bool take_members(json_t *json, struct claim *ret)
{
    const char *mark, *event, *copy, *head;
    json_int_t moves, seq;
    struct claim claim = {.moves = 0};
    if (json_unpack(json, "{s:s, s:s, s:I, s:s, s:I, s:s !}", "paihao", &mark, "event", &event, "moves",
                    &moves, "copy", &copy, "seq", &seq, "head", &head) != 0 ||
        strcmp(mark, CLAIM_MARK) != 0 || moves < 0 || moves > CLAIM_MOVES_MOST || seq < 1 ||
        !is_copy_id(copy) || (moves == 0) != (*copy == '\0') || !take_hash(event, claim.event) ||
        !take_hash(head, claim.head))
        return false;
    claim.moves = (uint32_t)moves;
    claim.seq = (uint64_t)seq;
    memcpy(claim.copy, copy, strlen(copy) + 1);
    *ret = claim;
    return true;
}

bool claim_parse(const char *text, size_t size, struct claim *ret)
{
    json_t *json = size <= CLAIM_TEXT_MAX ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const bool is_claim = json && take_members(json, ret);
    json_decref(json);
    return is_claim;
}

bool claim_equal(const struct claim *one, const struct claim *other)
{
    return one->moves == other->moves && one->seq == other->seq && strcmp(one->copy, other->copy) == 0 &&
           memcmp(one->event, other->event, sizeof one->event) == 0 &&
           memcmp(one->head, other->head, sizeof one->head) == 0;
}

char *claim_path(const char *folder, const uint8_t event[static JOURNAL_HASH_SIZE])
{
    enum { NAME_BYTES = 8 };
    char name[2 * NAME_BYTES + 1];
    hex_encode(event, NAME_BYTES, name);
    return bytes_format("%s/paihao-claim-%s.json", folder, name);
}

int claim_read(const char *path, struct claim *ret)
{
    char *text = NULL;
    size_t size;
    int error = file_read(path, CLAIM_TEXT_MAX, &text, &size);
    if (error != 0)
        return error == -EFBIG ? -EBADMSG : error;
    error = claim_parse(text, size, ret) ? 0 : -EBADMSG;
    free(text);
    return error;
}

static int write_aside(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    const ssize_t size = (ssize_t)strlen(text), written = write(fd, text, (size_t)size);
    int error = written < 0 ? -errno : written != size ? -ENOSPC : fsync(fd) != 0 ? -errno : 0;
    if (close(fd) != 0 && error == 0)
        error = -errno;
    return error;
}

int claim_write(const char *path, const struct claim *claim)
{
    char *text = claim_text(claim), *aside = bytes_format("%s.new", path), *folder = bytes_text(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int error = write_aside(aside, text);
    if (error == 0 && rename(aside, path) != 0)
        error = -errno;
    if (error != 0)
        unlink(aside);
    else
        error = folder_sync(slash ? folder : ".");
    free(folder);
    free(aside);
    free(text);
    return error;
}

enum claim_verdict claim_judge(const struct claim *claim, const struct journal_copy *own,
                               const char *database)
{
    uint8_t hash[JOURNAL_HASH_SIZE];
    if (memcmp(claim->event, own->event, sizeof own->event) != 0)
        return CLAIM_OURS; /* of another event: says nothing of this one */
    if (claim->moves != own->moves)
        return claim->moves > own->moves ? CLAIM_LATER : CLAIM_OLDER;
    if (strcmp(claim->copy, own->copy) != 0)
        return CLAIM_APART;
    enum journal_fault fault = journal_hash_at(database, claim->seq, hash);
    if (fault == JOURNAL_MISSING)
        return CLAIM_APART; /* it went on without us */
    return fault == JOURNAL_OK && memcmp(hash, claim->head, sizeof hash) != 0 ? CLAIM_APART : CLAIM_OURS;
}
