/* /metrics in the Prometheus text format 0.0.4, and /healthz. No personal data: numbers, lanes and readers
 * only. */
#include "http/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/reply.h"

static const unsigned statuses[COUNTERS_STATUSES] = {
    200, 201, 304, 308, 400, 401, 403, 404, 405, 409, 413, 415, 421, 422, 429, 500, 501, 503, 507,
};

void counters_count(struct counters *counters, const struct route *route, unsigned status)
{
    unsigned row = route ? (unsigned)(route - routes) : routes_count, column = 0;
    while (column < COUNTERS_STATUSES - 1 && statuses[column] != status)
        column++;
    atomic_fetch_add_explicit(&counters->requests[row][column], 1, memory_order_relaxed);
}

/* ---- the format */
static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void figure(struct buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
    head(out, name, type, help);
    buffer_format(out, "%s %" PRIu64 "\n", name, value);
}

/* A label's value: backslash, quote and line end are escaped as in JSON, others are fine. */
static void label(struct buffer *out, const char *before, const char *name, const char *value)
{
    buffer_format(out, "%s%s=", before, name);
    render_text(out, value ? value : "");
}

static void print_desk(struct buffer *out, struct desk *desk)
{
    struct desk_stats stats;
    desk_stats(desk, &stats);
    figure(out, "paihao_commands_total", "counter", "Commands answered.", stats.commands);
    figure(out, "paihao_commands_refused_total", "counter", "Commands answered with a problem.",
           stats.refused);
    figure(out, "paihao_commands_turned_away_total", "counter", "Commands not taken because too many waited.",
           stats.busy);
    figure(out, "paihao_commands_waiting", "gauge", "Commands that wait for the writer now.", stats.waiting);
    figure(out, "paihao_journal_entries_total", "counter", "Entries committed since the start.",
           stats.entries);
    figure(out, "paihao_commit_group_max", "gauge", "Most commands committed together.", stats.group_max);
    head(out, "paihao_commit_seconds", "summary", "Time taken by commits.");
    buffer_format(out, "paihao_commit_seconds_sum %.6f\npaihao_commit_seconds_count %" PRIu64 "\n",
                  (double)stats.commit_us_sum / 1e6, stats.commits);
    figure(out, "paihao_store_ok", "gauge", "1 while the database can be written.",
           desk_store_state(desk) == PROBLEM_NONE);
}

static void print_counts(struct buffer *out, const struct queue_lane *lane)
{
    const struct {
        const char *state;
        uint32_t count;
    } rows[] = {
        {"waiting", lane->counts.waiting}, {"called", lane->counts.called}, {"shot", lane->counts.shot},
        {"missed", lane->counts.missed},   {"void", lane->counts.voided},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        label(out, "paihao_tickets{", "lane", lane->name);
        buffer_format(out, ",state=\"%s\"} %u\n", rows[i].state, (unsigned)rows[i].count);
    }
}

/* `readers`: of one lane, as desk_notes gives them. */
static void print_readers(struct buffer *up, struct buffer *restarts, const char *lane, json_t *readers)
{
    size_t index;
    json_t *reader;
    json_array_foreach (readers, index, reader) {
        const char *name = json_string_value(json_object_get(reader, "reader"));
        const char *driver = json_string_value(json_object_get(reader, "driver"));
        const char *state = json_string_value(json_object_get(reader, "state"));
        label(up, "paihao_reader_ready{", "lane", lane);
        label(up, ",", "reader", name);
        label(up, ",", "driver", driver);
        buffer_format(up, "} %d\n", state && strcmp(state, "ready") == 0);
        label(restarts, "paihao_reader_restarts_total{", "lane", lane);
        label(restarts, ",", "reader", name);
        label(restarts, ",", "driver", driver);
        buffer_format(restarts, "} %lld\n",
                      (long long)json_integer_value(json_object_get(reader, "restarts")));
    }
}

