-- Migration 3: what the hand-over brings. Run by daemon/journal/migrate.c inside one transaction. Entries keep their bytes.

-- More kinds of entries (enum entry_kind), with room for those to come; the C code knows which there are.
CREATE TABLE entry_wider (
    seq     INTEGER PRIMARY KEY,                                       -- from 1, without gaps
    kind    INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 10 OR kind BETWEEN 16 AND 63), -- enum entry_kind
    at_us   INTEGER NOT NULL,                                          -- UTC; may jump, order is by seq
    mono_us INTEGER NOT NULL,                                          -- monotonic clock of that boot
    lane    TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) <= 8),
    number  INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),  -- 0: concerns no ticket
    value   INTEGER NOT NULL CHECK (value BETWEEN 0 AND 4294967295),   -- meaning depends on kind
    person  BLOB    NOT NULL CHECK (length(person) IN (0, 16)),        -- x'' too for a paper slip nobody used
    medium  INTEGER NOT NULL CHECK (medium BETWEEN 0 AND 6),           -- enum medium
    bound   INTEGER NOT NULL CHECK (bound IN (0, 1)),                  -- tied to a person the school knows
    device  TEXT    NOT NULL CHECK (length(CAST(device AS BLOB)) <= 32),  -- who asked
    text    TEXT    NOT NULL CHECK (length(CAST(text AS BLOB)) <= 328),   -- reason, room, event name, rules, digest or copy
    extra   TEXT    NOT NULL CHECK (length(CAST(extra AS BLOB)) <= 32),   -- profile, note of a number, kind of list
    prev    BLOB    NOT NULL CHECK (length(prev) = 32),                -- hash of the entry before
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)                 -- BLAKE2b-256(prev || canonical bytes), chain.h
) STRICT;

INSERT INTO entry_wider (seq, kind, at_us, mono_us, lane, number, value, person, medium, bound, device, text, extra, prev, hash)
SELECT seq, kind, at_us, mono_us, lane, number, value, person, medium, bound, device, text, extra, prev, hash
FROM entry ORDER BY seq;

DROP TABLE entry; -- and its triggers

ALTER TABLE entry_wider RENAME TO entry;

CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
    OR NEW.prev IS NOT coalesce((SELECT hash FROM entry WHERE seq = NEW.seq - 1),
                                x'7a6dbe318780de75cdafb6884cb0f622831e70c78f3405dcdc7388bb0d4dba64')
BEGIN
    SELECT RAISE(ABORT, 'an entry follows the latest one');
END;

-- A token is known by where its device stands, and when it was last heard of.
ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '' CHECK (length(CAST(name AS BLOB)) <= 60);
ALTER TABLE token ADD COLUMN seen_us INTEGER NOT NULL DEFAULT 0; -- 0: never

-- Documents go with what is personal once the journal says so: somebody may have written a name into a remark.
DROP TRIGGER document_never_goes;

CREATE TRIGGER document_never_goes BEFORE DELETE ON document
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE kind = 36) -- ENTRY_PURGED
BEGIN
    SELECT RAISE(ABORT, 'a document is kept');
END;
