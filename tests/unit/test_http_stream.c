/* One live stream against a feed that the test writes: order, replay, falling behind, sleep and waking,
 * pieces of any size. */
#define feed_read              fake_feed_read
#define feed_find              fake_feed_find
#define desk_lane              fake_desk_lane
#define desk_notes             fake_desk_notes
#define desk_token             fake_desk_token
#define desk_token_changes     fake_desk_token_changes
#define desk_store_state       fake_desk_store_state
#define MHD_suspend_connection fake_suspend
#define MHD_resume_connection  fake_resume
#include "../../daemon/http/stream.c"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- the feed: positions from `first` on; an item's kind is its letter */
static struct {
    char items[64]; /* 't' ticket, 'l' lane, 'n' note for staff, 's' store, 'o' of another lane */
    size_t first, end;
    bool token_is_live;
    unsigned n_suspended, n_resumed, n_reads, token_changes;
} world;

enum feed_result fake_feed_read(struct desk *desk, const char *lane, uint64_t *position,
                                struct feed_item *ret)
{
    (void)desk, (void)lane;
    world.n_reads++;
    if (*position < world.first)
        return FEED_BEHIND;
    while (*position < world.end && world.items[*position] == 'o')
        ++*position;
    if (*position >= world.end)
        return FEED_NONE;
    uint64_t at = (*position)++;
    *ret = (struct feed_item){
        .position = at, .seq = at + 100, .lane = "A", .note = "reader", .json = "{}", .staff_only = true};
    switch (world.items[at]) {
    case 't':
        ret->kind = FEED_TICKET;
        break;
    case 'l':
        ret->kind = FEED_LANE;
        break;
    case 'n':
        ret->kind = FEED_NOTE;
        ret->seq = 0;
        break;
    default:
        ret->kind = FEED_STORE;
        ret->seq = 0;
    }
    return FEED_ITEM;
}

enum feed_result fake_feed_find(struct desk *desk, uint64_t after_seq, uint64_t *ret_position)
{
    (void)desk;
    if (after_seq + 1 < world.first + 100)
        return FEED_BEHIND;
    *ret_position = after_seq + 1 - 100;
    return *ret_position < world.end ? FEED_ITEM : FEED_NONE;
}

int fake_desk_lane(struct desk *desk, const char *lane, struct lane_view *ret)
{
    (void)desk, (void)lane;
    *ret = (struct lane_view){.lane = {.name = "A"}, .seq = world.end + 99, .feed = world.end};
    return 0;
}

char *fake_desk_notes(struct desk *desk, const char *lane)
{
    (void)desk, (void)lane;
    return bytes_text("[]");
}

int fake_desk_token(struct desk *desk, const uint8_t hash[static DIGEST_SIZE], struct token_record *ret)
{
    (void)desk, (void)hash, (void)ret;
    return world.token_is_live ? 0 : -ENOENT;
}

unsigned fake_desk_token_changes(struct desk *desk)
{
    (void)desk;
    return world.token_changes;
}

