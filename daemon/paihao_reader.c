/* paihao-reader: one process for one reader device (paihao-reader(1)). Run by paihaod, or by hand to try a
 * device. Reads its arguments, makes the process harmless, and hands over to the loop. One thread. */
#include "base/log.h"
#include "base/text.h"
#include "readers/reader_keeper.h"
#include "readers/reader_list.h"
#include "readers/reader_loop.h"
#include "readers/reader_trace.h"
#include "readers/serial_port.h"
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };
enum { BAUD_DEFAULT = 115200 };

static const char usage[] =
    "usage: paihao-reader --driver sam|nfc|scanner --device DEV [--method auto|list|raw] [--baud N]\n"
    "                     [--separator auto|cr|lf|crlf|tab|silence] [--endings unknown|break|none] [--layout "
    "us|de|fr]\n"
    "                     [--address] [--show] [--trace FILE] [--user NAME] [--supervised]\n"
    "       paihao-reader --list [--json]\n"
    "       paihao-reader --help | --version\n"
    "Prints what a reader device reads, one JSON object a line.\n"
    "  --driver sam      a SAM_V identity card reader at serial:/dev/ttyUSB0, tcp:HOST:PORT or "
    "usb:0400:c35a\n"
    "  --driver nfc      a libnfc reader at a connection string, pn532_uart:/dev/ttyUSB1\n"
    "  --driver scanner  a barcode scanner at serial:/dev/ttyACM0 or evdev:/dev/input/by-id/...\n"
    "  --method M        how the nfc driver finds cards (default: auto)\n"
    "  --baud N          speed of a serial line (default: 115200; sam finds it out)\n"
    "  --separator S     what ends a scan (default: auto)\n"
    "  --endings E       what is known of the ends of an auto scanner's scans (default: unknown)\n"
    "  --layout L        the keyboard layout that a scanner at evdev: is set to (default: us)\n"
    "  --show            show numbers, names and codes in full on a terminal, too\n"
    "  --address         sam: print each card's newest address, too\n"
    "  --trace FILE      write all bytes and what came of them to a new file; needs --show, since it holds "
    "what\n"
    "                    is on the card: use your own, and delete the file\n"
    "  --user NAME       who to be once the device is open, when started by root (default: nobody)\n"
    "  --supervised      end when standard input ends\n"
    "  --list            devices here that look like readers, as the configuration names them\n"
    "  --json            with --list: for machines\n";

/* What main() itself does with the arguments. */
struct task {
    struct reader_options options;
    const char *trace;
    const char *method, *separator, *layout; /* as they were given */
    bool lists, is_json;
};

static int complain(const char *what, const char *value)
{
    fprintf(stderr, "paihao-reader: %s%s%s\nTry: paihao-reader --help\n", what, value ? ": " : "",
            value ? value : "");
    return EXIT_USAGE;
}

static const struct reader_driver *find_driver(const char *name)
{
    for (const struct reader_driver *const *d = reader_drivers; *d; d++)
        if (strcmp((*d)->name, name) == 0)
            return *d;
    return NULL;
}

static bool find_method(const char *name, enum chip_method *ret_method)
{
    static const char *const names[] = {[CHIP_AUTO] = "auto", [CHIP_LIST] = "list", [CHIP_RAW] = "raw"};
    for (enum chip_method m = CHIP_AUTO; m <= CHIP_RAW; m++)
        if (strcmp(names[m], name) == 0) {
            *ret_method = m;
            return true;
        }
    return false;
}

static bool find_baud(const char *text, int *ret_baud)
{
    uint64_t baud;
    if (text_to_u64(text, 1, 10000000, &baud) < 0 || !serial_baud_is_known((int)baud))
        return false;
    *ret_baud = (int)baud;
    return true;
}

