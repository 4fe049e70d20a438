/* Claims: their text, and what one that is found means for the copy of the event that is here. */
#include "journal_world.h"

#include <errno.h>

#include "backup/claim.h"

#define HASH  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define COPY  "0123456789abcdef0123456789abcdef"
#define START "{\"paihao\":\"claim 1\",\"event\":\"" HASH "\","

static void only_whole_claims_are_read(void **state)
{
    static const struct {
        const char *legend, *text;
        bool is_claim;
    } cases[] = {
        {"the first copy", START "\"moves\":0,\"copy\":\"\",\"seq\":7,\"head\":\"" HASH "\"}", true},
        {"restored", START "\"moves\":2,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}", true},
        {"empty", "", false},
        {"not JSON", "claim", false},
        {"an array", "[]", false},
        {"another mark",
         "{\"paihao\":\"claim 2\",\"event\":\"" HASH "\",\"moves\":0,\"copy\":\"\",\"seq\":7,\"head\":\"" HASH
         "\"}",
         false},
        {"a member more", START "\"moves\":0,\"copy\":\"\",\"seq\":7,\"head\":\"" HASH "\",\"x\":1}", false},
        {"a member twice", START "\"moves\":0,\"moves\":0,\"copy\":\"\",\"seq\":7,\"head\":\"" HASH "\"}",
         false},
        {"position 0", START "\"moves\":0,\"copy\":\"\",\"seq\":0,\"head\":\"" HASH "\"}", false},
        {"moves below 0", START "\"moves\":-1,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}", false},
        {"moves beyond 32 bits",
         START "\"moves\":4294967296,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}", false},
        {"more moves than anybody makes",
         START "\"moves\":1001,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}", false},
        {"as many as may be", START "\"moves\":1000,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}",
         true},
        {"moved without a copy", START "\"moves\":1,\"copy\":\"\",\"seq\":7,\"head\":\"" HASH "\"}", false},
        {"a copy that never moved",
         START "\"moves\":0,\"copy\":\"" COPY "\",\"seq\":7,\"head\":\"" HASH "\"}", false},
        {"a short hash", START "\"moves\":0,\"copy\":\"\",\"seq\":7,\"head\":\"00\"}", false},
        {"a copy in capitals",
         START "\"moves\":1,\"copy\":\"0123456789ABCDEF0123456789ABCDEF\",\"seq\":7,\"head\":\"" HASH "\"}",
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct claim claim, again;
        print_message("    %s\n", cases[i].legend);
        assert_int_equal(claim_parse(cases[i].text, strlen(cases[i].text), &claim), cases[i].is_claim);
        if (!cases[i].is_claim)
            continue;
        char *text = claim_text(&claim);
        assert_true(claim_parse(text, strlen(text), &again));
        assert_true(claim_equal(&claim, &again));
        free(text);
    }
}

static void a_file_is_written_whole_and_found_by_the_event(void **state)
{
    struct world world;
    struct claim claim = {.seq = 3}, found;
    (void)state;
    world_init(&world);
    memset(claim.event, 0xab, sizeof claim.event);
    char *path = claim_path(world.dir, claim.event);
    assert_string_equal(strrchr(path, '/'), "/paihao-claim-abababababababab.json");
    assert_int_equal(claim_read(path, &found), -ENOENT);
    assert_int_equal(claim_write(path, &claim), 0);
    assert_int_equal(claim_read(path, &found), 0);
    assert_true(claim_equal(&claim, &found));
    assert_int_equal(file_write_durably(path, "{", 1, 0600), 0);
    assert_int_equal(claim_read(path, &found), -EBADMSG);
    free(path);
    world_done(&world);
}

static void move(struct world *world, const char *copy)
{
    struct queue_command command = {.kind = COMMAND_RESTORED};
    snprintf(command.text, sizeof command.text, "%s", copy);
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static struct claim claim_now(const struct world *world, struct journal_copy *ret_own)
{
    struct claim claim;
    assert_journal(journal_look(world->db, ret_own, NULL), JOURNAL_OK);
    claim_of(ret_own, &claim);
    return claim;
}

static void a_claim_is_judged_by_the_journal_alone(void **state)
{
    struct world world;
    struct journal_copy own;
    (void)state;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    const struct claim early = claim_now(&world, &own);
    assert_true(own.exists);
    assert_string_equal(own.name, "test event");
    world_check_in(&world, "A", 3);
    struct claim claim = claim_now(&world, &own);
    assert_int_equal(own.people, 3);
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_OURS);
    assert_int_equal(claim_judge(&early, &own, world.db), CLAIM_OURS);
    claim.seq++; /* it went on without us */
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_APART);
    claim.seq -= 2; /* another entry than ours at that position */
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_APART);
    claim = early;
    claim.event[0] ^= 1; /* another event: whatever it says */
    claim.moves = 9;
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_OURS);
    claim = early;
    claim.moves = 1;
    snprintf(claim.copy, sizeof claim.copy, "%s", COPY);
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_LATER);
    move(&world, "ffffffffffffffffffffffffffffffff");
    claim_now(&world, &own);
    assert_int_equal(own.moves, 1);
    assert_int_equal(claim_judge(&claim, &own, world.db), CLAIM_APART); /* two restores of one backup */
    assert_int_equal(claim_judge(&early, &own, world.db), CLAIM_OLDER);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_claims_are_read),
        cmocka_unit_test(a_file_is_written_whole_and_found_by_the_event),
        cmocka_unit_test(a_claim_is_judged_by_the_journal_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
