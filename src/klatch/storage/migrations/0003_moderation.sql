-- Order in the house: bans and mutes, what rooms allow and keep, whom one blocks, and words that are on their way out.

ALTER TABLE rooms ADD COLUMN posting TEXT NOT NULL DEFAULT 'everyone';
ALTER TABLE rooms ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;          -- seconds between two messages of a member
ALTER TABLE rooms ADD COLUMN newcomers TEXT NOT NULL DEFAULT 'all';    -- may read: all, or from their joining
ALTER TABLE rooms ADD COLUMN keep INTEGER NOT NULL DEFAULT -2;         -- days; 0: nothing, -1: for good, -2: as the server
ALTER TABLE rooms ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;          -- deleted; its numbers stay
ALTER TABLE rooms ADD COLUMN swept BIGINT NOT NULL DEFAULT 0;          -- words are gone up to this entry

ALTER TABLE members ADD COLUMN joined_ts BIGINT NOT NULL DEFAULT 0;

ALTER TABLE accounts ADD COLUMN guests_write INTEGER NOT NULL DEFAULT 1; -- whether guests may write directly

ALTER TABLE store ADD COLUMN paused_ts BIGINT;                         -- NULL: everyone may write
ALTER TABLE store ADD COLUMN keep INTEGER NOT NULL DEFAULT -1;         -- for rooms without a rule of their own

CREATE TABLE restraints (
    scope_id    INTEGER NOT NULL REFERENCES logs (id), -- a room, or the server's own account: everywhere
    act         TEXT NOT NULL,             -- ban, mute
    kind        TEXT NOT NULL,             -- account, pattern, network
    target      TEXT NOT NULL,             -- an account's id, a pattern of usernames, a network
    name        TEXT NOT NULL,             -- how people read it
    reason      TEXT NOT NULL,
    until_ts    BIGINT NOT NULL,
    by_id       INTEGER NOT NULL REFERENCES accounts (id),
    created_ts  BIGINT NOT NULL,
    PRIMARY KEY (scope_id, act, kind, target)
) WITHOUT ROWID;

CREATE TABLE spoken (                      -- in rooms with slow mode: who wrote when
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    ts          BIGINT NOT NULL,
    PRIMARY KEY (room_id, account_id)
) WITHOUT ROWID;

CREATE TABLE blocks (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    blocked_id  INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (account_id, blocked_id)
) WITHOUT ROWID;

CREATE TABLE removals (                    -- words that leave a log in small portions
    log_id      INTEGER PRIMARY KEY REFERENCES logs (id),
    through     BIGINT NOT NULL,           -- the last entry that loses its words
    at          BIGINT NOT NULL            -- the last that has lost them
);

CREATE TABLE erasures (                    -- people who leave every log in small portions
    account_id  INTEGER PRIMARY KEY REFERENCES accounts (id),
    log_id      INTEGER NOT NULL DEFAULT 0, -- how far all logs were gone through
    seq         BIGINT NOT NULL DEFAULT 0,
    told_id     INTEGER NOT NULL DEFAULT 0 -- the last room that was told
);
