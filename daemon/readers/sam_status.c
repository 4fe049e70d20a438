/* The table of SW3 values. */
#include "readers/sam_status.h"
#include <stddef.h>
#include <stdio.h>

static const struct sam_status statuses[] = {
    {SAM_OK, READER_FAULT_CARD_UNREADABLE, "success", "操作成功"},
    {SAM_FOUND, READER_FAULT_CARD_UNREADABLE, "card found", "寻找证/卡成功"},
    {SAM_NO_ITEM, READER_FAULT_CARD_UNREADABLE, "the card has no such item", "证/卡中此项无内容"},
    {0x10, READER_FAULT_FRAME_GARBLED, "checksum of the request wrong", "接收业务终端数据的校验和错"},
    {0x11, READER_FAULT_FRAME_GARBLED, "length of the request wrong", "接收业务终端数据的长度错"},
    {0x21, READER_FAULT_READER_ERROR, "command refused", "接收业务终端的命令错误"},
    {0x23, READER_FAULT_READER_ERROR, "command not permitted", "越权操作"},
    {0x24, READER_FAULT_READER_ERROR, "unrecognised error", "无法识别的错误"},
    {0x31, READER_FAULT_CARD_NOT_ACCEPTED, "the card could not authenticate the SAM", "证/卡认证SAM_V失败"},
    {0x32, READER_FAULT_CARD_NOT_ACCEPTED, "the SAM could not authenticate the card", "SAM_V认证证/卡失败"},
    {0x33, READER_FAULT_CARD_UNREADABLE, "information on the card does not verify", "信息验证错误"},
    {0x34, READER_FAULT_CARD_REMOVED, "no card found yet", "尚未找到证/卡，拒绝操作"},
    {0x37, READER_FAULT_CARD_UNREADABLE, "fingerprint does not verify", "指纹信息验证错误"},
    {0x3f, READER_FAULT_CARD_UNREADABLE, "length of the information wrong", "信息长度错误"},
    {0x40, READER_FAULT_CARD_UNSUPPORTED, "unrecognised card type", "无法识别的卡类型"},
    {0x41, READER_FAULT_CARD_UNREADABLE, "read failed", "读证/卡操作失败"},
    {0x47, READER_FAULT_CARD_UNREADABLE, "no random number from the card", "取随机数失败"},
    {SAM_SELF_TEST_FAILED, READER_FAULT_READER_ERROR, "SAM self-test failed", "SAM_V自检失败"},
    {SAM_NOT_AUTHORISED, READER_FAULT_READER_ERROR, "SAM not authorised", "SAM_V没经过授权"},
    {SAM_NOT_FOUND, READER_FAULT_CARD_REMOVED, "no card", "寻找证/卡失败"},
    {SAM_NOT_SELECTED, READER_FAULT_CARD_REMOVED, "card could not be selected", "选取证/卡失败"},
};

const struct sam_status *sam_status(uint8_t sw3)
{
    static const struct sam_status unknown = {0, READER_FAULT_READER_ERROR, "unknown status", "未知状态"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].sw3 == sw3)
            return &statuses[i];
    return &unknown;
}

void sam_status_text(uint8_t sw3, char ret_text[static SAM_STATUS_TEXT_SIZE])
{
    const struct sam_status *status = sam_status(sw3);
    snprintf(ret_text, SAM_STATUS_TEXT_SIZE, "status %02X: %s / %s", (unsigned)sw3, status->meaning,
             status->zh);
}
