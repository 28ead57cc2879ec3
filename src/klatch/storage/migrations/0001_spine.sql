-- The spine: logs and their entries; accounts, rooms and who is in them; what is read.

-- One row for each log; a room and an account share their id with their log, so no two ever meet.
CREATE TABLE logs (
    id        INTEGER PRIMARY KEY,
    last_seq  BIGINT NOT NULL DEFAULT 0,
    last_ts   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY REFERENCES logs (id),
    username      TEXT NOT NULL,
    username_key  TEXT UNIQUE,             -- NULL once the account ended: the name is free again
    display_name  TEXT NOT NULL,           -- empty: as the username
    role          TEXT NOT NULL,
    secret_hash   BLOB UNIQUE,             -- NULL: the account ends with its connection
    status        TEXT NOT NULL DEFAULT '',
    away          INTEGER NOT NULL DEFAULT 0,
    created_ts    BIGINT NOT NULL,
    seen_ts       BIGINT NOT NULL,
    ended_ts      BIGINT
);

CREATE TABLE rooms (
    id          INTEGER PRIMARY KEY REFERENCES logs (id),
    kind        TEXT NOT NULL,             -- open, closed, direct
    name        TEXT,
    name_key    TEXT UNIQUE,
    direct_key  TEXT UNIQUE,               -- the ids of its people, in order
    topic       TEXT NOT NULL DEFAULT '',
    created_ts  BIGINT NOT NULL
);

CREATE TABLE members (
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    role        TEXT NOT NULL,
    horizon     BIGINT NOT NULL DEFAULT 1, -- the first entry that this member may read
    PRIMARY KEY (room_id, account_id)
) WITHOUT ROWID;
CREATE INDEX members_by_account ON members (account_id);

CREATE TABLE invitations (
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (room_id, account_id)
) WITHOUT ROWID;

CREATE TABLE entries (
    log_id        INTEGER NOT NULL,        -- no REFERENCES: the number comes from that very row
    seq           BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    ts            BIGINT NOT NULL,
    author_id     INTEGER NOT NULL,
    author_name   TEXT NOT NULL,           -- the username at that time
    cid           TEXT,
    command_hash  BLOB,                    -- of the command that carried the cid: tells a retry from a reuse
    target        BIGINT,                  -- the entry that this one changes, if it does
    kind          TEXT NOT NULL,           -- of the body
    body          BLOB NOT NULL,           -- JSON
    entry_hash    BLOB NOT NULL,           -- of what was said, by whom and when: tells damage
    PRIMARY KEY (log_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_cid ON entries (author_id, cid) WHERE cid IS NOT NULL;
CREATE INDEX entries_by_target ON entries (log_id, target, kind) WHERE target IS NOT NULL;

CREATE TABLE reading (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    seq         BIGINT NOT NULL,
    PRIMARY KEY (account_id, room_id)
) WITHOUT ROWID;

CREATE TABLE mentions (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    seq         BIGINT NOT NULL,
    PRIMARY KEY (account_id, room_id, seq)
) WITHOUT ROWID;

CREATE TABLE store (
    epoch       TEXT NOT NULL,             -- of this incarnation: changes on restore
    created_ts  BIGINT NOT NULL
);
