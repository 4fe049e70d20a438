/* Packages: what is written verifies, what was touched does not, and nothing that went wrong looks like one. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/files.h"
#include "handover/checksum.h"
#include "handover/package_private.h"

enum { PARTS = 20, AT_S = 1795305600 };
static const char *const passphrase = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23";

/* ---- a world: a stick, a staging folder, parts that may go wrong */
struct world {
    char folder[64], stick[96], staging[96];
    struct package_part parts[PARTS];
    size_t n_parts;
    unsigned written[PARTS];
    size_t fails_at; /* this part, SIZE_MAX: none */
    int error;       /* with this; 1: the process dies */
    json_t *about;
    const char *stop_in; /* the phase in which to cancel, NULL: never */
    struct buffer phases;
    const char *spoils; /* a part that is altered while the last one is made, NULL: none */
};
static struct world *the_world;

/* As a bad disk would, after its sum was taken. */
static void spoil(const char *part)
{
    int fd = open(part, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 100), 1);
    close(fd);
}

static int write_part(void *arg, const char *path)
{
    size_t index = (size_t)(uintptr_t)arg;
    struct buffer text = {0};
    the_world->written[index]++;
    if (the_world->fails_at == index && the_world->error == 1)
        _exit(9);
    if (the_world->fails_at == index)
        return the_world->error;
    if (the_world->spoils && index + 1 == the_world->n_parts)
        spoil(the_world->spoils);
    for (size_t i = 0; i < 300 * (index + 1); i++)
        buffer_format(&text, "%zu,%zu\r\n", index, i * 7919);
    int error = file_create_durably(path, text.data, text.size, 0600);
    buffer_done(&text);
    return error;
}

static void set_parts(struct world *world, size_t n_parts)
{
    static const char *const names[] = {"numbers.csv", "班级/机械2101班.xlsx", "班级/电气2102班.xlsx"};
    world->n_parts = n_parts;
    for (size_t i = 0; i < n_parts; i++) {
        struct package_part *part = &world->parts[i];
        *part = (struct package_part){.write = write_part, .arg = (void *)(uintptr_t)i, .about = 2000};
        if (i < 3)
            strcpy(part->name, names[i]);
        else
            snprintf(part->name, sizeof part->name, "more/part-%02zu.bin", i);
    }
}

