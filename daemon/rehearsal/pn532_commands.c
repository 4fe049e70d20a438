/* What the PN532's commands do to its registers and its field. Pure; the line side sends what they reply. */
#include "rehearsal/pn532_chip.h"
#include <string.h>

enum { REG_TX_MODE = 0x6302, REG_RX_MODE = 0x6303, MODE_CRC = 0x80, MODE_TYPE_B = 0x03 };
enum { STATUS_NOT_ACCEPTABLE = 0x27 };

/* Assumed durations of radio work; what libnfc makes of them was measured (emulation.md 3). */
enum {
    EXCHANGE_US = 3000,
    ACTIVATION_US = 8000,
    EMPTY_TRY_US = 5000,
    ISO_DEP_FAILS_US = 160000,
    POLL_PERIOD_US = 150000
};

static void reply_add(struct pn532_reply *r, const void *bytes, size_t size)
{
    if (size > sizeof r->payload - r->size)
        size = sizeof r->payload - r->size;
    memcpy(r->payload + r->size, bytes, size);
    r->size += size;
}

static void reply_byte(struct pn532_reply *r, unsigned byte)
{
    reply_add(r, &(uint8_t){(uint8_t)byte}, 1);
}

static void reply_status(struct pn532_reply *r, unsigned status)
{
    r->has_status = true;
    reply_byte(r, status);
}

static void diagnose(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)c;
    if (args[0] == 0x00)
        reply_add(r, args, n); /* communication line test: an echo */
    else
        reply_byte(r, RF_TIMEOUT);
}

static void get_firmware_version(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)c, (void)args, (void)n;
    reply_add(r, (const uint8_t[]){0x32, 0x01, 0x06, 0x07}, 4);
}

static void get_general_status(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)args, (void)n;
    reply_add(r, (const uint8_t[]){0x00, 0x00, (uint8_t)c->n_targets}, 3);
    for (size_t i = 1; i <= c->n_targets; i++)
        reply_add(r, (const uint8_t[]){(uint8_t)i, 0x00, 0x00, 0x00}, 4);
    reply_byte(r, 0x00);
}

static void read_register(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        reply_byte(r, c->registers[args[i] << 8 | args[i + 1]]);
}

static void write_register(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)r;
    for (size_t i = 0; i + 2 < n; i += 3)
        c->registers[args[i] << 8 | args[i + 1]] = args[i + 2];
}

static void acknowledge(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)c, (void)args, (void)n, (void)r;
}

static void set_parameters(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)n, (void)r;
    c->parameters = args[0];
}

static void power_down(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)args, (void)n;
    reply_byte(r, 0x00);
    rf_field_switch(&c->field, false);
    c->n_targets = 0;
    c->is_asleep = true;
}

static void rf_configuration(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)r;
    if (args[0] == 0x01 && n >= 2)
        rf_field_switch(&c->field, args[1] & 1);
    else if (args[0] == 0x02 && n >= 4)
        c->answer_timeout_us = args[3] == 0 ? 0 : (int64_t)100 << (args[3] > 0x10 ? 0x0f : args[3] - 1);
    else if (args[0] == 0x05 && n >= 4)
        c->passive_retries = args[3];
}

/* ATQA, SAK, UID and, when the chip itself asks for it, the ATS: target data of UM0701-02 section 7.3.5. */
static void add_type_a_target(struct pn532_chip *c, const struct card *card, size_t n, struct pn532_reply *r)
{
    const uint8_t sens_res = card->uid_size == 4 ? 0x04 : card->uid_size == 7 ? 0x44 : 0x84;
    const uint8_t sel_res = card->ats_size ? 0x20 : 0x08;
    reply_add(r, (const uint8_t[]){(uint8_t)n, 0x00, sens_res, sel_res, (uint8_t)card->uid_size}, 5);
    reply_add(r, card->uid, card->uid_size);
    if (c->parameters & PN532_AUTO_RATS)
        reply_add(r, card->ats, card->ats_size);
    r->is_read = true;
}

