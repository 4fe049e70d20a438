/* A second, slow and simple telling of the queue's rules, to hold the real one against: plain arrays, every question
 * answered by looking through all numbers, no list, no table, no counter that could go wrong. Written from the rules and
 * the headers; it shares nothing with daemon/queue but the types and the text of rules. Included by test_queue_model.c. */
#ifndef QUEUE_MODEL_H
#define QUEUE_MODEL_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/queue.h"

enum { MODEL_LANES = 3, MODEL_PEOPLE = 72, MODEL_UNITS = 5, MODEL_NUMBERS = 4096, MODEL_GAPS = 4096 };

struct model_number {
    struct ticket t; /* reason stands in `reason` */
    char reason[64];
    unsigned who;                                /* 0: nobody */
    uint64_t missed_seq, finished_seq, shot_seq; /* 0: never */
};
struct model_frame { /* and what was before it */
    struct model_number *n;
    int64_t tapped_us, shot_us, frame_us;
    bool is_suspect, card_back, with_card, has_gap, is_settled; /* settled: nobody takes it back */
};
struct model_lane {
    struct queue_lane facts; /* its counts are left alone */
    uint64_t opened_seq;
    int64_t frame_us;
    uint32_t gaps_ms[MODEL_GAPS], n_gaps;
    struct model_frame frames[MODEL_GAPS]; /* that could be taken back one after the other, the latest last */
    uint32_t n_frames;
};
struct model_signature {
    char lane[LANE_NAME_MAX + 1], extra[PROFILE_MAX + 1];
    int32_t difference;
    uint32_t who;
};
struct model {
    const struct queue_facts *facts; /* what the lists say of each */
    struct model_signature signatures[4 * (1 + MODEL_LANES + MODEL_UNITS)];
    size_t n_signatures;
    struct queue_event event;
    bool has_rules;
    uint64_t seq;
    struct model_lane lanes[MODEL_LANES];
    size_t n_lanes;
    struct model_number numbers[MODEL_NUMBERS]; /* as they were issued, lanes mixed */
    size_t n_numbers;
    struct queue_person people[MODEL_PEOPLE];
    struct model_number *theirs[MODEL_PEOPLE][MODEL_NUMBERS]; /* latest first */
    size_t n_theirs[MODEL_PEOPLE];
    uint32_t highest[MODEL_UNITS];
    struct queue_decision answer;        /* to the command in hand */
    const struct queue_command *command; /* that one */
};

static struct person_id person(unsigned n)
{
    struct person_id id = {{0}};
    if (n == 0)
        return id;
    memcpy(id.bytes, &n, sizeof n);
    id.bytes[15] = 1;
    return id;
}

static unsigned who(const struct person_id *id)
{
    unsigned n;
    memcpy(&n, id->bytes, sizeof n);
    return n;
}

/* ---- looking */
static struct model_lane *m_lane(struct model *m, const char *name)
{
    for (size_t i = 0; i < m->n_lanes; i++)
        if (strcmp(m->lanes[i].facts.name, name) == 0)
            return &m->lanes[i];
    return NULL;
}

static bool m_open(const struct model_number *n)
{
    return n->t.state == TICKET_WAITING || n->t.state == TICKET_CALLED;
}

static bool m_in(const struct model_number *n, const struct model_lane *lane)
{
    return strcmp(n->t.lane, lane->facts.name) == 0;
}

static struct model_number *m_number(struct model *m, const struct model_lane *lane, uint32_t number)
{
    for (size_t i = 0; i < m->n_numbers; i++)
        if (m_in(&m->numbers[i], lane) && m->numbers[i].t.number == number)
            return &m->numbers[i];
    return NULL;
}

static uint32_t m_count(const struct model *m, const struct model_lane *lane, enum ticket_state state)
{
    uint32_t count = 0;
    for (size_t i = 0; i < m->n_numbers; i++)
        count += m_in(&m->numbers[i], lane) && (state == TICKET_NONE || m->numbers[i].t.state == state);
    return count;
}

/* The one of a lane with the lowest number in a state, other than `except`. */
static struct model_number *m_first(struct model *m, const struct model_lane *lane, enum ticket_state state,
                                    const struct model_number *except)
{
    for (size_t i = 0; i < m->n_numbers; i++) /* a lane's numbers stand in order */
        if (m_in(&m->numbers[i], lane) && m->numbers[i].t.state == state && &m->numbers[i] != except)
            return &m->numbers[i];
    return NULL;
}

static struct model_number *m_latest(struct model *m, unsigned person_no)
{
    return m->n_theirs[person_no] ? m->theirs[person_no][0] : NULL;
}

static struct model_number *m_shot(struct model *m, unsigned person_no)
{
    for (size_t i = 0; i < m->n_theirs[person_no]; i++)
        if (m->theirs[person_no][i]->t.state == TICKET_SHOT)
            return m->theirs[person_no][i];
    return NULL;
}

static struct model_number *m_open_of(struct model *m, unsigned person_no)
{
    for (size_t i = 0; i < m->n_theirs[person_no]; i++)
        if (m_open(m->theirs[person_no][i]))
            return m->theirs[person_no][i];
    return NULL;
}

static bool m_stands(const struct model_number *n)
{
    return m_open(n) || n->t.state == TICKET_SHOT;
}

/* Other than `except`. */
static bool m_has_standing(struct model *m, unsigned person_no, const struct model_number *except)
{
    for (size_t i = 0; i < m->n_theirs[person_no]; i++)
        if (m->theirs[person_no][i] != except && m_stands(m->theirs[person_no][i]))
            return true;
    return false;
}

/* A new number comes first. One that came from somebody else and does not stand comes behind all that do. */
static void m_belongs(struct model *m, struct model_number *n, unsigned person_no)
{
    struct model_number **list = m->theirs[person_no];
    size_t at = 0, most = m->n_theirs[person_no];
    n->who = person_no;
    n->t.person = person(person_no);
    if (!person_no)
        return;
    for (size_t i = 0; i < most && !m_stands(n); i++)
        if (m_stands(list[i]))
            at = i + 1;
    while (at < most && list[at]->t.issued_seq > n->t.issued_seq)
        at++;
    memmove(list + at + 1, list + at, (most - at) * sizeof *list);
    list[at] = n;
    m->n_theirs[person_no]++;
}

/* Nothing in it that anybody could read: U+0020, U+00A0 and U+3000 alone, and what moves a printer's head. */
static bool m_blank(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    for (;;) {
        if (*at == 0)
            return true;
        if (*at == 0x20 || (*at >= 9 && *at <= 13))
            at += 1;
        else if (at[0] == 0xc2 && at[1] == 0xa0)
            at += 2;
        else if (at[0] == 0xe3 && at[1] == 0x80 && at[2] == 0x80)
            at += 3;
        else
            return false;
    }
}

