/* The manifest of a package that somebody hands in: there is one text for every content, and no name leaves the package. */
#include <stdlib.h>
#include <string.h>

#include "handover/package_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void look_at(const struct manifest_file *file)
{
    const char *name = file->name;
    require(package_path_is_safe(name) && *name != '/' && *name != '.' && !strstr(name, "/.") &&
            !strstr(name, "../") && !strchr(name, '\\'));
    require(strlen(name) < sizeof file->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct manifest manifest = {0}, again = {0};
    size_t printed_size = 0;
    uint64_t bytes = 0;
    if (manifest_parse((const char *)data, size, &manifest) != 0)
        return 0;
    for (size_t i = 0; i < manifest.count; i++) {
        look_at(&manifest.files[i]);
        require(manifest_find(&manifest, manifest.files[i].name) == &manifest.files[i]);
        bytes += manifest.files[i].size;
    }
    require(bytes == manifest.bytes && json_is_object(manifest.about));
    char *printed = manifest_text(&manifest, &printed_size);
    require(printed_size == size && memcmp(printed, data, size) == 0);
    require(manifest_parse(printed, printed_size, &again) == 0 && json_equal(again.about, manifest.about));
    free(printed);
    manifest_done(&manifest);
    manifest_done(&again);
    return 0;
}