static int setup(void **state)
{
    struct world *world = bytes_alloc(sizeof *world);
    strcpy(world->folder, "/tmp/paihao-package-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->stick, sizeof world->stick, "%s/stick", world->folder);
    snprintf(world->staging, sizeof world->staging, "%s/staging", world->folder);
    assert_int_equal(mkdir(world->stick, 0700), 0);
    assert_int_equal(mkdir(world->staging, 0700), 0);
    world->fails_at = SIZE_MAX;
    world->about = json_pack("{s:s, s:i}", "kind", "agency", "seq", 17);
    set_parts(world, 3);
    *state = the_world = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    package_remove(world->folder);
    assert_int_not_equal(access(world->folder, F_OK), 0);
    json_decref(world->about);
    buffer_done(&world->phases);
    free(world);
    return 0;
}

static bool watch(void *arg, const struct package_progress *progress)
{
    struct world *world = arg;
    assert_true(progress->done <= progress->total);
    size_t length = strlen(progress->phase);
    if (world->phases.size < length ||
        memcmp(world->phases.data + world->phases.size - length, progress->phase, length) != 0)
        buffer_format(&world->phases, " %s", progress->phase);
    return world->stop_in && strcmp(world->stop_in, progress->phase) == 0 && progress->done > 0;
}

static enum package_fault make(struct world *world, bool is_zip, struct package_result *ret)
{
    const struct package_options options = {
        .folder = world->stick,
        .name = "交接 2026",
        .passphrase = is_zip ? passphrase : NULL,
        .staging = world->staging,
        .about = world->about,
        .at_us = (int64_t)AT_S * 1000000,
        .progress = watch,
        .progress_arg = world,
    };
    world->phases.size = 0;
    return package_write(&options, world->parts, world->n_parts, ret);
}

static char *made(struct world *world, bool is_zip)
{
    struct package_result result;
    enum package_fault fault = make(world, is_zip, &result);
    if (fault != PACKAGE_OK)
        print_message("%s\n", result.detail);
    assert_int_equal(fault, PACKAGE_OK);
    return result.path;
}

static enum package_fault verified(const char *path, const char *with)
{
    struct package_result result;
    return package_verify(path, with, NULL, &result);
}

/* How many entries are in a folder, hidden ones too. */
static int n_entries(const char *folder)
{
    char *command = bytes_format("test $(ls -A '%s' | wc -l) -eq ", folder);
    for (int n = 0; n < 10; n++) {
        char *whole = bytes_format("%s%d", command, n);
        int result = system(whole);
        free(whole);
        if (result == 0) {
            free(command);
            return n;
        }
    }
    free(command);
    return -1;
}

/* ---- */
static void a_folder_is_whole(void **state)
{
    struct world *world = *state;
    struct package_result result, seen;
    struct stat status;
    json_t *about = NULL;
    assert_int_equal(make(world, false, &result), PACKAGE_OK);
    assert_string_equal(world->phases.data, " making checking");
    assert_int_equal(result.files, 3);
    assert_int_equal(package_verify(result.path, NULL, &about, &seen), PACKAGE_OK);
    assert_true(json_equal(about, world->about));
    assert_string_equal(seen.digest, result.digest);
    assert_int_equal(seen.bytes, result.bytes);
    assert_int_equal(n_entries(world->stick), 1);
    assert_int_equal(n_entries(result.path), 4); /* a file, a folder, the manifest and its sum */
    char *file = bytes_format("%s/班级/机械2101班.xlsx", result.path);
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mtim.tv_sec, AT_S);
    assert_int_equal(status.st_mode & 0777, 0600);
    /* whoever has sha256sum(1) can check by hand */
    char *command = bytes_format("cd '%s' && sha256sum --quiet -c manifest.sha256", result.path);
    assert_int_equal(system(command), 0);
    free(command);
    free(file);
    json_decref(about);
    free(result.path);
}

static void the_same_again_is_the_same(void **state)
{
    struct world *world = *state;
    char *first = made(world, false), *elsewhere = bytes_format("%s/first", world->folder);
    assert_int_equal(rename(first, elsewhere), 0);
    char *second = made(world, false), *command = bytes_format("diff -r '%s' '%s'", elsewhere, second);
    assert_int_equal(system(command), 0);
    free(command);
    free(elsewhere);
    free(first);
    free(second);
}

static void nothing_is_overwritten(void **state)
{
    struct world *world = *state;
    struct package_result result;
    free(made(world, false));
    assert_int_equal(make(world, false, &result), PACKAGE_TARGET_EXISTS);
    char *path = bytes_format("%s/交接 2026.zip", world->stick);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(make(world, true, &result), PACKAGE_TARGET_EXISTS);
    assert_int_equal(n_entries(world->stick), 2);
    assert_int_equal(n_entries(world->staging), 0);
    free(path);
}

static void a_zip_is_sealed(void **state)
{
    struct world *world = *state;
    struct package_result result, seen;
    assert_int_equal(make(world, true, &result), PACKAGE_OK);
    assert_string_equal(world->phases.data, " making packing checking");
    assert_int_equal(package_verify(result.path, passphrase, NULL, &seen), PACKAGE_OK);
    assert_string_equal(seen.digest, result.digest);
    static const char *const wrong[] = {"ABCDE-FGHJK-MNPQR-STUVW-XYZ24", "", "x", NULL};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(verified(result.path, wrong[i]), PACKAGE_PASSPHRASE_WRONG);
    assert_int_equal(n_entries(world->stick), 1);
    assert_int_equal(n_entries(world->staging), 0);
    free(result.path);
    /* a folder of the same: the same manifest */
    char *folder = made(world, false);
    assert_int_equal(package_verify(folder, NULL, NULL, &result), PACKAGE_OK);
    assert_string_equal(seen.digest, result.digest);
    char *path = bytes_format("%s/交接 2026.zip", world->stick);
    assert_int_equal(unlink(path), 0);
    free(path);
    free(folder);
}

