/* The chip of an NFC reader, through libnfc: what is said into its field, and what it lists there. Knows cards only by the
 * bytes they answer with. Every call is bounded in time, the device permitting; one thread. */
#ifndef READERS_NFC_CHIP_H
#define READERS_NFC_CHIP_H
#include "readers/chip_targets.h"
#include "readers/nfc_address.h"

enum nfc_exchange {
    NFC_DONE,
    NFC_SILENT,    /* nobody answered */
    NFC_DISTURBED, /* an answer with collision, CRC or framing error */
    NFC_BROKEN,    /* the wire to the chip, or the chip itself */
};

enum {
    NFC_ANSWER_MAX = 262, /* what the chip can hold */
    NFC_TRIES = 3,        /* of a list in an empty field; libnfc's own number */
    NFC_TRIES_AGAIN = 1,  /* when a card has just been heard, or was asked for a moment ago */
};

struct nfc_answer {
    uint8_t bytes[NFC_ANSWER_MAX];
    size_t size;
};

struct nfc_chip;

/* Gives *ret, or -errno as reader_driver.open does; takes the tty's lock. May take 1.5 s. */
int nfc_chip_open(const struct nfc_address *, struct nfc_chip **ret);
/* NULL is fine. */
void nfc_chip_close(struct nfc_chip *);
/* Borrowed from the chip. */
const char *nfc_chip_name(const struct nfc_chip *);
/* True when a serial device has been pulled out. */
bool nfc_chip_has_hung_up(const struct nfc_chip *);
/* Why the last call failed: -ETIMEDOUT or -EPROTO. */
int nfc_chip_error(const struct nfc_chip *);

/* How often the next lists look before they say that nobody is there. A PN53x only; costs a command when it changes. */
enum nfc_exchange nfc_chip_try(struct nfc_chip *, uint8_t tries);
/* One frame of type B without its CRC. */
enum nfc_exchange nfc_chip_say(struct nfc_chip *, const void *bytes, size_t size, struct nfc_answer *ret);
/* As nfc_chip_say for REQB, whose answer begins within 0.6 ms (ISO/IEC 14443-3, 7.1.6) while other answers may take 77 ms:
 * so nobody's silence is awaited longer than needed. */
enum nfc_exchange nfc_chip_request_b(struct nfc_chip *, const void *bytes, size_t size,
                                     struct nfc_answer *ret);
/* Puts every card back to its beginning. */
enum nfc_exchange nfc_chip_restart_field(struct nfc_chip *);
/* The registers with which a PN53x hears resident cards (UM0701-02; each list sets others): before the first of frames
 * that no list has selected a card for. */
enum nfc_exchange nfc_chip_prepare_b(struct nfc_chip *);
/* How many cards of type A are there, 0 to 2, and the UID of one alone; negative when the wire is broken. */
int nfc_chip_list_a(struct nfc_chip *, struct chip_uid *ret);
/* How many of type B, 0 or 1, which is then selected; negative when the wire is broken. */
int nfc_chip_list_b(struct nfc_chip *);

#endif
