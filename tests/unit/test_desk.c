/* The desk over a real journal in a temporary folder: decisions reach the disk before anybody sees them,
 * answers are given once, a full disk loses nothing, and many callers at once get numbers without gap or
 * repeat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk.h"
#include "identity/id_number.h"
#include "patience.h"

/* ---- a disk that can be made to fail: every write and sync of SQLite passes here */
static sqlite3_vfs weak_vfs, *real_vfs;
static int write_result = SQLITE_OK, sync_result = SQLITE_OK;
struct weak_file {
    sqlite3_file base;
    sqlite3_io_methods methods;
    const sqlite3_io_methods *real;
    sqlite3_file *file;
};
#define REAL(f) (((struct weak_file *)(f))->file)

static int weak_close(sqlite3_file *f)
{
    return REAL(f)->pMethods->xClose(REAL(f));
}
static int weak_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}
static int weak_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    return write_result ? write_result : REAL(f)->pMethods->xWrite(REAL(f), from, n, at);
}
static int weak_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return REAL(f)->pMethods->xTruncate(REAL(f), size);
}
static int weak_sync(sqlite3_file *f, int flags)
{
    return sync_result ? sync_result : REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int weak_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}
static int weak_lock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xLock(REAL(f), how);
}
static int weak_unlock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), how);
}
static int weak_check(sqlite3_file *f, int *ret)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), ret);
}
static int weak_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int weak_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int weak_traits(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int weak_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, ret);
}
static int weak_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void weak_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int weak_shm_unmap(sqlite3_file *f, int remove)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

static const sqlite3_io_methods weak_methods = {
    .iVersion = 2,
    .xClose = weak_close,
    .xRead = weak_read,
    .xWrite = weak_write,
    .xTruncate = weak_truncate,
    .xSync = weak_sync,
    .xFileSize = weak_size,
    .xLock = weak_lock,
    .xUnlock = weak_unlock,
    .xCheckReservedLock = weak_check,
    .xFileControl = weak_control,
    .xSectorSize = weak_sector,
    .xDeviceCharacteristics = weak_traits,
    .xShmMap = weak_shm_map,
    .xShmLock = weak_shm_lock,
    .xShmBarrier = weak_shm_barrier,
    .xShmUnmap = weak_shm_unmap,
};

static int weak_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    (void)vfs;
    struct weak_file *weak = (struct weak_file *)f;
    memset(weak, 0, sizeof *weak);
    weak->file = (sqlite3_file *)(weak + 1);
    int result = real_vfs->xOpen(real_vfs, name, weak->file, flags, ret_flags);
    f->pMethods = weak->file->pMethods ? &weak_methods : NULL;
    return result;
}

static void register_weak_vfs(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    weak_vfs = *real_vfs;
    weak_vfs.zName = "weak";
    weak_vfs.szOsFile = (int)sizeof(struct weak_file) + real_vfs->szOsFile;
    weak_vfs.xOpen = weak_open;
    sqlite3_vfs_register(&weak_vfs, 0);
}

/* ---- a day at one door */
struct door {
    char folder[64];
    struct config_lane lanes[2];
    struct config config;
    struct desk *desk;
};

static void open_desk(struct door *door)
{
    const struct desk_options options = {.config = &door->config, .create = true, .vfs = "weak"};
    char *error = NULL;
    if (desk_open(&door->desk, &options, &error) != JOURNAL_OK)
        fail_msg("%s", error);
}

static struct desk_answer ask(struct door *door, struct desk_command *command)
{
    struct desk_answer answer;
    desk_call(door->desk, command, &answer);
    return answer;
}

static struct desk_answer order(struct door *door, enum command_kind kind, const char *lane, uint32_t number,
                                const char *key)
{
    struct desk_command command = {.kind = DESK_QUEUE,
                                   .queue = {.kind = kind, .number = number, .device = "test"}};
    strcpy(command.queue.lane, lane);
    strcpy(command.queue.text, kind == COMMAND_EVENT_CREATE ? "2026届采集" : "");
    strcpy(command.key, key);
    return ask(door, &command);
}

static void make_person(unsigned n, struct presentation *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->medium = MEDIUM_MANUAL;
    char digits[32];
    snprintf(digits, sizeof digits, "990101%04u0101%03u", 1980 + n / 1000, n % 1000);
    memcpy(ret->id_number, digits, 17);
    ret->id_number[17] = id_number_check(ret->id_number);
    snprintf(ret->name, sizeof ret->name, "张测试%u", n);
}

