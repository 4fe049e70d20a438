/* handed_over DATA_DIR DIGEST: records that both packages of a closed event were handed over as it stands, as the makers of
 * packages do, for the tests of what comes after. No daemon may have the folder. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "journal/journal.h"
#include "queue/queue.h"

static int replay(void *arg, const struct queue_entry *entry)
{
    return queue_apply(arg, entry) == QUEUE_APPLY_OK ? 0 : -1;
}

static enum journal_fault hand_over(struct journal *journal, struct queue *queue, const char *kind,
                                    const char *digest)
{
    struct queue_command command = {.kind = COMMAND_HANDED_OVER, .device = "tool"};
    struct queue_decision decision;
    command.at_us = clock_utc_us();
    snprintf(command.extra, sizeof command.extra, "%s", kind);
    snprintf(command.text, sizeof command.text, "%llu %s",
             (unsigned long long)queue_event(queue)->content_seq, digest);
    queue_decide(queue, &command, &decision);
    if (decision.verdict != QUEUE_DONE)
        return JOURNAL_CORRUPT;
    enum journal_fault fault = journal_begin(journal);
    if (!fault)
        fault = journal_append(journal, &decision.entries[0], NULL);
    if (!fault && queue_apply(queue, &decision.entries[0]) != QUEUE_APPLY_OK)
        fault = JOURNAL_CORRUPT;
    return fault ? fault : journal_commit(journal);
}

int main(int argc, char **argv)
{
    if (argc != 3 || sodium_init() < 0)
        return 2;
    char *key = bytes_format("%s/secret.key", argv[1]), *detail = NULL;
    const struct journal_options options = {.data_dir = argv[1], .key_file = key};
    struct journal *journal = NULL;
    struct queue *queue = queue_new();
    enum journal_fault fault = journal_open(&journal, &options, &detail);
    if (!fault)
        fault = journal_read_entries(journal, 0, replay, queue);
    if (!fault)
        fault = hand_over(journal, queue, "agency", argv[2]);
    if (!fault)
        fault = hand_over(journal, queue, "school", argv[2]);
    if (fault)
        fprintf(stderr, "%s %s\n", journal_fault_text(fault), detail ? detail : "");
    journal_close(journal);
    queue_free(queue);
    free(detail);
    free(key);
    return fault ? 1 : 0;
}