static bool m_due(const struct model *m, const struct queue_person *p)
{
    if (m->event.rules.payment == PAYMENT_NONE || m->event.rules.payment == PAYMENT_CLASS)
        return false;
    return p->payment == PAYMENT_STATE_NONE || p->payment == PAYMENT_DUE || p->payment == PAYMENT_REFUNDED;
}

/* ---- answering: every entry is said and done at once */
static enum queue_verdict m_refuse(struct model *m, enum queue_verdict verdict, const struct model_number *n)
{
    if (n) {
        strcpy(m->answer.lane, n->t.lane);
        m->answer.number = n->t.number;
    }
    return verdict;
}

static struct queue_entry *m_say(struct model *m, enum entry_kind kind, struct model_number *n)
{
    struct queue_entry *entry = &m->answer.entries[m->answer.n_entries++];
    memset(entry, 0, sizeof *entry);
    entry->seq = ++m->seq;
    if (kind < ENTRY_HANDED_OVER || kind > ENTRY_PURGED)
        m->event.content_seq = m->seq;
    entry->kind = kind;
    entry->at_us = m->command->at_us;
    entry->mono_us = m->command->mono_us;
    strcpy(entry->lane, m->command->lane);
    strcpy(entry->device, m->command->device);
    if (m->command->age_ms)
        sprintf(entry->extra, "kept %u", m->command->age_ms);
    if (n) {
        strcpy(entry->lane, n->t.lane);
        entry->number = n->t.number;
        entry->person = n->t.person;
        n->t.seq = m->seq;
    }
    return entry;
}

#include "ledger_model.h"

static void m_note(const struct issue_note *note, char *ret)
{
    char text[64] = "";
    if (note->unit)
        sprintf(text + strlen(text), " u%u", note->unit);
    if (note->rank)
        sprintf(text + strlen(text), " r%u", note->rank);
    if (note->flags)
        sprintf(text + strlen(text), " f%u", note->flags);
    strcpy(ret, *text ? text + 1 : "");
}

static void m_rank(struct model *m, const struct issue_note *note)
{
    if (note->unit && note->rank > m->highest[note->unit])
        m->highest[note->unit] = note->rank;
}

/* ---- the steps of a number */
static void m_settle_frames(struct model_lane *lane, const struct model_number *n)
{
    for (uint32_t i = 0; i < lane->n_frames; i++)
        if (lane->frames[i].n == n)
            lane->frames[i].is_settled = true;
}

/* When it was tapped: not before what the number had gone through. */
static int64_t m_tapped(const struct model *m, const struct model_number *n, struct queue_entry *entry)
{
    int64_t age_ms = m->command->age_ms;
    const int64_t before[] = {n->t.issued_us, n->t.called_us, n->t.shot_us};
    for (size_t i = 0; i < 3; i++)
        while (age_ms > 0 && m->command->at_us - age_ms * 1000 < before[i])
            age_ms = m->command->at_us < before[i] ? 0 : (m->command->at_us - before[i]) / 1000;
    if (age_ms)
        sprintf(entry->extra, "kept %lld", (long long)age_ms);
    else
        memset(entry->extra, 0, sizeof entry->extra);
    return m->command->at_us - age_ms * 1000;
}

static void m_step(struct model *m, struct model_number *n, enum entry_kind kind, bool is_paper)
{
    struct model_lane *lane = m_lane(m, n->t.lane);
    struct queue_entry *entry = m_say(m, kind, n);
    const int64_t now = m_tapped(m, n, entry);
    if (is_paper)
        strcpy(entry->extra, "paper");
    if (kind != ENTRY_CALLED && kind != ENTRY_SHOT) {
        strcpy(entry->text, m->command->text);
        strcpy(n->reason, m->command->text);
    }
    if (kind == ENTRY_CALLED || kind == ENTRY_RETAKE) {
        entry->value = kind == ENTRY_CALLED ? ++n->t.calls : ++n->t.retakes;
        n->t.state = TICKET_CALLED;
        n->t.called_us = now;
        n->t.confirmed = false;
        if (kind == ENTRY_RETAKE)
            m_settle_frames(lane, n);
        return;
    }
    n->finished_seq = m->seq;
    if (kind == ENTRY_SHOT) {
        lane->n_frames = is_paper ? 0 : lane->n_frames;
        struct model_frame *frame = &lane->frames[lane->n_frames];
        *frame = (struct model_frame){.n = n,
                                      .tapped_us = now,
                                      .shot_us = n->t.shot_us,
                                      .frame_us = lane->frame_us,
                                      .is_suspect = n->t.is_suspect,
                                      .card_back = n->t.card_back,
                                      .with_card = m->command->card};
        entry->value = ++n->t.shots;
        n->t.state = TICKET_SHOT;
        n->t.shot_us = now;
        n->t.is_suspect = false;
        n->shot_seq = m->seq;
        if (is_paper)
            return;
        const int64_t gap = now - lane->frame_us;
        if (n->t.shots == 1 && lane->frame_us && gap > 0 && gap <= 180000000)
            lane->gaps_ms[lane->n_gaps++] = (uint32_t)(gap / 1000);
        frame->has_gap = n->t.shots == 1 && lane->frame_us && gap > 0 && gap <= 180000000;
        lane->n_frames++;
        lane->frame_us = now;
        return;
    }
    if (kind == ENTRY_RETAKE_DROPPED) {
        n->t.state = TICKET_SHOT;
        n->shot_seq = m->seq;
        return;
    }
    n->t.ended_us = now;
    n->t.state = kind == ENTRY_VOIDED ? TICKET_VOID : TICKET_MISSED;
    if (kind == ENTRY_VOIDED)
        lane->facts.open_voids++;
    else
        n->missed_seq = m->seq;
    n->t.has_left = kind == ENTRY_LEFT;
}

static void m_acknowledge(struct model *m, struct model_number *n)
{
    m_say(m, ENTRY_VOID_ACKNOWLEDGED, n);
    n->t.acknowledged = true;
    m_lane(m, n->t.lane)->facts.open_voids--;
}

static void m_card_back(struct model *m, struct model_number *n)
{
    m_say(m, ENTRY_CARD_BACK, n);
    n->t.card_back = true;
    m->people[n->who].has_card = false;
    m_lane(m, n->t.lane)->facts.cards_back++;
}

