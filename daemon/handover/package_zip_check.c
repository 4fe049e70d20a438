/* Checks a ZIP somebody hands in: foreign bytes. Its own sum first, so that damage is no wrong passphrase; then every entry,
 * sealed with AES-256 and not a byte longer than the manifest says. Unpacks nothing. Blocking. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/bytes.h"
#include "handover/checksum.h"
#include "handover/package_zip.h"

enum { SUM_LINE_MAX = 256 };

struct check {
    zip_t *zip;
    const char *passphrase;
    struct package_watch *watch;
    struct package_result *ret;
};

static enum package_fault broken(const struct check *check, const char *name, const char *words)
{
    return package_says(check->ret, PACKAGE_BROKEN, name, words);
}

/* ---- the envelope */
static enum package_fault check_sum(const char *path, struct package_watch *watch, struct package_result *ret)
{
    char hex[2 * PACKAGE_SUM_SIZE + 1], comment[ZIP_COMMENT_SIZE];
    uint64_t before = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return package_failed(ret, path, errno);
    off_t end = lseek(fd, 0, SEEK_END);
    watch_phase(watch, "checking", end > 0 ? 2 * (uint64_t)end : 0); /* the whole, then every entry */
    int error = package_zip_digest(fd, true, watch, hex, &before);
    ssize_t got = 0;
    if (error == 0)
        got = pread(fd, comment, sizeof comment, (off_t)(before + 2 * PACKAGE_SUM_SIZE - sizeof comment));
    if (got < 0)
        error = -errno;
    const int layout = error ? 0 : package_zip_layout(fd, (uint64_t)end);
    close(fd);
    if (error && error != -EINVAL)
        return package_failed(ret, path, error);
    const size_t words = sizeof PACKAGE_ZIP_COMMENT - 1;
    if (error || got != (ssize_t)sizeof comment || memcmp(comment, PACKAGE_ZIP_COMMENT, words) != 0)
        return package_says(ret, PACKAGE_BROKEN, path, "not a whole package of this program");
    if (memcmp(comment + words, hex, 2 * PACKAGE_SUM_SIZE) != 0)
        return package_says(ret, PACKAGE_BROKEN, path, "damaged");
    if (layout == -EINVAL)
        return package_says(ret, PACKAGE_BROKEN, path, "holds what its directory does not say");
    return layout ? package_failed(ret, path, layout) : PACKAGE_OK;
}

/* ---- entries */
static enum package_fault check_facts(const struct check *check, zip_uint64_t index, zip_stat_t *facts)
{
    const zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_init(facts);
    if (zip_stat_index(check->zip, index, 0, facts) != 0 || (facts->valid & needed) != needed)
        return broken(check, "an entry", "without name or size");
    if (facts->encryption_method != ZIP_EM_AES_256)
        return broken(check, facts->name, "not sealed with AES-256");
    if (facts->comp_method != ZIP_CM_STORE && facts->comp_method != ZIP_CM_DEFLATE)
        return broken(check, facts->name, "packed in a way of others");
    return PACKAGE_OK;
}

struct taking {
    const struct check *check;
    struct checksum checksum;
    uint64_t size, done;
    struct buffer *text; /* NULL: only the sum is wanted */
};
enum { OTHER_SIZE = -1, CANCELLED = -2 };

static int take(void *arg, const uint8_t *bytes, size_t size)
{
    struct taking *taking = arg;
    taking->done += size;
    if (taking->done > taking->size)
        return OTHER_SIZE;
    checksum_add(&taking->checksum, bytes, size);
    if (taking->text)
        buffer_add(taking->text, bytes, size);
    return watch_add(taking->check->watch, size) ? 0 : CANCELLED;
}

/* Reads a whole entry of the size that `facts` tell: into the sum, and into `text` unless that is NULL. 0, libzip's code,
 * OTHER_SIZE or CANCELLED. */
static int read_entry(const struct check *check, const zip_stat_t *facts,
                      uint8_t ret_sum[static PACKAGE_SUM_SIZE], struct buffer *text)
{
    struct taking taking = {.check = check, .size = facts->size, .text = text};
    const struct zip_taker taker = {take, &taking};
    checksum_init(&taking.checksum);
    int result = package_zip_unseal(check->zip, facts, check->passphrase, &taker);
    checksum_end(&taking.checksum, ret_sum);
    return result == 0 && taking.done != taking.size ? OTHER_SIZE : result;
}

