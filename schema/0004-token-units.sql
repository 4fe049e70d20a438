-- Migration 4: a liaison's token may be of certain classes and colleges alone. Run by daemon/journal/migrate.c inside one
-- transaction. Tokens made before stay what they were: of all classes.

-- 'u12 c3': unit 12, and all units of the college that unit 3 is of (journal/token_scope.h). '': every unit.
ALTER TABLE token ADD COLUMN units TEXT NOT NULL DEFAULT '' CHECK (length(CAST(units AS BLOB)) <= 191);
