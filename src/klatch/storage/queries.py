"""Every statement of the store, written once, for SQLite and PostgreSQL alike."""

from functools import cache
from typing import Final

_ACCOUNT: Final = """
    a.id, a.username, a.display_name, a.role, a.secret_hash IS NULL AND a.role = 'guest', a.status, a.away,
    a.status_until, a.suspended_ts IS NOT NULL, a.avatar
"""
_ROOM: Final = """
    r.id, r.kind, r.name, r.topic, r.direct_key, r.posting, r.slow, r.newcomers, r.keep, r.previews, r.archived, r.gone
"""
_PLACE: Final = f"""
    {_ROOM}, m.role, coalesce(m.horizon, 1), coalesce(d.seq, 0), coalesce(p.star, 0), p.place, coalesce(p.notify, '')
"""
_PLACES: Final = f"""
    SELECT {_PLACE} FROM rooms r
    LEFT JOIN members m ON m.room_id = r.id AND m.account_id = :account
    LEFT JOIN reading d ON d.room_id = r.id AND d.account_id = :account
    LEFT JOIN preferences p ON p.room_id = r.id AND p.account_id = :account
"""
_ENTRY: Final = "log_id, seq, id, ts, author_id, author_name, cid, body"

# Accounts.
ACCOUNT: Final = f"SELECT {_ACCOUNT} FROM accounts a WHERE a.id = :id"
ACCOUNT_HERE: Final = f"{ACCOUNT} AND a.ended_ts IS NULL"
ACCOUNT_BY_KEY: Final = f"SELECT {_ACCOUNT} FROM accounts a WHERE a.username_key = :key"
ACCOUNT_BY_SECRET: Final = f"SELECT {_ACCOUNT} FROM accounts a WHERE a.secret_hash = :secret_hash"
ADD_ACCOUNT: Final = """
    INSERT INTO accounts (id, username, username_key, display_name, role, secret_hash, created_ts, seen_ts)
    VALUES (:id, :name, :key, '', :role, :secret_hash, :now, :now)
"""
SET_USERNAME: Final = "UPDATE accounts SET username = :name, username_key = :key WHERE id = :id"
SET_DISPLAY_NAME: Final = "UPDATE accounts SET display_name = :name WHERE id = :id"
SET_STATUS: Final = "UPDATE accounts SET status = :text, away = :away, status_until = :until WHERE id = :id"
STATUSES_PASSED: Final = f"SELECT {_ACCOUNT} FROM accounts a WHERE a.status_until <= :now AND a.ended_ts IS NULL"
SET_SEEN: Final = "UPDATE accounts SET seen_ts = :now WHERE id = :id"
END_ACCOUNT: Final = """
    UPDATE accounts SET
        username_key = NULL, secret_hash = NULL, password_hash = NULL, scram_salt = NULL, scram_iterations = NULL,
        scram_stored_key = NULL, scram_server_key = NULL, status = '', status_until = NULL, avatar = '', ended_ts = :now
    WHERE id = :id
"""
ARGON2: Final = "SELECT password_hash FROM accounts WHERE id = :id AND ended_ts IS NULL"
SCRAM: Final = """
    SELECT scram_salt, scram_iterations, scram_stored_key, scram_server_key FROM accounts
    WHERE id = :id AND ended_ts IS NULL AND scram_salt IS NOT NULL
"""
SET_KEYS: Final = """
    UPDATE accounts SET
        secret_hash = NULL, password_hash = :argon2, scram_salt = :salt, scram_iterations = :iterations,
        scram_stored_key = :stored_key, scram_server_key = :server_key
    WHERE id = :id
"""
SET_SERVER_ROLE: Final = "UPDATE accounts SET role = :role WHERE id = :id"
SET_SUSPENDED: Final = "UPDATE accounts SET suspended_ts = :ts WHERE id = :id"
PROMOTE_GUEST: Final = "UPDATE members SET role = 'member' WHERE account_id = :account AND role = 'guest'"
ACCOUNTS_AFTER: Final = f"""
    SELECT {_ACCOUNT}, a.created_ts, a.seen_ts, a.suspended_ts FROM accounts a
    WHERE a.username_key > :after AND (a.password_hash IS NOT NULL OR a.role = 'guest')
    ORDER BY a.username_key LIMIT :limit
"""
OWNERS_COUNT: Final = "SELECT count(*) FROM accounts WHERE role = 'owner' AND password_hash IS NOT NULL"

