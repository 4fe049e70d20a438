/* What the printed sheets need beyond the other routes: whole names, since the school signs against them, and the columns
 * that the profile wants. For the office of all lanes alone; ID numbers stay masked. On the listener's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/profile.h"
#include "http/reply.h"
#include "identity/mask.h"

/* The profile as written by the office, else the one carried under its name; plain when it cannot be read. */
static void read_profile(struct desk *desk, const char *name, struct profile *ret)
{
    struct settings_fault fault;
    char *text = NULL;
    uint64_t seq = 0;
    memset(ret, 0, sizeof *ret);
    if (desk_document(desk, "profile", &text, &seq) != 0)
        text = NULL;
    const char *carried = profile_carried(name);
    const char *found = text ? text : carried ? carried : "";
    if (profile_parse(found, strlen(found), ret, &fault) != 0)
        memset(ret, 0, sizeof *ret);
    free(text);
}

enum MHD_Result sheet_facts(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    struct queue_event event;
    struct buffer body = {0};
    desk_event(desk, &event);
    if (!event.exists)
        return reply_problem(request, PROBLEM_NO_EVENT);
    struct profile profile;
    read_profile(desk, event.profile, &profile);
    buffer_add_text(&body, "{\"event\":");
    render_text(&body, event.name);
    member_text(&body, "title_zh", profile.title_zh);
    member_text(&body, "title_en", profile.title_en);
    member(&body, "rules");
    render_rules(&body, &event.rules);
    member(&body, "columns");
    buffer_add_text(&body, "[");
    for (size_t i = 0; i < profile.n_columns; i++) {
        buffer_add_text(&body, i > 0 ? "," : "");
        render_text(&body, profile.columns[i]);
    }
    buffer_add_text(&body, "]");
    member_number(&body, "seq", desk_seq(desk));
    buffer_add_text(&body, "}");
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

static void render_who(struct buffer *out, const struct person_record *person)
{
    char id_mask[ID_NUMBER_LENGTH + 1];
    mask_id_number(person->id_number, id_mask);
    buffer_add_text(out, "{\"name\":");
    render_text(out, person->name);
    member_text(out, "student_no", person->student_no);
    member_text(out, "id_mask", id_mask);
    member_text(out, "college", person->college);
    member_text(out, "unit", person->unit);
    member_text(out, "campus", person->campus);
    member_text(out, "level", degree_name(person->level));
    member_bool(out, "excluded", person->is_excluded);
    member_bool(out, "captured", person->is_captured);
}

struct rows {
    struct buffer body;
    size_t count;
};

static void start_row(struct rows *rows)
{
    buffer_add_text(&rows->body, rows->count++ ? ",\n" : "");
}

static int add_member(void *arg, const struct desk_member *who, const struct person_record *person)
{
    struct rows *rows = arg;
    start_row(rows);
    render_who(&rows->body, person);
    member_number(&rows->body, "rank", who->rank);
    member_text(&rows->body, "payment", payment_state_name(who->state.payment));
    member(&rows->body, "ticket");
    render_ticket_or_null(&rows->body, who->has_ticket ? &who->ticket : NULL, AUDIENCE_STAFF);
    buffer_add_text(&rows->body, "}");
    return 0;
}

static int add_number(void *arg, const struct ticket_view *view, const struct person_record *person)
{
    struct rows *rows = arg;
    start_row(rows);
    render_who(&rows->body, person);
    member_text(&rows->body, "payment", payment_state_name(view->payment));
    member(&rows->body, "ticket");
    render_ticket(&rows->body, view, AUDIENCE_STAFF);
    buffer_add_text(&rows->body, "}");
    return 0;
}

static enum MHD_Result answer_rows(struct request *request, struct rows *rows)
{
    buffer_add_text(&rows->body, "]}");
    return reply_send(request, MHD_HTTP_OK, reply_json(&rows->body));
}

enum MHD_Result sheet_unit(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    struct rows rows = {.count = 0};
    struct desk_unit unit;
    uint64_t id;
    if (text_to_u64(request->params.label, 1, UINT32_MAX, &id) != 0 ||
        desk_unit(desk, (uint32_t)id, &unit) != 0)
        return reply_problem(request, PROBLEM_NOT_FOUND);
    buffer_add_text(&rows.body, "{\"college\":");
    render_text(&rows.body, unit.college);
    member_text(&rows.body, "unit", unit.name);
    member_number(&rows.body, "id", unit.id);
    member(&rows.body, "rows");
    buffer_add_text(&rows.body, "[");
    if (desk_unit_rows(desk, unit.id, add_member, &rows) != 0) {
        buffer_done(&rows.body);
        return reply_problem(request, PROBLEM_NOT_FOUND);
    }
    return answer_rows(request, &rows);
}

enum MHD_Result sheet_lane(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    struct rows rows = {.count = 0};
    struct queue_lane lane;
    uint64_t seq = 0;
    if (desk_lane_facts(desk, request->params.lane, &lane) != 0)
        return reply_problem(request, PROBLEM_LANE_UNKNOWN);
    buffer_add_text(&rows.body, "{\"lane\":");
    render_text(&rows.body, lane.name);
    member_text(&rows.body, "room", lane.room);
    member(&rows.body, "rows");
    buffer_add_text(&rows.body, "[");
    if (desk_rows(desk, lane.name, add_number, &rows, &seq) != 0) {
        buffer_done(&rows.body);
        return reply_problem(request, PROBLEM_LANE_UNKNOWN);
    }
    return answer_rows(request, &rows);
}