/* ---- check-in */
static struct model_number *m_issue(struct model *m, struct model_lane *lane, uint32_t flags)
{
    const struct queue_command *c = m->command;
    struct model_number *n = &m->numbers[m->n_numbers];
    const unsigned person_no = who(&c->person);
    memset(n, 0, sizeof *n);
    n->t = (struct ticket){.number = m_count(m, lane, TICKET_NONE) + 1,
                           .state = TICKET_WAITING,
                           .person = c->person,
                           .medium = c->medium,
                           .bound = c->bound,
                           .session = lane->facts.session,
                           .issued_us = c->at_us,
                           .note = {.unit = c->facts.unit, .rank = c->facts.rank, .flags = flags}};
    strcpy(n->t.lane, c->lane);
    if (c->medium == MEDIUM_MANUAL || c->medium == MEDIUM_PASSPORT)
        n->t.note.flags |= ISSUE_LOOK_TWICE;
    if (c->facts.is_out_of_slot)
        n->t.note.flags |= ISSUE_OUT_OF_SLOT;
    if (c->name_noted && (c->medium == MEDIUM_ID_CARD || c->medium == MEDIUM_PASSPORT))
        n->t.note.flags |= 1 << 7;
    if (m->event.rules.roll_call && c->facts.on_roster && m->people[person_no].roll != ROLL_PRESENT &&
        c->kind == COMMAND_CHECK_IN)
        n->t.note.flags |= 1 << 14;
    if (m->event.rules.order != ORDER_FREE && c->facts.unit && c->facts.rank &&
        (c->facts.ahead || c->facts.rank < m->highest[c->facts.unit]))
        n->t.note.flags |= ISSUE_OUT_OF_ORDER;
    if (c->facts.unit && c->facts.unit != lane->facts.last_unit && !m_latest(m, person_no)) {
        lane->facts.last_unit = c->facts.unit;
        lane->facts.turn++;
    }
    n->t.turn = lane->facts.turn;
    m->n_numbers++;
    struct queue_entry *entry = m_say(m, ENTRY_ISSUED, n);
    n->t.issued_seq = m->seq;
    m_belongs(m, n, person_no);
    entry->medium = c->medium;
    entry->bound = c->bound;
    entry->value = lane->facts.session;
    m_note(&n->t.note, entry->extra);
    if (flags & (ISSUE_PAPER | 0x3f00)) {
        strcpy(entry->text, c->text);
        strcpy(n->reason, c->text);
    }
    m_rank(m, &n->t.note);
    m_refuse(m, QUEUE_DONE, n); /* names it */
    return n;
}

static bool m_may_override(const struct model *m)
{
    return (m->event.rules.overrides == OVERRIDE_OFFICE && m->command->authority == AUTHORITY_OFFICE) ||
           (m->event.rules.overrides == OVERRIDE_MARSHAL && m->command->authority >= AUTHORITY_MARSHAL);
}

static bool m_missed_holds(struct model *m, const struct model_lane *lane, const struct model_number *n)
{
    if (!n || n->t.state != TICKET_MISSED || n->t.has_left || lane->facts.is_late_round)
        return false;
    const uint32_t changes = m_lane(m, n->t.lane)->facts.turn - n->t.turn;
    if (m->event.rules.missed == MISSED_LINE_END)
        return false;
    if (m->event.rules.missed == MISSED_CLASS_END)
        return changes == 0;
    if (m->event.rules.missed == MISSED_AFTER_CLASS)
        return changes <= 1;
    return !(lane->opened_seq > n->missed_seq);
}

static enum queue_verdict m_lane_refuses(struct model *m, const struct model_lane *lane,
                                         struct model_number **ret)
{
    const uint32_t line = m_count(m, lane, TICKET_WAITING) + m_count(m, lane, TICKET_CALLED);
    uint32_t limit = m->event.rules.line_limit;
    if (lane->facts.line_limit)
        limit = lane->facts.line_limit;
    if (!lane->facts.is_open)
        return QUEUE_SESSION_CLOSED;
    if (limit && line >= limit)
        return QUEUE_LINE_FULL;
    if (m->event.rules.scan_and_sit && lane->facts.stopped_by) {
        *ret = m_number(m, lane, lane->facts.stopped_by);
        return QUEUE_LANE_STOPPED;
    }
    if (m->event.rules.scan_and_sit && line) {
        struct model_number *waits = m_first(m, lane, TICKET_WAITING, NULL);
        struct model_number *sits = m_first(m, lane, TICKET_CALLED, NULL);
        *ret = !waits || (sits && sits->t.number < waits->t.number) ? sits : waits;
        return QUEUE_CAMERA_BUSY;
    }
    return QUEUE_DONE;
}

static bool m_outsider(const struct queue_facts *f, bool bound)
{
    return f->has_roster && !f->on_roster && bound;
}

/* What a check-in of these facts would need overridden, and what it would be flagged with. */
static uint32_t m_objections(const struct model *m, const struct queue_facts *f, bool bound, bool due)
{
    uint32_t flags = 0;
    if (f->is_excluded)
        flags |= ISSUE_OVER_EXCLUDED;
    if (m_outsider(f, bound) && !m->event.rules.outsiders)
        flags |= ISSUE_OVER_ROSTER;
    if (f->is_captured && m->event.rules.captured == GATE_REFUSE)
        flags |= ISSUE_OVER_CAPTURED;
    if (f->is_captured && m->event.rules.captured == GATE_WARN)
        flags |= ISSUE_CAPTURED;
    if (due && m->event.rules.payment_gate == GATE_REFUSE)
        flags |= bound ? ISSUE_OVER_UNPAID : ISSUE_UNPAID;
    if (due && m->event.rules.payment_gate == GATE_WARN)
        flags |= ISSUE_UNPAID;
    return flags;
}

static enum queue_verdict m_check_in(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    struct model_number *latest = m_latest(m, who(&c->person)), *busy = NULL;
    if (c->facts.is_other_level)
        return QUEUE_LEVEL_DIFFERS;
    if (c->facts.is_ambiguous)
        return QUEUE_LEVEL_AMBIGUOUS;
    if (who(&c->other))
        return m_refuse(m, QUEUE_CREDENTIAL_TAKEN, m_latest(m, who(&c->other)));
    if (c->name_differs)
        return m_refuse(m, QUEUE_NAME_DIFFERS, latest);
    struct model_number *open = m_open_of(m, who(&c->person));
    if (open)
        return m_refuse(m, m_in(open, lane) ? QUEUE_ALREADY_WAITING : QUEUE_ALREADY_WAITING_ELSEWHERE, open);
    if (((m->event.rules.media >> c->medium) & 1) == 0)
        return QUEUE_MEDIUM_NOT_ALLOWED;
    if ((c->overrides & 0x3f00) != c->overrides)
        return QUEUE_OVERRIDE_FORBIDDEN;
    const uint32_t said = m_objections(m, &c->facts, c->bound, m_due(m, &m->people[who(&c->person)]));
    struct model_number *shot = m_shot(m, who(&c->person));
    const struct {
        bool is_so;
        uint32_t flag;
        enum queue_verdict verdict;
        struct model_number *ticket;
    } gates[] = {
        {shot, ISSUE_OVER_SHOT, QUEUE_ALREADY_SHOT, shot},
        {said & ISSUE_OVER_EXCLUDED, ISSUE_OVER_EXCLUDED, QUEUE_EXCLUDED, NULL},
        {said & ISSUE_OVER_ROSTER, ISSUE_OVER_ROSTER, QUEUE_NOT_ON_ROSTER, NULL},
        {said & ISSUE_OVER_CAPTURED, ISSUE_OVER_CAPTURED, QUEUE_ALREADY_CAPTURED, NULL},
        {said & ISSUE_OVER_UNPAID, ISSUE_OVER_UNPAID, QUEUE_UNPAID, NULL},
        {m_missed_holds(m, lane, latest), ISSUE_OVER_MISSED, QUEUE_MISSED_WAITS, latest},
    };
    uint32_t all = 0;
    for (int i = 0; i < 6; i++)
        all |= gates[i].is_so ? gates[i].flag : 0;
    const enum queue_verdict there = m_lane_refuses(m, lane, &busy);
    for (int i = 0; i < 6; i++) {
        if (!gates[i].is_so)
            continue;
        if (there == QUEUE_DONE && m_may_override(m))
            m->answer.could_override = all;
        if (!(c->overrides & gates[i].flag))
            return m_refuse(m, gates[i].verdict, gates[i].ticket);
        if (!m_may_override(m))
            return QUEUE_OVERRIDE_FORBIDDEN;
        if (m_blank(c->text))
            return QUEUE_REASON_NEEDED;
    }
    m->answer.could_override = 0;
    if (there != QUEUE_DONE)
        return m_refuse(m, there, busy);
    uint32_t flags = all | (said & (ISSUE_UNPAID | ISSUE_CAPTURED));
    if (m_outsider(&c->facts, c->bound))
        flags |= ISSUE_OUTSIDER;
    struct model_number *n = m_issue(m, lane, flags);
    if (m->event.rules.scan_and_sit) {
        m_step(m, n, ENTRY_CALLED, false);
        m->answer.called = n->t.number;
    }
    return QUEUE_DONE;
}

