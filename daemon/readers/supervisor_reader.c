/* One reader under supervision. Must never block: pipes are non-blocking, the desk answers by letter. Must
 * never log what a person presented. Runs on the supervisor's thread. */
#include "readers/supervisor_reader.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "readers/reader_keeper.h"
#include "readers/supervisor_check.h"
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    READ_SIZE = 16384,    /* of one reader in one round, then it is the next one's turn */
    LAST_WORDS_MOST = 64, /* reads of what a dead process left in its pipe */
    REAP_EVERY_US = 200000,
};

void supervised_init(struct supervised *reader, const char *program, const struct config_lane *lane,
                     const struct config_reader *config, struct desk *desk, struct mail *mail, size_t index,
                     int64_t now_us)
{
    memset(reader, 0, sizeof *reader);
    reader->program = program;
    reader->config = config;
    reader->mail = mail;
    reader->index = index;
    reader->door = (struct door){desk, lane->name, config->name, config->driver};
    snprintf(reader->name, sizeof reader->name, "%s/%s", lane->name, config->name);
    reader->process = reader_process_none();
    reader->logged_state = READER_STATE_COUNT;
    reader_life_init(&reader->life, now_us, clock_utc_us());
    reader_parser_init(&reader->parser);
    scan_init_for_reader(&reader->scan, lane, config);
    relay_init(&reader->relay, reader->name, NULL);
    door_tell_state(&reader->door, &reader->life);
}

static void log_state(struct supervised *reader)
{
    const struct reader_life *life = &reader->life;
    if (life->state == READER_OPENING ||
        (life->state == reader->logged_state && strcmp(life->code, reader->logged_code) == 0 &&
         strcmp(life->detail, reader->logged_detail) == 0))
        return;
    char detail[READER_TEXT_MAX + 1];
    memcpy(detail, life->detail, sizeof detail);
    relay_scrub(detail);
    log_line(life->state == READER_READY ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "reader %s: %s%s%s%s%s",
             reader->name, reader_state_name(life->state), life->code[0] ? ", " : "", life->code,
             detail[0] ? ": " : "", detail);
    reader->logged_state = life->state;
    memcpy(reader->logged_code, life->code, sizeof reader->logged_code);
    memcpy(reader->logged_detail, life->detail, sizeof reader->logged_detail);
}

static void move(struct supervised *reader, enum reader_state state, const char *code, const char *detail)
{
    enum life_move moved = reader_life_move(&reader->life, state, code, detail, clock_utc_us());
    assert(moved != LIFE_FORBIDDEN);
    if (moved == LIFE_CHANGED || reader->told_restarts != reader->life.restarts) {
        reader->told_restarts = reader->life.restarts;
        door_tell_state(&reader->door, &reader->life);
        log_state(reader);
    }
}

static void kill_reader(struct supervised *reader, const char *code, const char *detail)
{
    reader_process_signal(&reader->process, SIGKILL);
    reader_life_killed(&reader->life);
    move(reader, READER_ERROR, code, detail);
}

static void count_garbage(struct supervised *reader, const char *code, const char *detail)
{
    bool is_fed_up = reader_life_is_fed_up(&reader->life);
    if (reader->life.garbage == 1)
        log_warning("reader %s: %s: %s", reader->name, code, detail);
    if (is_fed_up)
        kill_reader(reader, code, detail);
}

static void say(struct supervised *reader, enum door_result result)
{
    char word[16];
    int length = snprintf(word, sizeof word, "%s\n", door_result_name(result));
    if (reader->process.input < 0)
        return;
    /* a reader that does not listen misses its beep; silence or an ended process is dealt with elsewhere */
    ssize_t written = write(reader->process.input, word, (size_t)length);
    (void)written;
}

static void refuse(struct supervised *reader, enum problem problem)
{
    door_tell_problem(&reader->door, problem);
    say(reader, DOOR_REFUSED);
}

static void check_in(struct supervised *reader, const struct reader_event *event)
{
    if (reader->config->is_check) {
        say(reader, door_check_reading(&reader->door, event));
        return;
    }
    if (event->presentation_fault != PRESENTATION_OK) {
        refuse(reader, problem_of_presentation(event->presentation_fault));
        return;
    }
    struct desk_command command = {
        .kind = DESK_QUEUE,
        .queue = {.kind = COMMAND_CHECK_IN, .medium = event->presentation.medium},
        .presentation = &event->presentation,
    };
    snprintf(command.queue.lane, sizeof command.queue.lane, "%s", reader->door.lane);
    snprintf(command.queue.device, sizeof command.queue.device, "reader:%s", reader->config->name);
    int result = mail_submit(reader->mail, reader->door.desk, &command, reader->index, reader->life.starts);
    if (result < 0)
        refuse(reader, result == -EBUSY ? PROBLEM_BUSY : PROBLEM_STOPPING);
}

