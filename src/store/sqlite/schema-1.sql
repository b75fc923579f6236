-- Times are nanoseconds since 1970. Levels are 0 (archive) to 4 (revision).
-- What SQLite's own file locks do not cover is guarded by the locks of the engine: the rows of an
-- archive's subjects and items by its scan lock, rule and rules_file by the rules lock.

CREATE TABLE rules_file (
    level     INTEGER PRIMARY KEY,
    mark      TEXT,              -- what the file looked like when it was read; NULL: read it again
    condition INTEGER NOT NULL,  -- 0 sound, 1 missing, 2 empty, 3 has bad lines or cannot be read
    commands  TEXT NOT NULL      -- the commands of its rules, parted by blanks
) STRICT;

CREATE TABLE archive (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    context    TEXT NOT NULL DEFAULT '',  -- the location and settings that fingerprints were made under
    hint       TEXT,
    scanned_at INTEGER,
    error      TEXT,
    error_at   INTEGER
) STRICT;

CREATE TABLE subject (
    id          INTEGER PRIMARY KEY,
    archive_id  INTEGER NOT NULL REFERENCES archive,
    level       INTEGER NOT NULL,
    name        TEXT NOT NULL,
    parent_id   INTEGER REFERENCES subject,
    last_seq    INTEGER NOT NULL DEFAULT 0,
    listed_at   INTEGER,                     -- NULL: never listed whole
    fingerprint BLOB,                        -- only a clean one
    watched     INTEGER NOT NULL DEFAULT 0,  -- an active rule names it
    gone        INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    error_at    INTEGER,
    UNIQUE (level, name)
) STRICT;
CREATE INDEX subject_watched ON subject (archive_id, level, id) WHERE watched;
CREATE INDEX subject_parent ON subject (parent_id);

CREATE TABLE item (
    subject_id  INTEGER NOT NULL REFERENCES subject,
    seq         INTEGER NOT NULL,
    part        TEXT NOT NULL,
    detected_at INTEGER NOT NULL,
    PRIMARY KEY (subject_id, seq)
) STRICT, WITHOUT ROWID;

-- What an action was told of a subject: every item up to and with `told`. `compact` is the position
-- of kinds whose items are not kept one by one, in their own form.
CREATE TABLE position (
    subject_id INTEGER NOT NULL REFERENCES subject,
    action     TEXT NOT NULL,
    told       INTEGER NOT NULL,
    compact    BLOB,
    PRIMARY KEY (subject_id, action)
) STRICT, WITHOUT ROWID;

-- Every line that ever stood in a rules file, by its text.
CREATE TABLE rule (
    id         INTEGER PRIMARY KEY,
    level      INTEGER NOT NULL,
    text       TEXT NOT NULL,
    subject_id INTEGER NOT NULL REFERENCES subject,
    action     TEXT NOT NULL,
    state      INTEGER NOT NULL,             -- 0 active, 1 removed, 2 replaced by an edited line
    place      INTEGER NOT NULL,             -- its place in the file
    met        INTEGER NOT NULL DEFAULT 0,   -- it has met its subject
    owed       TEXT,                         -- what it is owed of what was there; NULL: not decided
    handed     INTEGER NOT NULL DEFAULT 0,   -- items up to and with this were handed down
    added_at   INTEGER,                      -- larch added it; NULL: a person did
    parent     TEXT,                         -- larch added it for this subject
    written    INTEGER NOT NULL DEFAULT 1,   -- 0: still to be appended to the file
    UNIQUE (level, text)
) STRICT;
CREATE INDEX rule_subject ON rule (subject_id, place);
CREATE INDEX rule_pending ON rule (level) WHERE written = 0;

CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY,
    uid        TEXT NOT NULL UNIQUE,
    subject_id INTEGER NOT NULL REFERENCES subject,
    action     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    items      INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_subject ON delivery (subject_id, action);

CREATE TABLE delivery_item (
    delivery_id INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
    ord         INTEGER NOT NULL,
    part        TEXT NOT NULL,
    detected_at INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, ord)
) STRICT, WITHOUT ROWID;

-- Deliveries of one lane run in order, one at a time. A lane whose rule was removed is asleep.
CREATE TABLE lane (
    id         INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject,
    action     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    asleep     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (subject_id, action, recipient)
) STRICT;

CREATE TABLE part (
    id               INTEGER PRIMARY KEY,
    uid              TEXT NOT NULL UNIQUE,
    delivery_id      INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
    lane_id          INTEGER NOT NULL REFERENCES lane,
    first_item       INTEGER NOT NULL,
    last_item        INTEGER NOT NULL,
    state            INTEGER NOT NULL,  -- 0 owed, 1 running, 2 waiting, 3 held, 4 done, 5 dead, 6 dropped
    attempts         INTEGER NOT NULL DEFAULT 0,
    first_attempt_at INTEGER,
    due_at           INTEGER NOT NULL,
    claim            TEXT,
    settled_at       INTEGER,
    error            TEXT
) STRICT;
CREATE INDEX part_open ON part (state, id) WHERE state < 4;
CREATE INDEX part_lane ON part (lane_id, id) WHERE state < 4;
CREATE INDEX part_delivery ON part (delivery_id);

CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY,
    part_id     INTEGER NOT NULL REFERENCES part ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    outcome     TEXT,              -- NULL: not ended, or its poll died
    success     INTEGER,
    output      INTEGER NOT NULL DEFAULT 0  -- bytes of output, before the cut
) STRICT;
CREATE INDEX attempt_part ON attempt (part_id);

CREATE TABLE task (
    name    TEXT PRIMARY KEY,
    done_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