static struct desk_answer check_in(struct door *door, unsigned n, const char *key)
{
    struct presentation person;
    make_person(n, &person);
    struct desk_command command = {.kind = DESK_QUEUE, .presentation = &person};
    command.queue = (struct queue_command){.kind = COMMAND_CHECK_IN, .lane = "A", .device = "test"};
    strcpy(command.key, key);
    return ask(door, &command);
}

static int start(void **state)
{
    struct door *door = calloc(1, sizeof *door);
    strcpy(door->folder, "/tmp/paihao-desk-XXXXXX");
    assert_non_null(mkdtemp(door->folder));
    door->lanes[0] = (struct config_lane){.name = (char *)"A", .room = (char *)"E201"};
    door->lanes[1] = (struct config_lane){.name = (char *)"B", .room = (char *)"", .line_limit = 1};
    door->config.data_dir = door->folder;
    door->config.key_file = bytes_format("%s/secret.key", door->folder);
    door->config.lanes = door->lanes;
    door->config.n_lanes = 2;
    open_desk(door);
    assert_int_equal(order(door, COMMAND_EVENT_CREATE, "", 0, "").problem, PROBLEM_NONE);
    assert_int_equal(order(door, COMMAND_SESSION_OPEN, "A", 0, "").problem, PROBLEM_NONE);
    *state = door;
    return 0;
}

static int finish(void **state)
{
    struct door *door = *state;
    write_result = sync_result = SQLITE_OK;
    desk_close(door->desk);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", door->folder);
    free(door->config.key_file);
    free(door);
    return system(command);
}

static void reopen(struct door *door)
{
    desk_close(door->desk);
    open_desk(door);
}