# Credentials and links.
_CREDENTIAL: Final = (
    "c.id, c.account_id, c.kind, c.name, c.scopes, c.fleeting, c.created_ts, c.seen_ts, c.address, c.expires_ts"
)
CREDENTIAL_BY_SECRET: Final = f"SELECT {_CREDENTIAL} FROM credentials c WHERE c.secret_hash = :secret_hash"
CREDENTIALS_OF: Final = f"SELECT {_CREDENTIAL} FROM credentials c WHERE c.account_id = :account ORDER BY c.seen_ts DESC"
ADD_CREDENTIAL: Final = """
    INSERT INTO credentials
        (id, account_id, kind, secret_hash, name, scopes, fleeting, created_ts, seen_ts, address, expires_ts)
    VALUES (:id, :account, :kind, :secret_hash, :name, :scopes, :fleeting, :now, :now, :address, :expires)
"""
TOUCH_CREDENTIAL: Final = "UPDATE credentials SET seen_ts = :now, address = :address WHERE id = :id"
REMOVE_CREDENTIAL: Final = "DELETE FROM credentials WHERE id = :id"
REMOVE_CREDENTIALS: Final = "DELETE FROM credentials WHERE account_id = :account"
REMOVE_FLEETING_CREDENTIALS: Final = "DELETE FROM credentials WHERE fleeting <> 0"
REMOVE_OLD_CREDENTIALS: Final = """
    DELETE FROM credentials WHERE expires_ts <= :now OR (kind = 'session' AND seen_ts < :unseen)
"""
_LINK: Final = """
    l.id, l.kind, l.account_id, l.room_id, l.role, l.uses_left, l.created_by, l.created_ts, l.expires_ts
"""
LINK_BY_SECRET: Final = f"SELECT {_LINK} FROM links l WHERE l.secret_hash = :secret_hash"
LINK: Final = f"SELECT {_LINK} FROM links l WHERE l.id = :id"
LINKS: Final = f"SELECT {_LINK} FROM links l ORDER BY l.id DESC LIMIT :limit"
LINKS_BY: Final = f"SELECT {_LINK} FROM links l WHERE l.created_by = :account ORDER BY l.id DESC LIMIT :limit"
ADD_LINK: Final = """
    INSERT INTO links
        (id, kind, secret_hash, account_id, room_id, role, uses_left, created_by, created_ts, expires_ts)
    VALUES (:id, :kind, :secret_hash, :account, :room, :role, :uses, :creator, :now, :expires)
"""
USE_LINK: Final = "UPDATE links SET uses_left = uses_left - 1 WHERE id = :id"
REMOVE_LINK: Final = "DELETE FROM links WHERE id = :id"
REMOVE_LINKS_OF_KIND: Final = "DELETE FROM links WHERE kind = :kind"
REMOVE_RESETS: Final = "DELETE FROM links WHERE kind = 'reset' AND account_id = :account"
REMOVE_LINKS_BY: Final = "DELETE FROM links WHERE created_by = :account OR account_id = :account"
REMOVE_OLD_LINKS: Final = "DELETE FROM links WHERE expires_ts <= :now OR uses_left <= 0"
FLEETING_ACCOUNTS: Final = (
    "SELECT id FROM accounts WHERE secret_hash IS NULL AND username_key IS NOT NULL AND role = 'guest'"
)
GUESTS_UNSEEN: Final = "SELECT id FROM accounts WHERE role = 'guest' AND username_key IS NOT NULL AND seen_ts < :before"
NAMESAKES_BEFORE: Final = "SELECT count(*) FROM accounts WHERE lower(username) = lower(:name) AND id < :id"

# Every account there ever was, with the username it had first: its own first entry is signed with that.
LIVES: Final = """
    SELECT a.id, coalesce((
        SELECT e.author_name FROM entries e WHERE e.log_id = a.id AND e.author_id = a.id ORDER BY e.seq LIMIT 1
    ), a.username), a.created_ts FROM accounts a WHERE a.id > :after ORDER BY a.id LIMIT :limit
"""
BEGAN: Final = "SELECT created_ts FROM accounts WHERE id = :id"
ENDED: Final = "SELECT ended_ts FROM accounts WHERE id = :id"

