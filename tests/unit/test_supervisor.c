/* The supervisor over a real desk, with shell scripts as readers: each behaves badly in a way of its own, all
 * at once, beside one that is good. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "patience.h"
#include "readers/supervisor.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define S 1000000

/* $4 is the device, which says how to behave; notes are kept beside the script. */
static const char script[] =
    "#!/bin/sh\n"
    "name=${4#serial:}\n"
    "cd \"${0%/*}\" || exit 9\n"
    "echo $$ >>\"$name.pids\"\n"
    "echo \"$*\" >>\"$name.args\"\n"
    "beat() { echo '{\"type\":\"heartbeat\",\"at_us\":1}'; }\n"
    "state() { echo "
    "\"{\\\"type\\\":\\\"state\\\",\\\"state\\\":\\\"$1\\\",\\\"code\\\":\\\"$2\\\",\\\"detail\\\":\\\"$"
    "3\\\"}\"; }\n"
    "scan() { echo "
    "\"{\\\"type\\\":\\\"reading\\\",\\\"medium\\\":\\\"capture_code\\\",\\\"payload_base64\\\":\\\"$1\\\"}"
    "\"; }\n"
    "ready() { state opening opening; state ready ready; beat; }\n"
    "live() { while sleep 0.5; do beat; done & while read -r word; do echo \"$word\" >>\"$name.words\"; "
    "done; }\n"
    "case $name in\n"
    "good) echo \"$JOURNAL_STREAM ${NOTIFY_SOCKET--} $WATCHDOG_USEC$LIBNFC_LOG_LEVEL$LIBUSB_DEBUG\" "
    ">good.env; while read -r l; do case $l "
    "in Sig[BI]*) echo $l; esac; done </proc/$$/status >good.signals; "
    "ready; scan R09PRDE=; scan R09PRDE=; scan ''; live "
    ";;\n"
    "bad-digit) ready; echo "
    "'{\"type\":\"reading\",\"medium\":\"id_card\",\"id_number\":\"990101200001010012\",\"name\":\"x\"}'; "
    "live ;;\n"
    "lying-*) ready; i=0; while [ $i -lt 25 ]; do case $name in\n"
    "  lying-scanner) echo "
    "'{\"type\":\"reading\",\"medium\":\"id_card\",\"id_number\":\"990101200001010030\",\"name\":\"x\"}' ;;\n"
    "  lying-sam) echo '{\"type\":\"reading\",\"medium\":\"manual\",\"student_no\":\"1\"}' ;;\n"
    "  lying-nfc) scan TFlJTkc= ;;\n"
    "  esac; i=$((i+1)); done; live ;;\n"
    "honest-nfc) ready; echo "
    "'{\"type\":\"reading\",\"medium\":\"campus_card\",\"serial\":\"04a1b2c3\"}'; live ;;\n"
    "two-cards) ready; echo '{\"type\":\"fault\",\"code\":\"two-cards\",\"detail\":\"\"}'\n"
    "  echo "
    "'{\"type\":\"fault\",\"code\":\"frame-garbled\",\"message\":{\"zh\":\"再放一次\",\"en\":\"Present it "
    "again\"}}'\n"
    "  echo '{\"type\":\"fault\",\"code\":\"never-heard-of\"}'; live ;;\n"
    "dying) ready; scan RFlJTkc=; kill -SEGV $$ ;;\n"
    "leaving) ready; sleep 1000 & echo $! >>leaving.pids; exit 7 ;;\n"
    "last-words) ready >last; for i in 1 2 3 4; do printf '{\"type\":\"heartbeat\",\"x\":\"%012000d\"}\\n' "
    "0; done >>last\n"
    "  scan TEFTVA== >>last; exec cat last ;;\n"
    "saying-why) state error permission-denied 'no permission'; exit 3 ;;\n"
    "frozen) ready; kill -STOP $$ ;;\n"
    "spinning) ready; while :; do :; done ;;\n"
    "mute) exec sleep 1000 ;;\n"
    "garbage) ready; i=0; while [ $i -lt 30 ]; do echo noise; i=$((i+1)); done; live ;;\n"
    "back-again) state absent; state ready; beat; live ;;\n"
    "deaf) ready; exec <&-; scan REVBRg==; while sleep 0.5; do beat; done ;;\n"
    "flood) ready; i=100; while [ $i -lt 180 ]; do scan \"RkxP$i+\"; i=$((i+1)); done; live ;;\n"
    "noisy) ready; printf 'one complaint\\n\\033[31mtwo\\n' >&2; live ;;\n"
    "lost) if [ -e lost.again ]; then state opening opening; state absent device-absent; beat; live\n"
    "  else touch lost.again; ready; state absent device-absent 'gone'; exit 4; fi ;;\n"
    "steady) [ -p steady.in ] || mkfifo steady.in; ready; while read -r code; do scan \"$code\"; done "
    "<>steady.in & "
    "live ;;\n"
    "slow-end) trap '' TERM; ready; while :; do sleep 0.2; beat; done ;;\n"
    "esac\n";