/* An ATS that ends before its TL says so is no answer to RATS, and without one the card is not activated. */
static bool fails_at_rats(const struct pn532_chip *c, const struct card *card)
{
    return (c->parameters & PN532_AUTO_RATS) && card->ats_size && card->ats[0] > card->ats_size;
}

/* Looks as often as MxRtyPassiveActivation says. */
static const struct card *find_type_a(struct pn532_chip *c)
{
    const unsigned tries = c->passive_retries == PN532_RETRY_FOR_EVER ? 2 : c->passive_retries + 1u;
    const struct card *card = NULL;
    for (unsigned i = 0; !card && i < tries; i++)
        card = rf_field_select_a(&c->field);
    return card && fails_at_rats(c, card) ? NULL : card;
}

/* Activates up to `most` cards of type A and appends them as target data; the first is halted while the chip looks
 * for a second. Returns how many. */
static size_t activate_type_a(struct pn532_chip *c, size_t most, struct pn532_reply *r)
{
    const struct card *first = find_type_a(c), *card = first;
    size_t n = 0;
    c->registers[REG_TX_MODE] = c->registers[REG_RX_MODE] = MODE_CRC;
    while (card && n < most) {
        add_type_a_target(c, card, ++n, r);
        if (n == most)
            break;
        rf_field_halt_a(&c->field);
        card = find_type_a(c);
    }
    if (n == 1 && most > 1)
        rf_field_wake_a(&c->field, first);
    return n;
}

static size_t activate_type_b(struct pn532_chip *c, struct pn532_reply *r)
{
    static const uint8_t attrib[] = {0x1d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x01, 0x08};
    uint8_t atqb[RF_ANSWER_MAX], response[RF_ANSWER_MAX];
    size_t atqb_size = 0, response_size = 0;
    bool is_number;
    c->registers[REG_TX_MODE] = c->registers[REG_RX_MODE] = MODE_CRC | MODE_TYPE_B;
    if (rf_field_send_b(&c->field, (const uint8_t[]){0x05, 0x00, 0x00}, 3, atqb, &atqb_size, &is_number) !=
            RF_OK ||
        c->finds_no_resident_card ||
        rf_field_send_b(&c->field, attrib, sizeof attrib, response, &response_size, &is_number) != RF_OK)
        return 0;
    reply_byte(r, 0x01);
    reply_add(r, atqb, atqb_size);
    reply_byte(r, (unsigned)response_size);
    reply_add(r, response, response_size);
    return 1;
}

static void in_list_passive_target(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)n;
    rf_field_switch(&c->field, true);
    reply_byte(r, 0);
    if (args[1] == 0x00)
        c->n_targets = activate_type_a(c, args[0] < 2 ? 1 : 2, r);
    else
        c->n_targets = args[1] == 0x03 ? activate_type_b(c, r) : 0;
    r->payload[2] = (uint8_t)c->n_targets;
    if (c->n_targets > 0) {
        r->delay_us = (int64_t)c->n_targets * ACTIVATION_US;
        if (args[1] == 0x00 && c->n_targets < args[0] && c->passive_retries != PN532_RETRY_FOR_EVER)
            r->delay_us += (int64_t)(c->passive_retries + 1) * EMPTY_TRY_US; /* looked for the second */
        return;
    }
    r->when = PN532_REPLY_WHEN_FOUND;
    r->wait_us = c->passive_retries == PN532_RETRY_FOR_EVER
                     ? INT64_MAX
                     : device_delay_us(&c->device, (int64_t)(c->passive_retries + 1) * EMPTY_TRY_US);
}

static void in_auto_poll(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    rf_field_switch(&c->field, true);
    reply_byte(r, 0);
    for (size_t i = 2; i < n; i++) {
        const uint8_t type = args[i];
        const size_t head = r->size;
        reply_add(r, (const uint8_t[]){type, 0x00}, 2);
        c->n_targets = type == 0x03 || type == 0x23   ? activate_type_b(c, r)
                       : type == 0x00 || type == 0x10 ? activate_type_a(c, 1, r)
                                                      : 0;
        if (c->n_targets > 0) {
            r->payload[2] = 1;
            r->payload[head + 1] = (uint8_t)(r->size - head - 2);
            r->delay_us = ACTIVATION_US;
            return;
        }
        r->size = head;
    }
    const int64_t tries = (int64_t)args[0] * args[1] * (int64_t)(n - 2);
    r->when = PN532_REPLY_WHEN_FOUND;
    r->wait_us =
        args[0] == PN532_RETRY_FOR_EVER ? INT64_MAX : device_delay_us(&c->device, tries * POLL_PERIOD_US);
}

