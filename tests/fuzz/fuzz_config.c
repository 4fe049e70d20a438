/* The configuration file: any bytes. Either a whole configuration or one error "FILE:LINE: cause" of one
 * line. Must create no folders, whatever data_dir says: mkdir is taken away from the code under test. */
#include <errno.h>
#include <sys/stat.h>

static int refuse_mkdir(const char *path, mode_t mode)
{
    (void)path, (void)mode;
    errno = EACCES;
    return -1;
}
#define mkdir refuse_mkdir
#include "base/config.c"
#include "base/text.h"
#undef mkdir
#include <stdio.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_config(const struct config *config)
{
    uint64_t port;
    if (!config->data_dir[0] || !config->key_file[0] || config->n_lanes == 0 || !config->listen_host[0])
        abort();
    if (text_to_u64(config->listen_port, 1, UINT16_MAX, &port) != 0)
        abort();
    for (size_t i = 0; i < config->n_lanes; i++) {
        const struct config_lane *lane = &config->lanes[i];
        /* the first of that name: no two lanes share one */
        if (config_lane(config, lane->name) != lane || strlen(lane->name) > LANE_NAME_MAX)
            abort();
        for (size_t k = 0; k < lane->n_readers; k++)
            if (!lane->readers[k].device[0] || strlen(lane->readers[k].name) > READER_NAME_MAX)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("config", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct config *config = NULL;
    char *error = NULL;
    int result = config_load(path, &config, &error);
    if ((result == 0) != (config != NULL) || (result == 0) != (error == NULL))
        abort();
    if (config)
        check_config(config);
    if (error &&
        (strncmp(error, path, strlen(path)) != 0 || error[strlen(path)] != ':' || strchr(error, '\n')))
        abort();
    config_free(config);
    free(error);
    close(fd);
    return 0;
}
