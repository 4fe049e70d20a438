/* Restoring, step by step, in DATA_DIR/restoring until the last rename. On the thread of the tool. */
#include "backup/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/copies.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "queue/queue.h"

enum { KEY_FILE_MOST = 4096 };

struct restoring {
    const struct config *config;
    char *folder, *key, *database; /* DATA_DIR/restoring, and what is made in it */
    char *target;                  /* DATA_DIR/event.db */
    char *beside;                  /* the folder of the backup */
    struct claim claim;
    bool has_claim, has_empty, has_same_key;
    struct restored *ret;
};

static bool fail(struct restoring *state, enum restore_result result, enum journal_fault fault,
                 const char *detail)
{
    state->ret->result = result;
    state->ret->fault = fault;
    snprintf(state->ret->detail, sizeof state->ret->detail, "%s",
             detail ? detail : journal_fault_text(fault));
    return false;
}

static bool fail_errno(struct restoring *state, const char *path, int error)
{
    char *detail = bytes_format("%s: %s", path, strerror(error));
    fail(state, RESTORE_FAILED, error == ENOSPC ? JOURNAL_FULL : JOURNAL_IO, detail);
    free(detail);
    return false;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? bytes_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : bytes_text(".");
}

/* What an earlier attempt left, halves of files too. */
static void clear(const struct restoring *state)
{
    DIR *stream = opendir(state->folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        char *path = bytes_format("%s/%s", state->folder, entry->d_name);
        if (strncmp(entry->d_name, "event.db", strlen("event.db")) == 0)
            unlink(path);
        else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            file_destroy(path); /* the key */
        free(path);
    }
    if (stream)
        closedir(stream);
    rmdir(state->folder);
}

/* No event, or a database of a first start of the service without one: that one, and its key, which has sealed nothing,
 * will make way. */
static bool is_free(struct restoring *state)
{
    struct journal_copy copy;
    struct stat status;
    if (lstat(state->target, &status) != 0)
        return errno == ENOENT || fail_errno(state, state->target, errno);
    enum journal_fault fault = journal_look(state->target, &copy, NULL);
    state->has_empty = fault == JOURNAL_OK ? !copy.exists && copy.people == 0 : fault == JOURNAL_MISSING;
    return state->has_empty || fail(state, RESTORE_EXISTS, JOURNAL_DUPLICATE, NULL);
}

static bool make_way(struct restoring *state)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    if (!state->has_empty)
        return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *path = bytes_format("%s%s", state->target, suffixes[i]);
        unlink(path);
        free(path);
    }
    int error = state->has_same_key ? 0 : file_destroy(state->config->key_file);
    return error == 0 || fail_errno(state, state->config->key_file, -error);
}

static bool take_key(struct restoring *state, const char *key_file)
{
    char *text = NULL, *own = NULL;
    size_t size = 0, own_size = 0;
    if (mkdir(state->folder, 0700) != 0)
        return fail_errno(state, state->folder, errno);
    int error = file_read(key_file, KEY_FILE_MOST, &text, &size);
    if (error != 0) {
        fail_errno(state, key_file, -error);
        state->ret->result = RESTORE_UNSOUND;
        state->ret->fault = JOURNAL_KEY_MISSING;
        return false;
    }
    const bool is_there = file_read(state->config->key_file, KEY_FILE_MOST, &own, &own_size) == 0;
    state->has_same_key = is_there && own_size == size && memcmp(own, text, size) == 0;
    error = file_create_durably(state->key, text, size, 0600);
    wipe_bytes(text, size);
    free(text);
    if (is_there)
        wipe_bytes(own, own_size);
    free(own);
    if (is_there && !state->has_same_key && !state->has_empty)
        return fail(state, RESTORE_KEY_THERE, JOURNAL_DUPLICATE, NULL);
    return error == 0 || fail_errno(state, state->key, -error);
}

static bool prove(struct restoring *state, const char *backup)
{
    struct journal_report report;
    enum journal_fault fault = journal_verify_file(backup, state->key, &report);
    if (fault != JOURNAL_OK || report.problem[0])
        return fail(state, RESTORE_UNSOUND, fault ? fault : JOURNAL_CORRUPT,
                    report.problem[0] ? report.problem : NULL);
    char *detail = NULL;
    fault = journal_look(backup, &state->ret->copy, &detail);
    const bool is_event = fault == JOURNAL_OK && state->ret->copy.exists;
    if (!is_event)
        fail(state, RESTORE_UNSOUND, fault ? fault : JOURNAL_MISSING, detail);
    else if (report.is_purged)
        fail(state, RESTORE_PURGED, JOURNAL_PURGED, NULL);
    free(detail);
    state->ret->backup_seq = state->ret->copy.seq;
    state->ret->backup_us = state->ret->copy.latest_us;
    return is_event && !report.is_purged;
}

static bool copy(struct restoring *state, const char *backup)
{
    uint8_t head[JOURNAL_HASH_SIZE];
    uint64_t seq;
    int error = 0;
    enum journal_fault fault = journal_copy_file(backup, state->database, &seq, head, &error);
    return fault == JOURNAL_OK || fail(state, RESTORE_FAILED, fault, error ? strerror(-error) : NULL);
}

/* ---- the entries that say so */
static int replay(void *arg, const struct queue_entry *entry)
{
    return queue_apply(arg, entry) == QUEUE_APPLY_OK ? 0 : -1;
}

