-- Migration 2: what the rules, the roster, the schedule and the payments bring. Run by daemon/journal/migrate.c inside one
-- transaction. Entries keep their bytes, so the hash chain goes on unchanged.

-- More kinds of entries (enum entry_kind). A CHECK cannot be changed in place, so the rows move to a wider table.
CREATE TABLE entry_wider (
    seq     INTEGER PRIMARY KEY,                                       -- from 1, without gaps
    kind    INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 10 OR kind BETWEEN 16 AND 32), -- enum entry_kind
    at_us   INTEGER NOT NULL,                                          -- UTC; may jump, order is by seq
    mono_us INTEGER NOT NULL,                                          -- monotonic clock of that boot
    lane    TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) <= 8),
    number  INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),  -- 0: concerns no ticket
    value   INTEGER NOT NULL CHECK (value BETWEEN 0 AND 4294967295),   -- meaning depends on kind
    person  BLOB    NOT NULL CHECK (length(person) IN (0, 16)),        -- x'' too for a paper slip nobody used
    medium  INTEGER NOT NULL CHECK (medium BETWEEN 0 AND 6),           -- enum medium
    bound   INTEGER NOT NULL CHECK (bound IN (0, 1)),                  -- tied to a person the school knows
    device  TEXT    NOT NULL CHECK (length(CAST(device AS BLOB)) <= 32),  -- who asked
    text    TEXT    NOT NULL CHECK (length(CAST(text AS BLOB)) <= 328),   -- reason, room, event name, rules or digest
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

-- What struct ticket learnt to hold: the note of ENTRY_ISSUED, the spoken check, payment cards, leaving.
ALTER TABLE ticket ADD COLUMN note_unit INTEGER NOT NULL DEFAULT 0 CHECK (note_unit BETWEEN 0 AND 4294967295);
ALTER TABLE ticket ADD COLUMN note_rank INTEGER NOT NULL DEFAULT 0 CHECK (note_rank BETWEEN 0 AND 4294967295);
ALTER TABLE ticket ADD COLUMN note_flags INTEGER NOT NULL DEFAULT 0 CHECK (note_flags BETWEEN 0 AND 4294967295); -- enum issue_flag
ALTER TABLE ticket ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1));
ALTER TABLE ticket ADD COLUMN is_suspect INTEGER NOT NULL DEFAULT 0 CHECK (is_suspect IN (0, 1));
ALTER TABLE ticket ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged IN (0, 1));
ALTER TABLE ticket ADD COLUMN card_back INTEGER NOT NULL DEFAULT 0 CHECK (card_back IN (0, 1));
ALTER TABLE ticket ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1));
ALTER TABLE ticket ADD COLUMN turn INTEGER NOT NULL DEFAULT 0 CHECK (turn BETWEEN 0 AND 4294967295);

-- What else was in the first answer to a key.
ALTER TABLE answer ADD COLUMN could_override INTEGER NOT NULL DEFAULT 0 CHECK (could_override BETWEEN 0 AND 4294967295);
ALTER TABLE answer ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0 CHECK (warnings BETWEEN 0 AND 4294967295); -- enum issue_flag
ALTER TABLE answer ADD COLUMN is_alarm INTEGER NOT NULL DEFAULT 0 CHECK (is_alarm IN (0, 1));
ALTER TABLE answer ADD COLUMN next_number INTEGER NOT NULL DEFAULT 0 CHECK (next_number BETWEEN 0 AND 4294967295);
ALTER TABLE answer ADD COLUMN added INTEGER NOT NULL DEFAULT 0 CHECK (added BETWEEN 0 AND 4294967295); -- rows of a list
ALTER TABLE answer ADD COLUMN updated INTEGER NOT NULL DEFAULT 0 CHECK (updated BETWEEN 0 AND 4294967295);
ALTER TABLE answer ADD COLUMN unchanged INTEGER NOT NULL DEFAULT 0 CHECK (unchanged BETWEEN 0 AND 4294967295);
ALTER TABLE answer ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped BETWEEN 0 AND 4294967295);

-- Classes and colleges: what the school schedules. Not personal.
CREATE TABLE unit (
    id      INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),              -- from 1, without gaps
    college TEXT    NOT NULL CHECK (length(CAST(college AS BLOB)) <= 120),
    name    TEXT    NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 120),
    UNIQUE (college, name)
) STRICT;

-- The schedule in force: struct slot_record. Replaced as a whole by the next one; the documents keep what it was.
CREATE TABLE slot (
    row      INTEGER PRIMARY KEY,
    lane     TEXT    NOT NULL CHECK (length(CAST(lane AS BLOB)) BETWEEN 1 AND 8),
    start_us INTEGER NOT NULL,
    end_us   INTEGER NOT NULL CHECK (end_us > start_us),
    unit     TEXT    NOT NULL CHECK (length(CAST(unit AS BLOB)) <= 120),          -- name of a class or college, '': all
    level    INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4)                       -- enum degree
) STRICT;

-- Profiles and schedules as the office wrote them, each with the entry that holds its digest; the latest of a kind counts.
CREATE TABLE document (
    seq  INTEGER PRIMARY KEY CHECK (seq >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('profile', 'schedule')),
    text TEXT NOT NULL CHECK (length(CAST(text AS BLOB)) <= 16777216)
) STRICT;

CREATE TRIGGER document_never_changes BEFORE UPDATE ON document
BEGIN
    SELECT RAISE(ABORT, 'a document is kept as it was');
END;

CREATE TRIGGER document_never_goes BEFORE DELETE ON document
BEGIN
    SELECT RAISE(ABORT, 'a document is kept');
END;
