-- Comfort: what people prefer, what may change while the server runs, and the files that are sent.

-- How somebody wants their rooms listed, and when to be left in peace.
ALTER TABLE accounts ADD COLUMN quiet_until BIGINT;                    -- NULL: may be disturbed; -1: not, for good

CREATE TABLE preferences (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    star        INTEGER NOT NULL DEFAULT 0,
    place       INTEGER,                   -- by which the rooms are sorted; NULL: after those that have one
    notify      TEXT NOT NULL DEFAULT '',  -- all, mentions, none; empty: as usual
    PRIMARY KEY (account_id, room_id)
) WITHOUT ROWID;

-- The settings that were changed while the server ran.
CREATE TABLE choices (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL                   -- JSON
);

-- Whether others see how far somebody has read.
ALTER TABLE accounts ADD COLUMN shares_reading INTEGER NOT NULL DEFAULT 1;
