/* The folder in which a package comes into being: ".NAME.partial". Until it was checked it holds a file ".state" that says
 * which parts are whole, in the form of a manifest, so that an interrupted run is taken up again; with it the folder does not
 * verify. One run at a time, by a lock on the folder. */
#ifndef HANDOVER_PACKAGE_PARTIAL_H
#define HANDOVER_PACKAGE_PARTIAL_H
#include "handover/package_private.h"

#define PARTIAL_STATE ".state"

struct partial {
    char *path; /* NULL: not open */
    int lock;
    struct manifest state; /* parts that are whole; its "about" says which run they fit */
    uint64_t unsaved;      /* bytes since the state was written */
    bool is_staging;
    int64_t at_us;
};
struct partial_options {
    const char *folder, *name;
    const json_t *about;
    int64_t at_us;
    const struct package_part *parts;
    size_t n_parts;
    bool is_staging; /* what is made is packed from here at once: its parts need not be safe on this disk */
};
/* Makes the folder, or keeps what fits of one that is there and throws the rest away. 0, -EWOULDBLOCK (another run is at
 * it), -ECANCELED or -errno; then nothing is open. */
int partial_open(struct partial *, const struct partial_options *, struct package_watch *);
bool partial_has(const struct partial *, const char *name);
/* A part was written: its sum as it stands in memory, synced unless only staged, its time set, recorded. 0 or -errno. */
int partial_take(struct partial *, const char *name, uint64_t *ret_size);
/* Writes the manifest, last of all, and syncs. 0 or -errno. */
int partial_seal(struct partial *);
/* Checked and about to get its name: takes the state away. 0 or -errno. */
int partial_finish(struct partial *);
/* Can anything be written there? 0 or -errno. */
int partial_probe(const struct partial *);
void partial_close(struct partial *);

#endif
