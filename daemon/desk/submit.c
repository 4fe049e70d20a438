/* Handing commands in: on the caller's thread everything is prepared that needs no state (digest, random id,
 * fingerprint), so that the writer's thread only decides and commits. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"
#include "desk/reason.h"

void job_forget(struct job *job)
{
    if (job->payload)
        wipe_bytes(job->payload, job->payload_size);
    free(job->payload);
    job->payload = NULL;
    wipe_bytes(&job->fresh, sizeof job->fresh);
}

void job_free(struct job *job)
{
    if (!job)
        return;
    job_forget(job);
    desk_list_free(job->command.list);
    free(job->command.document);
    free(job);
}

void job_present(const struct desk *desk, struct job *job, const struct presentation *presentation)
{
    const uint8_t *bytes;
    size_t size;
    enum credential_kind kind = presentation_credential(presentation, &bytes, &size);
    struct person_record *fresh = &job->fresh;
    random_bytes(fresh->id.bytes, sizeof fresh->id.bytes);
    fresh->bound = credential_is_bound(kind);
    memcpy(fresh->name, presentation->name, sizeof fresh->name);
    memcpy(fresh->id_number, presentation->id_number, sizeof fresh->id_number);
    memcpy(fresh->student_no, presentation->student_no, sizeof fresh->student_no);
    memcpy(fresh->unit, presentation->unit, sizeof fresh->unit);
    memcpy(fresh->valid_to, presentation->valid_to, sizeof fresh->valid_to);
    job->credential.kind = kind;
    credential_digest(desk->keys.digest, kind, bytes, size, job->credential.digest);
    job->payload_size = size;
    job->payload = bytes_alloc(size);
    memcpy(job->payload, bytes, size);
    if (kind == CREDENTIAL_ID_NUMBER && *presentation->student_no) {
        job->second.kind = CREDENTIAL_STUDENT_NO;
        credential_digest(desk->keys.digest, CREDENTIAL_STUDENT_NO, (const uint8_t *)presentation->student_no,
                          strlen(presentation->student_no), job->second.digest);
    } else if (kind == CREDENTIAL_PASSPORT) {
        const uint8_t *number = memchr(bytes, ':', size); /* without the state, as a list has it */
        job->second.kind = number ? CREDENTIAL_PASSPORT : 0;
        credential_digest(desk->keys.digest, CREDENTIAL_PASSPORT, number ? number : bytes,
                          number ? size - (size_t)(number - bytes) : 0, job->second.digest);
    }
    job->command.queue.medium = presentation->medium;
    job->command.queue.bound = fresh->bound;
}

/* Fields that came with the rules. Commands without them keep the fingerprint they always had, so that a key of yesterday
 * is still known. */
static void take_later_fields(const struct desk_command *command, crypto_generichash_state *state)
{
    static const struct person_id nobody;
    const struct queue_command *queue = &command->queue;
    const uint32_t numbers[] = {queue->overrides, queue->decision,          queue->outcome,  queue->card,
                                command->unit,    (uint32_t)command->level, queue->authority};
    bool has_any = command->list || command->document || !person_id_equal(&command->person_ref, &nobody) ||
                   !person_id_equal(&queue->person, &nobody);
    for (size_t i = 0; i + 1 < sizeof numbers / sizeof *numbers; i++)
        has_any |= numbers[i] != 0;
    if (!has_any)
        return;
    crypto_generichash_update(state, (const uint8_t *)numbers, sizeof numbers);
    crypto_generichash_update(state, command->person_ref.bytes, PERSON_ID_SIZE);
    crypto_generichash_update(state, queue->person.bytes, PERSON_ID_SIZE);
    if (command->document)
        crypto_generichash_update(state, (const uint8_t *)command->document, strlen(command->document) + 1);
    if (command->list) {
        const uint32_t list[] = {command->list->kind | (uint32_t)command->list->replaces << 8,
                                 (uint32_t)command->list->n_people, (uint32_t)command->list->n_slots};
        crypto_generichash_update(state, (const uint8_t *)list, sizeof list);
        crypto_generichash_update(state, (const uint8_t *)command->list->digest,
                                  strlen(command->list->digest) + 1);
    }
}