/* The two checks of a passphrase's beginning are 16 bits: of 300 wrong ones none may be believed, nor be called damage. */
/* As many bytes as `arg` says, that are pressed together well. */
static int write_even(void *arg, const char *path)
{
    size_t size = (size_t)(uintptr_t)arg;
    char *bytes = bytes_alloc(size);
    memset(bytes, 'a', size);
    int error = file_create_durably(path, bytes, size, 0600);
    free(bytes);
    return error;
}

/* The reader's pieces end where a content does, before it and behind it. */
static void a_zip_holds_files_of_any_size(void **state)
{
    static const size_t sizes[] = {0,
                                   1,
                                   19,
                                   20,
                                   65535,
                                   65536,
                                   (256 << 10) - 1,
                                   256 << 10,
                                   (256 << 10) + 1,
                                   512 << 10,
                                   1 << 20,
                                   (1 << 20) + 4095};
    struct world *world = *state;
    struct package_result result;
    enum { SIZES = sizeof sizes / sizeof *sizes };
    for (size_t i = 0; i < SIZES; i++) {
        world->parts[i] = (struct package_part){.write = write_even, .arg = (void *)(uintptr_t)sizes[i]};
        snprintf(world->parts[i].name, sizeof world->parts[i].name, "%02zu.%s", i, i % 2 ? "bin" : "csv");
    }
    for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
        for (size_t i = 0; i < SIZES; i++)
            strcpy(strchr(world->parts[i].name, '.'), (i % 2 == 0) == (is_swapped == 0) ? ".csv" : ".bin");
        world->n_parts = SIZES;
        if (make(world, true, &result) != PACKAGE_OK)
            fail_msg("%s", result.detail);
        assert_int_equal(verified(result.path, passphrase), PACKAGE_OK);
        assert_int_equal(unlink(result.path), 0);
        free(result.path);
    }
}

static void a_wrong_passphrase_is_never_damage(void **state)
{
    char *path = made(*state, true), word[16];
    for (int i = 0; i < 300; i++) {
        snprintf(word, sizeof word, "wrong %d", i);
        assert_int_equal(verified(path, word), PACKAGE_PASSPHRASE_WRONG);
    }
    free(path);
}

/* ---- damage */
static void flip(const char *path, off_t at, const char *package, const char *with)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (uint8_t)(1 << at % 8);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    enum package_fault fault = verified(package, with);
    if (fault != PACKAGE_BROKEN)
        print_message("%s, byte %jd\n", path, (intmax_t)at);
    assert_int_equal(fault, PACKAGE_BROKEN);
    byte ^= (uint8_t)(1 << at % 8);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void flips(const char *path, const char *package, const char *with)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    off_t step = 1 + status.st_size / 1500;
    for (off_t at = 0; at < status.st_size; at += step)
        flip(path, at, package, with);
    for (off_t at = status.st_size > 600 ? status.st_size - 600 : 0; at < status.st_size; at++)
        flip(path, at, package, with);
}

static void every_flipped_byte_is_found(void **state)
{
    struct world *world = *state;
    char *zip = made(world, true), *folder = made(world, false);
    static const char *const files[] = {"manifest.json", "manifest.sha256", "numbers.csv",
                                        "班级/机械2101班.xlsx"};
    flips(zip, zip, passphrase);
    assert_int_equal(verified(zip, passphrase), PACKAGE_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = bytes_format("%s/%s", folder, files[i]);
        flips(path, folder, NULL);
        free(path);
    }
    assert_int_equal(verified(folder, NULL), PACKAGE_OK);
    free(zip);
    free(folder);
}