static void verify(struct door *door)
{
    struct journal_report report;
    assert_int_equal(journal_verify(door->folder, door->config.key_file, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
}

static void a_tap_gives_one_number(void **state)
{
    struct door *door = *state;
    struct desk_answer first = check_in(door, 1, ""), again = check_in(door, 1, ""),
                       other = check_in(door, 2, "");
    assert_true(first.created && first.has_ticket && !again.created);
    assert_string_equal(first.ticket.label, "A0001");
    assert_string_equal(again.ticket.label, "A0001");
    assert_string_equal(other.ticket.label, "A0002");
    assert_string_equal(first.ticket.name, "张○○○");
    assert_string_equal(first.ticket.id_mask, "990101************");
    assert_int_equal(first.ticket.ticket.seq, first.seq);
    verify(door);
}

static void people_are_known_after_a_restart(void **state)
{
    struct door *door = *state;
    check_in(door, 1, "");
    check_in(door, 2, "");
    reopen(door);
    struct desk_answer again = check_in(door, 2, "");
    assert_string_equal(again.ticket.label, "A0002");
    assert_string_equal(again.ticket.name, "张○○○");
    assert_string_equal(check_in(door, 3, "").ticket.label, "A0003");
    verify(door);
}

static void a_name_learnt_later_is_kept(void **state)
{
    struct door *door = *state;
    struct presentation person;
    make_person(5, &person);
    strcpy(person.student_no, "2022000005");
    person.name[0] = '\0';
    struct desk_command command = {.kind = DESK_QUEUE, .presentation = &person};
    command.queue = (struct queue_command){.kind = COMMAND_CHECK_IN, .lane = "A", .device = "test"};
    assert_string_equal(ask(door, &command).ticket.name, "");
    assert_string_equal(check_in(door, 5, "").ticket.name, "张○○○");
    /* the student number that came with the ID number names the same person from now on */
    memset(&person, 0, sizeof person);
    person.medium = MEDIUM_MANUAL;
    strcpy(person.student_no, "2022000005");
    struct desk_answer by_student_no = ask(door, &command);
    assert_false(by_student_no.created);
    assert_string_equal(by_student_no.ticket.label, "A0001");
    reopen(door);
    assert_string_equal(ask(door, &command).ticket.name, "张○○○");
    verify(door);
}

static struct desk_answer present(struct door *door, enum medium medium, const char *id_number,
                                  const char *name, const char *student_no)
{
    struct presentation person = {.medium = medium};
    strcpy(person.id_number, id_number);
    strcpy(person.name, name);
    strcpy(person.student_no, student_no);
    struct desk_command command = {.kind = DESK_QUEUE, .presentation = &person};
    command.queue = (struct queue_command){.kind = COMMAND_CHECK_IN, .lane = "A", .device = "test"};
    return ask(door, &command);
}

static void what_disagrees_is_told(void **state)
{
    struct door *door = *state;
    struct presentation one, two;
    make_person(1, &one);
    make_person(2, &two);
    /* a student number first, the ID number later: one person, one number */
    assert_string_equal(present(door, MEDIUM_MANUAL, "", "李四", "2022001").ticket.label, "A0001");
    struct desk_answer both = present(door, MEDIUM_MANUAL, one.id_number, "李四", "2022001");
    assert_false(both.created);
    assert_string_equal(both.ticket.label, "A0001");
    assert_string_equal(present(door, MEDIUM_ID_CARD, one.id_number, "李四", "").ticket.label, "A0001");
    /* somebody else's student number */
    struct desk_answer taken = present(door, MEDIUM_MANUAL, two.id_number, "王五", "2022001");
    assert_int_equal(taken.problem, PROBLEM_CREDENTIAL_TAKEN);
    assert_string_equal(taken.ticket.label, "A0001");
    /* a number that checks, but is another's: the name tells */
    struct desk_answer other = present(door, MEDIUM_MANUAL, one.id_number, "王五", "");
    assert_int_equal(other.problem, PROBLEM_NAME_DIFFERS);
    assert_string_equal(other.ticket.name, "李○");
    assert_int_equal(present(door, MEDIUM_MANUAL, one.id_number, "李 四", "").problem, PROBLEM_NONE);
    assert_int_equal(present(door, MEDIUM_MANUAL, one.id_number, "", "").problem, PROBLEM_NONE);
    /* the card itself is right about its name */
    assert_string_equal(present(door, MEDIUM_ID_CARD, one.id_number, "赵四", "").ticket.name, "赵○");
    reopen(door);
    assert_string_equal(present(door, MEDIUM_MANUAL, one.id_number, "赵四", "").ticket.label, "A0001");
    verify(door);
}

/* ---- idempotency */
static void the_same_key_gets_the_first_answer(void **state)
{
    struct door *door = *state;
    struct desk_answer first = check_in(door, 1, "k1");
    order(door, COMMAND_CALL, "A", 1, "k2");
    struct desk_answer shot = order(door, COMMAND_SHOT, "A", 1, "k3");
    for (int round = 0; round < 2; round++) {
        struct desk_answer again = check_in(door, 1, "k1");
        assert_true(again.replayed && again.created);
        assert_int_equal(again.ticket.ticket.state, TICKET_WAITING); /* as it was, not as it is */
        assert_int_equal(again.ticket.ticket.seq, first.ticket.ticket.seq);
        struct desk_answer shot_again = order(door, COMMAND_SHOT, "A", 1, "k3");
        assert_int_equal(shot_again.problem, PROBLEM_NONE);
        assert_int_equal(shot_again.ticket.ticket.shot_us, shot.ticket.ticket.shot_us);
        assert_int_equal(order(door, COMMAND_SHOT, "A", 1, "k1").problem, PROBLEM_KEY_REUSED);
        assert_int_equal(order(door, COMMAND_SHOT, "A", 1, round ? "k5" : "k4").problem, PROBLEM_WRONG_STATE);
        reopen(door);
    }
    /* a refusal is an answer, too */
    assert_int_equal(order(door, COMMAND_RETAKE, "A", 1, "").problem, PROBLEM_NONE);
    struct desk_answer refused = order(door, COMMAND_SHOT, "A", 1, "k4");
    assert_int_equal(refused.problem, PROBLEM_WRONG_STATE);
    assert_true(refused.replayed);
    verify(door);
}

/* Its age is not part of what was asked: a tap that is sent again is older, and gets the first answer. */
static void a_kept_tap_is_done_once_at_its_own_time(void **state)
{
    struct door *door = *state;
    check_in(door, 1, "");
    order(door, COMMAND_CALL, "A", 1, "");
    struct desk_command command = {.kind = DESK_QUEUE, .key = "kept-tap"};
    command.queue = (struct queue_command){
        .kind = COMMAND_SHOT, .lane = "A", .number = 1, .device = "test", .age_ms = 1000};
    usleep(1100000);
    const int64_t now_us = clock_utc_us();
    const int64_t shot_us = ask(door, &command).ticket.ticket.shot_us;
    assert_true(shot_us >= now_us - 1000000 && shot_us <= clock_utc_us() - 1000000);
    for (int round = 0; round < 2; round++) {
        command.queue.age_ms += 5000;
        struct desk_answer again = ask(door, &command);
        assert_true(again.replayed);
        assert_int_equal(again.problem, PROBLEM_NONE);
        assert_int_equal(again.ticket.ticket.shot_us, shot_us);
        reopen(door);
    }
    struct desk_command back = {.kind = DESK_QUEUE, .key = "undo"};
    back.queue = (struct queue_command){
        .kind = COMMAND_UNDO, .lane = "A", .number = 1, .device = "test", .age_ms = 55000};
    assert_int_equal(ask(door, &back).problem, PROBLEM_UNDO_LATE); /* tapped before the frame */
    strcpy(back.key, "undo in time");
    back.queue.age_ms = 100;
    assert_int_equal(ask(door, &back).ticket.ticket.state, TICKET_CALLED);
    reopen(door);
    assert_true(ask(door, &back).replayed);
    struct ticket_view view;
    assert_int_equal(desk_ticket(door->desk, "A", 1, &view), 0);
    assert_int_equal(view.ticket.state, TICKET_CALLED);
    assert_int_equal(view.ticket.shots, 0);
    assert_int_equal(view.ticket.shot_us, 0);
    verify(door);
}

/* ---- what somebody typed never stands in the journal */
static int look_for(void *arg, const struct queue_entry *entry)
{
    assert_null(strstr(entry->text, "990101"));
    assert_null(strstr(entry->text, "张三丰"));
    *(uint32_t *)arg += entry->kind == ENTRY_VOIDED;
    return 0;
}

static void a_written_reason_is_sealed(void **state)
{
    struct door *door = *state;
    static const char typed[] = "张三丰 990101200203048029 走错了门";
    check_in(door, 1, "");
    check_in(door, 2, "");
    struct desk_command command = {.kind = DESK_QUEUE};
    command.queue = (struct queue_command){.kind = COMMAND_VOID, .lane = "A", .number = 1, .device = "test"};
    strcpy(command.queue.text, typed);
    assert_string_equal(ask(door, &command).ticket.reason, typed);
    command.queue.number = 2;
    memset(command.queue.text, 'x', PLAIN_TEXT_MAX - 1);
    memcpy(command.queue.text, "X", 1);
    command.queue.text[PLAIN_TEXT_MAX] = '\0';
    assert_int_equal(strlen(ask(door, &command).ticket.reason), strlen(command.queue.text));
    reopen(door);
    struct ticket_view ticket;
    assert_int_equal(desk_ticket(door->desk, "A", 1, &ticket), 0);
    assert_string_equal(ticket.reason, typed);
    uint32_t voided = 0;
    assert_int_equal(journal_tail(door->folder, 1000, look_for, &voided, NULL), JOURNAL_OK);
    assert_int_equal(voided, 2);
    verify(door);
}

/* ---- durable before visible */
static int count_issued(const char *folder)
{
    char path[128];
    snprintf(path, sizeof path, "%s/event.db", folder);
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM ticket", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return count;
}

struct watch {
    struct door *door;
    int on_disk_at_wake, visible_at_wake, on_disk_at_answer;
};

static void note_wake(void *arg)
{
    struct watch *watch = arg;
    struct ticket_view ticket;
    watch->visible_at_wake = desk_ticket(watch->door->desk, "A", 1, &ticket) == 0;
    watch->on_disk_at_wake = count_issued(watch->door->folder);
}

static void note_answer(void *arg, const struct desk_answer *answer)
{
    struct watch *watch = arg;
    assert_int_equal(answer->problem, PROBLEM_NONE);
    watch->on_disk_at_answer = count_issued(watch->door->folder);
}

static void nothing_is_shown_before_it_is_on_disk(void **state)
{
    struct door *door = *state;
    struct watch watch = {.door = door};
    struct presentation person;
    make_person(1, &person);
    struct desk_command command = {.kind = DESK_QUEUE, .presentation = &person};
    command.queue = (struct queue_command){.kind = COMMAND_CHECK_IN, .lane = "A", .device = "test"};
    desk_on_publish(door->desk, note_wake, &watch);
    assert_int_equal(desk_submit(door->desk, &command, note_answer, &watch), 0);
    order(door, COMMAND_SESSION_OPEN, "A", 0, "");
    desk_on_publish(door->desk, NULL, NULL);
    assert_int_equal(watch.visible_at_wake, 1);
    assert_int_equal(watch.on_disk_at_wake, 1);
    assert_int_equal(watch.on_disk_at_answer, 1);
}

/* ---- a bad disk */
static void a_full_disk_refuses_and_heals(void **state)
{
    struct door *door = *state;
    check_in(door, 1, "");
    write_result = SQLITE_FULL;
    struct desk_answer refused = check_in(door, 2, "k");
    assert_int_equal(refused.problem, PROBLEM_DISK_FULL);
    assert_false(refused.has_ticket);
    assert_int_equal(desk_store_state(door->desk), PROBLEM_DISK_FULL);
    struct ticket_view ticket;
    assert_int_equal(desk_ticket(door->desk, "A", 2, &ticket), -ENOENT);
    assert_int_equal(desk_ticket(door->desk, "A", 1, &ticket), 0); /* what was issued stays to be seen */
    write_result = SQLITE_OK;
    int64_t until = clock_mono_us() + patiently(5000000);
    while (desk_store_state(door->desk) != PROBLEM_NONE && clock_mono_us() < until)
        clock_sleep_us(20000);
    struct desk_answer done = check_in(door, 2, "k");
    assert_int_equal(done.problem, PROBLEM_NONE);
    assert_string_equal(done.ticket.label, "A0002");
    assert_string_equal(check_in(door, 1, "").ticket.label, "A0001");
    verify(door);
}

static struct desk_answer hand_in_class(struct door *door, unsigned count)
{
    struct desk_list *list = bytes_alloc(sizeof *list);
    list->kind = LIST_PEOPLE;
    list->people = bytes_alloc(count * sizeof *list->people);
    list->n_people = count;
    for (unsigned i = 0; i < count; i++) {
        snprintf(list->people[i].student_no, sizeof list->people[i].student_no, "2022%05u", i);
        strcpy(list->people[i].unit, "一班");
    }
    struct desk_command command = {.kind = DESK_LIST, .queue = {.device = "test"}, .list = list};
    return ask(door, &command);
}

/* A list fills more than one page of the WAL, and the disk may be full at any of them. */
static void a_list_is_stored_whole_or_not_at_all(void **state)
{
    struct door *door = *state;
    enum { PEOPLE = 30000 }; /* more than the page cache holds */
    struct desk_unit *units;
    size_t count;
    check_in(door, 1, "");
    write_result = SQLITE_FULL;
    assert_int_equal(hand_in_class(door, PEOPLE).problem, PROBLEM_DISK_FULL);
    desk_units(door->desk, &units, &count);
    assert_int_equal(count, 0);
    free(units);
    write_result = SQLITE_OK;
    int64_t until = clock_mono_us() + patiently(5000000);
    while (desk_store_state(door->desk) != PROBLEM_NONE && clock_mono_us() < until)
        clock_sleep_us(20000);
    struct desk_answer stored = hand_in_class(door, PEOPLE);
    assert_int_equal(stored.problem, PROBLEM_NONE);
    assert_int_equal(stored.list.added, PEOPLE);
    desk_units(door->desk, &units, &count);
    assert_int_equal(count, 1);
    assert_int_equal(units[0].people, PEOPLE);
    free(units);
    assert_string_equal(check_in(door, 1, "").ticket.label, "A0001");
    verify(door);
}

static void a_broken_disk_stops_the_service(void **state)
{
    struct door *door = *state;
    check_in(door, 1, "");
    sync_result = SQLITE_IOERR_FSYNC;
    assert_int_equal(check_in(door, 2, "").problem, PROBLEM_STORE_FAILED);
    sync_result = SQLITE_OK; /* an fsync that succeeds after one that failed proves nothing */
    assert_int_equal(check_in(door, 3, "").problem, PROBLEM_STORE_FAILED);
    clock_sleep_us(1200000);
    assert_int_equal(check_in(door, 3, "").problem, PROBLEM_STORE_FAILED);
    reopen(door);
    assert_string_equal(check_in(door, 1, "").ticket.label, "A0001");
    verify(door);
}

/* ---- many at once */
enum { CALLERS = 8, EACH = 150 };
struct caller {
    struct door *door;
    unsigned first;
    uint32_t numbers[EACH];
};

static void *call_often(void *arg)
{
    struct caller *caller = arg;
    for (unsigned i = 0; i < EACH; i++)
        caller->numbers[i] = check_in(caller->door, caller->first + i, "").ticket.ticket.number;
    return NULL;
}

static void many_callers_no_gap_no_repeat(void **state)
{
    struct door *door = *state;
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    bool seen[CALLERS * EACH + 1] = {false};
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.door = door, .first = i * EACH};
        pthread_create(&threads[i], NULL, call_often, &callers[i]);
    }
    for (unsigned i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        for (unsigned k = 0; k < EACH; k++) {
            uint32_t number = callers[i].numbers[k];
            assert_true(number >= 1 && number <= CALLERS * EACH && !seen[number]);
            seen[number] = true;
        }
    }
    /* the feed tells of them in the order of their numbers and of the journal */
    uint64_t position = 0, seq = 0;
    uint32_t next = 1;
    struct feed_item item;
    while (feed_read(door->desk, "A", &position, &item) == FEED_ITEM) {
        if (item.kind != FEED_TICKET)
            continue;
        assert_int_equal(item.ticket.ticket.number, next++);
        assert_true(item.seq > seq);
        seq = item.seq;
    }
    assert_int_equal(next, CALLERS * EACH + 1);
    struct desk_stats stats;
    desk_stats(door->desk, &stats);
    assert_true(stats.group_max > 1);
    verify(door);
}

