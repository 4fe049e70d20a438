/* paihao table. One thread. Opens its file and what the readers need, and then nothing any more. */
#include "roster/table_command.h"
#include "base/confine.h"
#include "roster/table_lines.h"
#include "roster/table_xls.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DONE = 0, REFUSED = 1, WRONG_USAGE = 2, ENVIRONMENT = 3 };
enum { FILES_MOST = 64, MEMORY_MOST = 768 << 20, FLUSH_SIZE = 64 << 10 };

/* ---- confinement ---- */

static const char *const calls[] = {
    "read",        "pread64",       "readv",           "write",
    "writev",      "close",         "lseek",           "_llseek",
    "fstat",       "fstat64",       "fcntl",           "fcntl64",
    "brk",         "munmap",        "mremap",          "madvise",
    "futex",       "rt_sigaction",  "rt_sigprocmask",  "rt_sigreturn",
    "sigaltstack", "clock_gettime", "clock_gettime64", "gettimeofday",
    "time",        "getrandom",     "getpid",          "gettid",
    "exit",        "exit_group",    "restart_syscall",
};

/* freexl opens a path: the one of our memory file, by the address of its text, which lies in a page that is read-only. */
static int allow_memory_file(void *filter)
{
    const char *path = table_xls_path();
    if (!path || confine_is_widened)
        return 0;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 2,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, UINT64_MAX, (scmp_datum_t)(uintptr_t)path),
                            SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

int table_confine(void)
{
    struct confine walls = {
        .memory_most = MEMORY_MOST,
        .cpu_seconds = TABLE_CPU_SECONDS,
        .files_most = FILES_MOST,
        .denies_files = true,
        .calls = calls,
        .n_calls = sizeof calls / sizeof *calls,
        .add_rules = allow_memory_file,
    };
    tzset(); /* reads a file */
    const int r = geteuid() == 0 ? confine_find_user(&walls, "nobody") : 0;
    return r < 0 ? r : confine_enter(&walls);
}

/* ---- the file ---- */

/* At most TABLE_FILE_MAX + 1 bytes: one too many tells. */
static int read_all(int fd, uint8_t **ret_bytes, size_t *ret_size)
{
    size_t size = 0, room = 1 << 20;
    uint8_t *bytes = bytes_alloc(room);
    for (;;) {
        const ssize_t n = read(fd, bytes + size, room - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            const int error = errno;
            free(bytes);
            return -error;
        }
        size += (size_t)n;
        if (n == 0 || size > TABLE_FILE_MAX)
            break;
        if (size == room)
            bytes = bytes_resize(bytes, room = room * 2 > TABLE_FILE_MAX ? TABLE_FILE_MAX + 1 : room * 2);
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return 0;
}

static int read_named(const char *name, uint8_t **ret_bytes, size_t *ret_size)
{
    const bool is_input = strcmp(name, "-") == 0;
    const int fd = is_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    const int r = read_all(fd, ret_bytes, ret_size);
    if (!is_input)
        close(fd);
    return r;
}

/* ---- its lines ---- */

static int flush(struct buffer *out, size_t from)
{
    if (out->size < from)
        return 0;
    const size_t written = fwrite(out->data, 1, out->size, stdout);
    const int r = written == out->size ? 0 : -1;
    out->size = 0;
    return r;
}

static int on_row(void *arg, const struct table_row *row)
{
    table_lines_add_row(arg, row);
    return flush(arg, FLUSH_SIZE);
}

static int on_merge(void *arg, const struct table_merge *merge)
{
    table_lines_add_merge(arg, merge);
    return flush(arg, FLUSH_SIZE);
}

static int on_note(void *arg, enum table_note note, uint32_t row)
{
    table_lines_add_note(arg, note, row);
    return flush(arg, FLUSH_SIZE);
}

static int print_table(const uint8_t *bytes, size_t size)
{
    struct buffer out = {0};
    const struct table_sink sink = {.row = on_row, .merge = on_merge, .note = on_note, .arg = &out};
    const enum table_fault fault = table_read(bytes, size, &sink);
    table_lines_add_end(&out, fault);
    const bool is_written = flush(&out, 0) == 0 && fflush(stdout) == 0;
    buffer_done(&out);
    if (!is_written || fault == TABLE_SYSTEM)
        return ENVIRONMENT;
    if (fault != TABLE_OK)
        fprintf(stderr, "paihao: %s: %s / %s\n", table_fault_code(fault), table_fault_en(fault),
                table_fault_zh(fault));
    return fault == TABLE_OK ? DONE : REFUSED;
}

int table_command(int argc, char **argv)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (argc != 2 || argv[1][0] == '\0' || (argv[1][0] == '-' && argv[1][1] != '\0')) {
        fputs("paihao: usage: table FILE (or - for standard input)\n", stderr);
        return WRONG_USAGE;
    }
    int r = read_named(argv[1], &bytes, &size);
    if (r < 0) {
        fprintf(stderr, "paihao: file-unreadable: %s: %s / 文件无法读取。\n", argv[1], strerror(-r));
        return ENVIRONMENT;
    }
    table_prepare();
    if (table_xls_is_compound(bytes, size) && size <= TABLE_FILE_MAX)
        table_xls_load(bytes, size);
    r = table_confine();
    if (r < 0) {
        fprintf(stderr, "paihao: the process cannot be confined: %s / 读取程序无法隔离运行。\n",
                strerror(-r));
        free(bytes);
        return ENVIRONMENT;
    }
    /* handlers of libraries, a sanitizer's search for leaks among them, need what was given up */
    const int status = print_table(bytes, size);
    fflush(NULL);
    _exit(status);
}