enum problem fake_desk_store_state(struct desk *desk)
{
    (void)desk;
    return PROBLEM_NONE;
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

/* ---- one server, one listener */
struct bench {
    struct http http;
    struct listener listener;
};

static int set_up(void **state)
{
    struct bench *bench = bytes_alloc(sizeof *bench);
    memset(&world, 0, sizeof world);
    world.token_is_live = true;
    bench->listener.http = &bench->http;
    hub_init(&bench->http.hub);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    stream_texts_done(&bench->listener.texts);
    hub_done(&bench->http.hub);
    free(bench);
    return 0;
}

static void publish(const char *items)
{
    memcpy(world.items + world.end, items, strlen(items));
    world.end += strlen(items);
}

static struct stream *open_stream(struct bench *bench, enum audience audience, const char *last_event_id)
{
    struct stream *stream = bytes_alloc(sizeof *stream);
    stream->http = &bench->http;
    stream->listener = &bench->listener;
    stream->audience = audience;
    stream->has_token = true;
    strcpy(stream->lane, "A");
    assert_true(enlist(&bench->http.hub, stream));
    say_start(stream, last_event_id);
    return stream;
}

/* What the stream says until it sleeps (or ends, *ret_is_over), as "name:id name ..." */
static char *hear(struct stream *stream, size_t piece, bool *ret_is_over)
{
    static char names[1024];
    struct buffer text = {0};
    char out[4096];
    *ret_is_over = false;
    for (;;) {
        unsigned before = world.n_suspended;
        ssize_t size = read_stream(stream, text.size, out, piece);
        if (size == MHD_CONTENT_READER_END_OF_STREAM) {
            *ret_is_over = true;
            break;
        }
        if (size == 0) {
            assert_int_equal(world.n_suspended, before + 1);
            break;
        }
        assert_int_equal(world.n_suspended, before);
        buffer_add(&text, out, (size_t)size);
    }
    names[0] = '\0';
    for (char *at = text.data ? text.data : names; (at = strstr(at, "event: ")); at++) {
        char name[16] = "", id[16] = "";
        if (sscanf(at, "event: %15[a-z]\nid: %15[0-9]", name, id) < 1)
            fail();
        sprintf(names + strlen(names), "%s%s%s%s", *names ? " " : "", name, *id ? ":" : "", id);
    }
    buffer_done(&text);
    return names;
}

static void follow_live(void **state)
{
    bool is_over;
    publish("tt");
    struct stream *stream = open_stream(*state, AUDIENCE_STAFF, NULL);
    assert_string_equal(hear(stream, 4096, &is_over), "snapshot:101");
    publish("t");
    assert_int_equal(hub_broadcast(&stream->http->hub, false), 1);
    assert_string_equal(hear(stream, 4096, &is_over), "ticket:102");
    publish("otnls");
    hub_broadcast(&stream->http->hub, false);
    assert_string_equal(hear(stream, 4096, &is_over), "ticket:104 reader lane:106 store");
    free_stream(stream);
}

static void the_hall_hears_no_notes(void **state)
{
    bool is_over;
    struct stream *stream = open_stream(*state, AUDIENCE_HALL, NULL);
    hear(stream, 4096, &is_over);
    publish("ntn");
    hub_broadcast(&stream->http->hub, false);
    assert_string_equal(hear(stream, 4096, &is_over), "ticket:101");
    free_stream(stream);
}

static void pieces_of_any_size(void **state)
{
    bool is_over;
    publish("tltnt");
    static const size_t pieces[] = {1, 7, 118, 1000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct stream *stream = open_stream(*state, AUDIENCE_STAFF, "100");
        assert_string_equal(hear(stream, pieces[i], &is_over), "lane:101 ticket:102 ticket:104 snapshot:104");
        free_stream(stream);
    }
}

static void resume_where_it_was(void **state)
{
    bool is_over;
    publish("ttltt");
    static const struct {
        const char *last, *heard;
    } cases[] = {
        {"99", "ticket:100 ticket:101 lane:102 ticket:103 ticket:104 snapshot:104"},
        {"102", "ticket:103 ticket:104 snapshot:104"},
        {"104", "snapshot:104"},
        {"9999", "snapshot:104"},
        {"nonsense", "snapshot:104"},
        {"", "snapshot:104"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].last);
        struct stream *stream = open_stream(*state, AUDIENCE_STAFF, cases[i].last);
        assert_string_equal(hear(stream, 4096, &is_over), cases[i].heard);
        free_stream(stream);
    }
}