/* ---- the inbox is bounded */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static void wait_at_gate(void *arg, const struct desk_answer *answer)
{
    (void)arg, (void)answer;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}
static void count_answer(void *arg, const struct desk_answer *answer)
{
    (void)answer;
    ++*(unsigned *)arg;
}

static void a_flood_is_turned_away(void **state)
{
    struct door *door = *state;
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = COMMAND_SESSION_OPEN, .lane = "A"}};
    unsigned answers = 0, taken = 0;
    pthread_mutex_lock(&gate);
    assert_int_equal(desk_submit(door->desk, &command, wait_at_gate, NULL), 0);
    clock_sleep_us(50000);
    while (desk_submit(door->desk, &command, count_answer, &answers) == 0)
        taken++;
    assert_int_equal(taken, DESK_QUEUE_MAX);
    assert_int_equal(desk_submit(door->desk, &command, count_answer, &answers), -EBUSY);
    pthread_mutex_unlock(&gate);
    desk_close(door->desk); /* drains: whoever was taken is answered */
    assert_int_equal(answers, taken);
    open_desk(door);
}

/* ---- the feed */
static void the_feed_resumes(void **state)
{
    struct door *door = *state;
    for (unsigned i = 0; i < 5; i++)
        check_in(door, i, "");
    struct ticket_view third;
    assert_int_equal(desk_ticket(door->desk, "A", 3, &third), 0);
    reopen(door);
    uint64_t position;
    struct feed_item item;
    assert_int_equal(feed_find(door->desk, third.ticket.seq, &position), FEED_ITEM);
    assert_int_equal(feed_read(door->desk, "A", &position, &item), FEED_ITEM);
    assert_int_equal(item.ticket.ticket.number, 4);
    assert_int_equal(feed_find(door->desk, 1u << 30, &position), FEED_NONE);
    for (unsigned i = 0; i < FEED_SIZE + 10; i++)
        desk_note(door->desk, "B", "reader", i % 2 ? "door" : NULL, i % 2 ? "{\"n\":1}" : "{}", true);
    assert_int_equal(feed_find(door->desk, third.ticket.seq, &position), FEED_BEHIND);
    position = 0;
    assert_int_equal(feed_read(door->desk, "A", &position, &item), FEED_BEHIND);
    char *notes = desk_notes(door->desk, "B");
    assert_string_equal(notes, "[{\"n\":1}]");
    free(notes);
}

