/* The inside of the emulated PN532, shared by its line side (emulated_pn532.c) and its command side
 * (pn532_commands.c); nobody else includes this. */
#ifndef REHEARSAL_PN532_CHIP_H
#define REHEARSAL_PN532_CHIP_H
#include "rehearsal/device.h"
#include "rehearsal/pn532_frame.h"
#include "rehearsal/rf_field.h"

enum { PN532_FROM_HOST = 0xd4, PN532_FROM_CHIP = 0xd5, PN532_ERROR = 0x7f };
enum { PN532_STATUS_NAD = 0x80, PN532_STATUS_MORE = 0x40 };
enum { PN532_AUTO_RATS = 0x10, PN532_PARAMETERS_AT_RESET = 0x14 };
enum { PN532_RETRY_FOR_EVER = 0xff, PN532_SEARCH_ARGS_MAX = 32 };

struct pn532_reply {
    enum { PN532_REPLY_NOW, PN532_REPLY_WHEN_FOUND, PN532_REPLY_ERROR } when;
    uint8_t payload[PN532_PAYLOAD_MAX];
    size_t size;
    int64_t delay_us;
    int64_t wait_us; /* PN532_REPLY_WHEN_FOUND: the payload says "none" after that long; INT64_MAX: silence */
    bool has_status; /* payload[2] is a status byte */
    bool is_read;    /* carries a chip number or a UID */
};

struct pn532_chip {
    struct device device;
    struct pn532_parser parser;
    struct rf_field field;
    bool is_asleep;
    uint8_t registers[0x10000];
    uint8_t parameters; /* SetParameters */
    uint8_t passive_retries;
    int64_t answer_timeout_us;
    size_t n_targets;
    struct {
        bool is_active;
        int64_t until_us;
        uint8_t command, args[PN532_SEARCH_ARGS_MAX];
        size_t n_args;
    } search; /* a command that waits for a card */
    uint8_t last_answer[PN532_WIRE_MAX];
    size_t last_answer_size;
    bool finds_no_resident_card, merges_ack;
    int64_t late_us;
};

/* Executes one command and says what to answer; an unknown or too short one gives PN532_REPLY_ERROR. */
void pn532_run_command(struct pn532_chip *, uint8_t code, const uint8_t *args, size_t n,
                       struct pn532_reply *ret);

#endif