void supervised_answer(struct supervised *reader, const struct letter *letter)
{
    enum door_result result = door_tell_answer(&reader->door, &letter->answer, &letter->presentation);
    if (letter->starts == reader->life.starts)
        say(reader, result);
}

static void take_state(struct supervised *reader, const struct reader_event *event)
{
    /* of a device that was lost, only what is new is news */
    if (reader->life.is_reopening && event->state == READER_OPENING)
        return;
    /* a driver whose open() finds all in order says ready at once */
    if (!reader_life_may_move(reader->life.state, event->state))
        move(reader, READER_OPENING, "", "");
    if (event->state == READER_READY)
        reader->life.is_reopening = false;
    move(reader, event->state, event->code, event->detail);
    reader->has_told_error = event->state == READER_ERROR;
}

static void tell_fault(const struct supervised *reader, const struct reader_event *fault)
{
    if (reader->config->is_check)
        door_check_fault(&reader->door, fault);
    else
        door_tell_fault(&reader->door, fault);
}

/* Something else came between a passport's lines: both that and the scan itself are to be answered. */
static void tell_of_dropped_line(struct supervised *reader)
{
    struct reader_event fault;
    if (!supervisor_scan_dropped(&reader->scan, &fault))
        return;
    say(reader, DOOR_REFUSED);
    tell_fault(reader, &fault);
}

static void take_endings(struct supervised *reader, const char *code)
{
    const enum scan_endings endings = scan_endings_from_name(code);
    if (endings < SCAN_ENDINGS_COUNT)
        reader->endings = endings;
}

/* What a driver can have read, before a scan is classified. A process that a stranger's card has taken over might
 * otherwise claim a card of whomever it likes. */
static bool may_read(const char *driver, enum medium medium)
{
    static const struct {
        const char *driver;
        enum medium medium;
    } all[] = {
        {"sam", MEDIUM_ID_CARD},
        {"nfc", MEDIUM_CHIP},
        {"nfc", MEDIUM_CAMPUS_CARD},
        {"scanner", MEDIUM_CAPTURE_CODE},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].medium == medium && strcmp(all[i].driver, driver) == 0)
            return true;
    return false;
}

/* A reading of a medium that is not the driver's is none. */
static void distrust(const struct supervised *reader, struct reader_event *event)
{
    if (event->kind != READER_EVENT_READING || may_read(reader->config->driver, event->presentation.medium))
        return;
    reader_event_wipe(event);
    event->kind = READER_EVENT_GARBAGE;
    strcpy(event->code, "reader-wrong-medium");
    strcpy(event->detail, "a medium that its driver cannot read");
}

static void take_event(struct supervised *reader, struct reader_event *event, int64_t now_us)
{
    distrust(reader, event);
    if (!reader_life_heard(&reader->life, event, now_us)) {
        count_garbage(reader, "reader-flood", "too many lines in a second");
        return;
    }
    if (supervisor_scan_classify(&reader->scan, event, now_us))
        say(reader, DOOR_REFUSED);
    tell_of_dropped_line(reader);
    switch (event->kind) {
    case READER_EVENT_READING:
        check_in(reader, event);
        break;
    case READER_EVENT_STATE:
        take_state(reader, event);
        break;
    case READER_EVENT_FAULT:
        tell_fault(reader, event);
        break;
    case READER_EVENT_ENDINGS:
        take_endings(reader, event->code);
        break;
    case READER_EVENT_GARBAGE:
        count_garbage(reader, event->code[0] ? event->code : "reader-garbage", event->detail);
        break;
    case READER_EVENT_HEARTBEAT:
    case READER_EVENT_NONE:
        break;
    }
}

static void take_output(struct supervised *reader, const char *bytes, size_t size, int64_t now_us)
{
    while (size > 0 && reader->life.phase == LIFE_UP) {
        struct reader_event event;
        size_t taken = reader_parser_feed(&reader->parser, bytes, size, &event);
        if (event.kind != READER_EVENT_NONE)
            take_event(reader, &event, now_us);
        reader_event_wipe(&event);
        bytes += taken;
        size -= taken;
    }
}

/* False when there is nothing more in the pipe. */
static bool read_output(struct supervised *reader, int64_t now_us)
{
    char bytes[READ_SIZE];
    ssize_t size = read(reader->process.output, bytes, sizeof bytes);
    if (size > 0) {
        take_output(reader, bytes, (size_t)size, now_us);
        wipe_bytes(bytes, (size_t)size);
        return true;
    }
    if (size == 0) {
        close(reader->process.output);
        reader->process.output = -1;
    }
    return false;
}

static bool read_messages(struct supervised *reader, int64_t now_us)
{
    char bytes[4096];
    ssize_t size = read(reader->process.messages, bytes, sizeof bytes);
    if (size > 0) {
        relay_feed(&reader->relay, bytes, (size_t)size, now_us);
        return true;
    }
    if (size == 0) {
        close(reader->process.messages);
        reader->process.messages = -1;
    }
    return false;
}

