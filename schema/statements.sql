-- The statements of daemon/journal, found by name. Each is one SQL statement; parameters in the order of its columns.

-- name: insert_entry
INSERT INTO entry (seq, kind, at_us, mono_us, lane, number, value, person, medium, bound, device, text, extra, prev, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_ticket
INSERT INTO ticket (state, person, medium, bound, session, calls, shots, retakes, issued_us, called_us, shot_us,
                    ended_us, issued_seq, seq, reason, note_unit, note_rank, note_flags, confirmed, is_suspect, acknowledged,
                    card_back, has_left, turn, lane, number)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update_ticket
UPDATE ticket
SET state = ?, person = ?, medium = ?, bound = ?, session = ?, calls = ?, shots = ?, retakes = ?, issued_us = ?,
    called_us = ?, shot_us = ?, ended_us = ?, issued_seq = ?, seq = ?, reason = ?, note_unit = ?, note_rank = ?, note_flags = ?,
    confirmed = ?, is_suspect = ?, acknowledged = ?, card_back = ?, has_left = ?, turn = ?
WHERE lane = ? AND number = ?;

-- name: insert_person
INSERT INTO person (id, sealed) VALUES (?, ?);

-- name: update_person
UPDATE person SET sealed = ?2 WHERE row = ?3 AND id = ?1;

-- name: insert_credential
INSERT INTO credential (digest, kind, person, sealed) VALUES (?, ?, ?, ?);

-- name: move_credential
UPDATE credential SET person = ?, sealed = ? WHERE row = ?;

-- name: select_credentials_of
SELECT digest, kind, person, sealed, row FROM credential WHERE person = ? ORDER BY row;

-- name: put_unit
INSERT INTO unit (id, college, name) VALUES (?, ?, ?);

-- name: delete_slots
DELETE FROM slot;

-- name: insert_slot
INSERT INTO slot (lane, start_us, end_us, unit, level) VALUES (?, ?, ?, ?, ?);

-- name: insert_document
INSERT INTO document (seq, kind, text) VALUES (?, ?, ?);

-- name: insert_answer
INSERT INTO answer (key, fingerprint, verdict, created, lane, number, called, seq, could_override, warnings, is_alarm,
                    next_number, added, updated, unchanged, skipped)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_token
INSERT INTO token (id, hash, kind, parent, role, lane, created_us, expires_us, used_us, revoked_us, name, seen_us, units)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE
SET hash = excluded.hash, kind = excluded.kind, parent = excluded.parent, role = excluded.role, lane = excluded.lane,
    created_us = excluded.created_us, expires_us = excluded.expires_us, used_us = excluded.used_us,
    revoked_us = excluded.revoked_us, name = excluded.name, seen_us = excluded.seen_us,
    units = excluded.units;

-- name: insert_key_check
INSERT INTO key_check (id, value) VALUES (1, ?);

-- name: select_key_check
SELECT value FROM key_check WHERE id = 1;

-- name: select_schema
SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name;

-- name: select_head
SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1;

-- name: select_hash
SELECT hash FROM entry WHERE seq = ?;

-- name: select_purge
SELECT 1 FROM entry WHERE kind = ? LIMIT 1;

-- name: select_entries
SELECT seq, kind, at_us, mono_us, lane, number, value, person, medium, bound, device, text, extra, prev, hash
FROM entry WHERE seq > ? ORDER BY seq;

-- name: select_latest_entries
SELECT seq, kind, at_us, mono_us, lane, number, value, person, medium, bound, device, text, extra, prev, hash
FROM (SELECT * FROM entry ORDER BY seq DESC LIMIT ?) ORDER BY seq;

-- name: select_tickets
SELECT state, person, medium, bound, session, calls, shots, retakes, issued_us, called_us, shot_us, ended_us, issued_seq,
       seq, reason, note_unit, note_rank, note_flags, confirmed, is_suspect, acknowledged, card_back, has_left, turn,
       lane, number
FROM ticket ORDER BY lane, number;

-- name: select_people
SELECT id, sealed FROM person ORDER BY row;

-- name: select_credentials
SELECT digest, kind, person, sealed FROM credential ORDER BY row;

-- name: select_credential
SELECT digest, kind, person, sealed FROM credential WHERE row = ?;

-- name: select_new_credentials
SELECT row, person, kind FROM credential WHERE row > ? ORDER BY row;

-- name: select_new_people
SELECT row, id FROM person WHERE row > ? ORDER BY row;

-- name: select_repeated_people
SELECT row FROM person GROUP BY id HAVING count(*) > 1;

-- name: select_strangers
SELECT row FROM credential WHERE person NOT IN (SELECT id FROM person) ORDER BY row;

-- name: select_faceless
SELECT issued_seq, lane, number, person IN (SELECT id FROM person) FROM ticket
WHERE length(person) = 16
    AND (person NOT IN (SELECT id FROM person) OR person NOT IN (SELECT person FROM credential))
ORDER BY lane, number;

-- name: select_contradicted_answers
SELECT row, seq FROM answer
WHERE (created = 1 AND number > 0 AND NOT EXISTS (
        SELECT 1 FROM entry
        WHERE entry.seq = answer.seq - (called = number) AND kind = 16 AND entry.lane = answer.lane
            AND entry.number = answer.number))
    OR (called > 0 AND NOT EXISTS (
        SELECT 1 FROM entry
        WHERE entry.seq = answer.seq AND kind = 17 AND entry.lane = answer.lane AND entry.number = answer.called))
ORDER BY row;

-- name: select_units
SELECT id, college, name FROM unit ORDER BY id;

-- name: select_slots
SELECT lane, start_us, end_us, unit, level FROM slot ORDER BY row;

-- name: select_documents
SELECT seq, kind, text FROM document ORDER BY seq;

-- name: select_vouched_documents
SELECT document.seq, document.kind, document.text, coalesce(entry.kind, 0), coalesce(entry.extra, ''), coalesce(entry.text, '')
FROM document LEFT JOIN entry ON entry.seq = document.seq ORDER BY document.seq;

-- name: select_lost_documents
SELECT seq FROM entry
WHERE kind = 9 AND extra LIKE 'document-%' AND seq NOT IN (SELECT seq FROM document)
    AND NOT EXISTS (SELECT 1 FROM entry WHERE kind = 36)
ORDER BY seq;

-- name: select_answers
SELECT key, fingerprint, verdict, created, lane, number, called, seq, could_override, warnings, is_alarm, next_number,
       added, updated, unchanged, skipped
FROM answer ORDER BY row;

-- name: select_tokens
SELECT id, hash, kind, parent, role, lane, created_us, expires_us, used_us, revoked_us, name, seen_us, units
FROM token ORDER BY id;

-- name: select_whole_event
SELECT kind, at_us, value, text, extra, hash FROM entry WHERE kind IN (1, 2, 34, 35, 36) ORDER BY seq;

-- name: select_sums
SELECT coalesce(max(seq), 0), coalesce((SELECT at_us FROM entry ORDER BY seq DESC LIMIT 1), 0),
       (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), coalesce(sum(kind >= 16 AND text LIKE '~%'), 0),
       (SELECT count(*) FROM person), (SELECT count(*) FROM credential)
FROM entry;

-- name: select_sealed_rows
SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM credential);

-- name: select_purged
SELECT seq FROM (SELECT seq, kind FROM entry ORDER BY seq DESC LIMIT 1) WHERE kind = 36; -- nothing may follow it

-- name: purge_people
DELETE FROM person;

-- name: purge_credentials
DELETE FROM credential;

-- name: purge_documents
DELETE FROM document;

-- name: purge_answers
DELETE FROM answer;

-- name: purge_token_names
UPDATE token SET name = '';
