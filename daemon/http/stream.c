/* Streams are read on their listener's thread. What is waiting to be sent stands in `rest`, which may be
 * taken in pieces of any size: libmicrohttpd may ask for as little as a hundred bytes. Returning nothing
 * without suspending would burn a core. */
#include "http/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/reply.h"

enum stream_stage {
    STREAM_REPLAY, /* what came after Last-Event-ID, then a snapshot */
    STREAM_LIVE,
};

struct stream {
    struct stream *previous, *next; /* hub's lock */
    bool is_suspended;              /* hub's lock */
    struct http *http;              /* the rest: the listener's thread */
    struct listener *listener;
    struct MHD_Connection *connection;
    char lane[LANE_NAME_MAX + 1];
    enum audience audience;
    bool has_token;
    uint8_t token[DIGEST_SIZE]; /* a stream ends with its token */
    unsigned token_changes;     /* as of the latest look at the token */
    enum stream_stage stage;
    uint64_t position; /* in the feed */
    uint64_t beat;     /* the latest one said */
    bool is_over;
    struct buffer rest;
    size_t sent; /* of rest */
};

void hub_init(struct hub *hub)
{
    memset(hub, 0, sizeof *hub);
    pthread_mutex_init(&hub->lock, NULL);
}

void hub_done(struct hub *hub)
{
    pthread_mutex_destroy(&hub->lock);
}

static void render_beat(struct hub *hub)
{
    char now[CLOCK_TEXT_SIZE];
    clock_text(clock_utc_us(), now);
    hub->beat++;
    hub->beat_size = (size_t)snprintf(hub->beat_text, sizeof hub->beat_text,
                                      "event: beat\ndata: {\"now\":\"%s\"}\n\n", now);
}

unsigned hub_broadcast(struct hub *hub, bool with_beat)
{
    unsigned count = 0;
    pthread_mutex_lock(&hub->lock);
    if (with_beat)
        render_beat(hub);
    for (struct stream *stream = hub->list; stream; stream = stream->next) {
        if (!stream->is_suspended)
            continue;
        stream->is_suspended = false;
        MHD_resume_connection(stream->connection);
        count++;
    }
    pthread_mutex_unlock(&hub->lock);
    return count;
}

void hub_close(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    hub->is_closed = true;
    pthread_mutex_unlock(&hub->lock);
    hub_broadcast(hub, false);
}

void stream_texts_done(struct stream_texts *texts)
{
    for (size_t i = 0; i < STREAM_TEXTS; i++)
        buffer_done(&texts->slots[i].text);
}

/* ---- what to say */
static void say(struct stream *stream, const char *text, size_t size)
{
    buffer_add(&stream->rest, text, size);
}

static void say_text(struct stream *stream, const char *text)
{
    buffer_add_text(&stream->rest, text);
}

/* A snapshot, preceded by the events before it that this stream has not heard. */
static void say_snapshot(struct stream *stream, bool with_events)
{
    struct desk *desk = stream->http->options.desk;
    struct lane_view view;
    struct feed_item item;
    if (desk_lane(desk, stream->lane, &view) != 0) {
        stream->is_over = true;
        return;
    }
    while (with_events && stream->position < view.feed &&
           feed_read(desk, stream->lane, &stream->position, &item) == FEED_ITEM && item.position < view.feed)
        if (item.kind == FEED_TICKET || item.kind == FEED_LANE)
            render_item(&stream->rest, &item, view.store, stream->audience);
    char *notes = stream->audience == AUDIENCE_STAFF ? desk_notes(desk, stream->lane) : NULL;
    say_text(stream, "event: snapshot\nid: ");
    render_number(&stream->rest, view.seq);
    say_text(stream, "\ndata: ");
    render_snapshot(&stream->rest, &view, notes, clock_utc_us(), stream->audience);
    say_text(stream, "\n\n");
    stream->position = view.feed;
    stream->stage = STREAM_LIVE;
    free(notes);
    lane_view_done(&view);
}

static void say_resync(struct stream *stream)
{
    say_text(stream, "event: resync\ndata: {}\n\n");
    say_snapshot(stream, false);
}

static void say_start(struct stream *stream, const char *last_event_id)
{
    uint64_t after;
    say_text(stream, "retry: 1000\n\n");
    if (!last_event_id || text_to_u64(last_event_id, 0, UINT64_MAX, &after) != 0)
        say_snapshot(stream, false);
    else if (feed_find(stream->http->options.desk, after, &stream->position) == FEED_BEHIND)
        say_resync(stream);
    /* else the events since then come first, piece by piece */
}

/* The next item of a live stream, looked up by its position; NULL when it is not there yet. */
static const struct stream_text *find_text(const struct stream *stream)
{
    const struct stream_text *slot = &stream->listener->texts.slots[stream->position % STREAM_TEXTS];
    bool is_it = slot->is_used && slot->from == stream->position && slot->audience == stream->audience &&
                 strcmp(slot->lane, stream->lane) == 0;
    return is_it ? slot : NULL;
}

static void say_item(struct stream *stream, uint64_t from, const struct feed_item *item)
{
    struct stream_text *slot = &stream->listener->texts.slots[from % STREAM_TEXTS];
    enum problem store =
        item->kind == FEED_STORE ? desk_store_state(stream->http->options.desk) : PROBLEM_NONE;
    slot->is_used = true;
    slot->from = from;
    slot->next = stream->position;
    slot->audience = stream->audience;
    memcpy(slot->lane, stream->lane, sizeof slot->lane);
    slot->text.size = 0;
    render_item(&slot->text, item, store, stream->audience);
    say(stream, slot->text.data, slot->text.size);
}

enum step { STEP_SAID, STEP_NOTHING, STEP_OVER };

