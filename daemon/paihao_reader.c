/* paihao-reader: one process for one reader device (paihao-reader(1)). Run by paihaod, or by hand to try a
 * device. Reads its arguments, makes the process harmless, and hands over to the loop. One thread. */
#include "base/log.h"
#include "base/text.h"
#include "readers/reader_loop.h"
#include "readers/serial_port.h"
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };
enum { BAUD_DEFAULT = 115200 };

static const char usage[] =
    "usage: paihao-reader --driver sam|nfc|scanner --device DEV [--method auto|list|raw] [--baud N]\n"
    "                     [--show] [--supervised]\n"
    "       paihao-reader --help | --version\n"
    "Prints what a reader device reads, one JSON object a line.\n"
    "  --driver sam      a SAM_V identity card reader at serial:/dev/ttyUSB0\n"
    "  --driver nfc      a libnfc reader at a connection string, pn532_uart:/dev/ttyUSB1\n"
    "  --driver scanner  a barcode scanner at serial:/dev/ttyACM0\n"
    "  --method M        how the nfc driver finds cards (default: auto)\n"
    "  --baud N          speed of a serial line (default: 115200)\n"
    "  --show            show numbers, names and codes in full on a terminal, too\n"
    "  --supervised      end when standard input ends\n";

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
static int take_option(int option, const char *value, struct reader_options *o)
{
    switch (option) {
    case 'd':
        o->driver = find_driver(value);
        return o->driver ? 0 : complain("unknown driver (sam, nfc, scanner)", value);
    case 'D':
        o->device = value;
        return 0;
    case 'm':
        return find_method(value, &o->method) ? 0 : complain("unknown method (auto, list, raw)", value);
    case 'b':
        return find_baud(value, &o->baud) ? 0 : complain("not a usual speed of a serial line", value);
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

/* Returns -1 to go on, or an exit status. */
static int take_arguments(int argc, char **argv, struct reader_options *o)
{
    static const struct option options[] = {
        {"driver", required_argument, NULL, 'd'},
        {"device", required_argument, NULL, 'D'},
        {"method", required_argument, NULL, 'm'},
        {"baud", required_argument, NULL, 'b'},
        {"show", no_argument, NULL, 's'},
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
        const int status = take_option(option, optarg, o);
        if (status != 0)
            return status;
    }
    if (optind < argc)
        return complain("unexpected argument", argv[optind]);
    if (!o->driver)
        return complain("--driver is missing", NULL);
    if (!o->device)
        return complain("--device is missing", NULL);
    const char *objection = o->driver->objection(o->device);
    return objection ? complain(objection, o->device) : -1;
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

int main(int argc, char **argv)
{
    struct reader_options options = {.baud = BAUD_DEFAULT};
    const struct rlimit none = {0, 0};
    if (!keep_standard_descriptors())
        return EXIT_ENVIRONMENT;
    const int status = take_arguments(argc, argv, &options);
    if (status >= 0)
        return status;
    log_init("paihao-reader", LOG_LEVEL_INFO);
    setrlimit(RLIMIT_CORE, &none); /* a core would hold somebody's number */
    if (sodium_init() < 0) {
        log_error("libsodium cannot start");
        return EXIT_ENVIRONMENT;
    }
    hold_signals();
    const int r = reader_loop(&options);
    if (r < 0) {
        log_error("standard output: %s", strerror(-r));
        return EXIT_ENVIRONMENT;
    }
    return EXIT_DONE;
}