static void describe_end(int status, char *ret_text, size_t capacity)
{
    if (WIFSIGNALED(status))
        snprintf(ret_text, capacity, "signal %s", sigabbrev_np(WTERMSIG(status)));
    else
        snprintf(ret_text, capacity, "exit status %d", WEXITSTATUS(status));
}

/* What it printed before it died still counts: a person stood there. */
static void hear_last_words(struct supervised *reader, int64_t now_us)
{
    for (int i = 0; i < LAST_WORDS_MOST && reader->process.output >= 0; i++)
        if (!read_output(reader, now_us))
            break;
    for (int i = 0; i < LAST_WORDS_MOST && reader->process.messages >= 0; i++)
        if (!read_messages(reader, now_us))
            break;
    relay_end(&reader->relay, now_us);
    reader_parser_wipe(&reader->parser);
}

static void bury(struct supervised *reader, int64_t now_us)
{
    int status;
    if (reader->process.pid == 0 || !reader_process_reap(&reader->process, false, &status))
        return;
    hear_last_words(reader, now_us);
    char detail[64];
    bool has_lost_device = WIFEXITED(status) && WEXITSTATUS(status) == READER_EXIT_LOST;
    describe_end(status, detail, sizeof detail);
    if (reader->life.phase == LIFE_UP && !reader->has_told_error && !has_lost_device)
        move(reader, READER_ERROR, "reader-died", detail);
    reader_life_ended(&reader->life, now_us);
    if (has_lost_device)
        reader_life_lost_device(&reader->life);
    reader_process_close(&reader->process);
}

static void start(struct supervised *reader, int64_t now_us)
{
    reader_life_started(&reader->life, now_us);
    reader->has_told_error = false;
    int result = reader_process_start(reader->program, reader->config, reader->endings, &reader->process);
    if (result == 0) {
        if (!reader->life.is_reopening)
            move(reader, READER_OPENING, "", "");
        return;
    }
    reader_life_ended(&reader->life, now_us);
    char detail[READER_TEXT_MAX + 1];
    snprintf(detail, sizeof detail, "cannot run %s: %s", reader->program, strerrordesc_np(-result));
    move(reader, READER_ERROR, "reader-not-started", detail);
}

void supervised_polls(const struct supervised *reader, struct pollfd ret_polls[static SUPERVISED_POLLS])
{
    ret_polls[0] = (struct pollfd){.fd = reader->process.output, .events = POLLIN};
    ret_polls[1] = (struct pollfd){.fd = reader->process.messages, .events = POLLIN};
    ret_polls[2] = (struct pollfd){.fd = reader->process.pid_fd, .events = POLLIN};
}

void supervised_serve(struct supervised *reader, const struct pollfd polls[static SUPERVISED_POLLS],
                      int64_t now_us)
{
    if (polls[0].revents && reader->process.output >= 0)
        read_output(reader, now_us);
    if (polls[1].revents && reader->process.messages >= 0)
        read_messages(reader, now_us);
    if (polls[2].revents)
        bury(reader, now_us);
}

void supervised_tick(struct supervised *reader, int64_t now_us)
{
    if (reader->process.pid_fd < 0)
        bury(reader, now_us);
    if (reader_life_is_silent(&reader->life, now_us))
        kill_reader(reader, "reader-silent", "no sign of life");
    if (reader->life.phase == LIFE_DOWN && now_us >= reader->life.next_start_us)
        start(reader, now_us);
}

void supervised_look(struct supervised *reader, const struct hotplug_event *event, int64_t now_us)
{
    if (!hotplug_concerns(event, reader->config->device) || !reader_life_wake(&reader->life, now_us) ||
        reader->process.input < 0)
        return;
    ssize_t written =
        write(reader->process.input, "look\n", 5); /* else it looks by itself in half a second */
    (void)written;
}

int64_t supervised_deadline_us(const struct supervised *reader, int64_t now_us)
{
    int64_t deadline_us = reader_life_deadline_us(&reader->life);
    bool must_ask = reader->process.pid > 0 && reader->process.pid_fd < 0;
    if (must_ask && deadline_us > now_us + REAP_EVERY_US)
        return now_us + REAP_EVERY_US;
    return deadline_us;
}

void supervised_end(struct supervised *reader)
{
    reader_process_close_input(&reader->process);
    reader_process_signal(&reader->process, SIGTERM);
}

bool supervised_is_over(struct supervised *reader)
{
    int status;
    return reader->process.pid == 0 || reader_process_reap(&reader->process, false, &status);
}

void supervised_kill(struct supervised *reader)
{
    reader_process_signal(&reader->process, SIGKILL);
}

void supervised_done(struct supervised *reader)
{
    if (reader->process.pid > 0)
        log_warning("reader %s: the process hangs in its device and could not be ended", reader->name);
    reader_process_close(&reader->process);
    scan_class_done(&reader->scan);
    reader_parser_wipe(&reader->parser);
}