static const char *const names[] = {
    "good",          "bad-digit", "two-cards", "dying",      "leaving", "last-words",
    "saying-why",    "frozen",    "spinning",  "mute",       "garbage", "back-again",
    "deaf",          "flood",     "noisy",     "slow-end",   "lost",    "steady",
    "lying-scanner", "lying-sam", "lying-nfc", "honest-nfc",
};
enum { N_NAMES = sizeof names / sizeof names[0] };

/* Most of them are scanners. */
static const char *driver_of(const char *name)
{
    return strcmp(name, "bad-digit") == 0 || strcmp(name, "lying-sam") == 0 ? "sam"
           : strstr(name, "-nfc")                                           ? "nfc"
                                                                            : "scanner";
}

static struct {
    char folder[64];
    struct config config;
    struct config_lane lane;
    struct config_reader readers[N_NAMES];
    struct desk *desk;
    struct supervisor *supervisor;
    uint64_t feed;
    json_t *doors; /* every door note so far */
} house;

/* ---- the house */

static void command(struct queue_command queue)
{
    struct desk_command given = {.kind = DESK_QUEUE, .queue = queue};
    struct desk_answer answer;
    strcpy(given.queue.lane, "A");
    strcpy(given.queue.device, "test");
    desk_call(house.desk, &given, &answer);
    assert_int_equal(answer.problem, PROBLEM_NONE);
}

static void write_script(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, script, sizeof script - 1), sizeof script - 1);
    close(fd);
}

