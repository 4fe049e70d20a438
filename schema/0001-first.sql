-- Migration 1: everything an event is made of. Run by daemon/journal/migrate.c inside one transaction, which also sets
-- user_version. Never change this file once an event was held with it: add the next number.
--
-- Times are INTEGER microseconds since 1970 UTC, 0 for "not yet". Texts are UTF-8, '' for "none".
-- A person's id is 16 random bytes; x'' stands for "nobody".
-- Only what an invariant needs has an index: each index over random keys dirties a page per row, and the desk keeps
-- its look-ups in memory.

PRAGMA application_id = 0x50616948; -- "PaiH"

-- One row, so that the key file of another event is noticed before anything is sealed with it.
CREATE TABLE key_check (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value BLOB NOT NULL CHECK (length(value) = 32) -- derived from the key by crypto_kdf; tells nothing about it
) STRICT;

-- The journal: everything that happened, in order. Columns are those of struct queue_entry (daemon/queue/entry.h).
CREATE TABLE entry (
    seq     INTEGER PRIMARY KEY,                                       -- from 1, without gaps
    kind    INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7 OR kind BETWEEN 16 AND 22), -- enum entry_kind
    at_us   INTEGER NOT NULL,                                          -- UTC; may jump, order is by seq
    mono_us INTEGER NOT NULL,                                          -- monotonic clock of that boot
    lane    TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) <= 8),
    number  INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),  -- 0: concerns no ticket
    value   INTEGER NOT NULL CHECK (value BETWEEN 0 AND 4294967295),   -- meaning depends on kind
    person  BLOB    NOT NULL CHECK (length(person) IN (0, 16)),
    medium  INTEGER NOT NULL CHECK (medium BETWEEN 0 AND 6),           -- enum medium
    bound   INTEGER NOT NULL CHECK (bound IN (0, 1)),                  -- tied to a person the school knows
    device  TEXT    NOT NULL CHECK (length(CAST(device AS BLOB)) <= 32),  -- who asked
    text    TEXT    NOT NULL CHECK (length(CAST(text AS BLOB)) <= 200),   -- reason, room or event name
    extra   TEXT    NOT NULL CHECK (length(CAST(extra AS BLOB)) <= 32),   -- profile
    prev    BLOB    NOT NULL CHECK (length(prev) = 32),                -- hash of the entry before
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)                 -- BLAKE2b-256(prev || canonical bytes), chain.h
) STRICT;

CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- Cheaper than UNIQUE(prev), and stronger: the chain can neither fork nor skip. The constant is the hash of
-- "paihao journal 1", with which the chain begins.
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
    OR NEW.prev IS NOT coalesce((SELECT hash FROM entry WHERE seq = NEW.seq - 1),
                                x'7a6dbe318780de75cdafb6884cb0f622831e70c78f3405dcdc7388bb0d4dba64')
BEGIN
    SELECT RAISE(ABORT, 'an entry follows the latest one');
END;

-- Shooting numbers as they stand after the latest entry: struct ticket. Derived; `paihao journal verify` replays.
CREATE TABLE ticket (
    lane       TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) BETWEEN 1 AND 8),
    number     INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
    state      INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),        -- enum ticket_state
    person     BLOB    NOT NULL CHECK (length(person) IN (0, 16)),
    medium     INTEGER NOT NULL CHECK (medium BETWEEN 0 AND 6),
    bound      INTEGER NOT NULL CHECK (bound IN (0, 1)),
    session    INTEGER NOT NULL CHECK (session BETWEEN 0 AND 4294967295), -- of the lane, when it was issued
    calls      INTEGER NOT NULL CHECK (calls BETWEEN 0 AND 4294967295),
    shots      INTEGER NOT NULL CHECK (shots BETWEEN 0 AND 4294967295),
    retakes    INTEGER NOT NULL CHECK (retakes BETWEEN 0 AND 4294967295),
    issued_us  INTEGER NOT NULL,
    called_us  INTEGER NOT NULL,                                      -- latest call
    shot_us    INTEGER NOT NULL,                                      -- latest frame
    ended_us   INTEGER NOT NULL,                                      -- missed or void
    issued_seq INTEGER NOT NULL CHECK (issued_seq >= 1),              -- its first entry
    seq        INTEGER NOT NULL CHECK (seq >= issued_seq),            -- its latest entry
    reason     TEXT    NOT NULL CHECK (length(CAST(reason AS BLOB)) <= 200), -- of the latest retake, missed or void
    PRIMARY KEY (lane, number)
) STRICT, WITHOUT ROWID;