static void in_communicate_thru(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    const uint8_t tx = c->registers[REG_TX_MODE], rx = c->registers[REG_RX_MODE];
    uint8_t answer[RF_ANSWER_MAX + 2];
    size_t size = 0;
    bool is_number = false;
    enum rf_status status = RF_TIMEOUT;
    bool is_heard = (tx & 3) == MODE_TYPE_B && (rx & 3) == MODE_TYPE_B && n > 0;
    if (is_heard && !(tx & MODE_CRC)) { /* the host brings its own CRC */
        n = n > 2 ? n - 2 : 0;
        const uint16_t crc = rf_crc_b(args, n);
        is_heard = n > 0 && args[n] == (crc & 0xff) && args[n + 1] == crc >> 8;
    }
    if (is_heard)
        status = rf_field_send_b(&c->field, args, n, answer, &size, &is_number);
    r->delay_us = status == RF_TIMEOUT ? c->answer_timeout_us : EXCHANGE_US;
    reply_status(r, status);
    if (status != RF_OK)
        return;
    reply_add(r, answer, size);
    if (!(rx & MODE_CRC)) {
        const uint16_t crc = rf_crc_b(answer, size);
        reply_add(r, (const uint8_t[]){(uint8_t)crc, (uint8_t)(crc >> 8)}, 2);
    }
    r->is_read = is_number;
}

/* The resident card knows no ISO-DEP and a UID card is not asked for more: an exchange always times out. */
static void in_data_exchange(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)n;
    const size_t target = args[0] & 0x3f;
    const bool is_known = target >= 1 && target <= c->n_targets;
    r->delay_us = is_known ? ISO_DEP_FAILS_US : 0;
    reply_status(r, is_known ? RF_TIMEOUT : STATUS_NOT_ACCEPTABLE);
}

static void in_deselect(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    (void)args, (void)n;
    uint8_t answer[RF_ANSWER_MAX];
    size_t size;
    bool is_number;
    rf_field_halt_a(&c->field);
    if (c->n_targets > 0)
        rf_field_send_b(&c->field, (const uint8_t[]){0x50, 0x00, 0x00, 0x00, 0x00}, 5, answer, &size,
                        &is_number);
    reply_status(r, RF_OK);
}

static void in_release(struct pn532_chip *c, const uint8_t *args, size_t n, struct pn532_reply *r)
{
    in_deselect(c, args, n, r);
    c->n_targets = 0;
}

static const struct {
    uint8_t code;
    uint8_t least_args;
    void (*run)(struct pn532_chip *, const uint8_t *args, size_t n, struct pn532_reply *);
} commands[] = {
    {0x00, 1, diagnose},           {0x02, 0, get_firmware_version},
    {0x04, 0, get_general_status}, {0x06, 2, read_register},
    {0x08, 3, write_register},     {0x10, 1, acknowledge},
    {0x12, 1, set_parameters},     {0x14, 1, acknowledge},
    {0x16, 1, power_down},         {0x32, 1, rf_configuration},
    {0x40, 1, in_data_exchange},   {0x42, 0, in_communicate_thru},
    {0x44, 1, in_deselect},        {0x4a, 2, in_list_passive_target},
    {0x52, 1, in_release},         {0x60, 3, in_auto_poll},
};

void pn532_run_command(struct pn532_chip *c, uint8_t code, const uint8_t *args, size_t n,
                       struct pn532_reply *ret)
{
    *ret = (struct pn532_reply){.payload = {PN532_FROM_CHIP, (uint8_t)(code + 1)}, .size = 2};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].code == code && n >= commands[i].least_args) {
            commands[i].run(c, args, n, ret);
            return;
        }
    ret->when = PN532_REPLY_ERROR;
}