static int open_house(void **test)
{
    (void)test;
    assert_true(sodium_init() >= 0);
    log_init("test", LOG_LEVEL_ERROR);
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    setenv("JOURNAL_STREAM", "8:1", 1);
    setenv("LIBNFC_LOG_LEVEL", "3", 1);
    setenv("LIBUSB_DEBUG", "4", 1);
    signal(SIGPIPE, SIG_IGN); /* as paihaod does */
    strcpy(house.folder, "/tmp/paihao-test-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    for (size_t i = 0; i < N_NAMES; i++)
        house.readers[i] = (struct config_reader){.name = bytes_text(names[i]),
                                                  .driver = bytes_text(driver_of(names[i])),
                                                  .device = bytes_format("serial:%s", names[i]),
                                                  .method = bytes_text("auto"),
                                                  .separator = bytes_text("auto"),
                                                  .layout = bytes_text("us"),
                                                  .baud = 9600};
    house.lane = (struct config_lane){
        .name = bytes_text("A"), .room = bytes_text(""), .readers = house.readers, .n_readers = N_NAMES};
    house.config = (struct config){.data_dir = house.folder,
                                   .lanes = &house.lane,
                                   .n_lanes = 1,
                                   .key_file = bytes_format("%s/secret.key", house.folder),
                                   .reader_program = bytes_format("%s/reader", house.folder)};
    write_script(house.config.reader_program);
    char *error = NULL;
    const struct desk_options options = {.config = &house.config, .create = true};
    if (desk_open(&house.desk, &options, &error) != JOURNAL_OK)
        fail_msg("%s", error);
    command((struct queue_command){.kind = COMMAND_EVENT_CREATE, .text = "test"});
    command((struct queue_command){.kind = COMMAND_SESSION_OPEN});
    house.doors = json_array();
    assert_int_equal(supervisor_start(&house.supervisor, &house.config, house.desk), 0);
    return 0;
}

static char *shell(const char *format, const char *argument)
{
    char *line = bytes_format(format, house.folder, argument), *text = bytes_alloc(4096);
    FILE *pipe = popen(line, "re");
    assert_non_null(pipe);
    text[fread(text, 1, 4095, pipe)] = '\0';
    pclose(pipe);
    free(line);
    return text;
}

static int close_house(void **test)
{
    (void)test;
    supervisor_stop(house.supervisor);
    desk_close(house.desk);
    free(shell("rm -r %s%s", ""));
    json_decref(house.doors);
    for (size_t i = 0; i < N_NAMES; i++) {
        free(house.readers[i].name);
        free(house.readers[i].driver);
        free(house.readers[i].device);
        free(house.readers[i].method);
        free(house.readers[i].separator);
        free(house.readers[i].layout);
    }
    free(house.lane.name);
    free(house.lane.room);
    free(house.config.key_file);
    free(house.config.reader_program);
    return 0;
}

/* ---- what the pages hear */

/* The latest state of a reader, to json_decref(). */
static json_t *state_of(const char *name)
{
    char *text = desk_notes(house.desk, "A");
    json_t *all = json_loads(text, 0, NULL), *one, *found = NULL;
    size_t i;
    assert_non_null(all);
    json_array_foreach (all, i, one)
        if (strcmp(json_string_value(json_object_get(one, "reader")), name) == 0)
            found = json_incref(one);
    json_decref(all);
    free(text);
    assert_non_null(found);
    return found;
}

static const char *text_of(const json_t *object, const char *field)
{
    const char *text = json_string_value(json_object_get(object, field));
    return text ? text : "";
}

static void collect_doors(void)
{
    struct feed_item item;
    while (feed_read(house.desk, "A", &house.feed, &item) == FEED_ITEM)
        if (item.kind == FEED_NOTE && strcmp(item.note, "door") == 0) {
            assert_true(item.staff_only);
            json_array_append_new(house.doors, json_loads(item.json, 0, NULL));
        }
}

/* The n-th door note of a reader, borrowed; NULL when it has not come within the time. */
static const json_t *door_of(const char *name, size_t n, int64_t timeout_us)
{
    for (int64_t end_us = clock_mono_us() + patiently(timeout_us);; clock_sleep_us(10000)) {
        size_t i, count = 0;
        json_t *one;
        collect_doors();
        json_array_foreach (house.doors, i, one)
            if (strcmp(text_of(one, "reader"), name) == 0 && count++ == n)
                return one;
        if (clock_mono_us() > end_us)
            return NULL;
    }
}

static void expect_door(const char *name, size_t n, const char *result, const char *code)
{
    const json_t *door = door_of(name, n, 10 * S);
    if (!door)
        fail_msg("%s: no door note %zu", name, n);
    assert_string_equal(text_of(door, "result"), result);
    assert_string_equal(text_of(door, "code"), code);
    assert_true(*text_of(json_object_get(door, "message"), "zh"));
    assert_true(*text_of(json_object_get(door, "message"), "en"));
    assert_int_equal(strlen(text_of(door, "at")), CLOCK_TEXT_SIZE - 1);
    assert_true((strcmp(result, "refused") != 0) == (*text_of(door, "number") != '\0'));
}

/* Waits until a reader shows this state and code (NULL: any) and at least so many restarts. */
static void expect_state(const char *name, const char *state, const char *code, int restarts,
                         int64_t timeout_us)
{
    for (int64_t end_us = clock_mono_us() + patiently(timeout_us);; clock_sleep_us(5000)) {
        json_t *now = state_of(name);
        bool is_so = (!state || strcmp(text_of(now, "state"), state) == 0) &&
                     (!code || strcmp(text_of(now, "code"), code) == 0) &&
                     json_integer_value(json_object_get(now, "restarts")) >= restarts;
        char *text = is_so ? NULL : json_dumps(now, 0);
        json_decref(now);
        if (is_so)
            return;
        if (clock_mono_us() > end_us)
            fail_msg("expected %s, %s, %d restarts: %s", state, code, restarts, text);
        free(text);
    }
}

/* ---- the tests */

static void a_good_reader_gives_numbers_and_hears_of_it(void **test)
{
    (void)test;
    expect_state("good", "ready", "", 0, 5 * S);
    /* the refusal needs no answer of the desk and may overtake */
    assert_non_null(door_of("good", 2, 10 * S));
    size_t refused = 0;
    while (strcmp(text_of(door_of("good", refused, 0), "result"), "refused") != 0)
        assert_in_range(++refused, 0, 2);
    size_t first = refused == 0, second = refused <= 1 ? 2 : 1;
    expect_door("good", refused, "refused", "empty-scan");
    expect_door("good", first, "accepted", "");
    expect_door("good", second, "already", "");
    assert_string_equal(text_of(door_of("good", first, 0), "number"),
                        text_of(door_of("good", second, 0), "number"));
    char *words = NULL;
    for (int i = 0; i < 300; i++) {
        free(words);
        words = shell("cat %s/%s.words 2>/dev/null", "good");
        if (strlen(words) >= 25)
            break;
        clock_sleep_us(10000);
    }
    assert_true(strstr(words, "accepted\n") && strstr(words, "already\n") && strstr(words, "refused\n"));
    assert_true(strstr(words, "accepted\n") < strstr(words, "already\n"));
    assert_int_equal(strlen(words), strlen("accepted\nalready\nrefused\n"));
    free(words);
}

static void the_program_is_run_as_agreed(void **test)
{
    (void)test;
    char *arguments = shell("head -n 1 %s/%s.args", "good");
    assert_string_equal(arguments, "--driver scanner --device serial:good --baud 9600 --separator auto "
                                   "--endings unknown --layout us --supervised\n");
    free(arguments);
    char *told = shell("cat %s/%s.env", "good"); /* how it should log, and nothing of our service manager */
    assert_string_equal(told, "paihaod - \n");
    free(told);
    char *signals = shell("cat %s/%s.signals", "good"); /* none blocked, none ignored */
    unsigned long long blocked = 1, ignored = 1,
                       own = 3ull << 31; /* 32 and 33: the C library's, not ours to set */
    assert_int_equal(sscanf(signals, "SigBlk: %llx\nSigIgn: %llx\n", &blocked, &ignored), 2);
    assert_true((blocked & ~own) == 0 && (ignored & ~own) == 0);
    free(signals);
}

static void faults_reach_the_door(void **test)
{
    (void)test;
    expect_door("bad-digit", 0, "refused", "bad-id-number");
    expect_door("two-cards", 0, "refused", "two-cards");
    expect_door("two-cards", 1, "refused", "frame-garbled");
    expect_door("two-cards", 2, "refused", "never-heard-of");
    const json_t *words = json_object_get(door_of("two-cards", 0, 0), "message");
    assert_string_equal(text_of(words, "en"), problem_en(PROBLEM_TWO_CARDS));
    words = json_object_get(door_of("two-cards", 1, 0), "message");
    assert_string_equal(text_of(words, "zh"), "再放一次");
}

static void manual_entry_goes_on_meanwhile(void **test)
{
    (void)test;
    struct presentation person = {.medium = MEDIUM_MANUAL, .id_number = "990101200001010020", .name = "x"};
    const struct desk_command given = {.kind = DESK_QUEUE,
                                       .queue = {.kind = COMMAND_CHECK_IN, .lane = "A", .device = "token:1"},
                                       .presentation = &person};
    struct desk_answer answer;
    desk_call(house.desk, &given, &answer);
    assert_int_equal(answer.problem, PROBLEM_NONE);
    assert_true(answer.created);
}

static void a_dying_reader_loses_nothing_and_is_restarted(void **test)
{
    (void)test;
    expect_door("dying", 0, "accepted", "");
    expect_door("dying", 1, "already", ""); /* of the second process */
    expect_state("dying", "error", "reader-died", 2, 10 * S);
    json_t *state = state_of("dying");
    if (strcmp(text_of(state, "code"), "reader-died") == 0)
        assert_string_equal(text_of(state, "detail"), "signal SEGV");
    json_decref(state);
    expect_state("leaving", "error", "reader-died", 2, 10 * S);
    expect_door("last-words", 0, "accepted", ""); /* more than one read's worth lay in the pipe */
}

static void what_a_reader_says_of_its_end_stays(void **test)
{
    (void)test;
    expect_state("saying-why", "error", "permission-denied", 2, 10 * S);
}

static void silent_readers_are_killed(void **test)
{
    (void)test;
    expect_state("frozen", "error", "reader-silent", 0, 8 * S);
    expect_state("spinning", "error", "reader-silent", 0, 8 * S);
    expect_state("mute", "error", "reader-silent", 0, 12 * S);
    expect_state("frozen", "ready", NULL, 1, 4 * S); /* the next process */
    expect_state("spinning", "ready", NULL, 1, 4 * S);
}

static void babblers_are_killed(void **test)
{
    (void)test;
    expect_state("garbage", "error", "reader-garbage", 1, 10 * S);
    expect_state("flood", "error", "reader-flood", 0, 10 * S);
    collect_doors();
    size_t i, accepted = 0;
    json_t *one;
    json_array_foreach (house.doors, i, one)
        accepted +=
            strcmp(text_of(one, "reader"), "flood") == 0 && strcmp(text_of(one, "result"), "accepted") == 0;
    assert_int_equal(accepted, 50); /* of the 80 that each process prints; the second gets `already` */
}

static void nobody_is_believed_what_its_driver_cannot_read(void **test)
{
    (void)test;
    static const char *const liars[] = {"lying-scanner", "lying-sam", "lying-nfc"};
    for (size_t i = 0; i < sizeof liars / sizeof liars[0]; i++) {
        expect_state(liars[i], "error", "reader-wrong-medium", 1, 10 * S);
        assert_null(door_of(liars[i], 0, 0));
    }
    expect_door("honest-nfc", 0, "accepted", "");
}

static void every_return_of_a_device_is_shown(void **test)
{
    (void)test;
    static const char *const expected[] = {"absent", "opening", "absent", "opening", "ready"};
    uint64_t position = 0;
    size_t n = 0;
    struct feed_item item;
    expect_state("back-again", "ready", "", 0, 5 * S);
    while (feed_read(house.desk, "A", &position, &item) == FEED_ITEM) {
        if (item.kind != FEED_NOTE || strcmp(item.note, "reader") != 0)
            continue;
        json_t *state = json_loads(item.json, 0, NULL);
        if (strcmp(text_of(state, "reader"), "back-again") == 0) {
            assert_in_range(n, 0, 4);
            assert_string_equal(text_of(state, "state"), expected[n++]);
        }
        json_decref(state);
    }
    assert_int_equal(n, 5);
}

static void a_reader_that_does_not_listen_harms_nobody(void **test)
{
    (void)test;
    expect_door("deaf", 0, "accepted", "");
    json_t *state = state_of("deaf");
    assert_int_equal(json_integer_value(json_object_get(state, "restarts")), 0);
    json_decref(state);
}

static void good_readers_were_never_disturbed(void **test)
{
    (void)test;
    static const char *const good[] = {"good", "bad-digit", "two-cards", "noisy", "back-again", "slow-end"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        json_t *state = state_of(good[i]);
        if (json_integer_value(json_object_get(state, "restarts")) != 0)
            fail_msg("%s was restarted: %s", good[i], json_dumps(state, 0));
        json_decref(state);
    }
}

/* Exit status 4: start me again, the device was lost. Neither a restart nor a new opening until it is there again. */
static void a_lost_device_is_opened_by_another_process(void **test)
{
    (void)test;
    char *starts = NULL;
    for (int i = 0; i < patiently(300); i++, clock_sleep_us(10000)) {
        free(starts);
        starts = shell("wc -l <%s/%s.pids", "lost");
        if (atoi(starts) == 2)
            break;
    }
    assert_int_equal(atoi(starts), 2);
    free(starts);
    clock_sleep_us(200000);
    expect_state("lost", "absent", "device-absent", 0, S);
    uint64_t position = 0;
    struct feed_item item;
    size_t opened = 0;
    while (feed_read(house.desk, "A", &position, &item) == FEED_ITEM)
        opened += item.kind == FEED_NOTE && strcmp(item.note, "reader") == 0 &&
                  strstr(item.json, "\"lost\"") && strstr(item.json, "\"opening\"");
    assert_int_equal(opened, 1); /* the first time */
    json_t *state = state_of("lost");
    assert_int_equal(json_integer_value(json_object_get(state, "restarts")), 0);
    json_decref(state);
}

/* From the line of a reader to the page's note: each of `n` scans in turn. */
struct delays {
    int64_t median_us, worst_us;
};

static int by_value(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

static struct delays measure_scans(char series)
{
    enum { N = 60 };
    int64_t delays[N];
    char *path = bytes_format("%s/steady.in", house.folder);
    int pipe = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(pipe >= 0);
    for (size_t i = 0; i < N; i++) {
        size_t before = 0;
        while (door_of("steady", before, 0))
            before++;
        char code[16];
        int length = snprintf(code, sizeof code, "%c%03zu\n", series, i); /* base64 of three bytes */
        int64_t start_us = clock_mono_us();
        assert_int_equal(write(pipe, code, (size_t)length), length);
        const json_t *door = NULL;
        while (!(door = door_of("steady", before, 0)) && clock_mono_us() - start_us < patiently(10 * S))
            clock_sleep_us(300);
        assert_non_null(door);
        assert_string_equal(text_of(door, "result"), "accepted");
        delays[i] = clock_mono_us() - start_us;
        clock_sleep_us(30000); /* fewer than a reader may print in a second */
    }
    close(pipe);
    free(path);
    qsort(delays, N, sizeof delays[0], by_value);
    return (struct delays){delays[N / 2], delays[N - 1]};
}

static struct delays among_bad_ones;

/* Beside readers that die, spin, freeze, babble and flood. */
static void a_bad_reader_slows_no_other(void **test)
{
    (void)test;
    expect_state("steady", "ready", "", 0, 5 * S);
    among_bad_ones = measure_scans('A');
}

static void as_fast_as_alone(void **test)
{
    (void)test;
    struct config_lane lane = house.lane;
    struct config config = house.config;
    config.lanes = &lane;
    for (size_t i = 0; i < N_NAMES; i++)
        if (strcmp(names[i], "steady") == 0)
            lane.readers = &house.readers[i];
    lane.n_readers = 1;
    struct supervisor *supervisor;
    assert_int_equal(supervisor_start(&supervisor, &config, house.desk), 0);
    expect_state("steady", "ready", "", 0, 5 * S);
    struct delays alone = measure_scans('B');
    supervisor_stop(supervisor);
    print_message("from a reader's line to the page, ms: alone %.1f (worst %.1f), beside %d bad readers %.1f "
                  "(worst %.1f)\n",
                  (double)alone.median_us / 1e3, (double)alone.worst_us / 1e3, (int)N_NAMES - 1,
                  (double)among_bad_ones.median_us / 1e3, (double)among_bad_ones.worst_us / 1e3);
    /* Several of them keep the processors busy, which the scheduler shares out, and a machine may stall; but nobody
     * is waited for: who froze is found out after three seconds. */
    assert_in_range(among_bad_ones.median_us, 0, 3 * S / 2);
}

static void figures_tell_of_each_reader(void **test)
{
    (void)test;
    struct buffer text = {0};
    supervisor_print_figures(house.supervisor, &text);
    static const char *const expected[] = {
        "paihao_reader_state{lane=\"A\",reader=\"steady\",driver=\"scanner\",state=\"ready\"} 1\n",
        "paihao_reader_state{lane=\"A\",reader=\"steady\",driver=\"scanner\",state=\"absent\"} 0\n",
        "paihao_reader_state{lane=\"A\",reader=\"lost\",driver=\"scanner\",state=\"absent\"} 1\n",
        "paihao_reader_readings_total{lane=\"A\",reader=\"steady\",driver=\"scanner\"} 60\n",
        "paihao_reader_readings_total{lane=\"A\",reader=\"two-cards\",driver=\"scanner\"} 0\n",
        "paihao_reader_faults_total{lane=\"A\",reader=\"two-cards\",driver=\"scanner\"} 3\n",
        "paihao_reader_faults_total{lane=\"A\",reader=\"steady\",driver=\"scanner\"} 0\n",
        "paihao_reader_heartbeat_age_seconds{lane=\"A\",reader=\"steady\",driver=\"scanner\"} 0.",
        "# TYPE paihao_reader_state gauge\n",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(text.data, expected[i]))
            fail_msg("missing: %s in\n%s", expected[i], text.data);
    assert_null(strstr(text.data, "heartbeat_age_seconds{lane=\"A\",reader=\"mute\"")); /* never gave one */
    buffer_done(&text);
}

static void a_program_that_cannot_run_is_told(void **test)
{
    (void)test;
    struct config_reader reader = house.readers[0];
    struct config_lane lane = {
        .name = house.lane.name, .room = house.lane.room, .readers = &reader, .n_readers = 1};
    struct config config = house.config;
    char program[] = "/nonexistent/paihao-reader", name[] = "none";
    reader.name = name;
    config.lanes = &lane;
    config.reader_program = program;
    struct supervisor *supervisor;
    assert_int_equal(supervisor_start(&supervisor, &config, house.desk), 0);
    expect_state("none", "error", "reader-not-started", 2, 5 * S);
    supervisor_stop(supervisor);
    json_t *state = state_of("none");
    assert_string_equal(text_of(state, "detail"),
                        "cannot run /nonexistent/paihao-reader: No such file or directory");
    json_decref(state);
}

static void stopping_leaves_nothing_behind(void **test)
{
    (void)test;
    int64_t start_us = clock_mono_us();
    supervisor_stop(house.supervisor);
    house.supervisor = NULL;
    assert_in_range(clock_mono_us() - start_us, 0,
                    patiently(4 * S)); /* some ignore SIGTERM, some do not run at all */
    /* every process that ever was one of ours is gone, and what it left behind */
    char *alive = NULL;
    for (int i = 0; i < 100 && (!alive || *alive); i++) {
        free(alive);
        alive = shell("for p in $(cat %s/*.pids); do grep -s '^State:.[^Z]' /proc/$p/status; done%s", "");
        if (*alive)
            clock_sleep_us(20000);
    }
    assert_string_equal(alive, "");
    free(alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_reader_gives_numbers_and_hears_of_it),
        cmocka_unit_test(the_program_is_run_as_agreed),
        cmocka_unit_test(faults_reach_the_door),
        cmocka_unit_test(manual_entry_goes_on_meanwhile),
        cmocka_unit_test(a_dying_reader_loses_nothing_and_is_restarted),
        cmocka_unit_test(what_a_reader_says_of_its_end_stays),
        cmocka_unit_test(silent_readers_are_killed),
        cmocka_unit_test(babblers_are_killed),
        cmocka_unit_test(nobody_is_believed_what_its_driver_cannot_read),
        cmocka_unit_test(every_return_of_a_device_is_shown),
        cmocka_unit_test(a_reader_that_does_not_listen_harms_nobody),
        cmocka_unit_test(good_readers_were_never_disturbed),
        cmocka_unit_test(a_lost_device_is_opened_by_another_process),
        cmocka_unit_test(a_bad_reader_slows_no_other),
        cmocka_unit_test(figures_tell_of_each_reader),
        cmocka_unit_test(a_program_that_cannot_run_is_told),
        cmocka_unit_test(stopping_leaves_nothing_behind),
        cmocka_unit_test(as_fast_as_alone),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