static enum package_fault read_text(const struct check *check, const char *name, uint64_t most,
                                    struct buffer *ret_text)
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    zip_stat_t facts;
    zip_int64_t index = zip_name_locate(check->zip, name, ZIP_FL_ENC_RAW);
    if (index < 0)
        return broken(check, name, "missing");
    enum package_fault fault = check_facts(check, (zip_uint64_t)index, &facts);
    if (fault != PACKAGE_OK)
        return fault;
    if (facts.size > most)
        return broken(check, name, "too large");
    int code = read_entry(check, &facts, sum, ret_text);
    if (code == CANCELLED)
        return PACKAGE_CANCELLED;
    if (code == ZIP_ER_READ || code == ZIP_ER_SEEK)
        return package_failed(check->ret, name, EIO);
    if (code > 0) /* the whole file is as it was written, so it is the passphrase */
        return package_says(check->ret, PACKAGE_PASSPHRASE_WRONG, name, "another passphrase");
    return code ? broken(check, name, "of another size") : PACKAGE_OK;
}

static enum package_fault check_entry(const struct check *check, const struct manifest *manifest,
                                      zip_uint64_t index)
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    zip_stat_t facts;
    enum package_fault fault = check_facts(check, index, &facts);
    if (fault != PACKAGE_OK)
        return fault;
    if (strcmp(facts.name, PACKAGE_MANIFEST) == 0 || strcmp(facts.name, PACKAGE_MANIFEST_SUM) == 0)
        return PACKAGE_OK;
    struct manifest_file *file = manifest_find(manifest, facts.name);
    if (!file || file->is_seen)
        return broken(check, facts.name, "not in the manifest");
    if (facts.size != file->size)
        return broken(check, facts.name, "of another size");
    file->is_seen = true;
    int code = read_entry(check, &facts, sum, NULL);
    if (code == CANCELLED)
        return PACKAGE_CANCELLED;
    if (code == ZIP_ER_READ || code == ZIP_ER_SEEK)
        return package_failed(check->ret, file->name, EIO);
    return code != 0 || memcmp(sum, file->sum, sizeof sum) != 0 ? broken(check, file->name, "altered")
                                                                : PACKAGE_OK;
}

static enum package_fault check_entries(const struct check *check, struct manifest *ret_manifest)
{
    struct buffer text = {0}, sum = {0};
    struct manifest manifest = {0};
    enum package_fault fault = read_text(check, PACKAGE_MANIFEST, MANIFEST_TEXT_MAX, &text);
    if (fault == PACKAGE_OK)
        fault = read_text(check, PACKAGE_MANIFEST_SUM, SUM_LINE_MAX, &sum);
    if (fault == PACKAGE_OK)
        fault = package_take_manifest(text.data, text.size, sum.data, sum.size, &manifest, check->ret);
    buffer_done(&text);
    buffer_done(&sum);
    zip_int64_t count = zip_get_num_entries(check->zip, 0);
    if (fault == PACKAGE_OK && (count < 0 || (uint64_t)count != manifest.count + 2))
        fault = broken(check, "the archive", "files too many or too few");
    for (zip_int64_t i = 0; fault == PACKAGE_OK && i < count; i++)
        fault = check_entry(check, &manifest, (zip_uint64_t)i);
    for (size_t i = 0; fault == PACKAGE_OK && i < manifest.count; i++)
        if (!manifest.files[i].is_seen)
            fault = broken(check, manifest.files[i].name, "missing");
    if (fault == PACKAGE_OK)
        *ret_manifest = manifest;
    else
        manifest_done(&manifest);
    return fault;
}

enum package_fault package_check_zip(const char *path, const char *passphrase, struct package_watch *watch,
                                     struct manifest *ret_manifest, struct package_result *ret)
{
    int code = 0;
    enum package_fault fault = check_sum(path, watch, ret);
    if (fault != PACKAGE_OK)
        return fault;
    if (!passphrase || !*passphrase)
        return package_says(ret, PACKAGE_PASSPHRASE_WRONG, path, "no passphrase given");
    struct check check = {zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code), passphrase, watch, ret};
    if (!check.zip)
        return code == ZIP_ER_READ || code == ZIP_ER_OPEN || code == ZIP_ER_SEEK
                   ? package_failed(ret, path, EIO)
                   : package_says(ret, PACKAGE_BROKEN, path, "not a sound ZIP");
    fault = check_entries(&check, ret_manifest);
    zip_discard(check.zip);
    return fault;
}
