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
-- Files.
CREATE TABLE files (                       -- contents; each is kept once
    place       TEXT PRIMARY KEY,          -- its name in the store of files: the id of the upload that brought it
    hash        BLOB NOT NULL UNIQUE,      -- SHA-256
    size        BIGINT NOT NULL,
    media_type  TEXT NOT NULL,             -- as the content says
    width       INTEGER,                   -- of a picture, as it is shown
    height      INTEGER,
    blurhash    TEXT NOT NULL DEFAULT '',
    preview     TEXT NOT NULL DEFAULT ''   -- the media type of what shows it small; empty: there is none
) WITHOUT ROWID;
CREATE TABLE uploads (
    id          TEXT PRIMARY KEY,          -- as in addresses; made by the server, and nobody guesses it
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    name        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    hash        BLOB,                      -- that it is to have, if that was told
    place       TEXT REFERENCES files (place), -- NULL: not whole yet
    created_ts  BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX uploads_by_account ON uploads (account_id, size);
CREATE INDEX uploads_by_place ON uploads (place) WHERE place IS NOT NULL;
CREATE TABLE attachments (                 -- which messages carry which uploads
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    seq         BIGINT NOT NULL,
    upload_id   TEXT NOT NULL REFERENCES uploads (id),
    PRIMARY KEY (room_id, seq, upload_id)
) WITHOUT ROWID;
CREATE INDEX attachments_by_upload ON attachments (upload_id);
ALTER TABLE accounts ADD COLUMN avatar TEXT NOT NULL DEFAULT ''; -- the upload that shows the person; empty: none
-- Whether links are shown with what they lead to.
ALTER TABLE rooms ADD COLUMN previews TEXT NOT NULL DEFAULT 'default'; -- on, off