/* ---- a ZIP that somebody altered and whose sum he made again */
static size_t find_central(const uint8_t *bytes, size_t size, const char *name)
{
    const size_t length = strlen(name);
    for (size_t at = 0; at + 46 + length < size; at++)
        if (memcmp(bytes + at, "PK\1\2", 4) == 0 && bytes[at + 28] == length &&
            memcmp(bytes + at + 46, name, length) == 0)
            return at;
    fail_msg("no %s", name);
    return 0;
}

static enum package_fault verified_as(const char *path, const char *bytes, size_t size)
{
    uint8_t sum[CHECKSUM_SIZE];
    char hex[2 * CHECKSUM_SIZE + 1], *copy = bytes_alloc(size);
    memcpy(copy, bytes, size);
    checksum_of(copy, size - 2 * CHECKSUM_SIZE, sum);
    hex_encode(sum, sizeof sum, hex);
    memcpy(copy + size - 2 * CHECKSUM_SIZE, hex, 2 * CHECKSUM_SIZE);
    assert_int_equal(file_write_durably(path, copy, size, 0600), 0);
    free(copy);
    return verified(path, passphrase);
}

/* 7-Zip would unpack it as a folder or a link, or miss it, and say that all is well. */
static void what_is_unpacked_as_no_file_is_found(void **state)
{
    static const struct {
        const char *legend;
        size_t at;
        uint8_t bytes[4];
        size_t n_bytes;
    } cases[] = {
        {"a folder, as DOS has it", 38, {0x10}, 1},
        {"a name of a disk", 38, {0x08}, 1},
        {"a link", 40, {0xff, 0xa1}, 2},
        {"a folder", 40, {0xff, 0x41}, 2},
        {"a pipe", 40, {0xff, 0x11}, 2},
        {"on another disk", 34, {1}, 1},
    };
    char *path = made(*state, true), *bytes = NULL;
    size_t size = 0;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &size), 0);
    assert_int_equal(verified_as(path, bytes, size), PACKAGE_OK);
    const size_t at = find_central((uint8_t *)bytes, size, "numbers.csv");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char before[4];
        memcpy(before, bytes + at + cases[i].at, cases[i].n_bytes);
        memcpy(bytes + at + cases[i].at, cases[i].bytes, cases[i].n_bytes);
        if (verified_as(path, bytes, size) != PACKAGE_BROKEN)
            fail_msg("%s", cases[i].legend);
        memcpy(bytes + at + cases[i].at, before, cases[i].n_bytes);
    }
    /* in front of the content another way of packing than in the directory: the last field there */
    size_t local = 0;
    for (size_t i = 0; i < 4; i++)
        local |= (size_t)(uint8_t)bytes[at + 42 + i] << (8 * i);
    bytes[local + 30 + strlen("numbers.csv") + 9] ^= 1;
    assert_int_equal(verified_as(path, bytes, size), PACKAGE_BROKEN);
    free(bytes);
    free(path);
}

static void every_shortened_zip_is_found(void **state)
{
    char *path = made(*state, true);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    for (off_t size = status.st_size - 1; size >= 0; size -= 1 + size / 200) {
        assert_int_equal(truncate(path, size), 0);
        assert_int_equal(verified(path, passphrase), PACKAGE_BROKEN);
    }
    free(path);
}

