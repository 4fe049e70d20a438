/* The numbers of a lane as CSV. Reads what the desk shows; writes no file. On the caller's thread. */
#include "handover/numbers.h"
#include "base/bytes.h"
#include "handover/cells.h"
#include "handover/table.h"
#include "identity/mask.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const char *const header[] = {
    "拍摄号 number",
    "机位 lane",
    "状态 state",
    "介质 medium",
    "已核身份 bound",
    "姓名 name",
    "学号 student number",
    "证件号码 ID mask",
    "单位 unit",
    "取号时间 issued (UTC)",
    "叫号时间 called (UTC)",
    "拍摄时间 shot (UTC)",
    "本地拍摄时间 shot (local)",
    "拍摄次数 shots",
    "重拍次数 retakes",
    "原因 reason",
    "日志序号 journal seq",
    "备注 notes",
    "报号核对 confirmed",
    "照片存疑 suspect",
    "缴费 payment",
};

static int add_row(void *arg, const struct ticket_view *view, const struct person_record *person)
{
    struct csv *csv = arg;
    struct table table = {.csv = csv};
    const struct ticket *ticket = &view->ticket;
    char id_mask[ID_NUMBER_LENGTH + 1], notes[CELL_FLAGS_SIZE];
    mask_id_number(person->id_number, id_mask);
    csv_add(csv, view->label);
    csv_add(csv, ticket->lane);
    csv_add(csv, ticket_state_name(ticket->state));
    csv_add(csv, medium_name(ticket->medium));
    csv_add(csv, ticket->bound ? "yes" : "no");
    csv_add(csv, person->name);
    csv_add(csv, person->student_no);
    csv_add(csv, id_mask);
    csv_add(csv, person->unit);
    table_utc(&table, ticket->issued_us);
    table_utc(&table, ticket->called_us);
    table_utc(&table, ticket->shot_us);
    table_time(&table, ticket->shot_us);
    csv_add_number(csv, ticket->shots);
    csv_add_number(csv, ticket->retakes);
    csv_add(csv, view->reason);
    csv_add_number(csv, ticket->seq);
    cell_flags(ticket->note.flags, notes);
    csv_add(csv, notes);
    csv_add(csv, ticket->confirmed ? "yes" : "no");
    csv_add(csv, ticket->is_suspect ? "yes" : "no");
    csv_add(csv, payment_state_name(view->payment));
    csv_end_row(csv);
    return 0;
}

int handover_numbers_csv(struct desk *desk, const char *lane, char **ret_data, size_t *ret_size,
                         uint64_t *ret_seq)
{
    struct csv csv = {0};
    uint64_t seq = 0;
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        csv_add(&csv, header[i]);
    csv_end_row(&csv);
    int result = desk_rows(desk, lane, add_row, &csv, &seq);
    if (result != 0) {
        csv_done(&csv);
        return result;
    }
    *ret_data = csv_take(&csv, ret_size);
    *ret_seq = seq;
    return 0;
}

char *handover_numbers_file_name(const char *lane, uint64_t seq)
{
    return bytes_format("numbers-%s-%" PRIu64 ".csv", lane, seq);
}
