/* Waiting for the desk: the answer may come before the request sleeps, while it does, too late, or after it
 * has gone. */
#define desk_submit            fake_submit
#define MHD_suspend_connection fake_suspend
#define MHD_resume_connection  fake_resume
#define reply_problem          fake_reply_problem
#define reply_problem_saying   fake_reply_problem_saying
#include "../../daemon/http/wait.c"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct {
    int refusal; /* what desk_submit gives */
    bool answers_at_once;
    desk_done_fn done;
    void *arg;
    unsigned n_suspended, n_resumed, n_answers;
    enum problem problem; /* replied */
    char key[ANSWER_KEY_MAX + 1];
} world;

static const struct desk_answer answer = {.created = true, .seq = 7};

int fake_submit(struct desk *desk, const struct desk_command *command, desk_done_fn done, void *arg)
{
    (void)desk;
    strcpy(world.key, command->key);
    world.done = done;
    world.arg = arg;
    if (world.answers_at_once)
        done(arg, &answer);
    return world.refusal;
}

void fake_suspend(struct MHD_Connection *connection)
{
    (void)connection;
    world.n_suspended++;
}

void fake_resume(struct MHD_Connection *connection)
{
    (void)connection;
    world.n_resumed++;
}

enum MHD_Result fake_reply_problem(struct request *request, enum problem problem)
{
    (void)request;
    world.problem = problem;
    return MHD_YES;
}

enum MHD_Result fake_reply_problem_saying(struct request *request, enum problem problem, const char *en,
                                          const char *zh)
{
    (void)en, (void)zh;
    return fake_reply_problem(request, problem);
}

static enum MHD_Result take(struct request *request, const struct wait *wait)
{
    (void)request;
    assert_int_equal(wait->answer.seq, 7);
    world.n_answers++;
    return MHD_YES;
}

struct bench {
    struct http http;
    struct request request;
    struct desk_command command;
};

static int set_up(void **state)
{
    struct bench *bench = bytes_alloc(sizeof *bench);
    memset(&world, 0, sizeof world);
    waits_init(&bench->http.waits);
    bench->request.http = &bench->http;
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    assert_null(bench->http.waits.list);
    waits_close(&bench->http.waits); /* does not hang */
    waits_done(&bench->http.waits);
    free(bench);
    return 0;
}

static void answered_before_it_sleeps(void **state)
{
    struct bench *bench = *state;
    world.answers_at_once = true;
    assert_int_equal(wait_for_desk(&bench->request, &bench->command, take), MHD_YES);
    assert_int_equal(world.n_answers, 1);
    assert_int_equal(world.n_suspended + world.n_resumed, 0);
    wait_release(bench->request.wait);
}

static void answered_while_it_sleeps(void **state)
{
    struct bench *bench = *state;
    bench->request.fields.key = "tap-1";
    wait_for_desk(&bench->request, &bench->command, take);
    assert_string_equal(world.key, "tap-1");
    assert_int_equal(world.n_suspended, 1);
    assert_int_equal(world.n_answers, 0);
    world.done(world.arg, &answer);
    assert_int_equal(world.n_resumed, 1);
    assert_int_equal(wait_resume(&bench->request), MHD_YES);
    assert_int_equal(world.n_answers, 1);
    wait_release(bench->request.wait);
}

static void answered_too_late(void **state)
{
    struct bench *bench = *state;
    strcpy(bench->command.key, "mine");
    wait_for_desk(&bench->request, &bench->command, take);
    assert_string_equal(world.key, "mine");
    waits_expire(&bench->http.waits, clock_mono_us());
    assert_int_equal(world.n_resumed, 0);
    waits_expire(&bench->http.waits, clock_mono_us() + WAIT_COMMAND_US);
    assert_int_equal(world.n_resumed, 1);
    assert_int_equal(wait_resume(&bench->request), MHD_YES);
    assert_int_equal(world.problem, PROBLEM_BUSY);
    assert_null(bench->request.wait);
    wait_release(bench->request.wait);
    world.done(world.arg, &answer); /* frees it */
    assert_int_equal(world.n_resumed, 1);
    assert_int_equal(world.n_answers, 0);
}

static void answered_between_the_deadline_and_the_reply(void **state)
{
    struct bench *bench = *state;
    wait_for_desk(&bench->request, &bench->command, take);
    waits_expire(&bench->http.waits, clock_mono_us() + WAIT_COMMAND_US);
    world.done(world.arg, &answer);
    assert_int_equal(world.n_resumed, 1);
    wait_resume(&bench->request);
    assert_int_equal(world.n_answers, 1);
    wait_release(bench->request.wait);
}

static void answered_after_the_request_is_gone(void **state)
{
    struct bench *bench = *state;
    wait_for_desk(&bench->request, &bench->command, take);
    waits_expire(&bench->http.waits, clock_mono_us() + WAIT_COMMAND_US);
    wait_release(bench->request.wait);
    assert_int_equal(bench->http.waits.n_under_way, 1);
    world.done(world.arg, &answer);
    assert_int_equal(bench->http.waits.n_under_way, 0);
}

static void not_taken(void **state)
{
    struct bench *bench = *state;
    world.refusal = -EBUSY;
    wait_for_desk(&bench->request, &bench->command, take);
    assert_int_equal(world.problem, PROBLEM_BUSY);
    world.refusal = -ESHUTDOWN;
    wait_for_desk(&bench->request, &bench->command, take);
    assert_int_equal(world.problem, PROBLEM_STOPPING);
    assert_null(bench->request.wait);
    assert_int_equal(bench->http.waits.n_under_way, 0);
    waits_close(&bench->http.waits);
    world.refusal = 0;
    world.done = NULL;
    wait_for_desk(&bench->request, &bench->command, take);
    assert_null(world.done);
    assert_int_equal(world.problem, PROBLEM_STOPPING);
}

/* ---- work */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void pass_gate(struct wait *wait)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    wait->answer.seq = 7;
    wait->work.data = bytes_text("result");
    wait->work.size = 6;
}

static void only_some_hands(void **state)
{
    struct bench *bench = *state;
    struct request requests[WAIT_WORKERS_MAX + 1];
    pthread_mutex_lock(&gate);
    for (int i = 0; i <= WAIT_WORKERS_MAX; i++) {
        struct work work = {.run = pass_gate, .path = bytes_text("path")};
        requests[i] = bench->request;
        world.problem = PROBLEM_NONE;
        wait_for_work(&requests[i], &work, take);
        assert_int_equal(world.problem, i < WAIT_WORKERS_MAX ? PROBLEM_NONE : PROBLEM_BUSY);
    }
    pthread_mutex_unlock(&gate);
    waits_close(&bench->http.waits);
    assert_int_equal(world.n_suspended, WAIT_WORKERS_MAX);
    assert_int_equal(world.n_resumed, WAIT_WORKERS_MAX);
    for (int i = 0; i < WAIT_WORKERS_MAX; i++) {
        wait_resume(&requests[i]);
        assert_string_equal(requests[i].wait->work.data, "result");
        wait_release(requests[i].wait);
    }
    assert_int_equal(world.n_answers, WAIT_WORKERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answered_before_it_sleeps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answered_while_it_sleeps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answered_too_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answered_between_the_deadline_and_the_reply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answered_after_the_request_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_some_hands, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
