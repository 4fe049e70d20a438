/* The ledger told a second time, slowly: every line looked through for itself, by what its words mean (desk/ledger.h); the
 * difference counted from those who make it, not from the two sides. Included by queue_model.h. */
#ifndef LEDGER_MODEL_H
#define LEDGER_MODEL_H

enum { MODEL_LINES_MAX = 4 * (1 + MODEL_LANES + MODEL_UNITS) };
struct model_line {
    enum ledger_kind kind;
    const char *lane; /* "": not of a lane */
    uint32_t unit;    /* 0: not of a unit */
    uint32_t total, parts[5];
    size_t n_parts;
    int32_t difference;
    uint32_t who; /* of those who make it; 0: nobody */
    bool is_signed;
};

/* ---- one person, by what there is to say */
static bool l_listed(const struct model *m, unsigned p)
{
    return m->facts[p].on_roster || m->facts[p].is_excluded;
}

static bool l_is_open(struct model *m, unsigned p)
{
    for (size_t i = 0; i < m->n_theirs[p]; i++)
        if (m_open(m->theirs[p][i]))
            return true;
    return false;
}

static bool l_void_only(struct model *m, unsigned p)
{
    return l_listed(m, p) && !m->facts[p].is_excluded && !m->facts[p].is_captured && !m_shot(m, p) &&
           !l_is_open(m, p) && m_latest(m, p) && m_latest(m, p)->t.state == TICKET_VOID;
}

static bool l_excluded_shot(struct model *m, unsigned p)
{
    return m->facts[p].is_excluded && m_shot(m, p);
}

/* Whether each is to pay; and whether anybody paid all the same, under rules of earlier. */
static bool l_each_pays(const struct model *m)
{
    const enum payment_way way = m->event.rules.payment;
    return way != PAYMENT_NONE && way != PAYMENT_CLASS;
}

static bool l_has_paid(const struct model *m, unsigned p)
{
    return m->people[p].payment == PAYMENT_PAID || m->people[p].payment == PAYMENT_REFUNDED;
}

static bool l_not_paid_for(struct model *m, unsigned p)
{
    const enum payment_state payment = m->people[p].payment;
    return m_shot(m, p) && payment != PAYMENT_PAID && payment != PAYMENT_WAIVED &&
           (l_each_pays(m) || l_has_paid(m, p));
}

static bool l_card_out(struct model *m, unsigned p)
{
    return m->people[p].has_card && !l_is_open(m, p);
}

/* Adds one who makes a difference: FNV-1a over the fault and the id, summed up. */
static bool l_blame(struct model_line *line, bool makes_it, enum ledger_fault fault, unsigned p)
{
    const struct person_id id = person(p);
    uint64_t sum = (UINT64_C(2166136261) ^ (uint64_t)fault) * 16777619 % (UINT64_C(1) << 32);
    for (size_t i = 0; i < PERSON_ID_SIZE; i++)
        sum = (sum ^ id.bytes[i]) * 16777619 % (UINT64_C(1) << 32);
    if (makes_it)
        line->who += (uint32_t)sum;
    return makes_it;
}

/* ---- lines */
static void l_numbers(struct model *m, struct model_line *line)
{
    line->n_parts = 4;
    for (size_t i = 0; i < m->n_numbers; i++) {
        const struct model_number *n = &m->numbers[i];
        if ((*line->lane && strcmp(n->t.lane, line->lane) != 0) ||
            (line->unit && m->facts[n->who].unit != line->unit))
            continue;
        line->total++;
        line->parts[0] += n->t.state == TICKET_SHOT;
        line->parts[1] += n->t.state == TICKET_MISSED;
        line->parts[2] += n->t.state == TICKET_VOID;
        line->parts[3] += m_open(n);
    }
}

static void l_people(struct model *m, struct model_line *line)
{
    line->n_parts = 5;
    for (unsigned p = 1; p < MODEL_PEOPLE; p++) {
        if (!l_listed(m, p) || (line->unit && m->facts[p].unit != line->unit))
            continue;
        const bool shot = m_shot(m, p), open = l_is_open(m, p), excluded = m->facts[p].is_excluded,
                   captured = m->facts[p].is_captured;
        line->total++;
        line->parts[0] += shot && !excluded;
        line->parts[1] += !shot && !open && !excluded && !captured && !l_void_only(m, p);
        line->parts[2] += excluded && !shot;
        line->parts[3] += captured && !shot && !open && !excluded;
        line->parts[4] += open && !shot && !excluded;
        line->difference += l_blame(line, l_void_only(m, p), LEDGER_VOID_ONLY, p) +
                            l_blame(line, l_excluded_shot(m, p), LEDGER_EXCLUDED_SHOT, p);
    }
}

