/* Destroying files, in the order of purge.h. On the thread of the tool, which holds the data lock. Follows no symbolic link. */
#include "handover/purge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"

/* ---- what is here */

/* A stick may be mounted inside of the data folder. What is on it is not of this copy alone. */
static bool is_other_disk(const char *data_dir, const char *path)
{
    struct stat here, there;
    return stat(data_dir, &here) == 0 && lstat(path, &there) == 0 && here.st_dev != there.st_dev;
}

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* The file may be another copy's as well. */
static bool has_two_names(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 &&
           (S_ISLNK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 1));
}

/* ---- counts */
static uint64_t count_in(const char *data_dir, const char *name)
{
    uint64_t count = 0;
    char *path = bytes_format("%s/%s", data_dir, name);
    DIR *stream = is_other_disk(data_dir, path) ? NULL : opendir(path);
    struct stat status;
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        count += entry->d_name[0] != '.' &&
                 fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                 !S_ISDIR(status.st_mode); /* halves are made in folders of their own */
    if (stream)
        closedir(stream);
    free(path);
    return count;
}

void purge_count(const struct config *config, const struct journal_copy *copy, struct purge_counts *ret)
{
    *ret = (struct purge_counts){
        .people = copy->people,
        .credentials = copy->credentials,
        .reasons = copy->reasons,
        .packages = count_in(config->data_dir, "handover"),
        .backups = count_in(config->data_dir, "backup"),
    };
}

#define COUNTS                                                                                               \
    "people %" PRIu64 " credentials %" PRIu64 " reasons %" PRIu64 " packages %" PRIu64 " backups %" PRIu64

void purge_counts_text(const struct purge_counts *counts, char ret_text[static ENTRY_TEXT_MAX + 1])
{
    snprintf(ret_text, ENTRY_TEXT_MAX + 1, COUNTS, counts->people, counts->credentials, counts->reasons,
             counts->packages, counts->backups);
}

bool purge_counts_parse(const char *text, struct purge_counts *ret)
{
    struct purge_counts counts;
    char again[ENTRY_TEXT_MAX + 1];
    if (sscanf(text,
               "people %" SCNu64 " credentials %" SCNu64 " reasons %" SCNu64 " packages %" SCNu64
               " backups %" SCNu64,
               &counts.people, &counts.credentials, &counts.reasons, &counts.packages, &counts.backups) != 5)
        return false;
    purge_counts_text(&counts, again);
    if (strcmp(again, text) != 0)
        return false;
    *ret = counts;
    return true;
}

enum problem purge_record(const struct config *config, struct desk *desk, const char *device,
                          const struct purge_other *other)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = COMMAND_PURGED}};
    struct desk_answer answer;
    struct journal_copy copy;
    struct purge_counts counts;
    char *database = journal_database(config->data_dir);
    enum journal_fault fault = journal_look(database, &copy, NULL);
    free(database);
    if (fault != JOURNAL_OK)
        return PROBLEM_STORE_FAILED;
    purge_count(config, &copy, &counts);
    purge_counts_text(&counts, command.queue.text);
    snprintf(command.queue.device, sizeof command.queue.device, "%s", device);
    if (other) {
        command.queue.value = other->moves;
        purged_copy_text(other->seq, command.queue.extra);
    }
    desk_call(desk, &command, &answer);
    return answer.problem;
}

/* ---- files. Each returns 0 or -errno with what it was about in *ret_detail. */
static int told(int error, const char *path, char **ret_detail)
{
    if (error && !*ret_detail)
        *ret_detail = bytes_format("%s: %s", path, strerror(-error));
    return error;
}

static int destroy_tree(const char *path, char **ret_detail);

static int destroy_inside(const char *path, char **ret_detail)
{
    int error = 0;
    DIR *stream = opendir(path);
    if (!stream)
        return told(-errno, path, ret_detail);
    for (const struct dirent *entry; !error && (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inner = bytes_format("%s/%s", path, entry->d_name);
        error = destroy_tree(inner, ret_detail);
        free(inner);
    }
    closedir(stream);
    return error;
}

static int destroy_tree(const char *path, char **ret_detail)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? 0 : told(-errno, path, ret_detail);
    if (!S_ISDIR(status.st_mode))
        return told(file_destroy(path), path, ret_detail);
    int error = destroy_inside(path, ret_detail);
    if (!error && rmdir(path) != 0)
        error = told(-errno, path, ret_detail);
    return error;
}

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name), n = strlen(ending);
    return length >= n && strcmp(name + length - n, ending) == 0;
}

