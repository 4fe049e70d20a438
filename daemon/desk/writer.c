/* The writer's thread: takes what waits in the inbox as one group, and minds the store. It owns the only
 * writing connection. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "desk/desk_state.h"

/* ---- building the state from the journal */
struct loading {
    struct desk *desk;
    bool everything;
};

static int load_entry(void *arg, const struct queue_entry *entry)
{
    const struct loading *loading = arg;
    struct desk *desk = loading->desk;
    answers_fill(desk->writer.answers, desk->writer.deciding);
    if (queue_apply(desk->writer.deciding, entry) != QUEUE_APPLY_OK)
        return -1;
    if (!loading->everything)
        return 0;
    if (queue_apply(desk->visible, entry) != QUEUE_APPLY_OK)
        return -1;
    feed_add_entry(&desk->feed, desk->visible, entry);
    return 0;
}

static int load_person(void *arg, const struct person_record *record)
{
    directory_put(arg, record);
    return 0;
}

static int load_unit(void *arg, const struct unit_record *record)
{
    directory_put_unit(arg, record);
    return 0;
}

static int load_slot(void *arg, const struct slot_record *record)
{
    struct desk *desk = arg;
    struct list_slot slot = {.start_us = record->start_us, .end_us = record->end_us, .level = record->level};
    memcpy(slot.lane, record->lane, sizeof slot.lane);
    memcpy(slot.unit, record->unit, sizeof slot.unit);
    desk->slots = bytes_resize(desk->slots, (desk->n_slots + 1) * sizeof *desk->slots);
    desk->slots[desk->n_slots++] = slot;
    return 0;
}

static int load_document(void *arg, const struct document_record *record)
{
    struct desk *desk = arg;
    documents_put(&desk->documents, record->kind, record->text, record->seq);
    return 0;
}

static int load_credential(void *arg, const struct credential_record *record)
{
    directory_put_digest(arg, record->digest, &record->person);
    return 0;
}

static int load_answer(void *arg, const struct answer_record *record)
{
    const struct kept_answer answer = {.record = *record};
    answers_put(arg, &answer);
    return 0;
}

static int load_token(void *arg, const struct token_record *record)
{
    tokens_put(arg, record);
    return 0;
}

static enum journal_fault load_tables(struct desk *desk, struct directory *directory, bool everything)
{
    struct writer *writer = &desk->writer;
    struct loading loading = {desk, everything};
    enum journal_fault fault = journal_read_answers(writer->journal, load_answer, writer->answers);
    if (fault == JOURNAL_OK)
        fault = journal_read_entries(writer->journal, 0, load_entry, &loading);
    answers_fill(writer->answers, writer->deciding);
    if (fault == JOURNAL_OK)
        fault = journal_read_units(writer->journal, load_unit, directory);
    if (fault == JOURNAL_OK)
        fault = journal_read_people(writer->journal, load_person, directory);
    if (fault == JOURNAL_OK)
        fault = journal_read_credentials(writer->journal, load_credential, directory);
    if (fault == JOURNAL_OK)
        fault = journal_read_tokens(writer->journal, load_token, &writer->tokens);
    if (fault == JOURNAL_OK && everything)
        fault = journal_read_slots(writer->journal, load_slot, desk);
    if (fault == JOURNAL_OK && everything)
        fault = journal_read_documents(writer->journal, load_document, desk);
    directory_settle(directory);
    return fault;
}

static void swap_directory(struct desk *desk, struct directory *directory)
{
    pthread_mutex_lock(&desk->lock);
    struct directory *old = desk->directory;
    desk->directory = directory;
    pthread_mutex_unlock(&desk->lock);
    directory_free(old);
}

enum journal_fault writer_load(struct desk *desk, bool create, bool everything, char **ret_detail)
{
    struct writer *writer = &desk->writer;
    const struct journal_options options = {
        .data_dir = desk->config->data_dir,
        .key_file = desk->config->key_file,
        .create = create,
        .vfs = desk->vfs,
    };
    enum journal_fault fault = journal_open(&writer->journal, &options, ret_detail);
    if (fault != JOURNAL_OK)
        return fault;
    writer->deciding = queue_new();
    writer->answers = answers_new();
    if (everything) /* the same ones later: others read them without a lock */
        desk->keys = *journal_keys(writer->journal);
    struct directory *directory = directory_new();
    fault = load_tables(desk, directory, everything);
    /* What was answered before must be what is on disk now. */
    if (fault == JOURNAL_OK && !everything && queue_seq(writer->deciding) != queue_seq(desk->visible))
        fault = JOURNAL_CORRUPT;
    if (fault != JOURNAL_OK) {
        directory_free(directory);
        writer_unload(desk);
        return fault;
    }
    swap_directory(desk, directory);
    for (size_t i = 0; everything && i < writer->tokens.count; i++)
        tokens_put(&desk->tokens, &writer->tokens.records[i]);
    return JOURNAL_OK;
}