static void a_lane_as_the_pages_see_it(void **state)
{
    struct door *door = *state;
    for (unsigned i = 0; i < 4; i++)
        check_in(door, i, "");
    order(door, COMMAND_CALL, "A", 1, "");
    struct desk_command command = {
        .kind = DESK_QUEUE, .queue = {.kind = COMMAND_SHOT, .lane = "A", .number = 1, .advance = true}};
    struct desk_answer shot = ask(door, &command);
    assert_true(shot.has_called);
    assert_string_equal(shot.called.label, "A0002");
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_true(view.has_current && view.has_last);
    assert_string_equal(view.current.label, "A0002");
    assert_string_equal(view.last.label, "A0001");
    assert_int_equal(view.n_line, 2);
    assert_string_equal(view.line[0].label, "A0003");
    assert_int_equal(view.n_recent, 1);
    assert_string_equal(view.event.name, "2026届采集");
    lane_view_done(&view);
    assert_int_equal(desk_lane(door->desk, "Z", &view), -ENOENT);
}

/* ---- tokens */
static struct desk_answer token_command(struct door *door, enum desk_kind kind, const char *text,
                                        enum token_kind token_kind, int64_t expires_us)
{
    struct desk_command command = {.kind = kind};
    command.token =
        (struct token_record){.kind = token_kind, .role = "marshal", .lane = "A", .expires_us = expires_us};
    command.session = (struct token_record){.kind = TOKEN_SESSION};
    token_hash(text, command.token.hash);
    token_hash("cookie", command.session.hash);
    return ask(door, &command);
}