static void too_many_and_too_few_are_found(void **state)
{
    static const struct {
        const char *legend, *damage, *repair;
    } cases[] = {
        {"a file too many", "touch extra.txt", "rm extra.txt"},
        {"a hidden one", "touch .DS_Store", "rm .DS_Store"},
        {"the state of a run", "touch .state", "rm .state"},
        {"deep inside", "touch 班级/x", "rm 班级/x"},
        {"an empty folder", "mkdir empty", "rmdir empty"},
        {"a file too few", "mv numbers.csv ../x", "mv ../x numbers.csv"},
        {"no manifest", "mv manifest.json ../x", "mv ../x manifest.json"},
        {"no sum of the manifest", "mv manifest.sha256 ../x", "mv ../x manifest.sha256"},
        {"a link to the right content", "mv numbers.csv ../x && ln -s ../x numbers.csv",
         "mv ../x numbers.csv"},
        {"a folder that is a link", "mv 班级 ../x && ln -s ../x 班级", "rm 班级 && mv ../x 班级"},
        {"the manifest a link", "mv manifest.json ../x && ln -s ../x manifest.json", "mv ../x manifest.json"},
        {"a pipe", "mv numbers.csv ../x && mkfifo numbers.csv", "mv -f ../x numbers.csv"},
        {"another name", "mv numbers.csv Numbers.csv", "mv Numbers.csv numbers.csv"},
        {"emptied", "cp numbers.csv ../x && : >numbers.csv", "mv ../x numbers.csv"},
        {"longer", "cp numbers.csv ../x && echo >>numbers.csv", "mv ../x numbers.csv"},
    };
    char *path = made(*state, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *damage = bytes_format("cd '%s' && %s", path, cases[i].damage),
             *repair = bytes_format("cd '%s' && %s", path, cases[i].repair);
        assert_int_equal(system(damage), 0);
        enum package_fault fault = verified(path, NULL);
        if (fault != PACKAGE_BROKEN)
            print_message("%s\n", cases[i].legend);
        assert_int_equal(fault, PACKAGE_BROKEN);
        assert_int_equal(system(repair), 0);
        assert_int_equal(verified(path, NULL), PACKAGE_OK);
        free(damage);
        free(repair);
    }
    free(path);
    assert_int_equal(verified("/nowhere/at/all", NULL), PACKAGE_TARGET_GONE);
    assert_int_equal(verified("/dev/null", NULL), PACKAGE_BROKEN);
}

/* ---- interrupted runs */
static void dies_at(struct world *world, size_t part, bool is_zip)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct package_result result;
        world->fails_at = part;
        world->error = 1;
        make(world, is_zip, &result);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
}

static void a_killed_run_is_taken_up(void **state)
{
    struct world *world = *state;
    struct package_result result;
    set_parts(world, PARTS);
    for (int is_zip = 0; is_zip < 2; is_zip++) {
        memset(world->written, 0, sizeof world->written);
        dies_at(world, 18, is_zip);
        assert_int_equal(make(world, is_zip, &result), PACKAGE_OK);
        assert_int_equal(result.kept, 16);
        for (size_t i = 0; i < PARTS; i++)
            assert_int_equal(world->written[i], i < 16 ? 0 : 1);
        assert_int_equal(verified(result.path, passphrase), PACKAGE_OK);
        assert_int_equal(n_entries(world->stick), is_zip + 1);
        free(result.path);
    }
    assert_int_equal(n_entries(world->staging), 0);
}

static void what_does_not_fit_is_made_anew(void **state)
{
    struct world *world = *state;
    struct package_result result;
    set_parts(world, PARTS);
    dies_at(world, 18, false);
    json_object_set_new(world->about, "seq", json_integer(18));
    assert_int_equal(make(world, false, &result), PACKAGE_OK);
    assert_int_equal(result.kept, 0);
    package_remove(result.path);
    free(result.path);

    dies_at(world, 18, false);
    char *part = bytes_format("%s/.交接 2026.partial/more/part-05.bin", world->stick),
         *more = bytes_format("%s/.交接 2026.partial/更多", world->stick);
    int fd = open(part, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, 100), 1);
    close(fd);
    assert_int_equal(mkdir(more, 0700), 0);
    assert_int_equal(make(world, false, &result), PACKAGE_OK);
    assert_int_equal(result.kept, 15);
    assert_int_equal(verified(result.path, NULL), PACKAGE_OK);
    free(result.path);
    free(part);
    free(more);
}