/* Keyed, since it goes to disk and is made of a credential's digest among others. */
static void take_fingerprint(const struct desk *desk, struct job *job)
{
    static const uint8_t nothing[DIGEST_SIZE];
    const struct queue_command *queue = &job->command.queue;
    crypto_generichash_state state;
    crypto_generichash_init(&state, desk->keys.digest, sizeof desk->keys.digest, sizeof job->fingerprint);
    uint32_t numbers[] = {
        job->command.kind, queue->kind, queue->number, queue->value, queue->medium, queue->advance,
    };
    numbers[5] |= (uint32_t)queue->also_void << 1; /* a place of its own would change the keys of yesterday */
    crypto_generichash_update(&state, (const uint8_t *)numbers, sizeof numbers);
    crypto_generichash_update(&state, (const uint8_t *)queue->lane, strlen(queue->lane) + 1);
    crypto_generichash_update(&state, (const uint8_t *)queue->text, strlen(queue->text) + 1);
    crypto_generichash_update(&state, (const uint8_t *)queue->extra, strlen(queue->extra) + 1);
    crypto_generichash_update(&state, job->credential.digest, sizeof job->credential.digest);
    crypto_generichash_update(&state,
                              job->second.kind == CREDENTIAL_STUDENT_NO ? job->second.digest : nothing,
                              sizeof job->second.digest);
    crypto_generichash_update(&state, (const uint8_t *)job->fresh.name, strlen(job->fresh.name) + 1);
    crypto_generichash_update(&state, (const uint8_t *)job->fresh.unit, strlen(job->fresh.unit) + 1);
    take_later_fields(&job->command, &state);
    crypto_generichash_final(&state, job->fingerprint, sizeof job->fingerprint);
}

static int put_in_inbox(struct desk *desk, struct job *job)
{
    int result = 0;
    pthread_mutex_lock(&desk->inbox_lock);
    if (desk->closing) {
        result = -ESHUTDOWN;
    } else if (desk->inbox_count >= DESK_QUEUE_MAX) {
        result = -EBUSY;
        desk->busy++;
    } else {
        *desk->inbox_end = job;
        desk->inbox_end = &job->next;
        desk->inbox_count++;
        pthread_cond_signal(&desk->inbox_filled);
    }
    pthread_mutex_unlock(&desk->inbox_lock);
    return result;
}

/* What somebody wrote may hold a name or a number. */
static bool says_why(const struct desk_command *command)
{
    if (!*command->queue.text)
        return false;
    switch (command->queue.kind) {
    case COMMAND_CHECK_IN:
    case COMMAND_RETAKE:
    case COMMAND_MISS:
    case COMMAND_VOID:
    case COMMAND_MISMATCH:
    case COMMAND_RESOLVE:
    case COMMAND_LEAVE:
    case COMMAND_PAPER:
        return command->kind == DESK_QUEUE;
    default:
        return command->kind == DESK_PAYMENT || command->kind == DESK_LEDGER_SIGN;
    }
}

struct job *job_new(const struct desk *desk, const struct desk_command *command)
{
    struct job *job = bytes_alloc(sizeof *job);
    job->command = *command;
    job->command.presentation = NULL;
    if (command->presentation)
        job_present(desk, job, command->presentation);
    if (command->kind == DESK_BIND)
        job->command.queue.kind = COMMAND_BIND;
    if (*command->key)
        take_fingerprint(desk, job);
    if (says_why(&job->command) && entry_text_is_blank(command->queue.text))
        job->command.queue.text[0] = '\0';
    else if (says_why(&job->command))
        reason_seal(&desk->keys, command->queue.text, job->command.queue.text);
    return job;
}

int desk_submit(struct desk *desk, const struct desk_command *command, desk_done_fn done, void *arg)
{
    struct job *job = job_new(desk, command);
    job->done = done;
    job->arg = arg;
    int result = put_in_inbox(desk, job);
    if (result < 0)
        job_free(job);
    return result;
}

struct waiting_call {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool is_answered;
    struct desk_answer *ret;
};

static void finish_call(void *arg, const struct desk_answer *answer)
{
    struct waiting_call *call = arg;
    pthread_mutex_lock(&call->lock);
    *call->ret = *answer;
    call->is_answered = true;
    pthread_cond_signal(&call->answered);
    pthread_mutex_unlock(&call->lock);
}

void desk_call(struct desk *desk, const struct desk_command *command, struct desk_answer *ret)
{
    struct waiting_call call = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER, .ret = ret};
    int result = desk_submit(desk, command, finish_call, &call);
    if (result < 0) {
        memset(ret, 0, sizeof *ret);
        ret->problem = result == -EBUSY ? PROBLEM_BUSY : PROBLEM_STOPPING;
        return;
    }
    pthread_mutex_lock(&call.lock);
    while (!call.is_answered)
        pthread_cond_wait(&call.answered, &call.lock);
    pthread_mutex_unlock(&call.lock);
}
