/* The form in which a schedule is kept: there is one text for every schedule. */
#include <stdlib.h>
#include <string.h>

#include "roster/schedule_json.h"
#include "roster/schedule_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Whatever is kept can be shown, asked about and simulated. */
static void use(const struct schedule *schedule)
{
    static const struct schedule_count counts[] = {{"商学院", "会计1班", LEVEL_MASTER, 100},
                                                   {"甲", "", 0, 7}};
    const struct schedule_lint_options lint = {counts, 2, 12000, 30, 1, 1};
    const struct plan_options options = {.pace_ms = 12000, .late_permille = 50};
    struct schedule_problems problems = {0};
    struct plan plan;
    schedule_lint(schedule, &lint, &problems);
    json_t *json = schedule_json(schedule, &problems);
    require(json != NULL);
    json_decref(json);
    schedule_problems_done(&problems);
    require(plan_simulate(schedule, counts, 2, &options, &plan) == 0);
    uint64_t people = 0, of_sessions = 0, n_slots = 0;
    for (size_t i = 0; i < plan.n_slots; i++) {
        people += plan.slots[i].people;
        require(plan.slots[i].slot < schedule->n_slots && plan.slots[i].end_s >= plan.slots[i].start_s);
    }
    for (size_t i = 0; i < plan.n_sessions; i++) {
        of_sessions += plan.sessions[i].people;
        n_slots += plan.sessions[i].n_slots;
    }
    require(people == of_sessions && n_slots == schedule->n_slots && people + plan.unplaced >= 107);
    json = plan_json(&plan, schedule, &options);
    require(json != NULL);
    json_decref(json);
    plan_done(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schedule *schedule = NULL;
    if (schedule_load((const char *)data, size, &schedule) < 0) {
        require(schedule == NULL);
        return 0;
    }
    char *text = schedule_store(schedule);
    require(strlen(text) == size && memcmp(text, data, size) == 0);
    use(schedule);
    free(text);
    schedule_free(schedule);
    return 0;
}