# Rooms and membership.
OPEN_ROOM_NAMES: Final = "SELECT id, name FROM rooms WHERE kind = 'open' AND gone = 0"
PLACE: Final = f"{_PLACES} WHERE r.id = :room"
PLACE_BY_KEY: Final = f"{_PLACES} WHERE r.name_key = :key"
PLACE_BY_DIRECT: Final = f"{_PLACES} WHERE r.direct_key = :key"
PLACES_OF: Final = f"{_PLACES} WHERE m.role IS NOT NULL AND r.gone = 0 ORDER BY r.id"
NAMED_PLACES_OF: Final = f"""
    {_PLACES} WHERE m.role IS NOT NULL AND r.kind <> 'direct' AND r.gone = 0 ORDER BY r.id
"""
INVITED_PLACES: Final = f"""
    {_PLACES} JOIN invitations i ON i.room_id = r.id AND i.account_id = :account
    WHERE m.role IS NULL AND r.kind = 'closed' AND r.gone = 0 ORDER BY r.id LIMIT 1000
"""
DIRECT_PLACES_OF: Final = f"""
    {_PLACES} JOIN logs l ON l.id = r.id WHERE m.role IS NOT NULL AND r.kind = 'direct'
    ORDER BY l.last_ts DESC, r.id DESC LIMIT :limit
"""
ROOMS_OF: Final = "SELECT room_id FROM members WHERE account_id = :account ORDER BY room_id"
OPEN_PLACES: Final = f"""
    {_PLACES} WHERE m.role IS NULL AND r.kind = 'open' AND r.gone = 0 AND (r.archived = 0 OR :archived)
    ORDER BY r.id LIMIT 1000
"""
ADD_ROOM: Final = """
    INSERT INTO rooms (id, kind, name, name_key, direct_key, topic, created_ts)
    VALUES (:id, :kind, :name, :key, :direct_key, :topic, :now)
"""
SET_RULES: Final = """
    UPDATE rooms
    SET posting = :posting, slow = :slow, newcomers = :newcomers, keep = :keep, previews = :previews,
        archived = :archived
    WHERE id = :room
"""
SET_KIND: Final = "UPDATE rooms SET kind = :kind WHERE id = :room"
SET_ROOM_NAME: Final = "UPDATE rooms SET name = :name, name_key = :key WHERE id = :room"
END_ROOM: Final = "UPDATE rooms SET name_key = NULL, topic = '', gone = 1 WHERE id = :room"
SET_TOPIC: Final = "UPDATE rooms SET topic = :topic WHERE id = :room"
MEMBERS: Final = f"""
    SELECT {_ACCOUNT}, m.role FROM members m JOIN accounts a ON a.id = m.account_id
    WHERE m.room_id = :room AND a.ended_ts IS NULL ORDER BY a.username LIMIT :limit
"""
MEMBERS_COUNT: Final = "SELECT count(*) FROM members WHERE room_id = :room"
PLACES_COUNT: Final = """
    SELECT count(*) FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.account_id = :account AND r.kind <> 'direct'
"""
ADD_MEMBER: Final = """
    INSERT INTO members (room_id, account_id, role, horizon, joined_ts) VALUES (:room, :account, :role, :horizon, :now)
"""
SET_ROLE: Final = "UPDATE members SET role = :role WHERE room_id = :room AND account_id = :account"
REMOVE_MEMBER: Final = "DELETE FROM members WHERE room_id = :room AND account_id = :account"
REMOVE_MEMBERSHIPS: Final = "DELETE FROM members WHERE account_id = :account"
ADD_INVITATION: Final = """
    INSERT INTO invitations (room_id, account_id) VALUES (:room, :account) ON CONFLICT DO NOTHING
"""
INVITATION: Final = "SELECT 1 FROM invitations WHERE room_id = :room AND account_id = :account"
# Who is to own a room: the highest role, and of those the one who has been there longest.
HEIR: Final = f"""
    SELECT {_ACCOUNT}, m.role FROM members m JOIN accounts a ON a.id = m.account_id
    WHERE m.room_id = :room AND a.ended_ts IS NULL
    ORDER BY
        CASE m.role WHEN 'owner' THEN 1 WHEN 'admin' THEN 2 WHEN 'moderator' THEN 3 WHEN 'member' THEN 4 ELSE 5 END,
        m.joined_ts, m.account_id
    LIMIT 1
"""
SOME_MEMBERS: Final = "SELECT account_id FROM members WHERE room_id = :room LIMIT :limit"
REMOVE_INVITATION: Final = "DELETE FROM invitations WHERE room_id = :room AND account_id = :account"

