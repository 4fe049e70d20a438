/* A plan as JSON. Pure; any thread. */
#include <stdio.h>

#include "roster/plan.h"
#include "roster/schedule_date.h"

struct clock_text {
    char text[24];
};

/* 08:15:00; hours go beyond 24 rather than into another day */
static struct clock_text clock_of(uint32_t seconds)
{
    struct clock_text text;
    snprintf(text.text, sizeof text.text, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return text;
}

static json_t *slot_json(const struct plan_slot *planned, const struct schedule *schedule)
{
    const struct schedule_slot *slot = &schedule->slots[planned->slot];
    return json_pack("{sI ss ss ss ss ss ss sI sI sI sI sI sI}", "slot", (json_int_t)planned->slot, "lane",
                     slot->lane, "date", schedule_date_text(slot->date).text, "planned_start",
                     schedule_minute_text(slot->start_min).text, "planned_end",
                     schedule_minute_text(slot->end_min).text, "start", clock_of(planned->start_s).text,
                     "end", clock_of(planned->end_s).text, "people", (json_int_t)planned->people, "late",
                     (json_int_t)planned->late, "delay_s", (json_int_t)planned->delay_s, "overrun_s",
                     (json_int_t)planned->overrun_s, "overruns_into", (json_int_t)planned->overruns_into,
                     "pushed_by_s", (json_int_t)planned->pushed_by_s);
}

static json_t *session_json(const struct plan_session *session, const struct plan *plan)
{
    return json_pack("{ss ss sI sI ss ss ss sb}", "lane", session->lane, "date",
                     schedule_date_text(session->date).text, "people", (json_int_t)session->people, "late",
                     (json_int_t)session->late, "start", clock_of(plan->slots[session->first].start_s).text,
                     "planned_end", clock_of(session->planned_end_s).text, "end",
                     clock_of(session->end_s).text, "overruns", session->end_s > session->planned_end_s);
}

json_t *plan_json(const struct plan *plan, const struct schedule *schedule,
                  const struct plan_options *options)
{
    json_t *slots = json_array(), *sessions = json_array();
    for (size_t i = 0; i < plan->n_slots; i++)
        json_array_append_new(slots, slot_json(&plan->slots[i], schedule));
    for (size_t i = 0; i < plan->n_sessions; i++)
        json_array_append_new(sessions, session_json(&plan->sessions[i], plan));
    return json_pack("{sI sI so so sI}", "pace_ms", (json_int_t)options->pace_ms, "late_permille",
                     (json_int_t)options->late_permille, "slots", slots, "sessions", sessions, "unplaced",
                     (json_int_t)plan->unplaced);
}
