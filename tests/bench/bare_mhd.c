/* libmicrohttpd's own pace: takes a POST's body and answers 201 with a JSON text as long as one of ours. No
 * token, no JSON reading, no disk. bare_mhd   prints its port, serves until standard input ends */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char answer[] =
    "{\"number\":\"A0001\",\"lane\":\"A\",\"state\":\"waiting\",\"medium\":\"manual\",\"bound\":true,"
    "\"name\":\"张○○\",\"id_mask\":\"990101************\",\"unit\":\"\",\"issued_at\":\"2026-11-22T08:30:00."
    "123456Z\","
    "\"called_at\":null,\"shot_at\":null,\"retakes\":0,\"seq\":17}";

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **state)
{
    (void)arg, (void)url, (void)method, (void)version, (void)data;
    static int seen;
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    if (*size) {
        *size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof answer - 1, (void *)(size_t)answer, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, 201, response);
    MHD_destroy_response(response);
    return result;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR,
                         (struct sockaddr *)&address, MHD_OPTION_END);
    if (!daemon)
        return 3;
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0)
        ;
    MHD_stop_daemon(daemon);
    return 0;
}
