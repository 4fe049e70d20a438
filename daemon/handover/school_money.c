/* Refunds, and what each class comes to. */
#include <stdlib.h>
#include <string.h>

#include "desk/ledger.h"
#include "handover/school_private.h"
#include "identity/mask.h"

/* ---- refunds */
static const struct book_column refunds[] = {
    {"学号", "student no", 16, BOOK_TEXT},  {"姓名", "name", 14, BOOK_TEXT},
    {"证件号码", "ID mask", 20, BOOK_TEXT}, {"单位", "unit", 20, BOOK_TEXT},
    {"学院", "college", 20, BOOK_TEXT},     {"金额（元）", "amount (CNY)", 12, BOOK_MONEY},
    {"退费", "refund", 14, BOOK_TEXT},      {"拍摄号", "number", 12, BOOK_TEXT},
    {"未拍原因", "why", 16, BOOK_TEXT},     {"签名", "signature", 16, BOOK_TEXT},
};

/* What somebody had paid who got it back: the state forgets that. Sorted by person, the latest of each last. */
struct amount {
    struct person_id id;
    uint64_t seq;
    uint32_t fen;
};
struct amounts {
    struct amount *list;
    size_t count, capacity;
};

static int take_amount(void *arg, const struct queue_entry *entry, const char *reason,
                       const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    (void)reason;
    (void)hash;
    struct amounts *amounts = arg;
    const char *paid = payment_state_name(PAYMENT_PAID);
    if (entry->kind != ENTRY_PAYMENT || strncmp(entry->extra, paid, strlen(paid)) != 0)
        return 0;
    if (amounts->count == amounts->capacity) {
        amounts->capacity = amounts->capacity ? 2 * amounts->capacity : 256;
        amounts->list = bytes_resize(amounts->list, amounts->capacity * sizeof *amounts->list);
    }
    amounts->list[amounts->count++] = (struct amount){entry->person, entry->seq, entry->value};
    return 0;
}

static int by_person(const void *a, const void *b)
{
    const struct amount *one = a, *other = b;
    int order = memcmp(one->id.bytes, other->id.bytes, PERSON_ID_SIZE);
    return order ? order : one->seq < other->seq ? -1 : one->seq > other->seq;
}

static uint32_t amount_of(const struct amounts *amounts, const struct person_id *id)
{
    size_t low = 0, high = amounts->count; /* the first one behind this person */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(amounts->list[middle].id.bytes, id->bytes, PERSON_ID_SIZE) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && person_id_equal(&amounts->list[low - 1].id, id) ? amounts->list[low - 1].fen : 0;
}

/* Who paid here and was photographed elsewhere gets nothing back. */
static const char *refund_of(const struct school *school, const struct day_person *person)
{
    if (person->state.payment == PAYMENT_REFUNDED)
        return "已退 given";
    return person_gets_refund(day_queue(school->day), &person->id) &&
                   school_standing(school, person) != STANDS_ELSEWHERE
               ? "应退 due"
               : NULL;
}

static int put_refund(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    struct table *table = &school->table;
    char masked[ID_NUMBER_LENGTH + 1], label[TICKET_LABEL_SIZE] = "";
    const char *refund = refund_of(school, person);
    const struct ticket *ticket = person->ticket;
    if (!refund)
        return 0;
    mask_id_number(person->id_number, masked);
    if (ticket)
        ticket_label(&queue_event(day_queue(school->day))->rules, ticket->lane, ticket->number, label);
    school_begin_row(school);
    table_text(table, person->student_no);
    table_text(table, person->name);
    table_text(table, masked);
    table_text(table, person->unit);
    table_text(table, person->college);
    book_money(table->book, amount_of(school->of_part, &person->id));
    table_text(table, refund);
    table_text(table, label);
    table_text(table, ticket && ticket->state == TICKET_SHOT ? "已拍 shot" : school_absence(ticket));
    table_text(table, "");
    table_end_row(table);
    return 0;
}

