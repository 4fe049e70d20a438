/* GET /api/v1/tokens and POST /api/v1/tokens/{number}/revoke: what the office sees of tokens (never their
 * texts or hashes), and ending one. On the listener's thread. */
#include <stdlib.h>

#include "base/text.h"
#include "http/reply.h"

static void render_token(struct buffer *out, const struct token_record *token)
{
    static const char *const kinds[] = {
        [TOKEN_BEARER] = "bearer", [TOKEN_PAIRING] = "pairing", [TOKEN_SESSION] = "session"};
    buffer_add_text(out, "{\"id\":");
    render_number(out, token->id);
    buffer_add_text(out, ",\"kind\":");
    render_text(out, kinds[token->kind]);
    if (token->parent)
        buffer_format(out, ",\"parent\":%u", token->parent);
    else
        buffer_add_text(out, ",\"parent\":null");
    buffer_add_text(out, ",\"role\":");
    render_text(out, token->role);
    buffer_add_text(out, ",\"lane\":");
    render_text(out, *token->lane ? token->lane : NULL);
    buffer_add_text(out, ",\"created_at\":");
    render_time(out, token->created_us);
    buffer_add_text(out, ",\"expires_at\":");
    render_time(out, token->expires_us);
    buffer_add_text(out, ",\"used_at\":");
    render_time(out, token->used_us);
    buffer_add_text(out, ",\"revoked_at\":");
    render_time(out, token->revoked_us);
    buffer_add_text(out, "}");
}

enum MHD_Result token_list(struct request *request)
{
    struct buffer out = {0};
    size_t count;
    struct token_record *tokens = desk_tokens(request->http->options.desk, &count);
    buffer_add_text(&out, "{\"tokens\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_text(&out, ",");
        render_token(&out, &tokens[i]);
    }
    buffer_add_text(&out, "]}");
    free(tokens);
    return reply_send(request, MHD_HTTP_OK, reply_json(&out));
}

static enum MHD_Result answer_revoked(struct request *request, const struct wait *wait)
{
    struct buffer out = {0};
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    render_token(&out, &wait->answer.token);
    return reply_send(request, MHD_HTTP_OK, reply_json(&out));
}

enum MHD_Result token_revoke(struct request *request)
{
    struct desk_command command;
    uint64_t id;
    if (text_to_u64(request->params.label, 1, UINT32_MAX, &id) != 0)
        return reply_problem(request, PROBLEM_NOT_FOUND);
    request_command(request, COMMAND_NONE, &command);
    command.kind = DESK_TOKEN_REVOKE;
    command.token.id = (uint32_t)id;
    return wait_for_desk(request, &command, answer_revoked);
}