static void tokens_live_and_end(void **state)
{
    struct door *door = *state;
    struct token_record found;
    uint8_t hash[DIGEST_SIZE], cookie[DIGEST_SIZE];
    char text[TOKEN_TEXT_SIZE];
    token_text(text);
    assert_int_equal(strlen(text), 43);
    token_hash(text, hash);
    token_hash("cookie", cookie);
    assert_int_equal(desk_token(door->desk, hash, &found), -ENOENT);
    assert_int_equal(token_command(door, DESK_TOKEN_CREATE, text, TOKEN_PAIRING, 0).token.id, 1);
    reopen(door);
    assert_int_equal(desk_token(door->desk, hash, &found), 0);
    assert_string_equal(found.role, "marshal");
    struct desk_answer paired = token_command(door, DESK_PAIR, text, TOKEN_BEARER, 0);
    assert_int_equal(paired.problem, PROBLEM_NONE);
    assert_string_equal(paired.token.role, "marshal");
    assert_int_equal(desk_token(door->desk, cookie, &found), 0);
    /* once only, and a session cannot breed another */
    assert_int_equal(token_command(door, DESK_PAIR, text, TOKEN_BEARER, 0).problem, PROBLEM_BAD_TOKEN);
    assert_int_equal(token_command(door, DESK_PAIR, "cookie", TOKEN_BEARER, 0).problem, PROBLEM_BAD_TOKEN);
    assert_int_equal(desk_token(door->desk, hash, &found), -ENOENT);
    assert_int_equal(paired.token.parent, 1);
    struct desk_command revoke = {.kind = DESK_TOKEN_REVOKE,
                                  .token = {.id = 1}}; /* its session ends with it */
    assert_int_equal(ask(door, &revoke).problem, PROBLEM_NONE);
    reopen(door);
    assert_int_equal(desk_token(door->desk, cookie, &found), -ENOENT);
    revoke.token.id = 99;
    assert_int_equal(ask(door, &revoke).problem, PROBLEM_NOT_FOUND);
    token_command(door, DESK_TOKEN_CREATE, "old", TOKEN_BEARER, clock_utc_us() - 1);
    token_hash("old", hash);
    assert_int_equal(desk_token(door->desk, hash, &found), -ENOENT);
    verify(door);
}

