/* Making one backup, and which of those in a folder are ours. Never touches a file whose name is not exactly one of ours. */
#include "backup/backup_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/claim.h"
#include "base/bytes.h"
#include "base/files.h"

enum { EVENT_BYTES = 6, COPY_DIGITS = 8, SEQ_DIGITS = 10 };

/* ---- names: paihao-EVENT- for the event, paihao-EVENT-MOVES-COPY- for a copy of it, then SEQ.db */
static char *event_prefix(const uint8_t event[static JOURNAL_HASH_SIZE])
{
    char id[2 * EVENT_BYTES + 1];
    hex_encode(event, EVENT_BYTES, id);
    return bytes_format("paihao-%s-", id);
}

static char *copy_prefix(const struct journal_copy *copy)
{
    char *event = event_prefix(copy->event);
    char *prefix = bytes_format("%s%03" PRIu32 "-%.*s-", event, copy->moves, (int)COPY_DIGITS,
                                *copy->copy ? copy->copy : "00000000");
    free(event);
    return prefix;
}

/* The position in a name of ours, 0: not one. */
static uint64_t seq_of(const char *name, const char *prefix)
{
    uint64_t seq = 0;
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return 0;
    name += strlen(prefix);
    const size_t digits = strspn(name, "0123456789");
    if (digits < SEQ_DIGITS || digits > 19 || strcmp(name + digits, ".db") != 0)
        return 0;
    for (size_t i = 0; i < digits; i++)
        seq = seq * 10 + (uint64_t)(name[i] - '0');
    return seq;
}

/* What a crash left of a backup under way. */
static bool is_rest(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0 && strncmp(name + strlen(prefix), "making", 6) == 0;
}

/* ---- the folder */
static enum problem problem_of_errno(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PROBLEM_TARGET_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return PROBLEM_TARGET_READ_ONLY;
    default: /* ENOENT, ENODEV, EIO ...: whatever it was, it is not there as it should be */
        return PROBLEM_TARGET_GONE;
    }
}

enum problem backup_folder_check(const char *folder, char **ret_detail)
{
    struct stat status;
    int error = 0;
    if (stat(folder, &status) != 0)
        error = errno;
    else if (!S_ISDIR(status.st_mode))
        error = ENOTDIR;
    else if (eaccess(folder, W_OK | X_OK) != 0)
        error = errno;
    if (error)
        *ret_detail = bytes_text(strerror(error));
    return error ? problem_of_errno(error) : PROBLEM_NONE;
}

static bool is_same_disk(const struct config *config)
{
    struct stat data, folder;
    return stat(config->data_dir, &data) == 0 && stat(config->backup_folder, &folder) == 0 &&
           data.st_dev == folder.st_dev;
}

static int compare_u64(const void *one, const void *other)
{
    const uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

/* The positions of one copy's backups, lowest first; free(). */
static uint64_t *positions(const char *folder, const char *prefix, size_t *ret_count)
{
    uint64_t *seqs = NULL;
    size_t count = 0;
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        const uint64_t seq = seq_of(entry->d_name, prefix);
        if (!seq)
            continue;
        seqs = bytes_resize(seqs, (count + 1) * sizeof *seqs);
        seqs[count++] = seq;
    }
    if (stream)
        closedir(stream);
    if (count)
        qsort(seqs, count, sizeof *seqs, compare_u64);
    *ret_count = count;
    return seqs;
}

static void remove_rests(const char *folder, const char *prefix)
{
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_rest(entry->d_name, prefix))
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
}

/* Called when one more is there and proved: that one is the newest, so a good one always stays. */
static void remove_oldest(const struct config *config, const char *prefix, uint64_t newest)
{
    size_t count;
    uint64_t *seqs = positions(config->backup_folder, prefix, &count);
    for (size_t i = 0; i + config->backup_keep < count; i++) {
        if (seqs[i] >= newest)
            continue;
        char *path =
            bytes_format("%s/%s%0*" PRIu64 ".db", config->backup_folder, prefix, (int)SEQ_DIGITS, seqs[i]);
        unlink(path);
        free(path);
    }
    free(seqs);
}

/* ---- one backup */
static void fail(struct backup_made *made, enum problem problem, const char *detail)
{
    made->problem = problem;
    snprintf(made->detail, sizeof made->detail, "%s", detail);
}