# Logs and entries.
ADD_LOG: Final = "INSERT INTO logs (last_seq, last_ts) VALUES (0, 0) RETURNING id"
HEAD: Final = "SELECT last_seq FROM logs WHERE id = :log"
LAST: Final = "SELECT last_seq, last_ts FROM logs WHERE id = :log"
SET_HEAD: Final = "UPDATE logs SET last_seq = :seq, last_ts = :ts WHERE id = :log"
_ADD_ENTRIES: Final = """
    INSERT INTO entries
        (log_id, seq, id, ts, author_id, author_name, cid, command_hash, target, kind, body, entry_hash)
    VALUES
"""
BY_CID: Final = "SELECT log_id, seq, id, ts, command_hash FROM entries WHERE author_id = :author AND cid = :cid"
_BY_CIDS: Final = """
    SELECT e.author_id, e.cid, e.log_id, e.seq, e.id, e.ts, e.command_hash
    FROM asked CROSS JOIN entries e ON e.author_id = asked.author AND e.cid = asked.cid
"""
ENTRY: Final = f"SELECT {_ENTRY} FROM entries WHERE log_id = :log AND seq = :seq"
ENTRIES_AFTER: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND seq > :after ORDER BY seq LIMIT :limit
"""
LINES_BEFORE: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND target IS NULL AND seq < :before AND seq >= :horizon
    ORDER BY seq DESC LIMIT :limit
"""
LINES_AFTER: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND target IS NULL AND seq > :after AND seq < :before
    ORDER BY seq LIMIT :limit
"""
CHANGES: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND target BETWEEN :first AND :last AND target IS NOT NULL
    ORDER BY seq
"""
LAST_CHANGES: Final = f"""
    SELECT {_ENTRY} FROM entries e WHERE log_id = :log AND target BETWEEN :first AND :last AND target IS NOT NULL
    AND (kind <> 'edit' OR seq = (
        SELECT max(n.seq) FROM entries n WHERE n.log_id = e.log_id AND n.target = e.target AND n.kind = 'edit'
    )) ORDER BY seq
"""
# A range of one, since a planner that knows only one value may walk through the whole log instead of the index.
REACTIONS: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND target BETWEEN :target AND :target AND target IS NOT NULL
    AND kind IN ('react', 'unreact') ORDER BY seq
"""
EDITS_COUNT: Final = "SELECT count(*) FROM entries WHERE log_id = :log AND target = :target AND kind = 'edit'"
LAST_MESSAGES_OF: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE log_id = :log AND seq > :after AND author_id = :author AND kind = 'message'
    ORDER BY seq DESC LIMIT :limit
"""

# Reading.
MARK_READ: Final = """
    INSERT INTO reading (account_id, room_id, seq) VALUES (:account, :room, :seq)
    ON CONFLICT (account_id, room_id) DO UPDATE SET seq = excluded.seq
"""
ADD_MENTION: Final = """
    INSERT INTO mentions (account_id, room_id, seq) VALUES (:account, :room, :seq) ON CONFLICT DO NOTHING
"""
REMOVE_MENTIONS: Final = "DELETE FROM mentions WHERE room_id = :room AND seq = :seq"
# A message that was hidden from a newcomer is not read by them.
READERS: Final = """
    SELECT a.id, a.username FROM (
        SELECT account_id, horizon FROM members WHERE room_id = :room ORDER BY account_id LIMIT :most
    ) m
    JOIN reading d ON d.account_id = m.account_id AND d.room_id = :room
    JOIN accounts a ON a.id = m.account_id
    WHERE d.seq >= :seq AND m.horizon <= :seq AND a.shares_reading <> 0 AND a.ended_ts IS NULL
"""
SHARES_READING: Final = "SELECT shares_reading FROM accounts WHERE id = :account"
SHARE_READING: Final = "UPDATE accounts SET shares_reading = :shared WHERE id = :account"
UNREAD: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM entries
        WHERE log_id = :room AND seq > :after AND author_id <> :account AND kind = 'message'
        LIMIT :most
    ) AS some
"""
MENTIONED: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM mentions WHERE account_id = :account AND room_id = :room AND seq > :after LIMIT :most
    ) AS some
"""