void writer_unload(struct desk *desk)
{
    struct writer *writer = &desk->writer;
    journal_close(writer->journal);
    queue_free(writer->deciding);
    answers_free(writer->answers);
    free(writer->tokens.records);
    *writer = (struct writer){.retry_mono_us = clock_mono_us() + 1000000};
}

/* ---- the thread */
void set_store(struct desk *desk, enum problem store, const char *detail)
{
    pthread_mutex_lock(&desk->lock);
    desk->store = store;
    snprintf(desk->store_detail, sizeof desk->store_detail, "%s", detail);
    feed_add_store(&desk->feed);
    pthread_mutex_unlock(&desk->lock);
    wake_listener(desk);
}

enum problem told_store(const struct desk *desk)
{
    return desk->store == PROBLEM_NONE && desk->is_elsewhere ? PROBLEM_EVENT_ELSEWHERE : desk->store;
}

void desk_set_elsewhere(struct desk *desk, bool is_elsewhere)
{
    pthread_mutex_lock(&desk->lock);
    const bool has_changed = desk->is_elsewhere != is_elsewhere;
    desk->is_elsewhere = is_elsewhere;
    if (has_changed)
        feed_add_store(&desk->feed);
    pthread_mutex_unlock(&desk->lock);
    if (has_changed)
        wake_listener(desk);
}

/* A check-in needs a dozen pages; what is less than this is gone in a moment. */
enum { ROOM_LEAST = 256 * 1024 };

/* After a full disk: opens everything anew, at most once a second, and says that all is well only after a commit. A
 * failed commit itself is never tried again. */
static void try_reload(struct desk *desk)
{
    struct writer *writer = &desk->writer;
    bool is_due = desk_store_state(desk) == PROBLEM_DISK_FULL && !writer->journal &&
                  clock_mono_us() >= writer->retry_mono_us;
    if (!is_due || folder_room(desk->config->data_dir) < ROOM_LEAST)
        return;
    writer->retry_mono_us = clock_mono_us() + 1000000;
    char *detail = NULL;
    enum journal_fault fault = writer_load(desk, false, false, &detail);
    if (fault == JOURNAL_OK)
        fault = journal_probe(writer->journal);
    if (fault == JOURNAL_OK)
        set_store(desk, PROBLEM_NONE, "");
    else
        writer_unload(desk);
    if (problem_of_journal(fault) == PROBLEM_STORE_FAILED && fault != JOURNAL_READ_ONLY)
        set_store(desk, PROBLEM_STORE_FAILED, detail ? detail : journal_fault_text(fault));
    free(detail);
}

static void refuse_all(struct job *jobs, enum problem problem)
{
    const struct desk_answer answer = {.problem = problem};
    for (struct job *next; jobs; jobs = next) {
        next = jobs->next;
        if (jobs->done)
            jobs->done(jobs->arg, &answer);
        job_free(jobs);
    }
}

/* A list is a group of its own: the order within the classes changes with it, for whoever comes next. */
static bool is_list(const struct job *job)
{
    return job->command.kind == DESK_LIST;
}

/* Waits for commands; NULL with *ret_closing when there will be no more, NULL alone after a second with a
 * failed store or taps to forget. */
static struct job *take_group(struct desk *desk, bool *ret_closing)
{
    bool is_well = desk_store_state(desk) == PROBLEM_NONE;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    int waited = 0;
    pthread_mutex_lock(&desk->inbox_lock);
    while (!desk->inbox && !desk->closing && waited != ETIMEDOUT)
        waited = is_well && !taps_has_any(&desk->taps)
                     ? pthread_cond_wait(&desk->inbox_filled, &desk->inbox_lock)
                     : pthread_cond_timedwait(&desk->inbox_filled, &desk->inbox_lock, &until);
    struct job *jobs = desk->inbox, **end = &desk->inbox;
    for (size_t i = 0; *end && i < DESK_GROUP_MAX && !(i > 0 && is_list(*end)); i++) {
        const bool is_alone = is_list(*end);
        end = &(*end)->next;
        desk->inbox_count--;
        if (is_alone)
            break;
    }
    desk->inbox = *end;
    *end = NULL;
    if (!desk->inbox)
        desk->inbox_end = &desk->inbox;
    *ret_closing = desk->closing;
    pthread_mutex_unlock(&desk->inbox_lock);
    return jobs;
}

void *writer_main(void *arg)
{
    struct desk *desk = arg;
    bool closing = false;
    for (;;) {
        struct job *jobs = take_group(desk, &closing);
        taps_expire(&desk->taps, clock_mono_us());
        if (!jobs && closing)
            break;
        try_reload(desk);
        enum problem store = desk_store_state(desk);
        if (jobs && store != PROBLEM_NONE && store != PROBLEM_EVENT_ELSEWHERE)
            refuse_all(jobs, store);
        else if (jobs)
            group_run(desk, jobs);
    }
    if (desk_store_state(desk) == PROBLEM_NONE)
        group_run(desk, job_new(desk, &(struct desk_command){.kind = DESK_TOKENS_SEEN}));
    return NULL;
}
