-- Looks have a new form, and positions of histories are kept for a whole category.

UPDATE subject SET fingerprint = NULL;
ALTER TABLE subject RENAME COLUMN fingerprint TO look;
-- The settings have changed since it was listed: what is new in it may be what they let in.
ALTER TABLE subject ADD COLUMN let_in INTEGER NOT NULL DEFAULT 0;
-- The globs that were in force before that, in the form of the scan.
ALTER TABLE archive ADD COLUMN globs_before TEXT;
CREATE INDEX subject_unlooked ON subject (archive_id) WHERE watched AND look IS NULL;

CREATE INDEX subject_failing ON subject (archive_id) WHERE watched AND error IS NOT NULL;

-- What one look covers, where a kind looks at a category with everything below it.
CREATE TABLE unit (
    archive_id INTEGER NOT NULL REFERENCES archive,
    category   TEXT NOT NULL,     -- its qualified name
    look       BLOB,              -- only a clean one
    listed_at  INTEGER NOT NULL,
    PRIMARY KEY (archive_id, category)
) STRICT, WITHOUT ROWID;

-- What an action was told of a category's histories, in the kind's own form.
CREATE TABLE history (
    category TEXT NOT NULL,
    action   TEXT NOT NULL,
    position BLOB NOT NULL,
    PRIMARY KEY (category, action)
) STRICT, WITHOUT ROWID;

-- Hosts that do not answer.
CREATE TABLE host (
    name     TEXT PRIMARY KEY,
    since    INTEGER NOT NULL,    -- the first failure of those that stand
    tried_at INTEGER NOT NULL,
    said     TEXT NOT NULL        -- what the last try failed with
) STRICT, WITHOUT ROWID;