/* The stick may be pulled while the copy is proved: what is found wrong then is the stick's. */
static void prove(const struct config *config, const char *path, struct backup_made *made)
{
    struct journal_report report = {0};
    enum journal_fault fault = journal_verify_file(path, config->key_file, &report);
    char *detail = NULL;
    if (fault == JOURNAL_OK && !report.problem[0])
        return;
    enum problem folder =
        access(path, R_OK) == 0 ? backup_folder_check(config->backup_folder, &detail) : PROBLEM_TARGET_GONE;
    if (folder || fault == JOURNAL_IO)
        fail(made, folder ? folder : PROBLEM_TARGET_GONE, detail ? detail : journal_fault_text(JOURNAL_IO));
    else
        fail(made, PROBLEM_STORE_FAILED, report.problem[0] ? report.problem : journal_fault_text(fault));
    free(detail);
}

static void copy_and_prove(const struct config *config, const char *database, const char *aside,
                           struct backup_made *made)
{
    uint8_t head[JOURNAL_HASH_SIZE];
    int error = 0;
    enum journal_fault fault = journal_copy_file(database, aside, &made->seq, head, &error);
    if (fault == JOURNAL_OK)
        prove(config, aside, made);
    else if (error || fault == JOURNAL_CORRUPT || fault == JOURNAL_IO)
        fail(made, error ? problem_of_errno(-error) : PROBLEM_TARGET_GONE,
             error ? strerror(-error) : journal_fault_text(fault));
    else
        fail(made, fault == JOURNAL_FULL ? PROBLEM_TARGET_FULL : PROBLEM_STORE_FAILED,
             journal_fault_text(fault));
}

static void give_name(const struct config *config, const char *prefix, const char *aside,
                      struct backup_made *made)
{
    char *path =
        bytes_format("%s/%s%0*" PRIu64 ".db", config->backup_folder, prefix, (int)SEQ_DIGITS, made->seq);
    int error = 0;
    made->is_new = access(path, F_OK) != 0;
    if (made->is_new && rename(aside, path) != 0)
        error = -errno;
    if (error == 0)
        error = folder_sync(config->backup_folder);
    if (error != 0)
        fail(made, problem_of_errno(-error), strerror(-error));
    free(path);
}

/* The claim goes with it: as far as this copy is known to have gone. */
static void claim(const struct config *config, struct journal_copy *copy, struct backup_made *made)
{
    struct claim claim;
    char *path = claim_path(config->backup_folder, copy->event);
    claim_of(copy, &claim);
    int error = claim_write(path, &claim);
    if (error != 0)
        fail(made, problem_of_errno(-error), strerror(-error));
    free(path);
}

static void make(const struct config *config, const char *database, struct journal_copy *copy,
                 struct backup_made *made)
{
    char *prefix = copy_prefix(copy), *aside = bytes_format("%s/%smaking", config->backup_folder, prefix);
    remove_rests(config->backup_folder, prefix);
    copy_and_prove(config, database, aside, made);
    if (!made->problem)
        give_name(config, prefix, aside, made);
    if (made->problem || !made->is_new)
        unlink(aside);
    if (!made->problem)
        claim(config, copy, made);
    if (!made->problem)
        remove_oldest(config, prefix, made->seq);
    free(aside);
    free(prefix);
}

void backup_write(const struct config *config, struct backup_made *ret)
{
    struct backup_made made = {.is_same_disk = is_same_disk(config)};
    struct journal_copy copy;
    char *database = journal_database(config->data_dir), *detail = NULL;
    enum problem problem = backup_folder_check(config->backup_folder, &detail);
    if (problem) {
        fail(&made, problem, detail);
    } else {
        enum journal_fault fault = journal_look(database, &copy, &detail);
        if (fault != JOURNAL_OK || !copy.exists)
            fail(&made, PROBLEM_STORE_FAILED, detail ? detail : journal_fault_text(fault));
        else
            make(config, database, &copy, &made);
    }
    free(detail);
    free(database);
    *ret = made;
}

uint64_t backup_latest(const struct config *config)
{
    struct journal_copy copy;
    char *database = journal_database(config->data_dir);
    uint64_t latest = 0;
    if (journal_look(database, &copy, NULL) == JOURNAL_OK && copy.exists) {
        char *prefix = copy_prefix(&copy);
        size_t count;
        uint64_t *seqs = positions(config->backup_folder, prefix, &count);
        latest = count ? seqs[count - 1] : 0;
        free(seqs);
        free(prefix);
    }
    free(database);
    return latest;
}

static int compare_texts(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

char **backup_list(const char *folder, const uint8_t event[static JOURNAL_HASH_SIZE], size_t *ret_count)
{
    char *prefix = event_prefix(event), **list = bytes_alloc(sizeof *list);
    size_t count = 0;
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        list = bytes_resize(list, (count + 1) * sizeof *list);
        list[count++] = bytes_format("%s/%s", folder, entry->d_name);
    }
    if (stream)
        closedir(stream);
    qsort(list, count, sizeof *list, compare_texts);
    free(prefix);
    *ret_count = count;
    return list;
}
