"""Looks things up and changes them, inside the one transaction that the writer has open."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import msgspec

from klatch.core.credentials import Keys
from klatch.core.events import AnyBody, Author, Entry, target_of
from klatch.storage import queries
from klatch.storage.postponing import PostponingDriver
from klatch.storage.reader import Driver
from klatch.storage.remembering import RememberingReader
from klatch.storage.rows import NewAccount, NewCredential, NewLink, NewRoom, Recorded

HASH_BYTES: Final = 8
_write_body = msgspec.json.Encoder().encode


class Transaction(RememberingReader):
    """What decisions are given, one after the other. `recorded` collects the entries that they add, in order, to be
    published after COMMIT. One object serves all transactions of a writer, one after the other."""

    def __init__(self, driver: Driver, make_id: Callable[[int], int]) -> None:
        self._entries = PostponingDriver(driver)
        super().__init__(self._entries)
        self.now = 0
        self.recorded: list[Entry] = []
        self._make_id = make_id

    def begin(self, now: int) -> None:
        """A transaction was begun; `now` (ms UTC) is its time."""
        self.now = now
        self.forget_much()

    def finish(self) -> None:
        """Writes what was kept back: the last thing before COMMIT."""
        self.write_heads()
        self._entries.write_entries()

    def undo(self) -> None:
        """The transaction was rolled back."""
        self.recorded = []
        self._entries.drop_entries()
        self.forget_all()

    @property
    def alterations(self) -> int:
        """How often something was ever changed."""
        return self._entries.changes

    def take_recorded(self) -> list[Entry]:
        """The entries added since this was last asked."""
        recorded, self.recorded = self.recorded, []
        return recorded

    def append(
        self, log: str, author: Author, body: AnyBody, cid: str | None = None, command_hash: bytes | None = None
    ) -> Entry:
        """Adds the next entry to a log. Its time is never before that of the entry before it."""
        number = int(log)
        last_seq, last_ts = self.last(log)
        seq, ts = last_seq + 1, max(last_ts, self.now)
        identity = self._make_id(ts)
        spelled = _write_body(body)
        by, name = int(author.id), author.name
        check = hash_entry(number, seq, identity, ts, by, name, cid, spelled)
        target, kind = target_of(body), kind_of(body)
        self._entries.add_entry((number, seq, identity, ts, by, name, cid, command_hash, target, kind, spelled, check))
        self.grow(log, seq, ts)
        entry = Entry(room=log, seq=seq, id=str(identity), ts=ts, author=author, body=body, cid=cid)
        if cid is not None:
            self.note_command(author.id, cid, Recorded(log, seq, entry.id, ts, command_hash))
        self.recorded.append(entry)
        return entry

    def replace_body(self, entry: Entry, body: AnyBody) -> None:
        """Takes the words out of an entry, keeping its number."""
        spelled = _write_body(body)
        log, identity, author = int(entry.room), int(entry.id), int(entry.author.id)
        fresh = hash_entry(log, entry.seq, identity, entry.ts, author, entry.author.name, entry.cid, spelled)
        parameters = {"log": log, "seq": entry.seq, "body": spelled, "entry_hash": fresh}
        self._db.run(queries.REPLACE_BODY, parameters)

    # Accounts.

    def add_account(self, account: NewAccount) -> str:
        """Adds an account and its log; gives its id."""
        log = self._add_log()
        self._change(
            queries.ADD_ACCOUNT,
            {
                "id": log,
                "name": account.name,
                "key": account.key,
                "role": account.role,
                "secret_hash": account.secret_hash,
                "now": self.now,
            },
        )
        return str(log)

    def set_username(self, account: str, name: str, key: str) -> None:
        """Gives an account another username."""
        self._change(queries.SET_USERNAME, {"id": int(account), "name": name, "key": key})

    def set_display_name(self, account: str, name: str) -> None:
        """Gives an account another display name."""
        self._change(queries.SET_DISPLAY_NAME, {"id": int(account), "name": name})

    def set_status(self, account: str, text: str, *, away: bool, until: int | None = None) -> None:
        """Gives an account another status, for good or until a time (ms UTC)."""
        self._change(queries.SET_STATUS, {"id": int(account), "text": text, "away": int(away), "until": until})

    def set_password(self, account: str, keys: Keys) -> None:
        """Gives an account a password; a guest's secret brings it back no more."""
        self._change(
            queries.SET_KEYS,
            {
                "id": int(account),
                "argon2": keys.argon2,
                "salt": keys.salt,
                "iterations": keys.iterations,
                "stored_key": keys.stored_key,
                "server_key": keys.server_key,
            },
        )

    def set_server_role(self, account: str, role: str) -> None:
        """Gives an account another role on the server."""
        self._change(queries.SET_SERVER_ROLE, {"id": int(account), "role": role})

    def promote_guest(self, account: str) -> None:
        """Makes an account a member where it was a guest."""
        self._change(queries.PROMOTE_GUEST, {"account": int(account)})

    def set_suspended(self, account: str, ts: int | None) -> None:
        """Suspends an account as from a time (ms UTC), or ends that."""
        self._change(queries.SET_SUSPENDED, {"id": int(account), "ts": ts})

    def set_seen(self, account: str) -> None:
        """Notes that the account was here now."""
        self._db.run(queries.SET_SEEN, {"id": int(account), "now": self.now})

    def end_account(self, account: str) -> None:
        """Ends an account: it is in no room any more, its name is free, its words stay."""
        self._change(queries.END_ACCOUNT, {"id": int(account), "now": self.now})
        self._change(queries.REMOVE_MEMBERSHIPS, {"account": int(account)})
        self._db.run(queries.REMOVE_CREDENTIALS, {"account": int(account)})
        self._db.run(queries.REMOVE_LINKS_BY, {"account": int(account)})

    # Credentials and links.

    def add_credential(self, credential: NewCredential) -> str:
        """Adds what lets an account in; gives its id. Raises Reused if the secret is known already."""
        identity = self._make_id(self.now)
        self._db.run(
            queries.ADD_CREDENTIAL,
            {
                "id": identity,
                "account": int(credential.account),
                "kind": credential.kind,
                "secret_hash": credential.secret_hash,
                "name": credential.name,
                "scopes": " ".join(sorted(credential.scopes)),
                "fleeting": int(credential.fleeting),
                "address": credential.address,
                "expires": credential.expires,
                "now": self.now,
            },
        )
        return str(identity)

    def touch_credential(self, credential: str, address: str) -> None:
        """Notes that a credential was used now, from an address."""
        self._db.run(queries.TOUCH_CREDENTIAL, {"id": int(credential), "address": address, "now": self.now})

    def remove_credential(self, credential: str) -> None:
        """Lets nobody in by this any more."""
        self._db.run(queries.REMOVE_CREDENTIAL, {"id": int(credential)})

    def remove_credentials(self, account: str) -> None:
        """Lets nobody in any more by any credential of an account."""
        self._db.run(queries.REMOVE_CREDENTIALS, {"account": int(account)})

    def remove_fleeting_credentials(self) -> None:
        """Forgets those that should have ended with their connections."""
        self._db.run(queries.REMOVE_FLEETING_CREDENTIALS)

    def remove_old_credentials(self, unseen: int) -> None:
        """Forgets those that have expired, and sessions last seen before a time (ms UTC)."""
        self._db.run(queries.REMOVE_OLD_CREDENTIALS, {"now": self.now, "unseen": unseen})

    def add_link(self, link: NewLink) -> str:
        """Adds a link; gives its id. Raises Reused if the secret is known already."""
        identity = self._make_id(self.now)
        self._db.run(
            queries.ADD_LINK,
            {
                "id": identity,
                "kind": link.kind,
                "secret_hash": link.secret_hash,
                "account": None if link.account is None else int(link.account),
                "room": None if link.room is None else int(link.room),
                "role": link.role,
                "uses": link.uses,
                "creator": int(link.created_by),
                "expires": link.expires,
                "now": self.now,
            },
        )
        return str(identity)

    def use_link(self, link: str) -> None:
        """Counts one use of a link."""
        self._db.run(queries.USE_LINK, {"id": int(link)})

    def remove_link(self, link: str) -> None:
        """Takes a link back."""
        self._db.run(queries.REMOVE_LINK, {"id": int(link)})

    def remove_owner_links(self) -> None:
        """Takes the first owner's link back."""
        self._db.run(queries.REMOVE_LINKS_OF_KIND, {"kind": "owner"})

    def remove_resets(self, account: str) -> None:
        """Takes back the links that would set an account's password."""
        self._db.run(queries.REMOVE_RESETS, {"account": int(account)})

    def remove_old_links(self) -> None:
        """Forgets the links that have expired or are used up."""
        self._db.run(queries.REMOVE_OLD_LINKS, {"now": self.now})

    # Rooms and membership.

    def add_room(self, room: NewRoom) -> str:
        """Adds a room and its log; gives its id."""
        log = self._add_log()
        self._change(
            queries.ADD_ROOM,
            {
                "id": log,
                "kind": room.kind,
                "name": room.name,
                "key": room.key,
                "direct_key": room.direct_key,
                "topic": room.topic,
                "now": self.now,
            },
        )
        return str(log)

    def set_topic(self, room: str, topic: str) -> None:
        """Gives a room another topic."""
        self._change(queries.SET_TOPIC, {"room": int(room), "topic": topic})

    def add_member(self, room: str, account: str, role: str, horizon: int = 1) -> None:
        """Makes an account a member."""
        parameters = {"room": int(room), "account": int(account), "role": role, "horizon": horizon}
        self._change(queries.ADD_MEMBER, parameters)

    def set_role(self, room: str, account: str, role: str) -> None:
        """Gives a member another role."""
        self._change(queries.SET_ROLE, {"room": int(room), "account": int(account), "role": role})

    def remove_member(self, room: str, account: str) -> None:
        """Ends a membership."""
        self._change(queries.REMOVE_MEMBER, {"room": int(room), "account": int(account)})

    def invite(self, room: str, account: str) -> None:
        """Lets an account into a closed room."""
        self._change(queries.ADD_INVITATION, {"room": int(room), "account": int(account)})

    def uninvite(self, room: str, account: str) -> None:
        """Uses an invitation up."""
        self._change(queries.REMOVE_INVITATION, {"room": int(room), "account": int(account)})

    # Reading.

    def mark_read(self, room: str, account: str, seq: int) -> None:
        """Notes how far an account has read a room."""
        self.forget_place(room, account)
        self._db.run(queries.MARK_READ, {"room": int(room), "account": int(account), "seq": seq})

    def add_mention(self, room: str, account: str, seq: int) -> None:
        """Notes that a message mentions an account."""
        self._db.run(queries.ADD_MENTION, {"room": int(room), "account": int(account), "seq": seq})

    def remove_mentions(self, room: str, seq: int) -> None:
        """Forgets whom a message mentions."""
        self._db.run(queries.REMOVE_MENTIONS, {"room": int(room), "seq": seq})

    def _change(self, statement: str, parameters: dict[str, Any]) -> None:
        """Changes something that may be remembered."""
        self.forget()
        self._db.run(statement, parameters)

    def _add_log(self) -> int:
        row = self._entries.change(queries.ADD_LOG)
        if row is None:
            raise LookupError("the store gave no number for a log")
        return int(row[0])


def kind_of(body: AnyBody) -> str:
    """What the body is filed under."""
    return str(body.__struct_config__.tag)


def hash_entry(
    log: int, seq: int, identity: int, ts: int, author: int, name: str, cid: str | None, body: bytes
) -> bytes:
    """Eight bytes that tell whether a stored entry was damaged."""
    head = f"{log} {seq} {identity} {ts} {author} {name} {cid} "
    return blake2b(head.encode() + body, digest_size=HASH_BYTES).digest()
