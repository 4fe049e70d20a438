/* Names that every file system takes: FAT32, exFAT, NTFS, APFS, HFS+, ext4. What is not allowed becomes its full-width
 * likeness or '_'; nothing begins with a dot or ends with a dot or blank; no device of Windows (CON, NUL, COM1 ...) is
 * named; at most 255 bytes of UTF-8 (so at most 255 UTF-16 units, too); composed (NFC) as far as Latin letters go.
 * Microsoft, "Naming Files, Paths, and Namespaces"; Apple TN1150. Pure; any thread. */
#ifndef BASE_SAFE_NAME_H
#define BASE_SAFE_NAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAFE_NAME_MAX = 255, SAFE_EXTENSION_MAX = 16 };

/* The safe form of stem + extension; the extension ("" or ".jpg": a dot and letters or digits, at most SAFE_EXTENSION_MAX)
 * is kept when the stem must be cut. Bytes that are no UTF-8 become '_'. Never empty, never a path. A safe name is its own
 * safe form. */
void safe_name(const char *stem, const char *extension, char ret_name[static SAFE_NAME_MAX + 1]);
bool safe_name_is(const char *name); /* exactly as safe_name would leave it */
size_t
safe_name_extension(const char *name);      /* bytes of the last ".abc" that safe_name would keep; 0: none */
bool safe_name_is_device(const char *stem); /* CON, nul.txt, Com1 ... */
bool safe_name_forbids(uint32_t code);      /* a character that no name may hold */

/* Composed, and capitals as small letters: two names with the same fold collide on some system. Of what may be in names
 * here: ASCII, Latin, Greek, Cyrillic and full-width letters; others have no case. Gives a text to free(). */
char *safe_name_fold(const char *name);

/* Names given away in one folder. {0} is an empty set. */
enum name_measure { NAME_IN_BYTES, NAME_IN_UTF16 };
struct name_set {
    struct name_entry *entries; /* open addressing */
    size_t count, capacity;
};
/* stem + extension if nothing there collides with it, else stem + " (2)" + extension, or the first higher number that is
 * free; the stem is cut so that the whole has at most `most`. Deterministic. Gives a text to free(). */
char *name_set_take(struct name_set *, const char *stem, const char *extension, size_t most,
                    enum name_measure);
void name_set_done(struct name_set *);

size_t utf16_length(const char *text);           /* of valid UTF-8, in UTF-16 units */
size_t utf16_cut(const char *text, size_t most); /* bytes of its longest start of at most so many units */
size_t utf8_cut(const char *text, size_t most);  /* the same in bytes, ending at a character */

#endif