/* Names in the clear must not lie about for ever; what the same position may still take up, or is being made, must not go. */
static void what_an_older_position_left_is_thrown_away(void **state)
{
    struct world *world = *state;
    for (int is_zip = 0; is_zip < 2; is_zip++) {
        const char *folder = is_zip ? world->staging : world->stick;
        char *own = bytes_format("%s/.交接 2026.partial", folder),
             *old = bytes_format("%s/.交接 2025.partial", folder);
        json_object_set_new(world->about, "seq", json_integer(17));
        dies_at(world, 2, is_zip);
        assert_int_equal(rename(own, old), 0);
        json_object_set_new(world->about, "kind", json_string("school"));
        free(made(world, is_zip));
        assert_int_equal(access(old, F_OK), 0);
        json_object_set_new(world->about, "kind", json_string("agency"));
        json_object_set_new(world->about, "seq", json_integer(18));
        char *target = bytes_format("%s/交接 2026%s", world->stick, is_zip ? ".zip" : ""),
             *away = bytes_format("%s/first%d", world->stick, is_zip);
        assert_int_equal(rename(target, away), 0);
        int other = open(old, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(flock(other, LOCK_EX), 0);
        free(made(world, is_zip));
        assert_int_equal(access(old, F_OK), 0);
        close(other);
        package_remove(target);
        unlink(target);
        free(made(world, is_zip));
        assert_int_equal(access(old, F_OK), -1);
        free(target);
        free(away);
        free(own);
        free(old);
    }
}

static void half_a_package_is_none(void **state)
{
    struct world *world = *state;
    set_parts(world, PARTS);
    dies_at(world, 18, false);
    char *partial = bytes_format("%s/.交接 2026.partial", world->stick);
    assert_int_equal(access(partial, F_OK), 0);
    assert_int_equal(verified(partial, NULL), PACKAGE_BROKEN);
    free(partial);
}

/* The folder is read back from its disk; what was staged for a ZIP is compared once it comes out of the ZIP. */
static void what_the_disk_altered_is_found(void **state)
{
    struct world *world = *state;
    static const char *const parts[] = {"numbers.csv", "班级/机械2101班.xlsx"};
    for (int is_zip = 0; is_zip < 2; is_zip++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            struct package_result result;
            char *part =
                bytes_format("%s/.交接 2026.partial/%s", is_zip ? world->staging : world->stick, parts[i]);
            world->spoils = part;
            assert_int_equal(make(world, is_zip, &result), PACKAGE_BROKEN);
            assert_non_null(strstr(result.detail, parts[i]));
            assert_int_equal(n_entries(world->stick), 0);
            assert_int_equal(n_entries(world->staging), 0);
            world->spoils = NULL;
            free(part);
        }
    }
}

static void only_one_at_a_time(void **state)
{
    struct world *world = *state;
    struct package_result result;
    char *partial = bytes_format("%s/.交接 2026.partial", world->stick);
    assert_int_equal(mkdir(partial, 0700), 0);
    int other = open(partial, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_int_equal(make(world, false, &result), PACKAGE_TARGET_EXISTS);
    assert_int_equal(access(partial, F_OK), 0);
    close(other);
    free(made(world, false));
    free(partial);
}

/* ---- faults */
static void faults_have_their_words(void **state)
{
    static const struct {
        const char *legend;
        int error;
        enum package_fault fault;
    } cases[] = {
        {"the disk is full", -ENOSPC, PACKAGE_TARGET_FULL},
        {"the quota is used up", -EDQUOT, PACKAGE_TARGET_FULL},
        {"FAT32 takes no such file", -EFBIG, PACKAGE_TARGET_FULL},
        {"it became read-only", -EROFS, PACKAGE_TARGET_READ_ONLY},
        {"the part's own fault: the stick can be written", -EIO, PACKAGE_SOURCE},
        {"likewise", -ENOENT, PACKAGE_SOURCE},
        {"likewise", -EINVAL, PACKAGE_SOURCE},
    };
    struct world *world = *state;
    struct package_result result;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int is_zip = 0; is_zip < 2; is_zip++) {
            world->fails_at = 1;
            world->error = cases[i].error;
            assert_int_equal(make(world, is_zip, &result), cases[i].fault);
            assert_null(result.path);
            assert_true(strstr(result.detail, "机械") != NULL);
            assert_int_equal(result.is_file_limit, cases[i].error == -EFBIG);
            assert_int_equal(n_entries(world->stick), 0);
            assert_int_equal(n_entries(world->staging), 0);
        }
    result.is_file_limit = true;
    assert_non_null(strstr(package_words_zh(PACKAGE_TARGET_FULL, &result), "FAT32"));
    world->fails_at = SIZE_MAX;
    free(made(world, false));
}