# Preferences.
SET_PREFERENCES: Final = """
    INSERT INTO preferences (account_id, room_id, star, place, notify)
    VALUES (:account, :room, :star, :place, :notify)
    ON CONFLICT (account_id, room_id) DO UPDATE SET star = excluded.star, place = excluded.place,
        notify = excluded.notify
"""
ORDER_OF: Final = "SELECT room_id FROM preferences WHERE account_id = :account AND place IS NOT NULL ORDER BY place"
CLEAR_ORDER: Final = "UPDATE preferences SET place = NULL WHERE account_id = :account"
SET_PLACE: Final = """
    INSERT INTO preferences (account_id, room_id, place) VALUES (:account, :room, :place)
    ON CONFLICT (account_id, room_id) DO UPDATE SET place = excluded.place
"""
QUIET: Final = "SELECT quiet_until FROM accounts WHERE id = :account"
SET_QUIET: Final = "UPDATE accounts SET quiet_until = :until WHERE id = :account"

# Bans, mutes, blocks, slow mode.
RESTRAINTS: Final = """
    SELECT act, kind, target, name, reason, until_ts, by_id, created_ts FROM restraints WHERE scope_id = :scope
    ORDER BY created_ts DESC, target
"""
ADD_RESTRAINT: Final = """
    INSERT INTO restraints (scope_id, act, kind, target, name, reason, until_ts, by_id, created_ts)
    VALUES (:scope, :act, :kind, :target, :name, :reason, :until, :by, :now)
    ON CONFLICT (scope_id, act, kind, target) DO UPDATE SET name = excluded.name, reason = excluded.reason,
        until_ts = excluded.until_ts, by_id = excluded.by_id, created_ts = excluded.created_ts
"""
REMOVE_RESTRAINT: Final = """
    DELETE FROM restraints WHERE scope_id = :scope AND act = :act AND kind = :kind AND target = :target
"""
REMOVE_ENDED_RESTRAINTS: Final = "DELETE FROM restraints WHERE until_ts <= :now"
SPOKE: Final = "SELECT ts FROM spoken WHERE room_id = :room AND account_id = :account"
SET_SPOKE: Final = """
    INSERT INTO spoken (room_id, account_id, ts) VALUES (:room, :account, :now)
    ON CONFLICT (room_id, account_id) DO UPDATE SET ts = excluded.ts
"""
ADD_BLOCK: Final = "INSERT INTO blocks (account_id, blocked_id) VALUES (:account, :blocked) ON CONFLICT DO NOTHING"
REMOVE_BLOCK: Final = "DELETE FROM blocks WHERE account_id = :account AND blocked_id = :blocked"
BLOCK: Final = "SELECT 1 FROM blocks WHERE account_id = :account AND blocked_id = :blocked"
BLOCKS: Final = """
    SELECT a.id, a.username FROM blocks b JOIN accounts a ON a.id = b.blocked_id WHERE b.account_id = :account
    ORDER BY a.username
"""
GUESTS_WRITE: Final = "SELECT guests_write FROM accounts WHERE id = :account"
SET_GUESTS_WRITE: Final = "UPDATE accounts SET guests_write = :allowed WHERE id = :account"

# The settings that were changed while the server ran.
CHOICES: Final = "SELECT name, value FROM choices"
CHOOSE: Final = """
    INSERT INTO choices (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
UNCHOOSE: Final = "DELETE FROM choices WHERE name = :name"

# How much there is.
ACCOUNTS_COUNT: Final = "SELECT count(*) FROM accounts WHERE username_key IS NOT NULL AND password_hash IS NOT NULL"
GUESTS_COUNT: Final = "SELECT count(*) FROM accounts WHERE username_key IS NOT NULL AND role = 'guest'"
ROOMS_BY_KIND: Final = "SELECT kind, count(*) FROM rooms WHERE gone = 0 GROUP BY kind ORDER BY kind"
FILES_COUNT: Final = "SELECT count(*), coalesce(sum(size), 0) FROM files"
ENTRIES_IN_ALL: Final = "SELECT coalesce(sum(last_seq), 0) FROM logs"

# What leaves the logs.
DUE_TO_SWEEP: Final = """
    SELECT r.id, CASE WHEN r.keep = -2 THEN s.keep ELSE r.keep END AS days, r.swept FROM rooms r, store s
    WHERE r.gone = 0 AND days >= 0 AND r.id > :after ORDER BY r.id LIMIT :limit