static enum journal_fault append_move(struct journal *journal, struct queue *queue)
{
    struct queue_command command = {.kind = COMMAND_RESTORED, .device = "tool"};
    struct queue_decision decision;
    uint8_t id[(COPY_ID_SIZE - 1) / 2];
    random_bytes(id, sizeof id);
    hex_encode(id, sizeof id, command.text);
    command.at_us = clock_utc_us();
    command.mono_us = clock_mono_us();
    queue_decide(queue, &command, &decision);
    if (decision.verdict != QUEUE_DONE)
        return JOURNAL_CORRUPT;
    enum journal_fault fault = journal_append(journal, &decision.entries[0], NULL);
    if (!fault && queue_apply(queue, &decision.entries[0]) != QUEUE_APPLY_OK)
        fault = JOURNAL_CORRUPT;
    return fault;
}

/* Once more often than any claim knows of: the latest decision of a person counts. */
static enum journal_fault append_moves(struct restoring *state, struct journal *journal)
{
    struct queue *queue = queue_new();
    enum journal_fault fault = journal_read_entries(journal, 0, replay, queue);
    if (!fault)
        fault = journal_begin(journal);
    do
        fault = fault ? fault : append_move(journal, queue);
    while (!fault && state->has_claim && queue_event(queue)->moves <= state->claim.moves);
    if (!fault)
        fault = journal_commit(journal);
    queue_free(queue);
    return fault;
}

static bool move_on(struct restoring *state)
{
    const struct journal_options options = {.data_dir = state->folder, .key_file = state->key};
    struct journal *journal = NULL;
    char *detail = NULL;
    enum journal_fault fault = journal_open(&journal, &options, &detail);
    if (!fault) {
        fault = append_moves(state, journal);
        if (fault)
            detail = bytes_text(journal_detail(journal));
        journal_close(journal);
    }
    if (!fault)
        fault = journal_look(state->database, &state->ret->copy, &detail);
    if (fault)
        fail(state, RESTORE_FAILED, fault, detail);
    free(detail);
    return fault == JOURNAL_OK;
}

/* ---- claims */
static void look_for_claim(struct restoring *state, const char *folder)
{
    struct claim claim;
    char *path = claim_path(folder, state->ret->copy.event);
    if (claim_read(path, &claim) == 0 &&
        memcmp(claim.event, state->ret->copy.event, sizeof claim.event) == 0) {
        if (!state->has_claim || claim.moves > state->claim.moves)
            state->claim = claim;
        state->has_claim = true;
        if (claim.seq > state->ret->backup_seq && claim.seq > state->ret->claim_seq) {
            state->ret->has_gone_on = true;
            state->ret->claim_seq = claim.seq;
        }
    }
    free(path);
}

static int write_claim(const struct restoring *state, const char *folder)
{
    struct claim claim;
    char *path = claim_path(folder, state->ret->copy.event);
    claim_of(&state->ret->copy, &claim);
    int error = claim_write(path, &claim);
    free(path);
    return error;
}

static void claim(struct restoring *state)
{
    state->ret->is_claimed = write_claim(state, state->beside) == 0;
    if (*state->config->backup_folder)
        state->ret->is_claimed &= write_claim(state, state->config->backup_folder) == 0;
}

/* ---- into place: the key first, since a key without a database is no event */
static int place_key_elsewhere(const struct restoring *state)
{
    char *text = NULL;
    size_t size = 0;
    int error = file_read(state->key, KEY_FILE_MOST, &text, &size);
    if (error == 0) {
        error = file_create_durably(state->config->key_file, text, size, 0600);
        wipe_bytes(text, size);
        free(text);
    }
    return error;
}

static int place_key(const struct restoring *state)
{
    const char *key = state->config->key_file;
    if (access(key, F_OK) == 0)
        return 0; /* the same one */
    int error = rename(state->key, key) == 0 ? 0 : -errno;
    if (error == -EXDEV)
        return place_key_elsewhere(state);
    if (error == 0) {
        char *folder = folder_of(key);
        error = folder_sync(folder);
        free(folder);
    }
    return error;
}

static bool place(struct restoring *state)
{
    int error = place_key(state);
    if (error != 0)
        return fail_errno(state, state->config->key_file, -error);
    if (rename(state->database, state->target) != 0)
        return fail_errno(state, state->target, errno);
    error = folder_sync(state->config->data_dir);
    return error == 0 || fail_errno(state, state->config->data_dir, -error);
}

static bool is_held_here(struct restoring *state)
{
    int hold = copies_hold(state->ret->copy.event);
    if (hold >= 0)
        close(hold);
    if (hold == -EADDRINUSE)
        fail(state, RESTORE_ELSEWHERE, JOURNAL_BUSY, NULL);
    return hold == -EADDRINUSE;
}

static bool run(struct restoring *state, const char *backup, const char *key_file)
{
    if (!is_free(state) || !take_key(state, key_file) || !prove(state, backup) || is_held_here(state))
        return false;
    look_for_claim(state, state->beside);
    if (*state->config->backup_folder)
        look_for_claim(state, state->config->backup_folder);
    if (!copy(state, backup) || !move_on(state) || !make_way(state) || !place(state))
        return false;
    claim(state);
    return true;
}

void restore_run(const struct config *config, const char *backup, const char *key_file, struct restored *ret)
{
    *ret = (struct restored){.result = RESTORE_DONE};
    struct restoring state = {
        .config = config,
        .folder = bytes_format("%s/restoring", config->data_dir),
        .target = journal_database(config->data_dir),
        .beside = folder_of(backup),
        .ret = ret,
    };
    state.key = bytes_format("%s/secret.key", state.folder);
    state.database = journal_database(state.folder);
    clear(&state);
    run(&state, backup, key_file);
    clear(&state);
    free(state.folder);
    free(state.key);
    free(state.database);
    free(state.target);
    free(state.beside);
}