static void l_money(struct model *m, struct model_line *line)
{
    line->n_parts = 3;
    for (unsigned p = 1; p < MODEL_PEOPLE; p++) {
        const enum payment_state payment = m->people[p].payment;
        const bool shot = m_shot(m, p), paid = payment == PAYMENT_PAID;
        if (line->unit && m->facts[p].unit != line->unit)
            continue;
        line->total += paid || payment == PAYMENT_REFUNDED;
        line->parts[0] += shot && (l_each_pays(m) ? payment != PAYMENT_WAIVED : l_has_paid(m, p));
        line->parts[1] += payment == PAYMENT_REFUNDED || (paid && !shot && !l_is_open(m, p));
        line->parts[2] += paid && !shot && l_is_open(m, p);
        line->difference -=
            l_blame(line, l_not_paid_for(m, p),
                    payment == PAYMENT_REFUNDED ? LEDGER_REFUNDED_SHOT : LEDGER_UNPAID_SHOT, p);
    }
}

static uint32_t l_cards_back(const struct model *m, const char *lane)
{
    uint32_t count = 0;
    for (size_t i = 0; i < m->n_lanes; i++)
        if (!*lane || strcmp(m->lanes[i].facts.name, lane) == 0)
            count += m->lanes[i].facts.cards_back;
    return count;
}

/* Two cards that came back with one number are one to its class, which has only its numbers to ask. */
static uint32_t l_numbers_with_card(const struct model *m, uint32_t unit)
{
    uint32_t count = 0;
    for (size_t i = 0; i < m->n_numbers; i++)
        count += m->numbers[i].t.card_back && m->facts[m->numbers[i].who].unit == unit;
    return count;
}

static void l_cards(struct model *m, struct model_line *line)
{
    line->n_parts = *line->lane ? 1 : 2;
    line->parts[0] = line->unit ? l_numbers_with_card(m, line->unit) : l_cards_back(m, line->lane);
    for (unsigned p = 1; p < MODEL_PEOPLE; p++) {
        const struct model_number *shot = m_shot(m, p);
        if ((line->unit && m->facts[p].unit != line->unit) ||
            (*line->lane && (!shot || strcmp(shot->t.lane, line->lane) != 0)))
            continue;
        line->difference += l_blame(line, l_card_out(m, p), LEDGER_CARD_OUT, p);
        line->total += line->unit && m->people[p].has_card;
        line->parts[1] += m->people[p].has_card && l_is_open(m, p);
    }
    if (*line->lane)
        line->total = line->parts[0] + (uint32_t)line->difference;
    else
        line->total = line->unit ? line->total + line->parts[0] : m->event.cards_out;
}

static bool l_applies(const struct model *m, const struct model_line *line)
{
    const enum payment_way way = m->event.rules.payment;
    bool has_people = false, has_paid = false;
    for (unsigned p = 1; p < MODEL_PEOPLE; p++)
        has_people |= l_listed(m, p) && (!line->unit || m->facts[p].unit == line->unit);
    if (line->unit && !has_people)
        return false;
    switch (line->kind) {
    case LEDGER_NUMBERS:
        return true;
    case LEDGER_PEOPLE:
        return !*line->lane && has_people;
    case LEDGER_MONEY:
        for (unsigned p = 1; p < MODEL_PEOPLE; p++)
            has_paid |= l_has_paid(m, p);
        return !*line->lane && (has_paid || l_each_pays(m));
    default:
        return way == PAYMENT_TOKEN || m->event.cards_out > 0;
    }
}

static struct model_signature *l_signature(struct model *m, const char *lane, const char *extra)
{
    for (size_t i = 0; i < m->n_signatures; i++)
        if (strcmp(m->signatures[i].lane, lane) == 0 && strcmp(m->signatures[i].extra, extra) == 0)
            return &m->signatures[i];
    return NULL;
}

static void l_mark(const struct model_line *line, char ret[static PROFILE_MAX + 1])
{
    static const char *const codes[] = {"numbers", "people", "money", "cards"};
    if (line->unit)
        sprintf(ret, "%s u%u", codes[line->kind], line->unit);
    else
        strcpy(ret, codes[line->kind]);
}