-- Invariant 1: issued once, in order, without gaps, never reused, never renumbered; even if the code is wrong.
CREATE TRIGGER ticket_is_next BEFORE INSERT ON ticket
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM ticket WHERE lane = NEW.lane)
BEGIN
    SELECT RAISE(ABORT, 'a number is the next of its lane');
END;

CREATE TRIGGER ticket_keeps_number BEFORE UPDATE OF lane, number, issued_us, issued_seq ON ticket
WHEN NEW.lane IS NOT OLD.lane OR NEW.number IS NOT OLD.number OR NEW.issued_us IS NOT OLD.issued_us
    OR NEW.issued_seq IS NOT OLD.issued_seq
BEGIN
    SELECT RAISE(ABORT, 'a number is never changed');
END;

CREATE TRIGGER ticket_never_goes BEFORE DELETE ON ticket
BEGIN
    SELECT RAISE(ABORT, 'a number is never taken back');
END;

-- Who stands behind a person id. All personal fields are inside the sealed bytes (daemon/journal/seal.h).
-- An id is in one row: it is random, and daemon/journal finds the row in memory; verify looks.
CREATE TABLE person (
    row    INTEGER PRIMARY KEY, -- order of arrival
    id     BLOB NOT NULL CHECK (length(id) = 16),
    sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 41 AND 1024)
) STRICT;

-- What was read from a person: keyed digest to person, and the exact payload, sealed.
CREATE TABLE credential (
    row    INTEGER PRIMARY KEY,                                 -- order of arrival
    digest BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32), -- keyed BLAKE2b-256; one person each
    kind   INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6),       -- enum credential_kind
    person BLOB    NOT NULL CHECK (length(person) = 16),        -- verify looks that there is one
    sealed BLOB    NOT NULL CHECK (length(sealed) BETWEEN 40 AND 4096)
) STRICT;

-- The first answer to each idempotency key: struct answer_record. The desk looks keys up in memory.
CREATE TABLE answer (
    row         INTEGER PRIMARY KEY,                                      -- order of arrival
    key         TEXT    NOT NULL CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 64),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 16),        -- of the command
    verdict     INTEGER NOT NULL,                                         -- enum queue_verdict
    created     INTEGER NOT NULL CHECK (created IN (0, 1)),               -- a new ticket came of it
    lane        TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) <= 8),
    number      INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295), -- 0: no ticket in the answer
    called      INTEGER NOT NULL CHECK (called BETWEEN 0 AND 4294967295), -- called by `advance`, 0: none
    seq         INTEGER NOT NULL CHECK (seq >= 0)                         -- journal position when it was given
) STRICT;

-- Access tokens: struct token_record. The token itself is never stored.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
    hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32), -- BLAKE2b-256 of its text
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),     -- enum token_kind
    parent     INTEGER NOT NULL CHECK (parent BETWEEN 0 AND id - 1), -- a session: the token it was paired with; else 0
    role       TEXT    NOT NULL CHECK (length(CAST(role AS BLOB)) BETWEEN 1 AND 15),
    lane       TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) <= 8), -- '': any
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,                                  -- 0: never
    used_us    INTEGER NOT NULL,                                  -- a pairing token: when it was spent
    revoked_us INTEGER NOT NULL
) STRICT;