static void room_is_asked_for_first(void **state)
{
    struct world *world = *state;
    struct package_result result;
    world->parts[0].about = (uint64_t)1 << 62;
    assert_int_equal(make(world, false, &result), PACKAGE_TARGET_FULL);
    assert_int_equal(world->written[0], 0);
    assert_int_equal(n_entries(world->stick), 0);
}

static void no_folder_is_a_stick_that_is_gone(void **state)
{
    struct world *world = *state;
    struct package_result result;
    strcat(world->stick, "-pulled");
    assert_int_equal(make(world, false, &result), PACKAGE_TARGET_GONE);
    assert_int_equal(make(world, true, &result), PACKAGE_TARGET_GONE);
    assert_int_equal(n_entries(world->staging), 0);
}

static void stopped_in_any_phase_leaves_nothing(void **state)
{
    static const char *const phases[] = {"making", "packing", "checking"};
    struct world *world = *state;
    struct package_result result;
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        for (int is_zip = 0; is_zip < 2; is_zip++) {
            world->stop_in = phases[i];
            bool never = !is_zip && strcmp(phases[i], "packing") == 0;
            assert_int_equal(make(world, is_zip, &result), never ? PACKAGE_OK : PACKAGE_CANCELLED);
            if (never)
                package_remove(result.path);
            free(result.path);
            assert_int_equal(n_entries(world->stick), 0);
            assert_int_equal(n_entries(world->staging), 0);
        }
}