/* One option. 0, or an exit status. */
static int take_option(int option, const char *value, struct task *task)
{
    struct reader_options *o = &task->options;
    switch (option) {
    case 'd':
        o->driver = find_driver(value);
        return o->driver ? 0 : complain("unknown driver (sam, nfc, scanner)", value);
    case 'D':
        o->device = value;
        return 0;
    case 'm':
        task->method = value;
        return find_method(value, &o->method) ? 0 : complain("unknown method (auto, list, raw)", value);
    case 'b':
        return find_baud(value, &o->baud) ? 0 : complain("not a usual speed of a serial line", value);
    case 'e':
        task->separator = value;
        o->separator = scan_separator_from_name(value);
        return o->separator < SCAN_SEPARATOR_COUNT
                   ? 0
                   : complain("unknown separator (auto, cr, lf, crlf, tab, silence)", value);
    case 'E':
        o->endings = scan_endings_from_name(value);
        return o->endings < SCAN_ENDINGS_COUNT ? 0
                                               : complain("unknown endings (unknown, break, none)", value);
    case 'l':
        task->layout = value;
        o->layout = key_layout_from_name(value);
        return o->layout < KEY_LAYOUT_COUNT ? 0 : complain("unknown layout (us, de, fr)", value);
    case 'a':
        o->wants_address = true;
        return 0;
    case 't':
        task->trace = value;
        return 0;
    case 'u':
        o->user = value;
        return 0;
    case 'L':
        task->lists = true;
        return 0;
    case 'j':
        task->is_json = true;
        return 0;
    case 's':
        o->shows_all = true;
        return 0;
    case 'S':
        o->is_supervised = true;
        return 0;
    default:
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
}

/* What options say together. Returns -1 to go on, or an exit status. */
static int check_task(struct task *task)
{
    struct reader_options *o = &task->options;
    if (task->is_json && !task->lists)
        return complain("--json goes with --list", NULL);
    if (task->lists)
        return o->driver || o->device || task->trace ? complain("--list stands alone", NULL) : -1;
    if (!o->driver)
        return complain("--driver is missing", NULL);
    if (!o->device)
        return complain("--device is missing", NULL);
    if (o->wants_address && (o->is_supervised || o->driver != &driver_sam))
        return complain("--address is for a SAM reader that is tried by hand", NULL);
    if (o->baud == 0 && o->driver != &driver_sam)
        o->baud = BAUD_DEFAULT;
    if (task->trace && o->is_supervised)
        return complain("--trace is for a reader that is tried by hand", NULL);
    if (task->trace && !o->shows_all)
        return complain("--trace writes names, numbers and codes in full: say --show, too", NULL);
    const char *objection = o->driver->objection(o->device);
    return objection ? complain(objection, o->device) : -1;
}

/* Returns -1 to go on, or an exit status. */
static int take_arguments(int argc, char **argv, struct task *task)
{
    static const struct option options[] = {
        {"driver", required_argument, NULL, 'd'},
        {"device", required_argument, NULL, 'D'},
        {"method", required_argument, NULL, 'm'},
        {"baud", required_argument, NULL, 'b'},
        {"separator", required_argument, NULL, 'e'},
        {"endings", required_argument, NULL, 'E'},
        {"layout", required_argument, NULL, 'l'},
        {"address", no_argument, NULL, 'a'},
        {"show", no_argument, NULL, 's'},
        {"trace", required_argument, NULL, 't'},
        {"user", required_argument, NULL, 'u'},
        {"list", no_argument, NULL, 'L'},
        {"json", no_argument, NULL, 'j'},
        {"supervised", no_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return fputs(usage, stdout) < 0 ? EXIT_ENVIRONMENT : EXIT_DONE;
        if (option == 'V')
            return puts("paihao-reader " PAIHAO_VERSION) < 0 ? EXIT_ENVIRONMENT : EXIT_DONE;
        const int status = take_option(option, optarg, task);
        if (status != 0)
            return status;
    }
    if (optind < argc)
        return complain("unexpected argument", argv[optind]);
    return check_task(task);
}

/* libnfc mistakes a tty that became descriptor 0 for its abort pipe and closes it. */
static bool keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    return true;
}

/* Signals that ask wait until the loop looks; those that kill stay open, since nothing else stops a driver
 * that spins. SIGPIPE becomes an error of write. */
static void hold_signals(void)
{
    static const int open_signals[] = {SIGQUIT, SIGALRM, SIGABRT, SIGSEGV, SIGBUS,
                                       SIGILL,  SIGFPE,  SIGTRAP, SIGSYS,  SIGTSTP};
    sigset_t held;
    sigfillset(&held);
    for (size_t i = 0; i < sizeof open_signals / sizeof *open_signals; i++)
        sigdelset(&held, open_signals[i]);
    sigprocmask(SIG_SETMASK, &held, NULL);
}

static int work(const struct reader_options *options, bool is_again)
{
    const int result = reader_loop(options, is_again);
    return result < 0 ? EXIT_ENVIRONMENT : result == READER_END_LOST ? READER_EXIT_LOST : EXIT_DONE;
}

/* Of the options those on which it depends what a driver makes of the bytes. */
static void describe_options(const struct task *task, char *ret_text, size_t capacity)
{
    const struct reader_options *o = &task->options;
    ret_text[0] = '\0';
    if (o->driver == &driver_sam && o->wants_address)
        snprintf(ret_text, capacity, "--address");
    else if (o->driver == &driver_nfc)
        snprintf(ret_text, capacity, "--method %s", task->method);
    else if (o->driver == &driver_scanner)
        snprintf(ret_text, capacity, "--separator %s --layout %s", task->separator, task->layout);
}

/* One file holds one life of the device: it ends with the loss. */
static int record(const struct task *task)
{
    char options[64];
    describe_options(task, options, sizeof options);
    int r = reader_trace_open(task->trace, task->options.driver->name, task->options.device, options);
    if (r < 0) {
        log_error("%s: %s", task->trace, strerror(-r));
        return EXIT_ENVIRONMENT;
    }
    log_warning("%s will hold all that is on the cards and codes; delete it when it has served", task->trace);
    const int status = work(&task->options, false);
    r = reader_trace_close();
    if (r < 0)
        log_error("%s: %s", task->trace, strerror(-r));
    return r < 0 ? EXIT_ENVIRONMENT : status;
}

static int list(bool is_json)
{
    struct reader_candidate *items;
    size_t n;
    const int r = reader_list_find(&items, &n);
    if (r < 0) {
        log_error("cannot look for devices: %s", strerror(-r));
        return EXIT_ENVIRONMENT;
    }
    char *text = reader_list_text(items, n, is_json);
    const bool is_written = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    free(text);
    reader_list_free(items, n);
    return is_written ? EXIT_DONE : EXIT_ENVIRONMENT;
}

static int run(const struct task *task)
{
    if (task->lists)
        return list(task->is_json);
    if (task->trace)
        return record(task);
    /* the supervisor is a keeper itself */
    return task->options.is_supervised ? work(&task->options, false)
                                       : reader_keeper_run(work, &task->options);
}

int main(int argc, char **argv)
{
    struct task task = {.options = {.user = "nobody"}, .method = "auto", .separator = "auto", .layout = "us"};
    const struct rlimit none = {0, 0};
    if (!keep_standard_descriptors())
        return EXIT_ENVIRONMENT;
    const int status = take_arguments(argc, argv, &task);
    if (status >= 0)
        return status;
    log_init("paihao-reader", LOG_LEVEL_INFO);
    setrlimit(RLIMIT_CORE, &none); /* a core would hold somebody's number */
    if (sodium_init() < 0) {
        log_error("libsodium cannot start");
        return EXIT_ENVIRONMENT;
    }
    hold_signals();
    return run(&task);
}