static uint32_t m_person_flags(const struct model *m, const struct queue_facts *f, bool bound, bool due)
{
    uint32_t flags = 0;
    if (m_outsider(f, bound))
        flags |= ISSUE_OUTSIDER;
    if (f->is_captured && m->event.rules.captured != GATE_OFF)
        flags |= ISSUE_CAPTURED;
    if (due && m->event.rules.payment_gate != GATE_OFF)
        flags |= ISSUE_UNPAID;
    return flags;
}

/* ---- paper */
static enum queue_verdict m_paper_outcome(struct model *m, struct model_number *n)
{
    if (m->command->outcome == TICKET_VOID) {
        m_step(m, n, ENTRY_VOIDED, true);
        m_acknowledge(m, n);
    } else if (m->command->outcome != TICKET_WAITING) {
        if (n->t.state == TICKET_WAITING)
            m_step(m, n, ENTRY_CALLED, true);
        m_step(m, n, m->command->outcome == TICKET_SHOT ? ENTRY_SHOT : ENTRY_MISSED, true);
    }
    return QUEUE_DONE;
}

static enum queue_verdict m_paper(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    const uint32_t issued = m_count(m, lane, TICKET_NONE);
    if (lane->facts.stopped_by)
        return m_refuse(m, QUEUE_LANE_STOPPED, m_number(m, lane, lane->facts.stopped_by));
    if (c->outcome != TICKET_WAITING && c->outcome != TICKET_SHOT && c->outcome != TICKET_MISSED &&
        c->outcome != TICKET_VOID)
        return QUEUE_WRONG_STATE;
    if (c->number == 0 || c->number > issued + 1) {
        strcpy(m->answer.lane, c->lane);
        m->answer.number = issued + 1;
        return QUEUE_PAPER_GAP;
    }
    struct model_number *n = m_number(m, lane, c->number);
    const unsigned person_no = who(&c->person);
    if (n) {
        if (n->who != person_no)
            return m_refuse(m, QUEUE_PAPER_CONFLICT, n);
        if (n->t.state == c->outcome ||
            (n->t.state == TICKET_CALLED && c->outcome == TICKET_WAITING && n->t.shots == 0))
            return m_refuse(m, QUEUE_UNCHANGED, n);
        if (!m_open(n) || (n->t.shots && c->outcome != TICKET_SHOT))
            return m_refuse(m, QUEUE_PAPER_CONFLICT, n);
        m_refuse(m, QUEUE_DONE, n);
        return m_paper_outcome(m, n);
    }
    const struct model_number *latest = m_latest(m, person_no), *shot = m_shot(m, person_no);
    if (!person_no && c->outcome != TICKET_VOID)
        return QUEUE_WRONG_STATE;
    if (person_no && c->facts.is_other_level)
        return QUEUE_LEVEL_DIFFERS;
    if (person_no && c->facts.is_ambiguous)
        return QUEUE_LEVEL_AMBIGUOUS;
    if (person_no && who(&c->other))
        return m_refuse(m, QUEUE_CREDENTIAL_TAKEN, m_latest(m, who(&c->other)));
    if (person_no && c->name_differs)
        return m_refuse(m, QUEUE_NAME_DIFFERS, latest);
    const struct model_number *open = m_open_of(m, person_no);
    if (open)
        return m_refuse(m, QUEUE_ALREADY_WAITING_ELSEWHERE, open);
    if (shot && !(c->overrides & ISSUE_OVER_SHOT)) {
        m->answer.could_override = m_may_override(m) ? ISSUE_OVER_SHOT : 0;
        return m_refuse(m, QUEUE_ALREADY_SHOT, shot);
    }
    if (shot && !m_may_override(m))
        return QUEUE_OVERRIDE_FORBIDDEN;
    if (shot && !c->text[0])
        return QUEUE_REASON_NEEDED;
    const bool due = person_no && m_due(m, &m->people[person_no]);
    m->answer.warnings = m_objections(m, &c->facts, c->bound, due);
    return m_paper_outcome(
        m, m_issue(m, lane,
                   ISSUE_PAPER | (shot ? ISSUE_OVER_SHOT : 0) | m_person_flags(m, &c->facts, c->bound, due)));
}

/* ---- steps */
/* The lane's latest frame, and nobody has built upon it. */
static enum queue_verdict m_undo(struct model *m, struct model_lane *lane, struct model_number *n)
{
    const struct model_frame *frame = lane->n_frames ? &lane->frames[lane->n_frames - 1] : NULL;
    const int64_t now = m->command->at_us - m->command->age_ms * 1000LL;
    if (!frame || frame->n != n || frame->is_settled || now > frame->tapped_us + 60000000 ||
        now < frame->tapped_us - 5000000 || (frame->with_card && m->people[n->who].has_card))
        return m_refuse(m, QUEUE_UNDO_LATE, n);
    m_refuse(m, QUEUE_DONE, n);
    struct queue_entry *entry = m_say(m, ENTRY_UNDONE, n);
    entry->value = 18;
    m_tapped(m, n, entry);
    n->t.state = TICKET_CALLED;
    n->t.shots--;
    n->t.shot_us = frame->shot_us;
    n->t.is_suspect = frame->is_suspect;
    if (frame->with_card) {
        n->t.card_back = frame->card_back;
        m->people[n->who].has_card = true;
        lane->facts.cards_back--;
    }
    lane->n_gaps -= frame->has_gap;
    lane->frame_us = frame->frame_us;
    lane->n_frames--;
    return QUEUE_DONE;
}