/* ---- names and manifests */
static void paths_are_safe_everywhere(void **state)
{
    static const struct {
        const char *path;
        bool is_safe;
    } cases[] = {
        {"numbers.csv", true},
        {"班级/机械2101班.xlsx", true},
        {"a/b/c/d/e/f/g/h", true},
        {"a/b/c/d/e/f/g/h/i", false},
        {"", false},
        {"/etc/passwd", false},
        {"..", false},
        {"a/../b", false},
        {"a/./b", false},
        {"a//b", false},
        {"a/", false},
        {".hidden", false},
        {"a/.hidden", false},
        {"a\\b", false},
        {"c:x", false},
        {"a*", false},
        {"a?", false},
        {"a\"", false},
        {"a|b", false},
        {"a<b", false},
        {"a\nb", false},
        {"a ", false},
        {" a", false},
        {"a.", false},
        {"con", false},
        {"CON.txt", false},
        {"x/Lpt1", false},
        {"com0", true},
        {"console", true},
        {"manifest.json", false},
        {"Manifest.JSON", false},
        {"manifest.sha256", false},
        {"sub/manifest.json", true},
        {"a\xff", false},
        {"a\xe2\x80\xaetxt.exe", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (package_path_is_safe(cases[i].path) != cases[i].is_safe)
            print_message("\"%s\"\n", cases[i].path);
        assert_int_equal(package_path_is_safe(cases[i].path), cases[i].is_safe);
    }
}

#define SUM           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD          "{\n \"format\": \"paihao-package\",\n \"version\": 1,\n \"about\": {},\n \"files\": "
#define FILE_OF(name) "{\n   \"name\": \"" name "\",\n   \"size\": 1,\n   \"sha256\": \"" SUM "\"\n  }"
#define ONE(name)     HEAD "[\n  " FILE_OF(name) "\n ]\n}\n"
#define TWO(a, b)     HEAD "[\n  " FILE_OF(a) ",\n  " FILE_OF(b) "\n ]\n}\n"

static void only_one_text_is_a_manifest(void **state)
{
    static const struct {
        const char *legend, *text;
        bool is_good;
    } cases[] = {
        {"no file", HEAD "[]\n}\n", true},
        {"one", ONE("a"), true},
        {"two", TWO("a", "b"), true},
        {"a name in Chinese", ONE("班"), true},
        {"not in order", TWO("b", "a"), false},
        {"twice the same", TWO("a", "a"), false},
        {"twice the same where case is not told apart", TWO("A", "a"), false},
        {"a file that is a folder, too", TWO("a", "a/b"), false},
        {"out of the package", ONE("../a"), false},
        {"from the root", ONE("/a"), false},
        {"the manifest itself", ONE("manifest.json"), false},
        {"no line end", HEAD "[]\n}", false},
        {"another layout", "{\"format\":\"paihao-package\",\"version\":1,\"about\":{},\"files\":[]}\n",
         false},
        {"a member too many",
         "{\n \"format\": \"paihao-package\",\n \"version\": 1,\n \"about\": {},\n \"files\": [],\n "
         "\"x\": 1\n}\n",
         false},
        {"another version",
         "{\n \"format\": \"paihao-package\",\n \"version\": 2,\n \"about\": {},\n \"files\": []\n}\n",
         false},
        {"about is no object",
         "{\n \"format\": \"paihao-package\",\n \"version\": 1,\n \"about\": 1,\n \"files\": []\n}\n", false},
        {"nothing", "", false},
        {"no JSON", "PK\x03\x04", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest manifest = {0};
        int result = manifest_parse(cases[i].text, strlen(cases[i].text), &manifest);
        if ((result == 0) != cases[i].is_good)
            print_message("%s\n", cases[i].legend);
        assert_int_equal(result, cases[i].is_good ? 0 : -EINVAL);
        manifest_done(&manifest);
    }
}

static void names_that_clash_are_refused_at_once(void **state)
{
    struct world *world = *state;
    struct package_result result;
    static const char *const names[] = {"NUMBERS.csv", "../x", "manifest.json", "numbers.csv/x", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        strcpy(world->parts[2].name, names[i]);
        assert_int_equal(make(world, false, &result), PACKAGE_SOURCE);
        assert_int_equal(n_entries(world->stick), 0);
    }
}

static void a_passphrase_can_be_read_out(void **state)
{
    char one[PASSPHRASE_SIZE], other[PASSPHRASE_SIZE];
    (void)state;
    for (int i = 0; i < 100; i++) {
        package_passphrase(one);
        package_passphrase(other);
        assert_int_equal(strlen(one), 29);
        assert_string_not_equal(one, other);
        assert_int_equal(strspn(one, "ABCDEFGHJKMNPQRSTUVWXYZ23456789-"), 29);
        for (size_t at = 0; at < 29; at++)
            assert_int_equal(one[at] == '-', at % 6 == 5);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_whole),
        TEST(the_same_again_is_the_same),
        TEST(nothing_is_overwritten),
        TEST(a_zip_is_sealed),
        TEST(a_zip_holds_files_of_any_size),
        TEST(a_wrong_passphrase_is_never_damage),
        TEST(every_flipped_byte_is_found),
        TEST(what_is_unpacked_as_no_file_is_found),
        TEST(every_shortened_zip_is_found),
        TEST(too_many_and_too_few_are_found),
        TEST(a_killed_run_is_taken_up),
        TEST(what_does_not_fit_is_made_anew),
        TEST(what_an_older_position_left_is_thrown_away),
        TEST(half_a_package_is_none),
        TEST(what_the_disk_altered_is_found),
        TEST(only_one_at_a_time),
        TEST(faults_have_their_words),
        TEST(room_is_asked_for_first),
        TEST(no_folder_is_a_stick_that_is_gone),
        TEST(stopped_in_any_phase_leaves_nothing),
        cmocka_unit_test(paths_are_safe_everywhere),
        cmocka_unit_test(only_one_text_is_a_manifest),
        TEST(names_that_clash_are_refused_at_once),
        cmocka_unit_test(a_passphrase_can_be_read_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
