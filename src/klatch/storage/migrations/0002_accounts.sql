-- People who come back: passwords, what signs them in, and links that let them in.

ALTER TABLE accounts ADD COLUMN password_hash TEXT;          -- Argon2id; NULL: nobody can sign in with a password
ALTER TABLE accounts ADD COLUMN scram_salt BLOB;             -- SCRAM-SHA-256 (RFC 7677), for IRC
ALTER TABLE accounts ADD COLUMN scram_iterations INTEGER;
ALTER TABLE accounts ADD COLUMN scram_stored_key BLOB;
ALTER TABLE accounts ADD COLUMN scram_server_key BLOB;
ALTER TABLE accounts ADD COLUMN suspended_ts BIGINT;         -- NULL: not suspended
ALTER TABLE accounts ADD COLUMN status_until BIGINT;         -- when the status passes; NULL: it stays
CREATE INDEX accounts_by_status_until ON accounts (status_until) WHERE status_until IS NOT NULL;

CREATE TABLE credentials (
    id           BIGINT PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    kind         TEXT NOT NULL,              -- session: made by signing in; token: made for a script
    secret_hash  BLOB NOT NULL UNIQUE,       -- SHA-256 of what is shown at the door
    name         TEXT NOT NULL,              -- of the device or script
    scopes       TEXT NOT NULL,              -- words between blanks
    fleeting     INTEGER NOT NULL DEFAULT 0, -- it ends with its connection
    created_ts   BIGINT NOT NULL,
    seen_ts      BIGINT NOT NULL,
    address      TEXT NOT NULL,              -- from which it was used last
    expires_ts   BIGINT
);
CREATE INDEX credentials_by_account ON credentials (account_id);

CREATE TABLE links (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL,              -- owner, invite, reset
    secret_hash  BLOB NOT NULL UNIQUE,
    account_id   INTEGER REFERENCES accounts (id), -- whose password a reset sets
    room_id      INTEGER REFERENCES rooms (id),    -- into which an invite leads
    role         TEXT,                       -- that an invite gives
    uses_left    INTEGER NOT NULL,
    created_by   INTEGER NOT NULL REFERENCES accounts (id),
    created_ts   BIGINT NOT NULL,
    expires_ts   BIGINT
);
CREATE INDEX links_by_creator ON links (created_by);