/* One look at the feed. With nothing new and nothing to send, the stream goes to sleep under the hub's
 * lock, so that no news can slip in between. */
static enum step look(struct stream *stream, bool may_sleep, struct feed_item *item, enum feed_result *ret)
{
    struct hub *hub = &stream->http->hub;
    enum step step = STEP_SAID;
    pthread_mutex_lock(&hub->lock);
    if (hub->is_closed) {
        step = STEP_OVER;
    } else {
        *ret = feed_read(stream->http->options.desk, stream->lane, &stream->position, item);
        if (*ret == FEED_NONE && stream->stage == STREAM_LIVE)
            step = STEP_NOTHING;
    }
    if (step == STEP_NOTHING && stream->beat != hub->beat) {
        stream->beat = hub->beat;
        say(stream, hub->beat_text, hub->beat_size);
        step = STEP_SAID;
    }
    if (step == STEP_NOTHING && may_sleep) {
        stream->is_suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&hub->lock);
    return step;
}

static bool has_lost_token(const struct stream *stream)
{
    struct token_record record;
    return stream->has_token && desk_token(stream->http->options.desk, stream->token, &record) != 0;
}

/* Revoked since the latest look: what the beat of the second finds out in any case is found at once. */
static bool is_revoked_now(struct stream *stream)
{
    const unsigned changes = desk_token_changes(stream->http->options.desk);
    if (changes == stream->token_changes)
        return false;
    stream->token_changes = changes;
    return has_lost_token(stream);
}

/* Fills `rest`, or says that there is nothing to fill it with. */
static enum step fill(struct stream *stream, bool may_sleep)
{
    stream->is_over = stream->is_over || is_revoked_now(stream);
    if (stream->is_over)
        return STEP_OVER;
    const struct stream_text *text = stream->stage == STREAM_LIVE ? find_text(stream) : NULL;
    if (text) {
        say(stream, text->text.data, text->text.size);
        stream->position = text->next;
        return STEP_SAID;
    }
    struct feed_item item;
    enum feed_result result = FEED_NONE;
    uint64_t from = stream->position, beat = stream->beat;
    enum step step = look(stream, may_sleep, &item, &result);
    if (step != STEP_SAID)
        return step;
    if (stream->beat != beat)
        stream->is_over = has_lost_token(stream);
    else if (result == FEED_BEHIND)
        say_resync(stream);
    else if (result == FEED_NONE)
        say_snapshot(stream, true);
    else if (stream->stage == STREAM_LIVE)
        say_item(stream, from, &item);
    else if (item.kind == FEED_TICKET || item.kind == FEED_LANE)
        render_item(&stream->rest, &item, PROBLEM_NONE, stream->audience);
    return STEP_SAID;
}

static size_t take_rest(struct stream *stream, char *out, size_t most)
{
    size_t size = stream->rest.size - stream->sent;
    if (size > most)
        size = most;
    memcpy(out, stream->rest.data + stream->sent, size);
    stream->sent += size;
    if (stream->sent == stream->rest.size) {
        /* an idle stream holds no memory but its own */
        buffer_done(&stream->rest);
        stream->sent = 0;
    }
    return size;
}

static ssize_t read_stream(void *arg, uint64_t offset, char *out, size_t most)
{
    struct stream *stream = arg;
    size_t size = 0;
    (void)offset;
    while (size < most) {
        if (stream->rest.size > 0) {
            size += take_rest(stream, out + size, most - size);
            continue;
        }
        enum step step = fill(stream, size == 0);
        if (step == STEP_SAID)
            continue;
        if (size == 0 && step == STEP_OVER)
            return MHD_CONTENT_READER_END_OF_STREAM;
        break;
    }
    return (ssize_t)size;
}

/* ---- life */
static void free_stream(void *arg)
{
    struct stream *stream = arg;
    struct hub *hub = &stream->http->hub;
    pthread_mutex_lock(&hub->lock);
    if (stream->next)
        stream->next->previous = stream->previous;
    *(stream->previous ? &stream->previous->next : &hub->list) = stream->next;
    hub->n_streams--;
    pthread_mutex_unlock(&hub->lock);
    buffer_done(&stream->rest);
    free(stream);
}

/* False when there are too many or the server is stopping. */
static bool enlist(struct hub *hub, struct stream *stream)
{
    pthread_mutex_lock(&hub->lock);
    bool has_room = !hub->is_closed && hub->n_streams < STREAMS_MAX;
    if (has_room) {
        stream->next = hub->list;
        if (stream->next)
            stream->next->previous = stream;
        hub->list = stream;
        hub->n_streams++;
        stream->beat = hub->beat;
    }
    pthread_mutex_unlock(&hub->lock);
    return has_room;
}

static struct MHD_Response *stream_response(struct stream *stream)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, read_stream, stream, free_stream);
    if (!response)
        abort();
    reply_secure(response, REPLY_API);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    MHD_add_response_header(response, "X-Accel-Buffering", "no");
    return response;
}

enum MHD_Result lane_events(struct request *request)
{
    struct stream *stream = bytes_alloc(sizeof *stream);
    stream->http = request->http;
    stream->listener = request->listener;
    stream->connection = request->connection;
    stream->audience = request->audience;
    stream->has_token = request->caller.has_token;
    stream->token_changes = desk_token_changes(request->http->options.desk);
    memcpy(stream->token, request->caller.hash, sizeof stream->token);
    memcpy(stream->lane, request->params.lane, sizeof stream->lane);
    if (!enlist(&request->http->hub, stream)) {
        free(stream);
        return reply_problem(request, PROBLEM_BUSY);
    }
    say_start(stream, request->fields.last_event_id);
    return reply_send(request, MHD_HTTP_OK, stream_response(stream));
}
