/* Which copy of the event may go on. Reads over connections of its own; writes entries through the desk alone. Any thread
 * but the desk's. */
#include "backup/copies.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

static char *found_path(const struct config *config)
{
    return bytes_format("%s/elsewhere.json", config->data_dir);
}

static bool is_elsewhere(enum claim_verdict verdict)
{
    return verdict == CLAIM_LATER || verdict == CLAIM_APART;
}

/* What was found before; forgotten once this copy has moved on. */
static bool kept_says_so(const struct config *config, const struct journal_copy *own, const char *database,
                         struct claim *ret)
{
    char *path = found_path(config);
    struct claim claim;
    bool result = false;
    if (claim_read(path, &claim) == 0) {
        result = is_elsewhere(claim_judge(&claim, own, database));
        if (result)
            *ret = claim;
        else
            unlink(path);
    }
    free(path);
    return result;
}

static bool folder_says_so(const struct config *config, const struct journal_copy *own, const char *database,
                           struct claim *ret)
{
    char *path = claim_path(config->backup_folder, own->event);
    struct claim claim;
    bool result = claim_read(path, &claim) == 0 && is_elsewhere(claim_judge(&claim, own, database));
    free(path);
    if (result) {
        char *found = found_path(config);
        claim_write(found, &claim);
        free(found);
        *ret = claim;
    }
    return result;
}

bool copies_are_elsewhere(const struct config *config, struct claim *ret_claim)
{
    struct journal_copy own;
    struct claim claim = {.moves = 0};
    char *database = journal_database(config->data_dir);
    bool result = false;
    if (journal_look(database, &own, NULL) == JOURNAL_OK && own.exists && !own.is_purged)
        result = (*config->backup_folder && folder_says_so(config, &own, database, &claim)) ||
                 kept_says_so(config, &own, database, &claim);
    free(database);
    if (result && ret_claim)
        *ret_claim = claim;
    return result;
}

int copies_claim(const struct config *config)
{
    struct journal_copy own;
    struct claim claim;
    char *database = journal_database(config->data_dir);
    int error = -ENOENT;
    if (*config->backup_folder && journal_look(database, &own, NULL) == JOURNAL_OK && own.exists) {
        char *path = claim_path(config->backup_folder, own.event);
        claim_of(&own, &claim);
        error = claim_write(path, &claim);
        free(path);
    }
    free(database);
    return error;
}

enum problem copies_move(struct desk *desk, const char *device)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = COMMAND_RESTORED}};
    struct desk_answer answer;
    uint8_t id[(COPY_ID_SIZE - 1) / 2];
    random_bytes(id, sizeof id);
    hex_encode(id, sizeof id, command.queue.text);
    snprintf(command.queue.device, sizeof command.queue.device, "%s", device);
    desk_call(desk, &command, &answer);
    return answer.problem;
}

enum problem copies_continue(const struct config *config, struct desk *desk, const char *device,
                             int *ret_claim_error)
{
    struct queue_event event;
    struct claim found = {.moves = 0};
    enum problem problem = PROBLEM_NONE;
    desk_event(desk, &event);
    if (!event.exists)
        return PROBLEM_NO_EVENT;
    if (copies_are_elsewhere(config, &found)) {
        do
            problem = copies_move(desk, device);
        while (problem == PROBLEM_NONE && event.moves++ < found.moves);
        if (problem != PROBLEM_NONE)
            return problem;
    }
    *ret_claim_error = copies_claim(config);
    desk_set_elsewhere(desk, copies_are_elsewhere(config, NULL));
    return PROBLEM_NONE;
}

int copies_hold(const uint8_t event[static JOURNAL_HASH_SIZE])
{
    static const char prefix[] = "paihao-event-";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char id[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(event, JOURNAL_HASH_SIZE, id);
    /* the first byte is 0: the name lives in no folder and ends with its holder */
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s%s", prefix, id);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (bind(fd, (struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}