/* The journal itself, and what belongs to a running program. */
static bool stays(const char *name)
{
    static const char *const names[] = {"event.db", "event.db-wal", "event.db-shm",
                                        "lock",     "control.sock", "elsewhere.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Packages, backups, lists of numbers with names, keys, and halves of them that a crash left. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {"handover", "backup", "restoring", "secret.key", "event.db-journal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, ".new-", 5) == 0 || strstr(name, ".db.part-") ||
           (strncmp(name, "numbers-", 8) == 0 && ends_with(name, ".csv")) ||
           (strncmp(name, "event-", 6) == 0 && ends_with(name, ".db")) ||
           (strncmp(name, "paihao-", 7) == 0 && (ends_with(name, ".db") || ends_with(name, "-making")));
}

static bool is_ours_there(const char *folder, const char *name)
{
    char *path = bytes_format("%s/%s", folder, name);
    const bool is_one = is_ours(name) && !is_other_disk(folder, path);
    free(path);
    return is_one;
}

static char **list_folder(const char *folder, bool wants_ours, size_t *ret_count)
{
    char **list = bytes_alloc(sizeof *list);
    size_t count = 0;
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || stays(name) ||
            is_ours_there(folder, name) != wants_ours)
            continue;
        list = bytes_resize(list, (count + 1) * sizeof *list);
        list[count++] = bytes_text(name);
    }
    if (stream)
        closedir(stream);
    *ret_count = count;
    return list;
}

char **purge_left_alone(const struct config *config, size_t *ret_count)
{
    return list_folder(config->data_dir, false, ret_count);
}

static int destroy_files(const struct config *config, bool leaves_key, char **ret_detail)
{
    size_t count;
    char **list = list_folder(config->data_dir, true, &count);
    int error = 0;
    for (size_t i = 0; i < count; i++) {
        char *path = bytes_format("%s/%s", config->data_dir, list[i]);
        if (!error && !(leaves_key && strcmp(list[i], "secret.key") == 0 && has_two_names(path)))
            error = destroy_tree(path, ret_detail);
        free(path);
        free(list[i]);
    }
    free(list);
    return error ? error : told(folder_sync(config->data_dir), config->data_dir, ret_detail);
}

/* The key's folder may be another one: what a crash left there of a key half written. */
static bool is_half_key(const char *path, const char *name)
{
    enum { SUFFIX = 16, KEY_FILE_MOST = 4096 };
    static const char first[] = "paihao key";
    char *text = NULL;
    size_t size = 0;
    if (strncmp(name, ".new-", 5) != 0 || strspn(name + 5, "0123456789abcdef") != SUFFIX ||
        file_read(path, KEY_FILE_MOST, &text, &size) != 0)
        return false;
    const bool is_key = size >= strlen(first) && memcmp(text, first, strlen(first)) == 0;
    wipe_bytes(text, size);
    free(text);
    return is_key;
}

static char *key_folder(const struct config *config)
{
    const char *slash = strrchr(config->key_file, '/');
    return slash ? bytes_format("%.*s", slash == config->key_file ? 1 : (int)(slash - config->key_file),
                                config->key_file)
                 : bytes_text(".");
}

static bool is_same_folder(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool purge_leaves_key(const struct config *config, const struct journal_copy *copy)
{
    char *folder = key_folder(config);
    const bool is_inside = is_same_folder(folder, config->data_dir);
    free(folder);
    return copy->other_seq && (!is_inside || has_two_names(config->key_file));
}

static int destroy_half_keys(const struct config *config, char **ret_detail)
{
    char *folder = key_folder(config);
    int error = 0;
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && !error && (entry = readdir(stream));) {
        char *path = bytes_format("%s/%s", folder, entry->d_name);
        if (is_half_key(path, entry->d_name))
            error = told(file_destroy(path), path, ret_detail);
        free(path);
    }
    if (stream)
        closedir(stream);
    free(folder);
    return error;
}

/* A link alone is not the key. */
static int destroy_key(const struct config *config, char **ret_detail)
{
    char *real = is_link(config->key_file) ? realpath(config->key_file, NULL) : NULL;
    int error = real ? told(file_destroy(real), real, ret_detail) : 0;
    free(real);
    if (!error)
        error = told(file_destroy(config->key_file), config->key_file, ret_detail);
    return error ? error : destroy_half_keys(config, ret_detail);
}

enum journal_fault purge_finish(const struct config *config, char **ret_detail)
{
    char *detail = NULL, *database = journal_database(config->data_dir);
    struct journal_copy copy;
    enum journal_fault fault = journal_look(database, &copy, &detail);
    free(database);
    const bool leaves_key = !fault && purge_leaves_key(config, &copy);
    if (!fault && !leaves_key && destroy_key(config, &detail) != 0)
        fault = JOURNAL_IO;
    if (!fault)
        fault = journal_purge(config->data_dir, &detail);
    if (!fault && destroy_files(config, leaves_key, &detail) != 0)
        fault = JOURNAL_IO;
    if (fault)
        *ret_detail = detail;
    else
        free(detail);
    return fault;
}
