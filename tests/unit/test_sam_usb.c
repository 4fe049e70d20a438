/* The SAM driver over the real libusb, against an emulated reader on an emulated bus: every layout of pipes, faults of the
 * reader, stalls, unplugging inside a transfer, replugging under another number. */
#include "base/files.h"
#include "identity/id_number.h"
#include "patience.h"
#include "readers/reader_driver.h"
#include "rehearsal/people.h"
#include "usb_world.h"
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { PATIENCE_MS = 15000 };

static char log_text[4096]; /* what the driver reported, "ready;reading NUMBER;" ... */

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    const size_t length = strlen(log_text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(log_text + length, sizeof log_text - length, format, arguments);
    va_end(arguments);
}

void reader_report_ready(struct reader *reader, const char *detail)
{
    (void)reader;
    note("ready %s;", detail);
}

void reader_report_trouble(struct reader *reader, const char *code, const char *detail)
{
    (void)reader;
    (void)detail;
    note("trouble %s;", code);
}

void reader_report_reading(struct reader *reader, const struct presentation *presentation)
{
    (void)reader;
    note("reading %s;", presentation->id_number);
}

void reader_report_address(struct reader *reader, const char *address)
{
    (void)reader;
    note("address %s;", address);
}

void reader_report_fault(struct reader *reader, enum reader_fault fault, const char *detail)
{
    (void)reader;
    (void)detail;
    note("fault %s;", reader_fault_text(fault)->code);
}

static struct reader_options options = {.driver = &driver_sam, .device = "usb:0400:c35a"};

/* Steps until the log has that text. 0, or what a step failed with, or -ETIME. */
static int step_until(void *device, const char *text)
{
    const int64_t until_us = clock_mono_us() + patiently((int64_t)PATIENCE_MS * 1000);
    while (!strstr(log_text, text)) {
        const int r = driver_sam.step(device, NULL);
        if (r < 0)
            return r;
        if (clock_mono_us() > until_us)
            return -ETIME;
    }
    return 0;
}

static void *open_ready(void)
{
    void *device = NULL;
    log_text[0] = '\0';
    assert_int_equal(driver_sam.open(&options, NULL, &device), 0);
    const int r = step_until(device, "ready");
    if (r != 0)
        fail_msg("%s: %s", strerror(-r), log_text);
    return device;
}

/* Somebody new; gives the number that must be read. */
static const char *present(void)
{
    static struct person person;
    static uint32_t index;
    struct card card = {.kind = CARD_RESIDENT};
    person_make(20261122, index++, &person);
    person_card(&person, &card);
    log_text[0] = '\0';
    usb_put(&card, 1);
    return person.id_number;
}

static void expect_reading(void *device)
{
    char expected[40];
    snprintf(expected, sizeof expected, "reading %s;", present());
    const int r = step_until(device, ";");
    if (r != 0 || strcmp(log_text, expected) != 0)
        fail_msg("%s: %s, not %s", strerror(-r), log_text, expected);
    log_text[0] = '\0';
    for (int i = 0; i < 3; i++)
        assert_int_equal(driver_sam.step(device, NULL), 0);
    assert_string_equal(log_text, ""); /* one presentation, one reading */
    usb_put(NULL, 0);
}