static struct token_record record_of(struct door *door, uint32_t id)
{
    size_t count;
    struct token_record *all = desk_tokens(door->desk, &count), found = {0};
    assert_true(id >= 1 && id <= count);
    found = all[id - 1];
    free(all);
    return found;
}

static void what_became_of_a_token(void **state)
{
    struct door *door = *state;
    struct token_record found = {0};
    uint8_t hash[DIGEST_SIZE];
    token_hash("code", hash);
    assert_int_equal(desk_token_life(door->desk, hash, &found), TOKEN_UNKNOWN);
    token_command(door, DESK_TOKEN_CREATE, "code", TOKEN_PAIRING, 0);
    assert_int_equal(desk_token_life(door->desk, hash, &found), TOKEN_LIVE);
    assert_int_equal(found.id, 1);
    token_command(door, DESK_PAIR, "code", TOKEN_BEARER, 0);
    assert_int_equal(desk_token_life(door->desk, hash, &found), TOKEN_USED);
    token_command(door, DESK_TOKEN_CREATE, "old", TOKEN_PAIRING, clock_utc_us() - 1);
    token_hash("old", hash);
    assert_int_equal(desk_token_life(door->desk, hash, &found), TOKEN_EXPIRED);
    struct desk_command revoke = {.kind = DESK_TOKEN_REVOKE, .token = {.id = 3}};
    assert_int_equal(ask(door, &revoke).problem, PROBLEM_NONE);
    assert_int_equal(desk_token_life(door->desk, hash, &found), TOKEN_REVOKED);
}