"""
ENTRY_TS: Final = "SELECT ts FROM entries WHERE log_id = :log AND seq = :seq"
SET_SWEPT: Final = "UPDATE rooms SET swept = :seq WHERE id = :room"
REMOVALS: Final = """
    SELECT v.log_id, v.through, v.at, r.gone FROM removals v JOIN rooms r ON r.id = v.log_id ORDER BY v.log_id LIMIT 1
"""
ADD_REMOVAL: Final = """
    INSERT INTO removals (log_id, through, at) VALUES (:log, :through, :at)
    ON CONFLICT (log_id) DO UPDATE SET through = max(through, excluded.through), at = min(at, excluded.at)
"""
SET_REMOVAL: Final = "UPDATE removals SET at = :at WHERE log_id = :log"
END_REMOVAL: Final = "DELETE FROM removals WHERE log_id = :log"
FORGET_ROOM: Final = (
    "DELETE FROM invitations WHERE room_id = :room",
    "DELETE FROM reading WHERE room_id = :room",
    "DELETE FROM preferences WHERE room_id = :room",
    "DELETE FROM mentions WHERE room_id = :room",
    "DELETE FROM spoken WHERE room_id = :room",
    "DELETE FROM restraints WHERE scope_id = :room",
    "UPDATE rooms SET name = '' WHERE id = :room",
)
REMOVE_MENTIONS_THROUGH: Final = "DELETE FROM mentions WHERE room_id = :room AND seq BETWEEN :first AND :last"
ERASURES: Final = "SELECT account_id, log_id, seq, told_id FROM erasures ORDER BY account_id LIMIT 1"
ADD_ERASURE: Final = "INSERT INTO erasures (account_id) VALUES (:account) ON CONFLICT DO NOTHING"
SET_ERASURE: Final = """
    UPDATE erasures SET log_id = :log, seq = :seq, told_id = :told WHERE account_id = :account
"""
END_ERASURE: Final = "DELETE FROM erasures WHERE account_id = :account"
ERASE_ACCOUNT: Final = (
    "UPDATE accounts SET username = :name, display_name = '', status = '', away = 0 WHERE id = :account"
)
FORGET_ACCOUNT: Final = (
    "DELETE FROM invitations WHERE account_id = :account",
    "DELETE FROM reading WHERE account_id = :account",
    "DELETE FROM preferences WHERE account_id = :account",
    "DELETE FROM mentions WHERE account_id = :account",
    "DELETE FROM spoken WHERE account_id = :account",
    "DELETE FROM blocks WHERE account_id = :account OR blocked_id = :account",
    "DELETE FROM restraints WHERE kind = 'account' AND target = CAST(:account AS TEXT)",
    "UPDATE accounts SET avatar = '' WHERE id = :account",
)
# All logs in one order. Who is named in an entry stands there with their id; what is found may still name another.
ENTRIES_FROM: Final = f"""
    SELECT {_ENTRY} FROM entries WHERE (log_id, seq) > (:log, :seq) ORDER BY log_id, seq LIMIT :limit
"""
IS_ROOM: Final = "SELECT 1 FROM rooms WHERE id = :log"
REPLACE_ENTRY: Final = """
    UPDATE entries SET author_name = :name, kind = :kind, body = :body, entry_hash = :entry_hash
    WHERE log_id = :log AND seq = :seq
