/* Chained hash table over the records in order of arrival. */
#include "desk/answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

struct answers {
    struct kept_answer *records;
    uint32_t *next; /* of the same bucket, index + 1 */
    uint32_t *buckets;
    size_t count, capacity, n_buckets; /* n_buckets: a power of two */
    size_t n_filled;
};

/* FNV-1a: keys come from our own staff's devices, and a chain is only as long as they make it. */
static uint32_t hash_of(const char *key)
{
    uint32_t hash = 2166136261u;
    for (; *key; key++)
        hash = (hash ^ (uint8_t)*key) * 16777619u;
    return hash;
}

struct answers *answers_new(void)
{
    struct answers *answers = bytes_alloc(sizeof *answers);
    answers->n_buckets = 1024;
    answers->buckets = bytes_alloc(answers->n_buckets * sizeof *answers->buckets);
    return answers;
}

void answers_free(struct answers *answers)
{
    if (!answers)
        return;
    free(answers->records);
    free(answers->next);
    free(answers->buckets);
    free(answers);
}

static void link_record(struct answers *answers, size_t index)
{
    uint32_t *bucket =
        &answers->buckets[hash_of(answers->records[index].record.key) & (answers->n_buckets - 1)];
    answers->next[index] = *bucket;
    *bucket = (uint32_t)index + 1;
}

static void grow(struct answers *answers)
{
    answers->capacity = answers->capacity ? answers->capacity * 2 : 1024;
    answers->records = bytes_resize(answers->records, answers->capacity * sizeof *answers->records);
    answers->next = bytes_resize(answers->next, answers->capacity * sizeof *answers->next);
    free(answers->buckets);
    answers->n_buckets = answers->capacity;
    answers->buckets = bytes_alloc(answers->n_buckets * sizeof *answers->buckets);
    for (size_t i = 0; i < answers->count; i++)
        link_record(answers, i);
}

void answers_put(struct answers *answers, const struct kept_answer *answer)
{
    if (answers->count == answers->capacity)
        grow(answers);
    answers->records[answers->count] = *answer;
    link_record(answers, answers->count++);
}

const struct kept_answer *answers_get(const struct answers *answers, const char *key)
{
    uint32_t index = answers->buckets[hash_of(key) & (answers->n_buckets - 1)];
    while (index && strcmp(answers->records[index - 1].record.key, key) != 0)
        index = answers->next[index - 1];
    return index ? &answers->records[index - 1] : NULL;
}

static struct ticket ticket_at(const struct queue *queue, const char *lane, uint32_t number)
{
    const struct ticket *ticket = number ? queue_ticket(queue, lane, number) : NULL;
    return ticket ? *ticket : (struct ticket){0};
}

void answers_fill(struct answers *answers, const struct queue *queue)
{
    for (; answers->n_filled < answers->count; answers->n_filled++) {
        struct kept_answer *answer = &answers->records[answers->n_filled];
        if (answer->record.seq > queue_seq(queue))
            return;
        answer->ticket = ticket_at(queue, answer->record.lane, answer->record.number);
        answer->called = ticket_at(queue, answer->record.lane, answer->record.called);
    }
}
