/* Who comes, with what in hand, and how clumsily; what the photographer does. Runs on the main thread; the
 * devices are the emulator's. Knows the daemon only through its HTTP interface. */
#include "rehearsal/play.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "identity/mask.h"
#include "rehearsal/child.h"
#include "rehearsal/http_client.h"
#include "rehearsal/people.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBER_SIZE = 32, HTTP_TIMEOUT_MS = 5000 };
enum { TAP_TIMEOUT_MS = 8000, LINGER_MS = 300, FORGOTTEN_MS = 5000, NUMBER_TIMEOUT_US = 8000000 };
enum {
    LOOK_US = 100000,
    AGAIN_US = 1500000,
    HASTY_US = 20000,
    AFTERTHOUGHT_US = 900000,
    STALL_US = 60000000
};

enum manner { MANNER_PLAIN, MANNER_TWICE, MANNER_FORGOTTEN, MANNER_HASTY };

/* What the daemon says of the lane. */
struct view {
    unsigned waiting;
    char newest[NUMBER_SIZE]; /* the highest number in sight, "" for none */
    char next[NUMBER_SIZE];   /* the first who waits */
    char called[NUMBER_SIZE]; /* who is being photographed */
};

struct play {
    const struct play_stage *stage;
    const struct play_options *options;
    uint64_t random;
    uint32_t came;
    unsigned wrong;
    char newest[NUMBER_SIZE];
    char retake[NUMBER_SIZE]; /* whom the photographer wants once more */
    int64_t arrival_us, camera_us;
    bool is_line_full, is_interrupted, has_daemon_died, has_told_end;
    int daemon_code;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    char clock[16];
    struct tm local;
    va_list arguments;
    const time_t now = time(NULL);
    localtime_r(&now, &local);
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    printf("%s  ", clock);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

static unsigned below(struct play *p, unsigned limit)
{
    return (unsigned)(people_random(&p->random) % limit);
}

/* About us, give or take two fifths. */
static int64_t about(struct play *p, int64_t us)
{
    return us * (600 + below(p, 801)) / 1000;
}

static bool must_stop(const struct play *p)
{
    return p->is_interrupted || p->has_daemon_died;
}

/* Sleeps, but not through a signal or the daemon's death. */
static void pause_us(struct play *p, int64_t us)
{
    const int64_t until_us = clock_mono_us() + us;
    while (!must_stop(p)) {
        int64_t rest_us = until_us - clock_mono_us();
        if (rest_us <= 0)
            return;
        if (rest_us > 2 * LOOK_US)
            rest_us = 2 * LOOK_US;
        const struct timespec wait = {.tv_nsec = (long)rest_us * 1000};
        p->is_interrupted = sigtimedwait(&p->stage->stop_signals, NULL, &wait) > 0;
        p->has_daemon_died = child_has_ended(p->stage->daemon, &p->daemon_code);
    }
}

/* ---- what the daemon says */

static bool is_higher(const char *a, const char *b)
{
    const size_t na = strlen(a), nb = strlen(b);
    return na != nb ? na > nb : strcmp(a, b) > 0;
}

static void copy_number(char *to, const char *number)
{
    snprintf(to, NUMBER_SIZE, "%s", number);
}

static void view_ticket(struct view *v, const json_t *ticket)
{
    const char *number = json_string_value(json_object_get(ticket, "number"));
    const char *state = json_string_value(json_object_get(ticket, "state"));
    if (!number || !state)
        return;
    if (is_higher(number, v->newest))
        copy_number(v->newest, number);
    if (strcmp(state, "called") == 0)
        copy_number(v->called, number);
    if (strcmp(state, "waiting") == 0 && !v->next[0])
        copy_number(v->next, number);
}

static bool look(const struct play *p, struct view *ret)
{
    struct http_answer answer;
    size_t i;
    const json_t *ticket;
    char *path = bytes_format("/api/v1/lanes/%s", p->stage->lane);
    const int r = http_ask(p->stage->port, "GET", path, p->stage->token, HTTP_TIMEOUT_MS, &answer);
    free(path);
    if (r < 0)
        return false;
    const json_t *counts = json_object_get(answer.json, "counts");
    *ret = (struct view){.waiting = (unsigned)json_integer_value(json_object_get(counts, "waiting"))};
    view_ticket(ret, json_object_get(answer.json, "current"));
    json_array_foreach (json_object_get(answer.json, "line"), i, ticket)
        view_ticket(ret, ticket);
    json_decref(answer.json);
    return answer.status == 200;
}

static bool act(const struct play *p, const char *number, const char *action)
{
    struct http_answer answer;
    char *path = bytes_format("/api/v1/lanes/%s/tickets/%s/%s", p->stage->lane, number, action);
    const int r = http_ask(p->stage->port, "POST", path, p->stage->token, HTTP_TIMEOUT_MS, &answer);
    free(path);
    if (r < 0) {
        say("%s %s: %s", number, action, strerror(-r));
        return false;
    }
    const char *code = json_string_value(json_object_get(answer.json, "code"));
    const bool is_done = answer.status >= 200 && answer.status < 300;
    if (!is_done)
        say("%s %s: %d %s", number, action, answer.status, code ? code : "");
    json_decref(answer.json);
    return is_done;
}

/* ---- people at the door */

static void tap(struct play *p, int device, const struct card *card, enum manner manner)
{
    struct emulator *e = p->stage->emulator;
    if (manner == MANNER_HASTY) {
        emulator_put(e, device, card, 1);
        clock_sleep_us(HASTY_US);
        emulator_put(e, device, NULL, 0);
        pause_us(p, AFTERTHOUGHT_US);
    }
    emulator_tap(e, device, card, 1, TAP_TIMEOUT_MS, manner == MANNER_FORGOTTEN ? FORGOTTEN_MS : LINGER_MS);
    if (manner != MANNER_TWICE)
        return;
    pause_us(p, AGAIN_US);
    emulator_tap(e, device, card, 1, TAP_TIMEOUT_MS, LINGER_MS);
}

static void show_code(struct play *p, const struct person *person, enum manner manner)
{
    emulator_scan(p->stage->emulator, p->stage->gun, person->code, person->code_size);
    if (manner != MANNER_TWICE)
        return;
    pause_us(p, AGAIN_US);
    emulator_scan(p->stage->emulator, p->stage->gun, person->code, person->code_size);
}

/* Waits for a number higher than any before. */
static bool wait_for_number(struct play *p)
{
    const int64_t until_us = clock_mono_us() + NUMBER_TIMEOUT_US;
    struct view v;
    do {
        if (look(p, &v) && is_higher(v.newest, p->newest)) {
            copy_number(p->newest, v.newest);
            return true;
        }
        pause_us(p, LOOK_US);
    } while (!must_stop(p) && clock_mono_us() < until_us);
    return false;
}

/* A second presentation must not have given a second number. */
static void expect_no_other_number(struct play *p)
{
    struct view v;
    pause_us(p, AGAIN_US / 3);
    if (!look(p, &v) || !is_higher(v.newest, p->newest))
        return;
    p->wrong++;
    say("    错误：同一个人拿到了第二个号 / WRONG: a second number for the same person: %s", v.newest);
    copy_number(p->newest, v.newest);
}

static void tell_visit(const struct play *p, const struct person *person, unsigned medium, enum manner manner,
                       const char *number)
{
    static const char *const media[] = {"身份证 · ID card", "身份证芯片 · chip number",
                                        "采集码 · capture code"};
    static const char *const manners[] = {"", "，刷了两次 · presented twice",
                                          "，忘了拿走 · forgotten on the reader",
                                          "，第一次太快 · too hasty at first"};
    char name[NAME_MASK_SIZE];
    mask_name(person->name, name);
    say("#%-4u %s  %s%s  ->  %s", p->came, name, media[medium], manners[manner], number);
}

static enum manner choose_manner(struct play *p, unsigned medium)
{
    const unsigned dice = below(p, 24);
    if (dice < 3)
        return MANNER_TWICE;
    if (medium == 2)
        return MANNER_PLAIN;
    return dice < 5 ? MANNER_FORGOTTEN : dice < 7 ? MANNER_HASTY : MANNER_PLAIN;
}

static void one_arrives(struct play *p)
{
    struct person person;
    struct card card;
    const unsigned dice = below(p, 4), medium = dice < 2 ? 0 : dice - 1;
    const enum manner manner = choose_manner(p, medium);
    person_make(p->options->seed, p->came++ % PEOPLE_MAX, &person);
    person_card(&person, &card);
    if (medium == 2)
        show_code(p, &person, manner);
    else
        tap(p, medium == 0 ? p->stage->door : p->stage->chip, &card, manner);
    if (must_stop(p))
        return;
    const bool has_number = wait_for_number(p);
    if (must_stop(p))
        return;
    p->wrong += !has_number;
    tell_visit(p, &person, medium, manner, has_number ? p->newest : "没有拿到号 · NO NUMBER");
    if (has_number && manner != MANNER_PLAIN)
        expect_no_other_number(p);
}

/* ---- the photographer */

/* One tap on the tablet: ends what runs, or calls the next. */
static void photographer_works(struct play *p, const struct view *v)
{
    const int64_t share_us = p->options->pace_us * 2 / 5;
    p->camera_us = clock_mono_us() + about(p, share_us);
    if (p->retake[0] && !v->called[0]) {
        if (act(p, p->retake, "retake"))
            say("        摄影师 · photographer: %s 重拍 · retake", p->retake);
        p->retake[0] = '\0';
        return;
    }
    if (!v->called[0]) {
        if (v->next[0] && act(p, v->next, "call"))
            say("        摄影师 · photographer: %s 请就座 · called", v->next);
        return;
    }
    const unsigned dice = below(p, 20);
    const bool is_missed = dice == 0;
    if (!act(p, v->called, is_missed ? "miss" : "shot"))
        return;
    say("        摄影师 · photographer: %s %s", v->called, is_missed ? "过号 · missed" : "已拍 · shot");
    if (dice == 1 || dice == 2)
        copy_number(p->retake, v->called);
}

/* ---- the day */

static bool everybody_came(const struct play *p)
{
    return p->options->people && p->came >= p->options->people;
}

static bool line_is_full(struct play *p, const struct view *v)
{
    const bool is_full = p->options->line && v->waiting >= p->options->line;
    if (is_full && !p->is_line_full)
        say("%u 人在等候，暂时没有新人来%s", v->waiting,
            p->options->has_photographer ? " · the line is full, nobody comes"
                                         : "；请在摄影师页面操作 · the line is full: call and shoot on the "
                                           "photographer's page");
    p->is_line_full = is_full;
    return is_full;
}

static void tell_end(struct play *p)
{
    if (p->has_told_end)
        return;
    p->has_told_end = true;
    say("%u 人都来过了 · all %u people have come", p->came, p->came);
}

/* Over when everybody came and, with a photographer, nobody is left in front of the camera. */
static bool is_over(struct play *p, const struct view *v)
{
    if (!everybody_came(p))
        return false;
    tell_end(p);
    if (!p->options->ends_after_people)
        return false;
    const bool has_work = p->options->has_photographer && (v->waiting > 0 || v->called[0] || p->retake[0]);
    return !has_work;
}

static void one_step(struct play *p, const struct view *v)
{
    const int64_t now_us = clock_mono_us();
    if (p->options->has_photographer && now_us >= p->camera_us)
        photographer_works(p, v);
    if (everybody_came(p) || now_us < p->arrival_us || line_is_full(p, v))
        return;
    p->arrival_us = now_us + about(p, p->options->pace_us);
    one_arrives(p);
}

enum play_end play_run(const struct play_stage *stage, const struct play_options *options, int *ret_code)
{
    struct play p = {.stage = stage, .options = options, .random = options->seed};
    struct view v = {.waiting = 0};
    int64_t heard_us = clock_mono_us();
    while (!must_stop(&p)) {
        if (look(&p, &v)) {
            heard_us = clock_mono_us();
            if (is_over(&p, &v))
                return p.wrong ? PLAY_WENT_WRONG : PLAY_OVER;
            one_step(&p, &v);
        } else if (clock_mono_us() - heard_us > STALL_US) {
            say("服务程序没有应答 · the daemon does not answer");
            return PLAY_WENT_WRONG;
        }
        pause_us(&p, options->pace_us < 10 * LOOK_US ? LOOK_US / 5 : LOOK_US);
    }
    *ret_code = p.daemon_code;
    return p.has_daemon_died ? PLAY_DAEMON_DIED : PLAY_INTERRUPTED;
}