static void fallen_behind(void **state)
{
    bool is_over;
    publish("tttt");
    struct stream *stream = open_stream(*state, AUDIENCE_STAFF, NULL);
    hear(stream, 4096, &is_over);
    publish("tttt");
    world.first = 6; /* the ring has gone past what this one had not read */
    hub_broadcast(&stream->http->hub, false);
    assert_string_equal(hear(stream, 4096, &is_over), "resync snapshot:107");
    free_stream(stream);
    stream = open_stream(*state, AUDIENCE_STAFF, "101");
    assert_string_equal(hear(stream, 4096, &is_over), "resync snapshot:107");
    free_stream(stream);
}

static void beats_and_tokens(void **state)
{
    bool is_over;
    struct stream *stream = open_stream(*state, AUDIENCE_HALL, NULL);
    hear(stream, 4096, &is_over);
    hub_broadcast(&stream->http->hub, true);
    assert_string_equal(hear(stream, 4096, &is_over), "beat");
    assert_false(is_over);
    world.token_is_live = false;
    hub_broadcast(&stream->http->hub, true);
    assert_string_equal(hear(stream, 4096, &is_over), "beat");
    assert_true(is_over);
    free_stream(stream);
}

/* Not with the next beat: whoever was thrown out sees nothing more. */
static void a_revoked_token_ends_at_once(void **state)
{
    bool is_over;
    struct stream *stream = open_stream(*state, AUDIENCE_HALL, NULL);
    hear(stream, 4096, &is_over);
    world.token_changes++; /* somebody else's */
    publish("t");
    hub_broadcast(&stream->http->hub, false);
    assert_string_equal(hear(stream, 4096, &is_over), "ticket:100");
    assert_false(is_over);
    world.token_changes++;
    world.token_is_live = false;
    publish("t");
    hub_broadcast(&stream->http->hub, false);
    assert_string_equal(hear(stream, 4096, &is_over), "");
    assert_true(is_over);
    free_stream(stream);
}

static void closing(void **state)
{
    bool is_over;
    struct bench *bench = *state;
    struct stream *stream = open_stream(bench, AUDIENCE_HALL, NULL);
    hear(stream, 4096, &is_over);
    hub_close(&bench->http.hub);
    assert_int_equal(world.n_resumed, 1);
    hear(stream, 4096, &is_over);
    assert_true(is_over);
    struct stream late = {.http = &bench->http};
    assert_false(enlist(&bench->http.hub, &late));
    free_stream(stream);
    assert_int_equal(bench->http.hub.n_streams, 0);
}

static void only_sleepers_are_woken(void **state)
{
    struct bench *bench = *state;
    bool is_over;
    struct stream *sleeping = open_stream(bench, AUDIENCE_HALL, NULL),
                  *busy = open_stream(bench, AUDIENCE_HALL, NULL);
    hear(sleeping, 4096, &is_over);
    assert_int_equal(hub_broadcast(&bench->http.hub, false), 1);
    assert_int_equal(hub_broadcast(&bench->http.hub, false), 0);
    assert_int_equal(world.n_resumed, 1);
    free_stream(sleeping);
    free_stream(busy);
}

static void many_streams_look_up_once(void **state)
{
    struct bench *bench = *state;
    struct stream *streams[50];
    bool is_over;
    for (int i = 0; i < 50; i++) {
        streams[i] = open_stream(bench, i % 2 ? AUDIENCE_STAFF : AUDIENCE_HALL, NULL);
        hear(streams[i], 4096, &is_over);
    }
    publish("t");
    hub_broadcast(&bench->http.hub, false);
    char out[4096];
    world.n_reads = 0;
    for (int i = 0; i < 50; i += 2)
        assert_true(read_stream(streams[i], 0, out, sizeof out) > 0);
    /* one finds it, and each sees that there is nothing more */
    assert_int_equal(world.n_reads, 1 + 25);
    for (int i = 0; i < 50; i++)
        free_stream(streams[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(follow_live, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_hall_hears_no_notes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pieces_of_any_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resume_where_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fallen_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(beats_and_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_token_ends_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_sleepers_are_woken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_streams_look_up_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
