/* Who was at more than one of several days: marks of people are compared as digests, which never leave this memory. On the
 * caller's thread. Deterministic: the order of the days and of their people decides, never that of digests. */
#include "handover/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Strongest first. */
enum mark_kind { MARK_ID_NUMBER, MARK_STUDENT_NO, MARK_PASSPORT, MARK_CODE, MARK_CHIP, MARK_CAMPUS_CARD };

struct mark_digest {
    uint8_t bytes[16];
};
struct mark {
    struct mark_digest digest;
    uint32_t node;
    uint8_t kind;
    uint8_t level; /* of the node */
};
struct node { /* a person of a day */
    struct person_id id;
    uint32_t day, parent; /* parent: the group's first node stands for it */
    uint8_t level;        /* enum degree; of a group's first node: the group's */
    bool has_id, has_student_no, has_name, on_roster;
    bool is_unsure; /* of a group's first node: joined by a student number under two names */
    struct mark_digest id_number, student_no, name;
    uint64_t days;            /* of a group's first node: a bit for each day in it */
    uint32_t place, n_places; /* of a group's first node: its members */
};
struct merge {
    struct day *const *days;
    size_t n_days;
    struct node *nodes; /* by day, then in the order of day_people */
    size_t n_nodes, nodes_capacity;
    struct mark *marks;
    size_t n_marks, marks_capacity;
    size_t starts[MERGE_DAYS_MAX + 1]; /* of each day's nodes */
    uint32_t *by_id;                   /* nodes by day and person id */
    uint32_t *members;
    uint64_t counts[MERGE_CASE_COUNT];
};

const char *merge_case_name(enum merge_case which)
{
    static const char *const names[MERGE_CASE_COUNT] = {
        [MERGE_SHOT_TWICE] = "shot-twice",
        [MERGE_NUMBER_TWICE] = "number-twice",
        [MERGE_SHOT_ELSEWHERE] = "shot-elsewhere",
        [MERGE_NAME_DIFFERS] = "name-differs",
    };
    return names[which];
}

/* ---- gathering */
static struct mark_digest digest_of(enum mark_kind kind, const void *bytes, size_t size)
{
    static const uint8_t key[DIGEST_KEY_SIZE] = "paihao merge"; /* no secret: they never leave */
    uint8_t whole[DIGEST_SIZE];
    struct mark_digest digest;
    credential_digest(key, (enum credential_kind)(kind + 1), bytes, size, whole);
    memcpy(digest.bytes, whole, sizeof digest.bytes);
    return digest;
}

static void add_mark(struct merge *merge, enum mark_kind kind, uint32_t node, struct mark_digest digest)
{
    if (merge->n_marks == merge->marks_capacity) {
        merge->marks_capacity = merge->marks_capacity ? 2 * merge->marks_capacity : 256;
        merge->marks = bytes_resize(merge->marks, merge->marks_capacity * sizeof *merge->marks);
    }
    merge->marks[merge->n_marks++] = (struct mark){digest, node, (uint8_t)kind, merge->nodes[node].level};
}

static struct node *add_node(struct merge *merge, size_t day)
{
    if (merge->n_nodes == merge->nodes_capacity) {
        merge->nodes_capacity = merge->nodes_capacity ? 2 * merge->nodes_capacity : 256;
        merge->nodes = bytes_resize(merge->nodes, merge->nodes_capacity * sizeof *merge->nodes);
    }
    struct node *node = &merge->nodes[merge->n_nodes];
    *node =
        (struct node){.day = (uint32_t)day, .parent = (uint32_t)merge->n_nodes, .days = UINT64_C(1) << day};
    merge->n_nodes++;
    return node;
}

/* Without blanks: cards and people set them differently. Is compared with names only. */
static void take_name(struct node *node, const char *name)
{
    struct buffer letters = {0};
    for (const char *at = name; *at; at++)
        if (*at != ' ')
            buffer_add(&letters, at, 1);
    node->has_name = letters.size > 0;
    if (node->has_name) {
        node->name = digest_of(MARK_STUDENT_NO, letters.data, letters.size);
        wipe_bytes(letters.data, letters.size);
    }
    buffer_done(&letters);
}

struct gathering {
    struct merge *merge;
    size_t day, first; /* the day's first node */
};

