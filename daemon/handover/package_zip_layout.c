/* Where the bytes of a ZIP stand: foreign bytes. A reader that goes from front to end must find what one that begins with the
 * directory finds, and nothing may hide in between, where no passphrase seals it. Blocking; no state. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "handover/package_zip.h"

enum {
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    EXTRA_MAX = 64,
    EXTRA_ZIP64 = 0x0001,
    EXTRA_AES = 0x9901,
    AES_SIZE = 7,
    DOS_NO_FILE = 0x18, /* a folder or the name of a disk */
    UNIX_KIND = 0170000,
    UNIX_FILE = 0100000,
    FLAG_SEALED = 1,
    FLAG_SIZE_BEHIND = 8, /* sizes follow the data */
    MANY16 = 0xffff,
    NAME_MAX_HERE = PACKAGE_PATH_SIZE,
};

struct layout {
    int fd;
    uint64_t count, start, end; /* of the directory */
    uint64_t at, next;          /* where its next entry is, and where that one's data must begin */
};
struct layout_entry {
    uint32_t flags, name_size, extra_size;
    uint64_t packed, offset;
    uint8_t aes[AES_SIZE]; /* with how it was packed */
    uint8_t name[NAME_MAX_HERE], extra[EXTRA_MAX];
};

static uint64_t number_at(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static int read_at(int fd, uint64_t at, void *ret, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t got = pread(fd, (char *)ret + done, size - done, (off_t)(at + done));
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return -EINVAL;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static bool has_mark(const uint8_t *bytes, const char *mark)
{
    return memcmp(bytes, mark, 4) == 0;
}

/* ---- the end */
static int read_end64(struct layout *layout, uint64_t end)
{
    uint8_t locator[LOCATOR_SIZE], record[END64_SIZE];
    if (end < LOCATOR_SIZE + END64_SIZE)
        return -EINVAL;
    layout->end = end - LOCATOR_SIZE - END64_SIZE;
    int error = read_at(layout->fd, end - LOCATOR_SIZE, locator, sizeof locator);
    if (error == 0)
        error = read_at(layout->fd, layout->end, record, sizeof record);
    if (error)
        return error;
    if (!has_mark(locator, "PK\6\7") || number_at(locator + 8, 8) != layout->end ||
        !has_mark(record, "PK\6\6") || number_at(record + 4, 8) != END64_SIZE - 12)
        return -EINVAL;
    layout->count = number_at(record + 32, 8);
    layout->start = number_at(record + 48, 8);
    return number_at(record + 40, 8) == layout->end - layout->start && layout->start <= layout->end ? 0
                                                                                                    : -EINVAL;
}

static int read_end(struct layout *layout, uint64_t size)
{
    uint8_t end[END_SIZE];
    if (size < END_SIZE + ZIP_COMMENT_SIZE)
        return -EINVAL;
    layout->end = size - ZIP_COMMENT_SIZE - END_SIZE;
    int error = read_at(layout->fd, layout->end, end, sizeof end);
    if (error)
        return error;
    if (!has_mark(end, "PK\5\6") || number_at(end + 20, 2) != ZIP_COMMENT_SIZE)
        return -EINVAL;
    layout->count = number_at(end + 10, 2);
    layout->start = number_at(end + 16, 4);
    if (layout->count == MANY16 || layout->start == UINT32_MAX)
        return read_end64(layout, layout->end);
    return layout->start <= layout->end && number_at(end + 12, 4) == layout->end - layout->start ? 0
                                                                                                 : -EINVAL;
}

/* ---- entries */
/* Of the fields that go with an entry: those of AES and of large files, and none that could say something else. */
static int take_extra(struct layout_entry *entry)
{
    for (size_t at = 0; at < entry->extra_size;) {
        const uint8_t *field = entry->extra + at;
        if (entry->extra_size - at < 4)
            return -EINVAL;
        const uint64_t id = number_at(field, 2), size = number_at(field + 2, 2);
        if (size > entry->extra_size - at - 4 || (id == EXTRA_AES ? size != AES_SIZE : id != EXTRA_ZIP64))
            return -EINVAL;
        if (id == EXTRA_AES)
            memcpy(entry->aes, field + 4, AES_SIZE);
        at += 4 + size;
    }
    return 0;
}

/* A plain file, here and whole, whatever system the archive says it comes from: nothing that would be unpacked as a folder
 * or a link. */
static bool is_plain_file(const uint8_t *head)
{
    const uint64_t attributes = number_at(head + 38, 4), kind = attributes >> 16 & UNIX_KIND;
    return number_at(head + 34, 2) == 0 && !(attributes & DOS_NO_FILE) && (kind == 0 || kind == UNIX_FILE);
}

/* What 32 bits could not say, in the order of the format. */
static int take_large(struct layout_entry *entry, uint64_t unpacked)
{
    uint64_t *const values[] = {&unpacked, &entry->packed, &entry->offset};
    for (size_t at = 0; at + 4 <= entry->extra_size; at += 4 + number_at(entry->extra + at + 2, 2)) {
        const uint8_t *value = entry->extra + at + 4, *end = value + number_at(entry->extra + at + 2, 2);
        if (number_at(entry->extra + at, 2) != EXTRA_ZIP64)
            continue;
        for (size_t i = 0; i < 3; i++) {
            if (*values[i] != UINT32_MAX)
                continue;
            if (end - value < 8)
                return -EINVAL;
            *values[i] = number_at(value, 8);
            value += 8;
        }
    }
    return 0;
}

static int read_words(int fd, uint64_t at, struct layout_entry *entry)
{
    if (entry->name_size == 0 || entry->name_size > NAME_MAX_HERE || entry->extra_size > EXTRA_MAX)
        return -EINVAL;
    int error = read_at(fd, at, entry->name, entry->name_size);
    if (error == 0)
        error = read_at(fd, at + entry->name_size, entry->extra, entry->extra_size);
    return error ? error : take_extra(entry);
}

static int read_central(struct layout *layout, struct layout_entry *ret)
{
    uint8_t head[CENTRAL_SIZE];
    int error = read_at(layout->fd, layout->at, head, sizeof head);
    if (error)
        return error;
    *ret = (struct layout_entry){
        .flags = (uint32_t)number_at(head + 8, 2),
        .name_size = (uint32_t)number_at(head + 28, 2),
        .extra_size = (uint32_t)number_at(head + 30, 2),
        .packed = number_at(head + 20, 4),
        .offset = number_at(head + 42, 4),
    };
    if (!has_mark(head, "PK\1\2") || number_at(head + 32, 2) != 0 /* no comment */ || !is_plain_file(head))
        return -EINVAL;
    error = read_words(layout->fd, layout->at + CENTRAL_SIZE, ret);
    layout->at += CENTRAL_SIZE + ret->name_size + ret->extra_size;
    return error ? error : take_large(ret, number_at(head + 24, 4));
}

/* The same entry once more, in front of its data. */
static int check_local(struct layout *layout, const struct layout_entry *entry)
{
    uint8_t head[LOCAL_SIZE];
    int error = read_at(layout->fd, layout->next, head, sizeof head);
    if (error)
        return error;
    struct layout_entry local = {
        .flags = (uint32_t)number_at(head + 6, 2),
        .name_size = (uint32_t)number_at(head + 26, 2),
        .extra_size = (uint32_t)number_at(head + 28, 2),
        .packed = number_at(head + 18, 4),
    };
    if (!has_mark(head, "PK\3\4") || local.flags != entry->flags || local.name_size != entry->name_size)
        return -EINVAL;
    error = read_words(layout->fd, layout->next + LOCAL_SIZE, &local);
    if (error == 0)
        error = take_large(&local, number_at(head + 22, 4));
    if (error)
        return error;
    layout->next += LOCAL_SIZE + local.name_size + local.extra_size;
    return memcmp(local.name, entry->name, local.name_size) == 0 &&
                   memcmp(local.aes, entry->aes, AES_SIZE) == 0 && local.packed == entry->packed
               ? 0
               : -EINVAL;
}

static int check_next(struct layout *layout)
{
    struct layout_entry entry;
    int error = read_central(layout, &entry);
    if (error)
        return error;
    if (layout->at > layout->end || entry.offset != layout->next || !(entry.flags & FLAG_SEALED) ||
        entry.flags & FLAG_SIZE_BEHIND)
        return -EINVAL;
    error = check_local(layout, &entry);
    if (error)
        return error;
    if (layout->next > layout->start || entry.packed > layout->start - layout->next)
        return -EINVAL;
    layout->next += entry.packed;
    return 0;
}

int package_zip_layout(int fd, uint64_t size)
{
    struct layout layout = {.fd = fd};
    int error = read_end(&layout, size);
    layout.at = layout.start;
    for (uint64_t i = 0; error == 0 && i < layout.count; i++)
        error = check_next(&layout);
    if (error)
        return error;
    return layout.at == layout.end && layout.next == layout.start ? 0 : -EINVAL;
}