"""

# The store itself.
SYSTEM: Final = "SELECT id FROM accounts WHERE username_key = :key"
STATE: Final = "SELECT paused_ts, keep FROM store"
SET_PAUSED: Final = "UPDATE store SET paused_ts = :ts"
SET_KEEP: Final = "UPDATE store SET keep = :days"
EPOCH: Final = "SELECT epoch FROM store"
ADD_STORE: Final = "INSERT INTO store (epoch, created_ts) VALUES (:epoch, :now)"

# Verification.
ALL_LOGS: Final = "SELECT id, last_seq FROM logs ORDER BY id"
LOGS_BY_ACTIVITY: Final = "SELECT id, last_seq FROM logs WHERE last_seq > 0 ORDER BY last_ts DESC LIMIT :limit"
ENTRIES_COUNT: Final = "SELECT count(*), max(seq) FROM entries WHERE log_id = :log AND seq > :after"
WHOLE_ENTRIES: Final = (
    f"SELECT {_ENTRY}, command_hash, target, kind, entry_hash FROM entries WHERE log_id = :log ORDER BY seq"
)
WHOLE_LOGS: Final = "SELECT id, last_seq, last_ts FROM logs ORDER BY id"
ROOMS_COUNT: Final = "SELECT count(*) FROM rooms"
# What may give no row, and what it means if it does.
CONTRADICTIONS: Final = (
    (
        "SELECT DISTINCT e.log_id FROM entries e WHERE NOT EXISTS (SELECT 1 FROM logs l WHERE l.id = e.log_id)",
        "There are entries of log {}, but no such log.",
    ),
    (
        """
        SELECT DISTINCT e.author_id FROM entries e
        WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = e.author_id)
        """,
        "There are entries by account {}, but no such account.",
    ),
    (
        """
        SELECT l.id FROM logs l WHERE NOT EXISTS (SELECT 1 FROM rooms r WHERE r.id = l.id)
        AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = l.id)
        """,
        "Log {} belongs to no room and no account.",
    ),
    (
        "SELECT r.id FROM rooms r JOIN accounts a ON a.id = r.id",
        "Log {} belongs to a room and to an account.",
    ),
    (
        """
        SELECT author_id, cid FROM entries WHERE cid IS NOT NULL GROUP BY author_id, cid HAVING count(*) > 1
        """,
        "Account {} has more than one entry with the cid {}.",
    ),
    (
        """
        SELECT e.log_id, e.seq, e.target FROM entries e WHERE e.target IS NOT NULL AND (
            e.target >= e.seq
            OR NOT EXISTS (SELECT 1 FROM entries t WHERE t.log_id = e.log_id AND t.seq = e.target)
        )
        """,
        "In log {} entry {} changes {}, which is not there before it.",
    ),
    (
        "SELECT id FROM credentials WHERE kind NOT IN ('session', 'token') OR length(secret_hash) <> 32",
        "The credential {} is none that can be used.",
    ),
    (
        """
        SELECT c.id, c.account_id FROM credentials c JOIN accounts a ON a.id = c.account_id WHERE a.ended_ts IS NOT NULL
        """,
        "The credential {} lets in account {}, which has ended.",
    ),
    (
        """
        SELECT l.id FROM links l WHERE kind NOT IN ('owner', 'invite', 'reset') OR length(secret_hash) <> 32
        OR uses_left < 0 OR (kind = 'reset') <> (account_id IS NOT NULL)
        """,
        "The link {} is none that can be used.",
    ),
    (
        """
        SELECT id FROM accounts WHERE password_hash IS NOT NULL AND (scram_salt IS NULL OR scram_iterations IS NULL
        OR scram_stored_key IS NULL OR scram_server_key IS NULL OR role = 'guest' OR ended_ts IS NOT NULL)
        """,
        "Account {} has a password, but not all that belongs to it.",
    ),
    (
        """
        SELECT scope_id FROM restraints x WHERE NOT EXISTS (SELECT 1 FROM rooms r WHERE r.id = x.scope_id)
        AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = x.scope_id AND a.role = 'owner')
        """,
        "There is a ban or mute in {}, which is neither a room nor the server.",
    ),
    (
        """
        SELECT v.log_id, v.through FROM removals v JOIN logs l ON l.id = v.log_id
        WHERE v.through > l.last_seq OR v.at > v.through
        """,
        "Words are to leave log {} up to {}, which is beyond its end.",
    ),
    (
        "SELECT r.id FROM rooms r JOIN logs l ON l.id = r.id WHERE r.swept > l.last_seq",
        "The words of room {} are gone beyond its end.",
    ),
    (
        "SELECT x.account_id FROM erasures x JOIN accounts a ON a.id = x.account_id WHERE a.ended_ts IS NULL",
        "Account {} is being erased, but has not ended.",
    ),
    (
        """
        SELECT d.account_id, d.room_id, d.seq FROM reading d JOIN logs l ON l.id = d.room_id WHERE d.seq > l.last_seq
        """,
        "Account {} has read room {} up to {}, which is beyond its end.",
    ),
)


@cache
def add_entries(count: int) -> str:
    """Adds as many entries at once; the values in the order of the columns."""
    return _ADD_ENTRIES + ", ".join([f"({', '.join('?' * 12)})"] * count)


@cache
def by_cids(count: int) -> str:
    """Where as many commands were recorded; authors and cids in turn."""
    asked = ", ".join(["(?, ?)"] * count)
    return f"WITH asked (author, cid) AS (VALUES {asked}) {_BY_CIDS}"