static enum queue_verdict m_act(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    struct model_number *n = m_number(m, lane, c->number);
    if (!n)
        return QUEUE_TICKET_UNKNOWN;
    if (lane->facts.stopped_by && c->kind != COMMAND_VOID && c->kind != COMMAND_LEAVE)
        return m_refuse(m, QUEUE_LANE_STOPPED, m_number(m, lane, lane->facts.stopped_by));
    const bool waits = n->t.state == TICKET_WAITING, sits = n->t.state == TICKET_CALLED;
    enum entry_kind kind = ENTRY_NONE;
    if (c->kind == COMMAND_UNDO && n->t.state == TICKET_SHOT &&
        !(c->has_seen && n->t.retakes != c->seen_retakes))
        return m_undo(m, lane, n);
    if (c->kind == COMMAND_CALL && (waits || sits))
        kind = ENTRY_CALLED;
    if (c->kind == COMMAND_SHOT && sits)
        kind = ENTRY_SHOT;
    if (c->kind == COMMAND_RETAKE && n->t.state == TICKET_SHOT)
        kind = ENTRY_RETAKE;
    if (c->kind == COMMAND_MISS && sits)
        kind = n->t.shots ? ENTRY_RETAKE_DROPPED : ENTRY_MISSED;
    if (c->kind == COMMAND_VOID && (waits || sits) && !n->t.shots)
        kind = ENTRY_VOIDED;
    if (c->kind == COMMAND_LEAVE && (waits || sits))
        kind = n->t.shots ? ENTRY_RETAKE_DROPPED : ENTRY_LEFT;
    if (kind == ENTRY_NONE || (c->has_seen && n->t.retakes != c->seen_retakes))
        return m_refuse(m, QUEUE_WRONG_STATE, n);
    if (kind == ENTRY_CALLED && waits) {
        struct model_number *current = m_first(m, lane, TICKET_CALLED, NULL);
        struct model_number *next = m_first(m, lane, TICKET_WAITING, NULL);
        if (current)
            return m_refuse(m, QUEUE_ANOTHER_CALLED, current);
        if (next != n)
            return m_refuse(m, QUEUE_NOT_NEXT, next);
    }
    if (kind == ENTRY_SHOT && m->event.rules.spoken_check && !n->t.confirmed)
        return m_refuse(m, QUEUE_NOT_CONFIRMED, n);
    if (kind == ENTRY_SHOT && c->card && !m->people[n->who].has_card)
        return m_refuse(m, QUEUE_NO_CARD, n);
    m_refuse(m, QUEUE_DONE, n);
    m_step(m, n, kind, false);
    char extra[PROFILE_MAX + 1]; /* of the step: one tap, one time */
    strcpy(extra, m->answer.entries[m->answer.n_entries - 1].extra);
    if (kind == ENTRY_VOIDED && c->authority == AUTHORITY_CAMERA)
        m_acknowledge(m, n);
    if (kind == ENTRY_SHOT && c->card)
        m_card_back(m, n);
    strcpy(m->answer.entries[m->answer.n_entries - 1].extra, extra);
    struct model_number *next = m_first(m, lane, TICKET_WAITING, n);
    if (c->advance && kind != ENTRY_CALLED && kind != ENTRY_RETAKE && next && !lane->facts.stopped_by &&
        !m_first(m, lane, TICKET_CALLED, NULL)) {
        m_step(m, next, ENTRY_CALLED, false);
        m->answer.called = next->t.number;
    }
    return QUEUE_DONE;
}

static enum queue_verdict m_confirm(struct model *m, struct model_lane *lane, struct model_number *n)
{
    const bool is_right = m->command->kind == COMMAND_CONFIRM;
    if (lane->facts.stopped_by)
        return m_refuse(m, QUEUE_LANE_STOPPED, m_number(m, lane, lane->facts.stopped_by));
    m_refuse(m, QUEUE_DONE, n);
    if (n->t.state != TICKET_CALLED || (m->command->has_seen && n->t.retakes != m->command->seen_retakes))
        return QUEUE_WRONG_STATE;
    if (is_right && n->t.confirmed)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = m_say(m, is_right ? ENTRY_CONFIRMED : ENTRY_MISMATCH, n);
    n->t.confirmed = is_right;
    if (!is_right) {
        strcpy(entry->text, m->command->text);
        lane->facts.stopped_by = n->t.number;
    } else if (n->t.number > lane->facts.confirmed_up_to) {
        lane->facts.confirmed_up_to = n->t.number;
    }
    return QUEUE_DONE;
}

/* The first at risk: behind the latest confirmed, or five frames back. */
static uint32_t m_risk_from(struct model *m, const struct model_lane *lane, uint32_t number)
{
    if (lane->facts.confirmed_up_to >= number)
        return number;
    if (lane->facts.confirmed_up_to)
        return lane->facts.confirmed_up_to + 1;
    uint32_t from = number;
    for (uint32_t at = number, frames = 0; at-- > 1 && frames < 5;)
        if (m_number(m, lane, at)->t.shots) {
            from = at;
            frames++;
        }
    return from;
}

static enum queue_verdict m_resolve(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    static const char *const words[] = {"", "order-right", "put-right", "suspect"};
    if (!lane->facts.stopped_by || (c->number && c->number != lane->facts.stopped_by))
        return QUEUE_NOT_STOPPED;
    struct model_number *n = m_number(m, lane, lane->facts.stopped_by);
    if (c->decision != DECISION_ORDER_RIGHT && c->decision != DECISION_PUT_RIGHT &&
        c->decision != DECISION_SUSPECT)
        return m_refuse(m, QUEUE_WRONG_STATE, n);
    if (c->decision == DECISION_SUSPECT && c->value > n->t.number)
        return QUEUE_TICKET_UNKNOWN;
    m_refuse(m, QUEUE_DONE, n);
    if (m_blank(c->text))
        return QUEUE_REASON_NEEDED;
    struct queue_entry *entry = m_say(m, ENTRY_RESOLVED, n);
    lane->n_frames = 0;
    strcpy(entry->text, c->text);
    strcpy(entry->extra, words[c->decision]);
    if (c->decision == DECISION_SUSPECT) {
        entry->value = c->value ? c->value : m_risk_from(m, lane, n->t.number);
        for (size_t i = 0; i < m->n_numbers; i++) {
            struct model_number *other = &m->numbers[i];
            if (m_in(other, lane) && other->t.number >= entry->value && other->t.number <= n->t.number &&
                other->t.shots)
                other->t.is_suspect = true;
        }
    }
    lane->facts.stopped_by = 0;
    return QUEUE_DONE;
}

