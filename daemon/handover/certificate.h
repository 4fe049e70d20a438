/* The certificate of destruction, for both parties: a printed text and one HTML page of its own (A4, Chinese and English).
 * Deterministic: only what the journal says and what is named in the facts. */
#ifndef HANDOVER_CERTIFICATE_H
#define HANDOVER_CERTIFICATE_H
#include "handover/purge.h"

struct certificate {
    const struct journal_copy *copy; /* of the purged event */
    const struct purge_counts *counts;
    const char *backup_folder; /* of the configuration, "" for none */
    char *const *backups;      /* found there now */
    size_t n_backups;
    char *const *left_alone; /* in the data folder, not Paihao's */
    size_t n_left_alone;
    const char *key_left; /* a copy's key elsewhere that was left alone (purge_leaves_key); NULL: destroyed */
};
char *certificate_text(const struct certificate *); /* free() */
char *certificate_html(const struct certificate *); /* free() */

#endif