/* A device that is paired anew leaves no second session behind. */
static void pairing_anew_ends_the_session_before(void **state)
{
    struct door *door = *state;
    token_command(door, DESK_TOKEN_CREATE, "one", TOKEN_PAIRING, 0);
    token_command(door, DESK_TOKEN_CREATE, "two", TOKEN_PAIRING, 0);
    const unsigned changes = desk_token_changes(door->desk);
    struct desk_command pair = {.kind = DESK_PAIR, .session = {.kind = TOKEN_SESSION}};
    token_hash("one", pair.token.hash);
    token_hash("first cookie", pair.session.hash);
    assert_int_equal(ask(door, &pair).token.id, 3);
    assert_true(desk_token_changes(door->desk) != changes);
    token_hash("two", pair.token.hash);
    token_hash("second cookie", pair.session.hash);
    pair.session.id = 3;
    assert_int_equal(ask(door, &pair).token.id, 4);
    assert_true(record_of(door, 3).revoked_us > 0);
    assert_int_equal(record_of(door, 4).revoked_us, 0);
    token_command(door, DESK_TOKEN_CREATE, "three", TOKEN_BEARER, 0);
    token_hash("three", pair.token.hash);
    token_hash("third cookie", pair.session.hash);
    pair.session.id = 5; /* no session: nobody's token ends by a device's wish */
    assert_int_equal(ask(door, &pair).problem, PROBLEM_NONE);
    assert_int_equal(record_of(door, 5).revoked_us, 0);
    assert_int_equal(desk_sessions_of(door->desk, 1), 0); /* ended */
    assert_int_equal(desk_sessions_of(door->desk, 2), 1);
    assert_int_equal(desk_sessions_of(door->desk, 5), 1);
    verify(door);
}

static void last_seen_outlives_a_restart(void **state)
{
    struct door *door = *state;
    struct token_record found;
    uint8_t hash[DIGEST_SIZE], code[DIGEST_SIZE];
    struct desk_command create = {.kind = DESK_TOKEN_CREATE,
                                  .token = {.kind = TOKEN_BEARER, .role = "marshal", .name = "A 机位引导员"}};
    token_hash("bearer", create.token.hash);
    assert_int_equal(ask(door, &create).problem, PROBLEM_NONE);
    token_command(door, DESK_TOKEN_CREATE, "code", TOKEN_PAIRING, 0);
    token_hash("bearer", hash);
    token_hash("code", code);
    const uint64_t seq = desk_seq(door->desk);
    assert_int_equal(record_of(door, 1).seen_us, 0);
    const int64_t before_us = clock_utc_us();
    assert_int_equal(desk_token(door->desk, hash, &found), 0);
    assert_int_equal(desk_token(door->desk, code, &found), 0);
    const int64_t seen_us = record_of(door, 1).seen_us;
    assert_true(seen_us >= before_us);
    assert_int_equal(record_of(door, 2).seen_us, 0); /* a code is spent, not seen */
    /* written down when it is time, and then no sooner again than something is new */
    struct desk_stats first, second;
    struct desk_command keep = {.kind = DESK_TOKENS_SEEN};
    ask(door, &keep);
    desk_stats(door->desk, &first);
    ask(door, &keep);
    desk_stats(door->desk, &second);
    assert_int_equal(second.commits, first.commits);
    /* and at the end */
    assert_int_equal(desk_token(door->desk, hash, &found), 0);
    const int64_t latest_us = record_of(door, 1).seen_us;
    reopen(door);
    assert_int_equal(record_of(door, 1).seen_us, latest_us);
    assert_string_equal(record_of(door, 1).name, "A 机位引导员");
    assert_int_equal(desk_seq(door->desk), seq); /* no entry for it */
    verify(door);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
int main(void)
{
    register_weak_vfs();
    const struct CMUnitTest tests[] = {
        TEST(a_tap_gives_one_number),
        TEST(people_are_known_after_a_restart),
        TEST(a_name_learnt_later_is_kept),
        TEST(what_disagrees_is_told),
        TEST(the_same_key_gets_the_first_answer),
        TEST(a_kept_tap_is_done_once_at_its_own_time),
        TEST(a_written_reason_is_sealed),
        TEST(nothing_is_shown_before_it_is_on_disk),
        TEST(a_full_disk_refuses_and_heals),
        TEST(a_list_is_stored_whole_or_not_at_all),
        TEST(a_broken_disk_stops_the_service),
        TEST(many_callers_no_gap_no_repeat),
        TEST(a_flood_is_turned_away),
        TEST(the_feed_resumes),
        TEST(a_lane_as_the_pages_see_it),
        TEST(tokens_live_and_end),
        TEST(what_became_of_a_token),
        TEST(pairing_anew_ends_the_session_before),
        TEST(last_seen_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