static enum queue_verdict m_about(struct model *m, struct model_lane *lane)
{
    struct model_number *n = m_number(m, lane, m->command->number);
    if (!n)
        return QUEUE_TICKET_UNKNOWN;
    if (m->command->kind == COMMAND_CONFIRM || m->command->kind == COMMAND_MISMATCH)
        return m_confirm(m, lane, n);
    m_refuse(m, QUEUE_DONE, n);
    if (m->command->kind == COMMAND_CARD_BACK) {
        if (!n->who || !m->people[n->who].has_card)
            return QUEUE_NO_CARD;
        m_card_back(m, n);
        return QUEUE_DONE;
    }
    if (n->t.state != TICKET_VOID)
        return QUEUE_WRONG_STATE;
    if (n->t.acknowledged)
        return QUEUE_UNCHANGED;
    m_acknowledge(m, n);
    return QUEUE_DONE;
}

/* ---- to whom a number belongs */
static void m_tie(struct model *m, struct model_number *n, unsigned person_no)
{
    const struct queue_facts *f = &m->command->facts;
    struct queue_entry *entry = m_say(m, ENTRY_BOUND, n);
    entry->person = person(person_no);
    n->t.bound = true;
    n->t.note.unit = f->unit;
    n->t.note.rank = f->rank;
    n->t.note.flags &= ~(uint32_t)(ISSUE_OUTSIDER | ISSUE_UNPAID | ISSUE_CAPTURED);
    n->t.note.flags |= m_person_flags(m, f, true, m_due(m, &m->people[person_no]));
    m_note(&n->t.note, entry->extra);
    m_rank(m, &n->t.note);
    m->answer.warnings = m_objections(m, f, true, m_due(m, &m->people[person_no]));
}

/* Numbers of this person were typed: the shot one, or else the open one, or else the latest. */
static enum queue_verdict m_taken(struct model *m, unsigned person_no)
{
    const struct model_number *names = m_shot(m, person_no);
    for (size_t i = 0; i < m->n_theirs[person_no] && !names; i++)
        if (m_open(m->theirs[person_no][i]))
            names = m->theirs[person_no][i];
    return m_refuse(m, QUEUE_CREDENTIAL_TAKEN, names ? names : m_latest(m, person_no));
}

static enum queue_verdict m_bind_other(struct model *m, struct model_number *n, unsigned to)
{
    const unsigned from = n->who;
    const bool both = m_has_standing(m, to, NULL) && m_has_standing(m, from, NULL);
    const bool chosen = m->command->also_void && m_open(n) && n->t.shots == 0 && !m_has_standing(m, from, n);
    if (!m->command->facts.is_known || n->t.bound || (both && !chosen))
        return m_taken(m, to);
    if (m->command->bound)
        return m_refuse(m, QUEUE_ALREADY_BOUND, n);
    if (m->command->name_differs)
        return m_refuse(m, QUEUE_NAME_DIFFERS, m_latest(m, to));
    for (size_t i = 0; i < m->n_theirs[from]; i++)
        if (m->theirs[from][i]->t.bound)
            return m_refuse(m, QUEUE_ALREADY_BOUND, m->theirs[from][i]);
    if (m->n_theirs[from] + both > QUEUE_ENTRIES_MAX)
        return m_refuse(m, QUEUE_WRONG_STATE, n);
    if (both)
        m_step(m, n, ENTRY_VOIDED, false);
    struct queue_person *old = &m->people[from], *new = &m->people[to];
    if (new->payment == PAYMENT_STATE_NONE || new->payment == PAYMENT_DUE) {
        if (old->payment != PAYMENT_STATE_NONE) {
            new->payment = old->payment;
            new->paid_fen = old->paid_fen;
        }
        old->payment = PAYMENT_STATE_NONE;
        old->paid_fen = 0;
    }
    if (old->has_card && !new->has_card) {
        new->has_card = true;
        old->has_card = false;
    }
    new->roll = new->roll ? new->roll : old->roll;
    old->roll = ROLL_UNKNOWN;
    const size_t count = m->n_theirs[from];
    m->n_theirs[from] = 0;
    for (size_t i = 0; i < count; i++) {
        m_settle_frames(m_lane(m, m->theirs[from][i]->t.lane), m->theirs[from][i]);
        m_tie(m, m->theirs[from][i], to);
        m_belongs(m, m->theirs[from][i], to);
    }
    return m_refuse(m, QUEUE_DONE, n);
}

static enum queue_verdict m_bind(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    struct model_number *n = m_number(m, lane, c->number);
    if (!n)
        return QUEUE_TICKET_UNKNOWN;
    if (!n->who)
        return m_refuse(m, QUEUE_WRONG_STATE, n);
    if (who(&c->other))
        return m_taken(m, who(&c->other));
    if (who(&c->person) && who(&c->person) != n->who)
        return m_bind_other(m, n, who(&c->person));
    m_refuse(m, QUEUE_DONE, n);
    if (c->bound)
        return QUEUE_ALREADY_BOUND;
    if (n->t.bound)
        return who(&c->person) ? QUEUE_UNCHANGED : QUEUE_ALREADY_BOUND;
    m_tie(m, n, n->who);
    return QUEUE_DONE;
}

/* ---- people, the event, the lanes */
static enum queue_verdict m_payment(struct model *m)
{
    static const char *const words[] = {"due ", "paid ", "waived ", "refunded "};
    const struct queue_command *c = m->command;
    enum payment_state state = PAYMENT_STATE_NONE;
    for (int i = 0; i < 4; i++)
        if (strncmp(c->extra, words[i], strlen(words[i])) == 0)
            state = (enum payment_state)(PAYMENT_DUE + i);
    if (!who(&c->person))
        return QUEUE_TICKET_UNKNOWN;
    if (state == PAYMENT_STATE_NONE)
        return QUEUE_WRONG_STATE;
    struct queue_person *p = &m->people[who(&c->person)];
    const bool same = p->payment == state && (state != PAYMENT_PAID || p->paid_fen == c->value);
    if (state == PAYMENT_REFUNDED && p->payment != PAYMENT_PAID && p->payment != PAYMENT_REFUNDED)
        return QUEUE_NOT_PAID;
    if (c->card && state != PAYMENT_PAID && state != PAYMENT_WAIVED)
        return QUEUE_NOT_PAID;
    if (c->card && p->has_card)
        return QUEUE_CARD_IS_OUT;
    if (state == PAYMENT_PAID && p->payment == PAYMENT_PAID && p->paid_fen != c->value && m_blank(c->text))
        return QUEUE_ALREADY_PAID;
    if (!same) {
        struct queue_entry *entry = m_say(m, ENTRY_PAYMENT, NULL);
        entry->person = c->person;
        entry->value = c->value;
        strcpy(entry->extra, c->extra);
        strcpy(entry->text, c->text);
        p->payment = state;
        p->paid_fen = state == PAYMENT_PAID ? c->value : 0;
    }
    if (c->card) {
        m_say(m, ENTRY_CARD_OUT, NULL)->person = c->person;
        p->has_card = true;
        m->event.cards_out++;
    }
    return m->answer.n_entries ? QUEUE_DONE : QUEUE_UNCHANGED;
}

