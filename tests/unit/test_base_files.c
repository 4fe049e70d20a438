/* Whole reads, durable writes, the lock of a data directory, and log lines. */
#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/paihao-test-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    char *command = bytes_format("rm -rf '%s'", folder);
    int result = chdir("/") == 0 ? system(command) : -1;
    free(command);
    return result;
}

static size_t count_entries(void)
{
    DIR *stream = opendir(".");
    assert_non_null(stream);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(stream));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    return count;
}

static void assert_file_holds(const char *path, const char *text)
{
    char *data;
    size_t size;
    assert_int_equal(file_read(path, 1000, &data, &size), 0);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static void written_files_are_whole(void **state)
{
    (void)state;
    mode_t mask = umask(0077);
    assert_int_equal(file_write_durably("key", "old", 3, 0640), 0);
    umask(mask);
    struct stat status;
    assert_int_equal(stat("key", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(file_write_durably("key", "newer", 5, 0600), 0);
    assert_file_holds("key", "newer");
    assert_int_equal(stat("key", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(file_write_durably("nothing", NULL, 0, 0600), 0);
    assert_file_holds("nothing", "");
    assert_int_equal(count_entries(), 2);
}

static void created_files_replace_nothing(void **state)
{
    (void)state;
    char *path = bytes_format("%s/once", folder);
    assert_int_equal(file_create_durably(path, "first", 5, 0600), 0);
    assert_int_equal(file_create_durably(path, "second", 6, 0600), -EEXIST);
    assert_file_holds(path, "first");
    assert_int_equal(count_entries(), 1); /* nothing left beside it */
    free(path);
}

static void failures_leave_the_old_file(void **state)
{
    (void)state;
    assert_int_equal(file_write_durably("gone/file", "x", 1, 0600), -ENOENT);
    assert_int_equal(file_write_durably("/dev/null/file", "x", 1, 0600), -ENOTDIR);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(file_write_durably("folder", "x", 1, 0600), -EISDIR);
    assert_int_equal(count_entries(), 1);
    assert_int_equal(folder_sync("gone"), -ENOENT);
    assert_int_equal(folder_sync("folder"), 0);
}

static void reads_have_a_limit(void **state)
{
    (void)state;
    enum { SIZE = 40000 };
    char *long_text = bytes_alloc(SIZE), *data = NULL;
    size_t size = 4711;
    memset(long_text, 'x', SIZE);
    assert_int_equal(file_write_durably("long", long_text, SIZE, 0600), 0);
    assert_int_equal(file_read("long", SIZE - 1, &data, &size), -EFBIG);
    assert_int_equal(file_read("gone", SIZE, &data, &size), -ENOENT);
    assert_int_equal(file_read(".", SIZE, &data, &size), -EISDIR);
    assert_null(data);
    assert_int_equal(size, 4711);
    assert_int_equal(file_read("long", SIZE, &data, &size), 0);
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, long_text, SIZE);
    assert_int_equal(data[SIZE], 0);
    free(data);
    free(long_text);
}

static void one_process_holds_the_lock(void **state)
{
    (void)state;
    int ready[2], go[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        char byte = data_lock(".", NULL) >= 0 ? 'y' : 'n';
        ssize_t moved = write(ready[1], &byte, 1);
        moved += read(go[0], &byte, 1); /* until the parent dies or closes */
        _exit(moved < 0);
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    pid_t holder = -1;
    assert_int_equal(data_lock(".", &holder), -EWOULDBLOCK);
    assert_int_equal(holder, child);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    int fd = data_lock(".", &holder);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(holder, child); /* untouched on success */
    char *own = bytes_format("%ld\n", (long)getpid());
    assert_file_holds("lock", own);
    free(own);
    close(fd);
    assert_int_equal(data_lock("gone", &holder), -ENOENT);
    close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
}

static void unknown_holder_is_zero(void **state)
{
    (void)state;
    int fd = data_lock(".", NULL);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    pid_t holder = -1;
    assert_int_equal(data_lock(".", &holder), -EWOULDBLOCK);
    assert_int_equal(holder, 0);
    close(fd);
}

/* Everything that `log` prints, read back. */
static char *logged(const char *journal_stream, void (*log)(void))
{
    fflush(stderr);
    int saved = dup(STDERR_FILENO), fd = open("log", O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDERR_FILENO);
    if (journal_stream)
        setenv("JOURNAL_STREAM", journal_stream, 1);
    else
        unsetenv("JOURNAL_STREAM");
    log_init("paihao-test", LOG_LEVEL_INFO);
    log();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    char *data;
    size_t size;
    assert_int_equal(file_read("log", 10000, &data, &size), 0);
    return data;
}

static void say_all(void)
{
    errno = EXDEV;
    log_error("one %d", 1);
    log_warning("two");
    log_info("forged\n<3>line\x1b");
    log_debug("not shown");
    assert_int_equal(errno, EXDEV);
}

static void say_much(void)
{
    log_info("%05000d", 0);
}

static void log_lines_carry_priorities_under_systemd(void **state)
{
    (void)state;
    char *text = logged("8:1", say_all);
    assert_string_equal(text, "<3>one 1\n<4>two\n<6>forged <3>line \n");
    free(text);
}

static void log_lines_carry_time_and_level_by_hand(void **state)
{
    (void)state;
    char *text = logged(NULL, say_all);
    assert_non_null(strstr(text, "Z paihao-test error: one 1\n2"));
    assert_non_null(strstr(text, "Z paihao-test warning: two\n2"));
    assert_non_null(strstr(text, "Z paihao-test info: forged <3>line \n"));
    assert_null(strstr(text, "not shown"));
    free(text);
    text = logged(NULL, say_much);
    assert_int_equal(strlen(text), 2048);
    assert_ptr_equal(strchr(text, '\n'), text + 2047);
    free(text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(written_files_are_whole),
        IN_FOLDER(created_files_replace_nothing),
        IN_FOLDER(failures_leave_the_old_file),
        IN_FOLDER(reads_have_a_limit),
        IN_FOLDER(one_process_holds_the_lock),
        IN_FOLDER(unknown_holder_is_zero),
        IN_FOLDER(log_lines_carry_priorities_under_systemd),
        IN_FOLDER(log_lines_carry_time_and_level_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
