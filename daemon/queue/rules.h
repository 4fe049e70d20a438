/* What a school's notice demands, as far as the queue decides by it. Settings of a profile, never code branches on a
 * school's name. Plain data with one canonical text, which the journal keeps: the same entries give the same answers
 * for ever. Pure; any thread. */
#ifndef QUEUE_RULES_H
#define QUEUE_RULES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate { GATE_OFF = 0, GATE_WARN, GATE_REFUSE };
enum payment_way {
    PAYMENT_NONE = 0,
    PAYMENT_PREPAID, /* a list, imported */
    PAYMENT_TOKEN,   /* a payment card handed out at payment and returned at the camera */
    PAYMENT_ON_SITE, /* paid on the spot, receipt by count; prepaid people, too */
    PAYMENT_CLASS,   /* billed to each class afterwards for the people actually shot */
};
enum order_rule { ORDER_FREE = 0, ORDER_HINT, ORDER_ALARM };
/* When somebody who was missed may take a new number. The line's end is a new number at once. */
enum missed_rule {
    MISSED_LINE_END = 0,
    MISSED_CLASS_END,   /* once another class has begun in that lane, or in a late round */
    MISSED_AFTER_CLASS, /* once a further class has begun after that one, or in a late round */
    MISSED_SESSION_END, /* in a late round, or in a session that was opened after the miss */
};
enum override_by { OVERRIDE_NOBODY = 0, OVERRIDE_OFFICE, OVERRIDE_MARSHAL };

enum { PREFIX_MAX = 4, NUMBER_WIDTH_MIN = 1, NUMBER_WIDTH_MAX = 8 };

struct queue_rules {
    uint32_t media; /* 1u << enum medium for each that is allowed */
    bool outsiders; /* people who are on no roster are welcome */
    enum payment_way payment;
    enum gate payment_gate; /* at the door, for those who are due */
    uint32_t fee_fen;       /* CNY 0.01; 0: not said */
    enum order_rule order;  /* by student number within the class */
    uint32_t line_limit;    /* of the frozen line, for lanes that set none of their own; 0: none */
    enum missed_rule missed;
    enum gate captured; /* already captured at this degree level */
    enum override_by overrides;
    bool spoken_check;           /* no frame before the photographer has confirmed the spoken number */
    bool scan_and_sit;           /* no line: whoever is scanned sits down at once */
    bool roll_call;              /* the liaison calls the class before it checks in */
    char prefix[PREFIX_MAX + 1]; /* before the lane's name in every number: letters and digits */
    uint32_t width;              /* digits of a number, at least */
};

/* All media, outsiders welcome, no payment, no limit, missed to the line's end, captured refused, marshals override,
 * four digits. */
void queue_rules_default(struct queue_rules *ret);

/* "media=1,2,6 outsiders=1 payment=token ..." every field, in this order, one blank between. */
enum { RULES_TEXT_SIZE = 321 };
void queue_rules_text(const struct queue_rules *, char ret_text[static RULES_TEXT_SIZE]);
/* Exactly what queue_rules_text writes of sound rules; *ret untouched otherwise. */
bool queue_rules_parse(const char *text, struct queue_rules *ret);

/* The names that profiles, pages and the canonical text use ("token", "session-end" ...); NULL or -1 when unknown. */
const char *gate_name(enum gate);
int gate_from_name(const char *);
const char *payment_way_name(enum payment_way);
int payment_way_from_name(const char *);
const char *order_rule_name(enum order_rule);
int order_rule_from_name(const char *);
const char *missed_rule_name(enum missed_rule);
int missed_rule_from_name(const char *);
const char *override_by_name(enum override_by);
int override_by_from_name(const char *);

/* Two settings that cannot both be meant. */
enum rules_conflict {
    RULES_SOUND = 0,
    RULES_NO_MEDIUM,       /* nobody could check in */
    RULES_GATE_UNPAID,     /* a payment gate without payment, or for a bill that comes afterwards */
    RULES_SIT_WITH_LIMIT,  /* scan-and-sit has no line to limit */
    RULES_SIT_WITH_MISSED, /* likewise nobody who could be missed into a later place */
    RULES_BAD_PREFIX,
    RULES_BAD_WIDTH,
    RULES_CONFLICT_COUNT
};
enum rules_conflict queue_rules_check(const struct queue_rules *);
/* The names of the two settings in question ("payment", "payment_gate"); the second may be "". */
void rules_conflict_settings(enum rules_conflict, const char *ret_names[2]);

#endif