static enum queue_verdict m_roll(struct model *m)
{
    const struct queue_command *c = m->command;
    if (!who(&c->person))
        return QUEUE_TICKET_UNKNOWN;
    if (c->value > 2)
        return QUEUE_WRONG_STATE;
    if (m->people[who(&c->person)].roll == c->value)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = m_say(m, ENTRY_ROLL, NULL);
    entry->person = c->person;
    entry->value = c->value;
    m->people[who(&c->person)].roll = (enum roll)c->value;
    return QUEUE_DONE;
}

static bool m_contradicts(const struct queue_rules *r)
{
    const bool asks_at_the_door =
        r->payment == PAYMENT_PREPAID || r->payment == PAYMENT_TOKEN || r->payment == PAYMENT_ON_SITE;
    return r->media == 0 || (r->payment_gate != GATE_OFF && !asks_at_the_door) ||
           (r->scan_and_sit && (r->line_limit || r->missed != MISSED_LINE_END)) || r->width < 1 ||
           r->width > 8 || strpbrk(r->prefix, " -");
}

static enum queue_verdict m_rules(struct model *m)
{
    const struct queue_command *c = m->command;
    char now[RULES_TEXT_SIZE], wished[RULES_TEXT_SIZE];
    if (m_contradicts(&c->rules))
        return QUEUE_RULES_CONTRADICT;
    if (m->n_numbers &&
        (strcmp(m->event.rules.prefix, c->rules.prefix) != 0 || m->event.rules.width != c->rules.width))
        return QUEUE_RULES_FIXED;
    queue_rules_text(&m->event.rules, now);
    queue_rules_text(&c->rules, wished);
    if (m->has_rules && strcmp(now, wished) == 0 && strcmp(m->event.profile, c->extra) == 0)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = m_say(m, ENTRY_RULES_SET, NULL);
    strcpy(entry->text, wished);
    strcpy(entry->extra, c->extra);
    strcpy(m->event.profile, c->extra);
    m->event.rules = c->rules;
    m->has_rules = true;
    return QUEUE_DONE;
}

static void m_close_lane(struct model *m, struct model_lane *lane)
{
    if (lane->facts.is_open)
        lane->facts.closed_us = m->command->at_us;
    lane->facts.is_open = lane->facts.is_late_round = false;
}

static enum queue_verdict m_close(struct model *m)
{
    for (size_t i = 0; i < m->n_lanes; i++) {
        struct model_number *waits = m_first(m, &m->lanes[i], TICKET_WAITING, NULL);
        struct model_number *sits = m_first(m, &m->lanes[i], TICKET_CALLED, NULL);
        if (waits && (!sits || waits->t.number < sits->t.number))
            return m_refuse(m, QUEUE_LINE_NOT_EMPTY, waits);
        if (sits)
            return m_refuse(m, QUEUE_LINE_NOT_EMPTY, sits);
    }
    for (size_t i = 0; i < m->n_lanes; i++)
        if (m->lanes[i].facts.stopped_by)
            return m_refuse(m, QUEUE_LANE_STOPPED, m_number(m, &m->lanes[i], m->lanes[i].facts.stopped_by));
    for (size_t i = 0; i < m->n_lanes; i++)
        for (size_t k = 0; k < m->n_numbers; k++) /* a lane's numbers stand in order */
            if (m_in(&m->numbers[k], &m->lanes[i]) && m->numbers[k].t.state == TICKET_VOID &&
                !m->numbers[k].t.acknowledged)
                return m_refuse(m, QUEUE_VOID_OPEN, &m->numbers[k]);
    if (model_open_lines(m, NULL))
        return QUEUE_LEDGER_OPEN;
    m_say(m, ENTRY_EVENT_CLOSED, NULL);
    m->event.is_closed = true;
    for (size_t i = 0; i < m->n_lanes; i++)
        m_close_lane(m, &m->lanes[i]);
    return QUEUE_DONE;
}

static enum queue_verdict m_event(struct model *m)
{
    const struct queue_command *c = m->command;
    if (c->kind == COMMAND_EVENT_CREATE && m->event.exists)
        return QUEUE_EVENT_EXISTS;
    if (c->kind == COMMAND_EVENT_CREATE) {
        struct queue_entry *entry = m_say(m, ENTRY_EVENT_CREATED, NULL);
        strcpy(entry->text, c->text);
        strcpy(entry->extra, c->extra);
        strcpy(m->event.name, c->text);
        strcpy(m->event.profile, c->extra);
        m->event.exists = true;
        m->event.created_us = c->at_us;
        return QUEUE_DONE;
    }
    if (!m->event.exists)
        return QUEUE_NO_EVENT;
    if (m->event.is_closed)
        return c->kind == COMMAND_EVENT_CLOSE ? QUEUE_UNCHANGED : QUEUE_EVENT_CLOSED;
    if (c->kind == COMMAND_EVENT_CLOSE)
        return m_close(m);
    if (c->kind == COMMAND_RULES_SET)
        return m_rules(m);
    if (c->kind == COMMAND_PAYMENT)
        return m_payment(m);
    if (c->kind == COMMAND_ROLL)
        return m_roll(m);
    if (c->kind == COMMAND_LEDGER_SIGN)
        return m_sign(m);
    struct queue_entry *entry = m_say(m, ENTRY_LIST_IMPORTED, NULL);
    entry->value = c->value;
    strcpy(entry->text, c->text);
    strcpy(entry->extra, c->extra);
    return QUEUE_DONE;
}

/* Handed over, restored, purged. */
static enum queue_verdict m_whole(struct model *m)
{
    const struct queue_command *c = m->command;
    struct queue_event *event = &m->event;
    if (!event->exists)
        return QUEUE_NO_EVENT;
    if (c->kind == COMMAND_PURGED) {
        const bool both = event->agency_seq == event->content_seq && event->school_seq == event->content_seq;
        const unsigned long long other = strtoull(c->extra[0] ? c->extra + 5 : "0", NULL, 10);
        if (c->extra[0] && (c->value < event->moves || (c->value == event->moves && other <= m->seq)))
            return QUEUE_COPY_GOES_ON;
        if (!c->extra[0] && (!event->is_closed || !both))
            return QUEUE_NOT_HANDED_OVER;
        struct queue_entry *purged = m_say(m, ENTRY_PURGED, NULL);
        strcpy(purged->text, c->text);
        strcpy(purged->extra, c->extra);
        purged->value = c->extra[0] ? c->value : 0;
        event->is_purged = true;
        return QUEUE_DONE;
    }
    struct queue_entry *entry =
        m_say(m, c->kind == COMMAND_RESTORED ? ENTRY_RESTORED : ENTRY_HANDED_OVER, NULL);
    strcpy(entry->text, c->text);
    if (c->kind == COMMAND_RESTORED) {
        entry->value = ++event->moves;
        return QUEUE_DONE;
    }
    strcpy(entry->extra, c->extra);
    *(c->extra[0] == 'a' ? &event->agency_seq : &event->school_seq) = strtoull(c->text, NULL, 10);
    return QUEUE_DONE;
}