static void every_layout_reads(void **state)
{
    static const struct {
        enum usb_kind kind;
        const char *device, *name;
    } cases[] = {
        {USB_FOUR, "usb:0400:c35a", "four pipes"},
        {USB_PAIR, "usb:0400:c35a", "a pair of pipes"},
        {USB_HID, "usb:2b8b:2721", "reports"},
        {USB_HID_CONTROL, "usb:0483:5652", "reports"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s, %s\n", cases[i].device, cases[i].name);
        usb_plug(cases[i].kind);
        options.device = cases[i].device;
        world.controls = 0;
        void *device = open_ready();
        assert_non_null(strstr(log_text, "SAM 05.03-20200101-0001234567-0007654321"));
        assert_non_null(strstr(log_text, cases[i].name));
        for (int k = 0; k < 2; k++)
            expect_reading(device);
        assert_true((world.controls > 0) == (cases[i].kind == USB_HID_CONTROL));
        driver_sam.close(device);
        usb_unplug();
    }
    options.device = "usb:0400:c35a";
}

static void faults_end_in_one_reading(void **state)
{
    static const struct {
        enum usb_kind kind;
        const char *fault;
        bool is_for_reads;
    } cases[] = {
        {USB_FOUR, "truncate", true}, {USB_FOUR, "silence", true}, {USB_FOUR, "truncate", false},
        {USB_PAIR, "truncate", true}, {USB_PAIR, "noise", true},   {USB_HID, "checksum", true},
        {USB_HID, "truncate", true},  {USB_HID, "noise", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %d %s\n", cases[i].kind, cases[i].fault);
        usb_plug(cases[i].kind);
        options.device = cases[i].kind == USB_HID ? "usb:2b8b:2721" : "usb:0400:c35a";
        void *device = open_ready();
        assert_int_equal(usb_fault(cases[i].fault, 1, cases[i].is_for_reads), 0);
        expect_reading(device);
        expect_reading(device);
        driver_sam.close(device);
        usb_unplug();
    }
    options.device = "usb:0400:c35a";
}

static void a_stall_is_cleared(void **state)
{
    (void)state;
    usb_plug(USB_FOUR);
    void *device = open_ready();
    world.stalls = 3;
    expect_reading(device);
    driver_sam.close(device);
    usb_unplug();
}

static void what_cannot_be_opened(void **state)
{
    void *device = NULL;
    (void)state;
    assert_int_equal(driver_sam.open(&options, NULL, &device), -ENODEV);
    usb_plug(USB_FOREIGN);
    assert_int_equal(driver_sam.open(&options, NULL, &device), -ENODEV);
    usb_unplug();
    usb_plug(USB_PAIR);
    world.busy_claims = 1;
    assert_int_equal(driver_sam.open(&options, NULL, &device), -EWOULDBLOCK);
    device = open_ready();
    driver_sam.close(device);
    usb_unplug();
    assert_int_equal(driver_sam.open(&options, NULL, &device), -ENODEV);
}

static void *unplug_soon(void *arg)
{
    clock_sleep_us(60000);
    usb_unplug();
    return arg;
}

static void unplugged_inside_a_transfer_and_replugged(void **state)
{
    static const enum usb_kind kinds[] = {USB_FOUR, USB_PAIR, USB_HID};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        pthread_t thread;
        void *device;
        const enum usb_kind kind = kinds[i];
        options.device = kind == USB_HID ? "usb:2b8b:2721" : "usb:0400:c35a";
        usb_plug(kind);
        device = open_ready();
        expect_reading(device);
        log_text[0] = '\0';
        assert_int_equal(usb_fault("silence", 0, false), 0); /* so that a transfer is waiting */
        assert_int_equal(pthread_create(&thread, NULL, unplug_soon, NULL), 0);
        const int64_t begun_us = clock_mono_us();
        assert_int_equal(step_until(device, "nothing of the kind"), -ENODEV);
        assert_true(clock_mono_us() - begun_us < patiently(5 * 1000000));
        pthread_join(thread, NULL);
        assert_string_equal(log_text, "");
        driver_sam.close(device);
        assert_int_equal(driver_sam.open(&options, NULL, &device), -ENODEV);
        assert_int_equal(usb_fault("none", 0, false), 0);
        usb_plug(kind);
        device = open_ready();
        expect_reading(device);
        driver_sam.close(device);
        usb_unplug();
    }
    options.device = "usb:0400:c35a";
}

static void a_frozen_reader_is_given_up(void **state)
{
    (void)state;
    usb_plug(USB_FOUR);
    void *device = open_ready();
    assert_int_equal(usb_fault("mute", 1, false), 0);
    assert_int_equal(step_until(device, "nothing of the kind"), -ETIMEDOUT);
    driver_sam.close(device);
    usb_unplug();
}

/* ---- the real program, confined as it is in earnest */

struct program {
    pid_t pid;
    FILE *lines;
};

/* Of a program beside this one, "/paihao-reader" or of the tests. */
static void find_program(const char *name, char ret_path[static PATH_MAX])
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 32);
    assert_true(length > 0);
    path[length] = '\0';
    char *slash = strstr(path, "/tests/test_sam_usb");
    assert_non_null(slash);
    strcpy(slash, name);
    strcpy(ret_path, path);
}