static void print_lanes(struct buffer *out, struct desk *desk)
{
    size_t count = 0;
    struct buffer open = {0}, up = {0}, restarts = {0};
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    head(out, "paihao_tickets", "gauge", "Tickets by state.");
    for (size_t i = 0; i < count; i++) {
        struct queue_lane lane;
        if (desk_lane_facts(desk, names[i], &lane) != 0)
            continue;
        char *notes = desk_notes(desk, names[i]);
        json_t *readers = json_loads(notes, 0, NULL);
        print_counts(out, &lane);
        label(&open, "paihao_lane_open{", "lane", names[i]);
        buffer_format(&open, "} %d\n", lane.is_open);
        print_readers(&up, &restarts, names[i], readers);
        json_decref(readers);
        free(notes);
    }
    head(out, "paihao_lane_open", "gauge", "1 while a lane's session is open.");
    buffer_add(out, open.data, open.size);
    head(out, "paihao_reader_ready", "gauge", "1 while a reader is ready.");
    buffer_add(out, up.data, up.size);
    head(out, "paihao_reader_restarts_total", "counter", "How often a reader was started again.");
    buffer_add(out, restarts.data, restarts.size);
    figure(out, "paihao_journal_seq", "gauge", "Position of the journal.", desk_seq(desk));
    buffer_done(&open);
    buffer_done(&up);
    buffer_done(&restarts);
    free(names);
}

static void print_requests(struct buffer *out, struct http *http)
{
    head(out, "paihao_http_requests_total", "counter", "Requests answered, by route and status.");
    for (unsigned row = 0; row <= routes_count; row++)
        for (unsigned column = 0; column < COUNTERS_STATUSES; column++) {
            uint64_t count = http->counters.requests[row][column];
            if (count == 0)
                continue;
            label(out, "paihao_http_requests_total{", "route",
                  row < routes_count ? routes[row].pattern : "none");
            label(out, ",", "method", row < routes_count ? routes[row].method : "any");
            buffer_format(out, ",status=\"%u\"} %" PRIu64 "\n", statuses[column], count);
        }
    figure(out, "paihao_http_streams", "gauge", "Live event streams open.", http->hub.n_streams);
    figure(out, "paihao_http_requests_open", "gauge", "Requests being read or answered, streams among them.",
           http->n_requests);
}

static void print_process(struct buffer *out)
{
    unsigned long pages = 0, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm && fscanf(statm, "%lu %lu", &pages, &resident) == 2)
        figure(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
               (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE));
    if (statm)
        fclose(statm);
    struct timespec cpu;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0) {
        head(out, "process_cpu_seconds_total", "counter", "Processor time used.");
        buffer_format(out, "process_cpu_seconds_total %lld.%06ld\n", (long long)cpu.tv_sec,
                      cpu.tv_nsec / 1000);
    }
}

enum MHD_Result metrics_print(struct request *request)
{
    struct buffer body = {0};
    head(&body, "paihao_build_info", "gauge", "1, with the version as a label.");
    buffer_add_text(&body, "paihao_build_info{version=\"" PAIHAO_VERSION "\"} 1\n");
    print_desk(&body, request->http->options.desk);
    print_lanes(&body, request->http->options.desk);
    if (request->http->options.print_figures)
        request->http->options.print_figures(request->http->options.figures_arg, &body);
    print_requests(&body, request->http);
    print_process(&body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.size, body.data, MHD_RESPMEM_MUST_FREE);
    if (!response)
        abort();
    reply_secure(response, REPLY_API);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            "text/plain; version=0.0.4; charset=utf-8");
    return reply_send(request, MHD_HTTP_OK, response);
}

/* ---- /healthz */
enum MHD_Result health_status(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    enum problem store = desk_store_state(desk);
    struct buffer body = {0};
    buffer_add_text(&body, store ? "{\"status\":\"failed\"" : "{\"status\":\"ok\"");
    buffer_add_text(&body, ",\"version\":\"" PAIHAO_VERSION "\",\"seq\":");
    render_number(&body, desk_seq(desk));
    if (store) {
        buffer_add_text(&body, ",\"code\":");
        render_text(&body, problem_code(store));
        buffer_add_text(&body, ",\"message\":{\"zh\":");
        render_text(&body, problem_zh(store));
        buffer_add_text(&body, ",\"en\":");
        render_text(&body, problem_en(store));
        buffer_add_text(&body, "}");
    }
    buffer_add_text(&body, "}");
    return reply_send(request, store ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK, reply_json(&body));
}