static void l_add(struct model *m, const char *lane, uint32_t unit, struct model_line *lines, size_t *count)
{
    static void (*const fill[])(struct model *, struct model_line *) = {l_numbers, l_people, l_money,
                                                                        l_cards};
    for (int kind = 0; kind < 4; kind++) {
        struct model_line line = {.kind = (enum ledger_kind)kind, .lane = lane, .unit = unit};
        char extra[PROFILE_MAX + 1];
        if (!l_applies(m, &line))
            continue;
        fill[kind](m, &line);
        l_mark(&line, extra);
        const struct model_signature *signature = l_signature(m, lane, extra);
        line.is_signed = line.difference != 0 && signature && signature->difference == line.difference &&
                         signature->who == line.who;
        lines[(*count)++] = line;
    }
}

static size_t model_ledger(struct model *m, struct model_line ret_lines[static MODEL_LINES_MAX])
{
    size_t count = 0;
    l_add(m, "", 0, ret_lines, &count);
    for (size_t i = 0; i < m->n_lanes; i++)
        l_add(m, m->lanes[i].facts.name, 0, ret_lines, &count);
    for (uint32_t unit = 1; unit < MODEL_UNITS; unit++)
        l_add(m, "", unit, ret_lines, &count);
    return count;
}

/* Not zero and not signed: of that lane, or (NULL) of all. */
static uint32_t model_open_lines(struct model *m, const char *lane)
{
    struct model_line lines[MODEL_LINES_MAX];
    const size_t count = model_ledger(m, lines);
    uint32_t open = 0;
    for (size_t i = 0; i < count; i++)
        open +=
            lines[i].difference != 0 && !lines[i].is_signed && (!lane || strcmp(lines[i].lane, lane) == 0);
    return open;
}

/* ---- signing */
static bool l_is_mark(struct model *m, const char *lane, const char *extra)
{
    static const char *const codes[] = {"numbers", "people", "money", "cards"};
    for (int i = 0; i < 4; i++)
        for (uint32_t unit = 0; unit <= (*lane ? 0 : MODEL_UNITS); unit++) {
            const struct model_line line = {.kind = (enum ledger_kind)i, .lane = lane, .unit = unit};
            char exact[PROFILE_MAX + 1];
            l_mark(&line, exact);
            if (strncmp(exact, codes[i], strlen(codes[i])) == 0 && strcmp(exact, extra) == 0)
                return !*lane || m_lane(m, lane);
        }
    return false;
}

static struct model_line l_line(struct model *m, const char *lane, const char *extra)
{
    struct model_line lines[MODEL_LINES_MAX];
    const size_t count = model_ledger(m, lines);
    for (size_t i = 0; i < count; i++) {
        char mark[PROFILE_MAX + 1];
        l_mark(&lines[i], mark);
        if (strcmp(lines[i].lane, lane) == 0 && strcmp(mark, extra) == 0)
            return lines[i];
    }
    return (struct model_line){.difference = 0};
}

/* "cards u1 w0a1b2c3d" without its end, and that: who made the difference when it was looked at; 0: not said. */
static uint32_t l_seen(const char *given, char ret_extra[static PROFILE_MAX + 1])
{
    strcpy(ret_extra, given);
    char *end = strstr(ret_extra, " w");
    if (!end)
        return 0;
    *end = '\0';
    return (uint32_t)strtoul(end + 2, NULL, 16);
}

static enum queue_verdict m_sign(struct model *m)
{
    const struct queue_command *c = m->command;
    char extra[PROFILE_MAX + 1];
    const uint32_t seen = l_seen(c->extra, extra);
    if (*c->lane && !m_lane(m, c->lane))
        return QUEUE_LANE_UNKNOWN;
    if (!l_is_mark(m, c->lane, extra))
        return QUEUE_WRONG_STATE;
    const struct model_line line = l_line(m, c->lane, extra);
    if ((int32_t)c->value != line.difference || (seen && seen != line.who))
        return QUEUE_LEDGER_MOVED;
    struct model_signature *signature = l_signature(m, c->lane, extra);
    if (c->value == 0 ||
        (signature && signature->difference == line.difference && signature->who == line.who))
        return QUEUE_UNCHANGED;
    if (m_blank(c->text))
        return QUEUE_REASON_NEEDED;
    if (!signature)
        signature = &m->signatures[m->n_signatures++];
    strcpy(signature->lane, c->lane);
    strcpy(signature->extra, extra);
    signature->difference = (int32_t)c->value;
    signature->who = line.who;
    struct queue_entry *entry = m_say(m, ENTRY_LEDGER_SIGNED, NULL);
    entry->value = c->value;
    snprintf(entry->extra, sizeof entry->extra, "%.20s w%08x", extra, line.who);
    strcpy(entry->text, c->text);
    return QUEUE_DONE;
}

#endif
