/* What a device has said but the line has not carried yet: pieces of bytes, each with the moment it is due.
 * Bounded: what does not fit is lost, as in a real UART, and counted. Not thread-safe; its device's owner
 * locks. */
#ifndef REHEARSAL_TIMED_WRITES_H
#define REHEARSAL_TIMED_WRITES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMED_WRITES_MOST_BYTES = 64 * 1024, TIMED_WRITES_MOST_PIECES = 8192 };

struct timed_write {
    int64_t due_us; /* monotonic */
    uint8_t *bytes; /* owned */
    size_t size;
    bool is_stale;  /* survives timed_writes_cancel: an answer that comes too late */
    bool ends_read; /* the last piece of a card that was read whole */
};

struct timed_writes {
    struct timed_write *items; /* by due_us, equal ones in the order they were added */
    size_t n, capacity, bytes;
    int64_t line_free_us; /* until then the line carries earlier pieces */
    unsigned baud;        /* 0: the line takes no time; else 10 bits a byte */
    size_t chunk;         /* largest piece; 0: whole writes, or 64 bytes when paced */
    int64_t gap_us;       /* silence after each piece */
    unsigned long lost;   /* bytes that found no room */
};

/* How one write differs from a plain one. */
enum { TIMED_WRITE_STALE = 1, TIMED_WRITE_ENDS_READ = 2 };

/* Copies the bytes. The first piece is due at due_us or when the line is free, whichever is later; a stale
 * write comes exactly when told and whole. */
void timed_writes_add(struct timed_writes *, int64_t due_us, const void *bytes, size_t size, unsigned flags);
/* When the next piece is due; INT64_MAX when there is none. */
int64_t timed_writes_next_us(const struct timed_writes *);
/* Gives the next due piece (free its bytes), or returns false. */
bool timed_writes_take(struct timed_writes *, int64_t now_us, struct timed_write *ret);
/* Forgets everything but stale writes. */
void timed_writes_cancel(struct timed_writes *);
/* Forgets everything; settings stay. */
void timed_writes_clear(struct timed_writes *);
void timed_writes_done(struct timed_writes *);

#endif
