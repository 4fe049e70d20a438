/* Invents people. Pure and deterministic; what it makes must never look like a real number. */
#include "rehearsal/people.h"
#include "identity/id_number.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char surnames[][7] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",   "徐",  "孙",
                                   "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "欧阳", "司马"};
static const char given[][4] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋",
                                "勇", "艳", "杰", "娟", "涛", "明", "超", "秀", "霞", "平",
                                "刚", "桂", "文", "辉", "力", "华", "玲", "鹏", "宇", "晨",
                                "欣", "怡", "轩", "涵", "梓", "萱", "浩", "然", "雨", "佳"};
#define COUNT(table) (sizeof(table) / sizeof *(table))

uint64_t people_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static unsigned below(uint64_t *state, unsigned limit)
{
    return (unsigned)(people_random(state) % limit);
}

static void make_name(uint64_t *state, struct person *p)
{
    const char *second = below(state, 3) ? given[below(state, COUNT(given))] : "";
    snprintf(p->name, sizeof p->name, "%s%s%s", surnames[below(state, COUNT(surnames))],
             given[below(state, COUNT(given))], second);
}

/* Region and sequence come from the index, so that no two people of one seed share a number. */
static void make_id_number(uint64_t *state, uint32_t index, struct person *p)
{
    char digits[32];
    snprintf(digits, sizeof digits, "9901%02u%04u%02u%02u%03u", index / 1000 % 100, 1998 + below(state, 6),
             1 + below(state, 12), 1 + below(state, 28), index % 1000);
    memcpy(p->id_number, digits, 17);
    p->id_number[17] = id_number_check(digits);
    p->id_number[18] = '\0';
}

static void make_valid_to(uint64_t *state, struct person *p)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%04u%02u%02u", 2027 + below(state, 12), 1 + below(state, 12),
             1 + below(state, 28));
    snprintf(p->valid_to, sizeof p->valid_to, "%.8s", below(state, 20) ? digits : "LONG");
}

static void make_serial(uint64_t *state, uint32_t index, struct person *p)
{
    const uint64_t random = people_random(state);
    memcpy(p->serial, &random, sizeof p->serial);
    p->serial[0] = (uint8_t)(0x10 | index % 0xe0);
    p->serial[1] = (uint8_t)(index >> 16);
    p->serial[2] = (uint8_t)(index >> 8);
    p->serial[3] = (uint8_t)index;
}

static void make_code(uint64_t *state, struct person *p)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const bool is_text = below(state, 16) > 0;
    p->code_size = PERSON_CODE_MIN + below(state, PERSON_CODE_MAX - PERSON_CODE_MIN + 1);
    for (size_t i = 0; i < p->code_size; i++) {
        const uint8_t byte = (uint8_t)(1 + below(state, 255));
        const bool is_separator = byte == '\r' || byte == '\n';
        p->code[i] = is_text || is_separator ? (uint8_t)letters[byte % 64] : byte;
    }
}

void person_make(uint64_t seed, uint32_t index, struct person *ret)
{
    uint64_t state = seed * 0x2545f4914f6cdd1du + index;
    assert(index < PEOPLE_MAX);
    *ret = (struct person){.code_size = 0};
    make_name(&state, ret);
    make_id_number(&state, index, ret);
    make_valid_to(&state, ret);
    make_serial(&state, index, ret);
    make_code(&state, ret);
}

void person_card(const struct person *person, struct card *ret)
{
    *ret = (struct card){.kind = CARD_RESIDENT};
    memcpy(ret->serial, person->serial, sizeof ret->serial);
    const int r = sam_text_compose(person->name, person->id_number, person->valid_to, ret->text);
    assert(r == 0);
    (void)r;
}
