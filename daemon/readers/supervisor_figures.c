/* Figures of the readers as text. Pure. */
#include "readers/supervisor_figures.h"
#include <inttypes.h>

void reader_figures_take(struct reader_figures *f, const struct reader_life *life)
{
    f->state = life->state;
    f->since_utc_us = life->since_utc_us;
    f->readings = life->readings_total;
    f->faults = life->faults_total;
    f->beaten_us = life->beaten_us;
}

static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Up to where the value goes or one more label. The configuration allows no character here that needs an escape. */
static void labels(struct buffer *out, const char *name, const struct reader_figures *f)
{
    buffer_format(out, "%s{lane=\"%s\",reader=\"%s\",driver=\"%s\"", name, f->lane, f->reader, f->driver);
}

static void print_states(const struct reader_figures *figures, size_t n, struct buffer *out)
{
    static const char name[] = "paihao_reader_state", since[] = "paihao_reader_state_since_timestamp_seconds";
    head(out, name, "gauge", "1 for the state a reader is in.");
    for (size_t i = 0; i < n; i++)
        for (int state = 0; state < READER_STATE_COUNT; state++) {
            labels(out, name, &figures[i]);
            buffer_format(out, ",state=\"%s\"} %d\n", reader_state_name((enum reader_state)state),
                          figures[i].state == (enum reader_state)state);
        }
    head(out, since, "gauge", "When a reader's state began.");
    for (size_t i = 0; i < n; i++) {
        labels(out, since, &figures[i]);
        buffer_format(out, "} %.3f\n", (double)figures[i].since_utc_us / 1e6);
    }
}

static void print_counts(const struct reader_figures *figures, size_t n, struct buffer *out)
{
    static const char readings[] = "paihao_reader_readings_total", faults[] = "paihao_reader_faults_total";
    head(out, readings, "counter", "Presentations that a reader read.");
    for (size_t i = 0; i < n; i++) {
        labels(out, readings, &figures[i]);
        buffer_format(out, "} %" PRIu64 "\n", figures[i].readings);
    }
    head(out, faults, "counter", "Presentations of which a reader could make nothing.");
    for (size_t i = 0; i < n; i++) {
        labels(out, faults, &figures[i]);
        buffer_format(out, "} %" PRIu64 "\n", figures[i].faults);
    }
}

static void print_heartbeats(const struct reader_figures *figures, size_t n, int64_t now_us,
                             struct buffer *out)
{
    static const char name[] = "paihao_reader_heartbeat_age_seconds";
    head(out, name, "gauge", "Since the last sign of life of a reader's process; more than 3 is trouble.");
    for (size_t i = 0; i < n; i++) {
        if (figures[i].beaten_us == 0)
            continue;
        labels(out, name, &figures[i]);
        buffer_format(out, "} %.3f\n", (double)(now_us - figures[i].beaten_us) / 1e6);
    }
}

void reader_figures_print(const struct reader_figures *figures, size_t n, int64_t now_us, struct buffer *out)
{
    print_states(figures, n, out);
    print_counts(figures, n, out);
    print_heartbeats(figures, n, now_us, out);
}