static enum queue_verdict m_lane_set(struct model *m)
{
    const struct queue_command *c = m->command;
    struct model_lane *lane = m_lane(m, c->lane);
    if (lane && lane->facts.line_limit == c->value && strcmp(lane->facts.room, c->text) == 0)
        return QUEUE_UNCHANGED;
    if (!lane)
        lane = &m->lanes[m->n_lanes++];
    strcpy(lane->facts.name, c->lane);
    strcpy(lane->facts.room, c->text);
    lane->facts.line_limit = c->value;
    struct queue_entry *entry = m_say(m, ENTRY_LANE_SET, NULL);
    entry->value = c->value;
    strcpy(entry->text, c->text);
    return QUEUE_DONE;
}

static enum queue_verdict m_session(struct model *m, struct model_lane *lane)
{
    const struct queue_command *c = m->command;
    const bool opens = c->kind == COMMAND_SESSION_OPEN;
    if (c->kind == COMMAND_LATE_ROUND) {
        if (lane->facts.is_late_round == (c->value == 1))
            return QUEUE_UNCHANGED;
        if (!lane->facts.is_open)
            return QUEUE_SESSION_CLOSED;
        m_say(m, ENTRY_LATE_ROUND, NULL)->value = c->value;
        lane->facts.is_late_round = c->value;
        return QUEUE_DONE;
    }
    if (lane->facts.is_open == opens)
        return QUEUE_UNCHANGED;
    if (!opens && model_open_lines(m, lane->facts.name))
        return QUEUE_LEDGER_OPEN;
    if (opens) {
        lane->facts.session++;
        lane->facts.opened_us = c->at_us;
        lane->facts.is_open = true;
        lane->n_frames = 0;
        lane->frame_us = 0;
    } else {
        m_close_lane(m, lane);
    }
    m_say(m, opens ? ENTRY_SESSION_OPENED : ENTRY_SESSION_CLOSED, NULL)->value = lane->facts.session;
    if (opens)
        lane->opened_seq = m->seq;
    return QUEUE_DONE;
}

static enum queue_verdict m_in_lane(struct model *m)
{
    struct model_lane *lane = m_lane(m, m->command->lane);
    if (!lane)
        return QUEUE_LANE_UNKNOWN;
    if (!m->event.exists)
        return QUEUE_NO_EVENT;
    if (m->event.is_closed)
        return QUEUE_EVENT_CLOSED;
    switch (m->command->kind) {
    case COMMAND_SESSION_OPEN:
    case COMMAND_SESSION_CLOSE:
    case COMMAND_LATE_ROUND:
        return m_session(m, lane);
    case COMMAND_CHECK_IN:
        return m_check_in(m, lane);
    case COMMAND_PAPER:
        return m_paper(m, lane);
    case COMMAND_BIND:
        return m_bind(m, lane);
    case COMMAND_RESOLVE:
        return m_resolve(m, lane);
    case COMMAND_CONFIRM:
    case COMMAND_MISMATCH:
    case COMMAND_VOID_ACKNOWLEDGE:
    case COMMAND_CARD_BACK:
        return m_about(m, lane);
    default:
        return m_act(m, lane);
    }
}

/* Answers and changes the model; the answer's entries bear their seq. */
static const struct queue_decision *model_give(struct model *m, const struct queue_command *command)
{
    memset(&m->answer, 0, sizeof m->answer);
    m->command = command;
    if (m->event.is_purged) {
        m->answer.verdict = QUEUE_EVENT_PURGED;
        return &m->answer;
    }
    switch (command->kind) {
    case COMMAND_HANDED_OVER:
    case COMMAND_RESTORED:
    case COMMAND_PURGED:
        m->answer.verdict = m_whole(m);
        break;
    case COMMAND_EVENT_CREATE:
    case COMMAND_EVENT_CLOSE:
    case COMMAND_RULES_SET:
    case COMMAND_LIST_IMPORTED:
    case COMMAND_PAYMENT:
    case COMMAND_ROLL:
    case COMMAND_LEDGER_SIGN:
        m->answer.verdict = m_event(m);
        break;
    case COMMAND_LANE_SET:
        m->answer.verdict = m_lane_set(m);
        break;
    default:
        m->answer.verdict = m_in_lane(m);
    }
    return &m->answer;
}

/* ---- what is asked of a state beside its fields */
static struct queue_counts model_counts(const struct model *m, const struct model_lane *lane)
{
    return (struct queue_counts){.issued = m_count(m, lane, TICKET_NONE),
                                 .waiting = m_count(m, lane, TICKET_WAITING),
                                 .called = m_count(m, lane, TICKET_CALLED),
                                 .shot = m_count(m, lane, TICKET_SHOT),
                                 .missed = m_count(m, lane, TICKET_MISSED),
                                 .voided = m_count(m, lane, TICKET_VOID)};
}

static struct queue_counts model_unit(struct model *m, uint32_t unit)
{
    struct queue_counts counts = {0};
    for (unsigned p = 1; p < MODEL_PEOPLE; p++) {
        const struct model_number *n = m_latest(m, p);
        if (!n || n->t.note.unit != unit)
            continue;
        counts.issued++;
        counts.waiting += n->t.state == TICKET_WAITING;
        counts.called += n->t.state == TICKET_CALLED;
        counts.shot += n->t.state == TICKET_SHOT;
        counts.missed += n->t.state == TICKET_MISSED;
        counts.voided += n->t.state == TICKET_VOID;
    }
    return counts;
}

static int m_by_value(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t model_pace(const struct model_lane *lane)
{
    uint32_t sorted[32], n = lane->n_gaps < 32 ? lane->n_gaps : 32;
    if (n < 3)
        return 0;
    memcpy(sorted, lane->gaps_ms + lane->n_gaps - n, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, m_by_value);
    return sorted[(n - 1) / 2];
}

static const struct model_number *model_last_shot(const struct model *m, const struct model_lane *lane)
{
    const struct model_number *last = NULL;
    for (size_t i = 0; i < m->n_numbers; i++) {
        const struct model_number *n = &m->numbers[i];
        if (m_in(n, lane) && n->t.state == TICKET_SHOT && (!last || n->shot_seq > last->shot_seq))
            last = n;
    }
    return last;
}

/* The finished ones newest first, after the one that finished at `before`. */
static const struct model_number *model_finished(const struct model *m, const struct model_lane *lane,
                                                 uint64_t before)
{
    const struct model_number *last = NULL;
    for (size_t i = 0; i < m->n_numbers; i++) {
        const struct model_number *n = &m->numbers[i];
        if (m_in(n, lane) && !m_open(n) && n->finished_seq < before &&
            (!last || n->finished_seq > last->finished_seq))
            last = n;
    }
    return last;
}

#endif