static int refunds_of_day(struct school *school)
{
    struct amounts amounts = {.count = 0};
    int result = day_entries(school->day, take_amount, &amounts);
    if (amounts.count > 1)
        qsort(amounts.list, amounts.count, sizeof *amounts.list, by_person);
    school->of_part = &amounts;
    if (result == 0)
        result = day_people(school->day, put_refund, school);
    school->of_part = NULL;
    free(amounts.list);
    return result;
}

int school_refunds_sheet(struct school *school)
{
    return school_sheet(school, "退费 refunds", refunds, sizeof refunds / sizeof *refunds, refunds_of_day);
}

/* ---- bills */
static const struct book_column bills[] = {
    {"学院", "college", 24, BOOK_TEXT},           {"单位", "unit", 24, BOOK_TEXT},
    {"应拍人数", "planned", 10, BOOK_NUMBER},     {"实拍人数", "shot", 10, BOOK_NUMBER},
    {"单价（元）", "fee (CNY)", 10, BOOK_MONEY},  {"班级应缴（元）", "bill (CNY)", 12, BOOK_MONEY},
    {"已缴人数", "paid", 10, BOOK_NUMBER},        {"已缴金额（元）", "paid (CNY)", 12, BOOK_MONEY},
    {"应退人数", "refunds due", 10, BOOK_NUMBER}, {"签名", "signature", 16, BOOK_TEXT},
};
struct bill {
    uint32_t planned, shot, paid, refunds;
    uint64_t paid_fen;
};

static int count_in_class(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    /* the last one is of those who are on no class's list */
    size_t n_units;
    day_units(school->day, &n_units);
    struct bill *bill = (struct bill *)school->of_part +
                        (person->unit_id && person->on_roster ? person->unit_id - 1 : n_units);
    bill->planned += person->on_roster && !person->is_excluded && !person->is_captured;
    bill->shot += person->ticket && person->ticket->state == TICKET_SHOT;
    bill->paid += person->state.payment == PAYMENT_PAID;
    bill->paid_fen += person->state.payment == PAYMENT_PAID ? person->state.paid_fen : 0;
    bill->refunds += person_gets_refund(day_queue(school->day), &person->id) &&
                     school_standing(school, person) != STANDS_ELSEWHERE;
    return 0;
}

static void put_bill(struct school *school, const struct bill *bill, const char *college, const char *unit)
{
    struct table *table = &school->table;
    const struct queue_rules *rules = &queue_event(day_queue(school->day))->rules;
    const bool is_billed = rules->payment == PAYMENT_CLASS;
    school_begin_row(school);
    table_text(table, college);
    table_text(table, unit);
    table_number(table, bill->planned);
    table_number(table, bill->shot);
    book_money(table->book, rules->fee_fen);
    book_money(table->book, is_billed ? (int64_t)bill->shot * rules->fee_fen : 0);
    table_number(table, bill->paid);
    book_money(table->book, (int64_t)bill->paid_fen);
    table_number(table, bill->refunds);
    table_text(table, "");
    table_end_row(table);
}

static int bills_of_day(struct school *school)
{
    size_t n_units;
    const struct unit_record *units = day_units(school->day, &n_units);
    struct bill *sums = bytes_alloc((n_units + 1) * sizeof *sums);
    school->of_part = sums;
    int result = day_people(school->day, count_in_class, school);
    school->of_part = NULL;
    for (size_t i = 0; i < n_units && result == 0; i++)
        put_bill(school, &sums[i], units[i].college, units[i].name);
    if (result == 0 && (sums[n_units].shot || sums[n_units].paid))
        put_bill(school, &sums[n_units], "", "其他 others");
    free(sums);
    return result;
}

int school_bills_sheet(struct school *school)
{
    return school_sheet(school, "班级账单 class bills", bills, sizeof bills / sizeof *bills, bills_of_day);
}