static int take_person(void *arg, const struct day_person *person)
{
    const struct gathering *gathering = arg;
    struct merge *merge = gathering->merge;
    const uint32_t at = (uint32_t)merge->n_nodes;
    struct node *node = add_node(merge, gathering->day);
    node->id = person->id;
    node->level = (uint8_t)person->level;
    node->on_roster = person->on_roster;
    node->has_id = *person->id_number;
    node->has_student_no = *person->student_no;
    take_name(node, person->name);
    if (node->has_id) {
        node->id_number = digest_of(MARK_ID_NUMBER, person->id_number, strlen(person->id_number));
        add_mark(merge, MARK_ID_NUMBER, at, node->id_number);
    }
    if (node->has_student_no) {
        node->student_no = digest_of(MARK_STUDENT_NO, person->student_no, strlen(person->student_no));
        add_mark(merge, MARK_STUDENT_NO, at, node->student_no);
    }
    return 0;
}

static int by_person(const void *a, const void *b, void *arg)
{
    const struct node *nodes = arg;
    const uint32_t *one = a, *other = b;
    return memcmp(nodes[*one].id.bytes, nodes[*other].id.bytes, PERSON_ID_SIZE);
}

static const uint32_t *find_among(const struct merge *merge, size_t first, size_t count,
                                  const struct person_id *id)
{
    size_t low = first, high = first + count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = memcmp(id->bytes, merge->nodes[merge->by_id[middle]].id.bytes, PERSON_ID_SIZE);
        if (order == 0)
            return &merge->by_id[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static int take_credential(void *arg, const struct person_id *id, enum credential_kind kind,
                           const uint8_t *payload, size_t payload_size)
{
    static const int8_t marks[] = {
        [CREDENTIAL_ID_NUMBER] = -1,           [CREDENTIAL_STUDENT_NO] = -1,
        [CREDENTIAL_CHIP] = MARK_CHIP,         [CREDENTIAL_CAPTURE_CODE] = MARK_CODE,
        [CREDENTIAL_PASSPORT] = MARK_PASSPORT, [CREDENTIAL_CAMPUS_CARD] = MARK_CAMPUS_CARD,
    };
    const struct gathering *gathering = arg;
    struct merge *merge = gathering->merge;
    const int mark = (size_t)kind < sizeof marks ? marks[kind] : -1;
    const uint32_t *node = find_among(merge, gathering->first, merge->n_nodes - gathering->first, id);
    if (mark >= 0 && node)
        add_mark(merge, (enum mark_kind)mark, *node, digest_of((enum mark_kind)mark, payload, payload_size));
    return 0;
}

static int gather_day(struct merge *merge, size_t day)
{
    struct gathering gathering = {merge, day, merge->n_nodes};
    int result = day_people(merge->days[day], take_person, &gathering);
    merge->starts[day + 1] = merge->n_nodes;
    const size_t count = merge->n_nodes - gathering.first;
    merge->by_id = bytes_resize(merge->by_id, (merge->n_nodes + 1) * sizeof *merge->by_id);
    for (size_t i = gathering.first; i < merge->n_nodes; i++)
        merge->by_id[i] = (uint32_t)i;
    if (count > 1)
        qsort_r(merge->by_id + gathering.first, count, sizeof *merge->by_id, by_person, merge->nodes);
    return result ? result : day_credentials(merge->days[day], take_credential, &gathering);
}

/* ---- joining */
static uint32_t first_of(struct merge *merge, uint32_t node)
{
    while (merge->nodes[node].parent != node) {
        merge->nodes[node].parent = merge->nodes[merge->nodes[node].parent].parent;
        node = merge->nodes[node].parent;
    }
    return node;
}

static bool differ(const struct mark_digest *one, const struct mark_digest *other)
{
    return memcmp(one->bytes, other->bytes, sizeof one->bytes) != 0;
}

static bool may_join(const struct node *one, const struct node *other, enum mark_kind by)
{
    if (one->days & other->days || (one->level && other->level && one->level != other->level))
        return false;
    if (by > MARK_ID_NUMBER && one->has_id && other->has_id && differ(&one->id_number, &other->id_number))
        return false;
    return !(by > MARK_STUDENT_NO && one->has_student_no && other->has_student_no &&
             differ(&one->student_no, &other->student_no));
}

/* The group's first node learns what the others know. */
static void join(struct merge *merge, uint32_t a, uint32_t b, enum mark_kind by)
{
    a = first_of(merge, a);
    b = first_of(merge, b);
    struct node *one = &merge->nodes[a < b ? a : b], *other = &merge->nodes[a < b ? b : a];
    if (a == b || !may_join(one, other, by))
        return;
    if (by == MARK_STUDENT_NO && one->has_name && other->has_name && differ(&one->name, &other->name) &&
        !(one->has_id && other->has_id))
        one->is_unsure = true;
    one->is_unsure |= other->is_unsure;
    other->parent = a < b ? a : b;
    one->days |= other->days;
    if (!one->level)
        one->level = other->level;
    if (!one->has_id && other->has_id) {
        one->has_id = true;
        one->id_number = other->id_number;
    }
    if (!one->has_name && other->has_name) {
        one->has_name = true;
        one->name = other->name;
    }
    if (!one->has_student_no && other->has_student_no) {
        one->has_student_no = true;
        one->student_no = other->student_no;
    }
}

/* Equal marks stand together; within them the levels, those who do not say theirs last. */
static int by_mark(const void *a, const void *b)
{
    const struct mark *one = a, *other = b;
    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    const int order = memcmp(one->digest.bytes, other->digest.bytes, sizeof one->digest.bytes);
    if (order)
        return order;
    if (one->level != other->level)
        return !one->level ? 1 : !other->level ? -1 : one->level < other->level ? -1 : 1;
    return one->node < other->node ? -1 : one->node > other->node;
}

/* Of each level those who share the mark are one. Who does not say the level goes to the one level that is known; where
 * there are several, to nobody but others who do not say. A mark that hundreds share (a dash for a number) is none. */
static void join_run(struct merge *merge, const struct mark *marks, size_t count)
{
    const struct mark *first = &marks[0];
    size_t n_levels = 0;
    for (size_t i = 0; i < count; i++)
        n_levels += marks[i].level && (i == 0 || marks[i].level != marks[i - 1].level);
    for (size_t i = 1; i < count; i++) {
        if (marks[i].level != first->level && !(marks[i].level == DEGREE_NONE && n_levels == 1))
            first = &marks[i];
        for (const struct mark *at = first; at < &marks[i] && at < first + 2 * MERGE_DAYS_MAX; at++)
            join(merge, at->node, marks[i].node, (enum mark_kind)marks[i].kind);
    }
}

/* The stronger marks first. */
static void join_all(struct merge *merge)
{
    if (merge->n_marks > 1)
        qsort(merge->marks, merge->n_marks, sizeof *merge->marks, by_mark);
    for (size_t from = 0, to; from < merge->n_marks; from = to) {
        const struct mark *first = &merge->marks[from];
        for (to = from + 1; to < merge->n_marks && merge->marks[to].kind == first->kind &&
                            !differ(&merge->marks[to].digest, &first->digest);)
            to++;
        join_run(merge, first, to - from);
    }
}

static int by_group(const void *a, const void *b, void *arg)
{
    const struct node *nodes = arg;
    const uint32_t *one = a, *other = b;
    if (nodes[*one].parent != nodes[*other].parent)
        return nodes[*one].parent < nodes[*other].parent ? -1 : 1;
    return *one < *other ? -1 : *one > *other;
}

static void list_groups(struct merge *merge)
{
    merge->members = bytes_alloc((merge->n_nodes + 1) * sizeof *merge->members);
    for (uint32_t i = 0; i < merge->n_nodes; i++) {
        merge->nodes[i].parent = first_of(merge, i);
        merge->members[i] = i;
    }
    if (merge->n_nodes > 1)
        qsort_r(merge->members, merge->n_nodes, sizeof *merge->members, by_group, merge->nodes);
    for (uint32_t i = 0; i < merge->n_nodes; i++) {
        struct node *first = &merge->nodes[merge->nodes[merge->members[i]].parent];
        if (first->n_places++ == 0)
            first->place = i;
    }
}

/* ---- reading */
static void member_at(const struct merge *merge, uint32_t place, struct merge_elsewhere *ret)
{
    const struct node *node = &merge->nodes[merge->members[place]];
    const struct queue *queue = day_queue(merge->days[node->day]);
    *ret = (struct merge_elsewhere){.day = node->day, .id = node->id};
    ret->ticket = queue_shot_of(queue, &node->id);
    if (!ret->ticket)
        ret->ticket = queue_ticket_of(queue, &node->id);
}

static bool is_shot(const struct merge_elsewhere *member)
{
    return member->ticket && member->ticket->state == TICKET_SHOT;
}

/* False: this group tells nothing. */
static bool case_of(const struct merge *merge, const struct node *first, enum merge_case *ret)
{
    struct merge_elsewhere member;
    size_t shots = 0, numbers = 0, planned = 0;
    for (uint32_t i = 0; i < first->n_places; i++) {
        member_at(merge, first->place + i, &member);
        shots += is_shot(&member);
        numbers += member.ticket != NULL;
        planned += !member.ticket && merge->nodes[merge->members[first->place + i]].on_roster;
    }
    if (first->is_unsure) {
        *ret = MERGE_NAME_DIFFERS;
        return numbers > 0;
    }
    *ret = shots > 1 ? MERGE_SHOT_TWICE : numbers > 1 ? MERGE_NUMBER_TWICE : MERGE_SHOT_ELSEWHERE;
    return numbers > 1 || (shots == 1 && planned > 0);
}

static void count_cases(struct merge *merge)
{
    enum merge_case which;
    for (size_t i = 0; i < merge->n_nodes; i++)
        if (merge->nodes[i].n_places > 1 && case_of(merge, &merge->nodes[i], &which))
            merge->counts[which]++;
}

uint64_t merge_count(const struct merge *merge, enum merge_case which)
{
    return merge->counts[which];
}

static int give_row(const struct merge *merge, const struct node *first, enum merge_case which,
                    int (*row)(void *arg, enum merge_case, const struct merge_elsewhere *, size_t), void *arg)
{
    struct merge_elsewhere members[MERGE_DAYS_MAX];
    for (uint32_t i = 0; i < first->n_places; i++)
        member_at(merge, first->place + i, &members[i]);
    return row(arg, which, members, first->n_places);
}

int merge_rows(const struct merge *merge,
               int (*row)(void *arg, enum merge_case, const struct merge_elsewhere *members,
                          size_t n_members),
               void *arg)
{
    enum merge_case which;
    int result = 0;
    for (int wanted = 0; wanted < MERGE_CASE_COUNT; wanted++)
        for (size_t i = 0; i < merge->n_nodes && result == 0; i++)
            if (merge->nodes[i].n_places > 1 && case_of(merge, &merge->nodes[i], &which) &&
                (int)which == wanted)
                result = give_row(merge, &merge->nodes[i], which, row, arg);
    return result;
}

/* NULL: a person nobody has a record of. */
static const struct node *group_of(const struct merge *merge, size_t day, const struct person_id *id)
{
    const size_t first = merge->starts[day];
    const uint32_t *node = find_among(merge, first, merge->starts[day + 1] - first, id);
    return node ? &merge->nodes[merge->nodes[*node].parent] : NULL;
}

bool merge_is_shot_elsewhere(const struct merge *merge, size_t day, const struct person_id *id,
                             struct merge_elsewhere *ret)
{
    struct merge_elsewhere member;
    const struct node *first = merge ? group_of(merge, day, id) : NULL;
    bool is_found = false;
    for (uint32_t i = 0; first && !first->is_unsure && i < first->n_places; i++) {
        member_at(merge, first->place + i, &member);
        if (member.day == day || !is_shot(&member) ||
            (is_found && ret->ticket->shot_us <= member.ticket->shot_us))
            continue;
        *ret = member;
        is_found = true;
    }
    return is_found;
}

bool merge_is_first(const struct merge *merge, size_t day, const struct person_id *id)
{
    const struct node *first = merge ? group_of(merge, day, id) : NULL;
    return !first || first->is_unsure || first->day == day;
}

/* ---- life */
int merge_new(struct merge **ret, struct day *const days[], size_t n_days)
{
    struct merge *merge = bytes_alloc(sizeof *merge);
    int result = n_days > MERGE_DAYS_MAX ? -E2BIG : 0;
    merge->days = days;
    merge->n_days = n_days;
    for (size_t i = 0; i < n_days && result == 0; i++)
        result = gather_day(merge, i);
    if (result) {
        merge_free(merge);
        return result;
    }
    join_all(merge);
    list_groups(merge);
    count_cases(merge);
    *ret = merge;
    return 0;
}

void merge_free(struct merge *merge)
{
    if (!merge)
        return;
    wipe_bytes(merge->nodes, merge->n_nodes * sizeof *merge->nodes);
    wipe_bytes(merge->marks, merge->n_marks * sizeof *merge->marks);
    free(merge->nodes);
    free(merge->marks);
    free(merge->by_id);
    free(merge->members);
    free(merge);
}