/* trace: NULL, or the file to trace into. */
static struct program run_program(const char *trace)
{
    int ends[2];
    char path[PATH_MAX];
    find_program("/paihao-reader", path);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(path, path, "--driver", "sam", "--device", "usb:0400:c35a", trace ? "--show" : NULL, "--trace",
              trace, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return (struct program){pid, fdopen(ends[0], "r")};
}

/* The first line that has all of `text`; the alarm ends a wait that is in vain. */
static void expect_line(struct program *program, const char *text)
{
    static char line[1024];
    alarm((unsigned)patiently(20));
    while (fgets(line, sizeof line, program->lines))
        if (strstr(line, text)) {
            alarm(0);
            return;
        }
    fail_msg("the program ended without a line %s", text);
}

static void end_program(struct program *program)
{
    int status;
    kill(program->pid, SIGTERM);
    assert_int_equal(waitpid(program->pid, &status, 0), program->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fclose(program->lines);
}

static void the_program_reads_confined(void **state)
{
    (void)state;
    struct program program = run_program(NULL);
    expect_line(&program, "\"state\":\"absent\"");
    for (int i = 0; i < 2; i++) {
        usb_plug(i == 0 ? USB_FOUR : USB_PAIR);
        expect_line(&program, "\"state\":\"ready\"");
        for (int k = 0; k < 3; k++) {
            const char *number = present();
            expect_line(&program, number);
            usb_put(NULL, 0);
        }
        usb_unplug();
        expect_line(&program, "\"state\":\"absent\"");
    }
    end_program(&program);
}

/* However long it waited for the device first: the capture holds the whole conversation, and the tests replay it. */
static void a_trace_replays(void **state)
{
    static const enum usb_kind kinds[] = {USB_FOUR, USB_PAIR};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char folder[] = "/tmp/paihao-usb-XXXXXX", path[PATH_MAX];
        assert_non_null(mkdtemp(folder));
        char *trace = bytes_format("%s/usb.cap", folder);
        struct program program = run_program(trace);
        expect_line(&program, "\"state\":\"absent\"");
        clock_sleep_us(1200000);
        usb_plug(kinds[i]);
        expect_line(&program, "\"state\":\"ready\"");
        for (int k = 0; k < 2; k++) {
            expect_line(&program, present());
            usb_put(NULL, 0);
        }
        end_program(&program);
        usb_unplug();
        char *text;
        size_t size;
        assert_int_equal(file_read(trace, 1 << 20, &text, &size), 0);
        assert_non_null(strstr(text, kinds[i] == USB_FOUR ? "# opened: USB bus" : "a pair of pipes"));
        assert_non_null(strstr(text, "> aaaaaa9669000311ffed")); /* its first word */
        free(text);
        find_program("/tests/test_reader_captures", path);
        char *command = bytes_format("%s %s >%s/log 2>&1", path, folder, folder);
        const int status = system(command);
        if (status != 0)
            fail_msg("it does not replay: see %s", folder);
        free(command);
        command = bytes_format("%s/log", folder);
        assert_int_equal(unlink(command) + unlink(trace) + rmdir(folder), 0);
        free(command);
        free(trace);
    }
}

static int start(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    usb_world_init(&emulated_sam);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    usb_world_done();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_reads),
        cmocka_unit_test(faults_end_in_one_reading),
        cmocka_unit_test(a_stall_is_cleared),
        cmocka_unit_test(what_cannot_be_opened),
        cmocka_unit_test(unplugged_inside_a_transfer_and_replugged),
        cmocka_unit_test(a_frozen_reader_is_given_up),
        cmocka_unit_test(the_program_reads_confined),
        cmocka_unit_test(a_trace_replays),
    };
    (void)argc;
    usb_world_preload(argv);
    return cmocka_run_group_tests(tests, start, finish);
}
