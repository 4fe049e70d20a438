/* Printing and parsing of manifest.json. Pure; reads foreign bytes; any thread. */
#include "handover/package_manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/text.h"
#include "handover/package_private.h"

#define FORMAT "paihao-package"
enum { VERSION = 1, FOLDERS_MAX = 8 };

/* ---- names */
static bool is_device(const char *name, size_t length)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    const char *dot = memchr(name, '.', length);
    size_t stem = dot ? (size_t)(dot - name) : length;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (stem == 3 && strncasecmp(name, devices[i], 3) == 0)
            return true;
    return stem == 4 && (strncasecmp(name, "com", 3) == 0 || strncasecmp(name, "lpt", 3) == 0) &&
           name[3] >= '1' && name[3] <= '9';
}

static bool name_is_safe(const char *name, size_t length)
{
    if (length == 0 || name[0] == '.' || name[0] == ' ')
        return false;
    return name[length - 1] != '.' && name[length - 1] != ' ' && !is_device(name, length);
}

bool package_path_is_safe(const char *path)
{
    size_t length = strlen(path), folders = 0;
    if (!text_is_plain(path, length, PACKAGE_PATH_SIZE - 1) || strpbrk(path, "\\:*?\"<>|"))
        return false;
    if (strcasecmp(path, PACKAGE_MANIFEST) == 0 || strcasecmp(path, PACKAGE_MANIFEST_SUM) == 0)
        return false;
    for (;;) {
        size_t name = strcspn(path, "/");
        if (!name_is_safe(path, name) || ++folders > FOLDERS_MAX)
            return false;
        if (path[name] == '\0')
            return true;
        path += name + 1;
    }
}

/* ---- order */
static int by_name(const void *a, const void *b)
{
    const struct manifest_file *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static int by_name_without_case(const void *a, const void *b)
{
    const struct manifest_file *const *left = a, *const *right = b;
    return strcasecmp((*left)->name, (*right)->name);
}

struct manifest_file *manifest_find(const struct manifest *manifest, const char *name)
{
    struct manifest_file key = {.size = 0};
    size_t length = strlen(name);
    if (length >= sizeof key.name || manifest->count == 0)
        return NULL;
    memcpy(key.name, name, length + 1);
    return bsearch(&key, manifest->files, manifest->count, sizeof key, by_name);
}

bool manifest_has_folder(const struct manifest *manifest, const char *folder)
{
    size_t length = strlen(folder), low = 0, high = manifest->count;
    char first[PACKAGE_PATH_SIZE];
    if (length + 1 >= sizeof first)
        return false;
    memcpy(first, folder, length);
    memcpy(first + length, "/", 2);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(manifest->files[middle].name, first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < manifest->count && strncmp(manifest->files[low].name, first, length + 1) == 0;
}

static bool has_twins(const struct manifest *manifest)
{
    const struct manifest_file **order = bytes_alloc((manifest->count + 1) * sizeof *order);
    bool is_found = false;
    for (size_t i = 0; i < manifest->count; i++)
        order[i] = &manifest->files[i];
    qsort(order, manifest->count, sizeof *order, by_name_without_case);
    for (size_t i = 1; i < manifest->count && !is_found; i++)
        is_found = strcasecmp(order[i - 1]->name, order[i]->name) == 0;
    free(order);
    return is_found;
}

bool manifest_is_sound(const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        if (!package_path_is_safe(manifest->files[i].name) ||
            manifest_has_folder(manifest, manifest->files[i].name))
            return false;
        if (i > 0 && strcmp(manifest->files[i - 1].name, manifest->files[i].name) >= 0)
            return false;
    }
    return !has_twins(manifest);
}

/* ---- printing */
static json_t *file_json(const struct manifest_file *file)
{
    char hex[2 * PACKAGE_SUM_SIZE + 1];
    hex_encode(file->sum, PACKAGE_SUM_SIZE, hex);
    return json_pack("{s:s, s:I, s:s}", "name", file->name, "size", (json_int_t)file->size, "sha256", hex);
}

char *manifest_text(struct manifest *manifest, size_t *ret_size)
{
    if (manifest->count > 1)
        qsort(manifest->files, manifest->count, sizeof *manifest->files, by_name);
    json_t *files = json_array();
    for (size_t i = 0; i < manifest->count; i++)
        json_array_append_new(files, file_json(&manifest->files[i]));
    json_t *whole = json_pack("{s:s, s:i, s:O, s:o}", "format", FORMAT, "version", VERSION, "about",
                              manifest->about, "files", files);
    char *text = whole ? json_dumps(whole, JSON_INDENT(1)) : NULL;
    if (!text)
        abort();
    json_decref(whole);
    char *line = bytes_format("%s\n", text);
    free(text);
    *ret_size = strlen(line);
    return line;
}

void manifest_done(struct manifest *manifest)
{
    json_decref(manifest->about);
    free(manifest->files);
    *manifest = (struct manifest){0};
}

/* ---- parsing */
static int take_file(const json_t *object, struct manifest_file *ret)
{
    const char *name = NULL, *sum = NULL;
    json_int_t size = -1;
    json_t *file = (json_t *)(uintptr_t)object;
    if (json_unpack(file, "{s:s, s:I, s:s !}", "name", &name, "size", &size, "sha256", &sum) != 0 || size < 0)
        return -EINVAL;
    if (!package_path_is_safe(name) || strlen(sum) != 2 * PACKAGE_SUM_SIZE ||
        hex_decode(sum, strlen(sum), ret->sum, PACKAGE_SUM_SIZE) != PACKAGE_SUM_SIZE)
        return -EINVAL;
    strcpy(ret->name, name);
    ret->size = (uint64_t)size;
    return 0;
}

static int take_files(const json_t *list, struct manifest *manifest)
{
    const uint64_t most = (uint64_t)1 << 60;
    size_t count = json_array_size(list);
    if (count > PACKAGE_FILES_MAX)
        return -EINVAL;
    manifest->files = bytes_alloc((count + 1) * sizeof *manifest->files);
    for (manifest->count = 0; manifest->count < count; manifest->count++) {
        struct manifest_file *file = &manifest->files[manifest->count];
        if (take_file(json_array_get(list, manifest->count), file) != 0 || file->size > most ||
            manifest->bytes > most)
            return -EINVAL;
        manifest->bytes += file->size;
    }
    return manifest_is_sound(manifest) ? 0 : -EINVAL;
}

static bool is_printed_so(struct manifest *manifest, const char *text, size_t size)
{
    size_t printed_size = 0;
    char *printed = manifest_text(manifest, &printed_size);
    bool is_same = printed_size == size && memcmp(printed, text, size) == 0;
    free(printed);
    return is_same;
}

int manifest_parse(const char *text, size_t size, struct manifest *ret)
{
    struct manifest manifest = {0};
    json_t *whole = size <= MANIFEST_TEXT_MAX ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *format = NULL;
    json_t *about = NULL, *files = NULL;
    int version = 0, result = -EINVAL;
    if (json_unpack(whole, "{s:s, s:i, s:o, s:o !}", "format", &format, "version", &version, "about", &about,
                    "files", &files) == 0 &&
        strcmp(format, FORMAT) == 0 && version == VERSION && json_is_object(about) && json_is_array(files)) {
        manifest.about = json_incref(about);
        result = take_files(files, &manifest);
    }
    if (result == 0 && !is_printed_so(&manifest, text, size))
        result = -EINVAL;
    json_decref(whole);
    if (result == 0)
        *ret = manifest;
    else
        manifest_done(&manifest);
    return result;
}
