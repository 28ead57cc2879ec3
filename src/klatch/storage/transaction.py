"""Looks things up and changes them, inside the one transaction that the writer has open."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import msgspec

from klatch.core.credentials import Keys
from klatch.core.events import AnyBody, Author, Entry, Message, target_of
from klatch.core.preferences import Preferences
from klatch.core.restraints import Restraint
from klatch.core.rooms import Rules
from klatch.storage import files, queries
from klatch.storage.files import FileWriter
from klatch.storage.postponing import PostponingDriver
from klatch.storage.reader import Driver
from klatch.storage.remembering import RememberingReader
from klatch.storage.rows import Erasure, NewAccount, NewCredential, NewLink, NewRoom, Recorded

HASH_BYTES: Final = 8
_write_body = msgspec.json.Encoder().encode


class Transaction(RememberingReader, FileWriter):
    """What decisions are given, one after the other. `recorded` collects the entries that they add, in order, to be
    published after COMMIT. One object serves all transactions of a writer, one after the other."""

    def __init__(self, driver: Driver, make_id: Callable[[int], int]) -> None:
        self._entries = PostponingDriver(driver)
        super().__init__(self._entries)
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
        self,
        log: str,
        author: Author,
        body: AnyBody,
        cid: str | None = None,
        command_hash: bytes | None = None,
        *,
        kept: AnyBody | None = None,
    ) -> Entry:
        """Adds the next entry to a log. Its time is never before that of the entry before it. `kept`: what the store
        keeps in place of the body, which is told and never written."""
        number = int(log)
        last_seq, last_ts = self.last(log)
        seq, ts = last_seq + 1, max(last_ts, self.now)
        identity = self._make_id(ts)
        stored = body if kept is None else kept
        spelled = _write_body(stored)
        by, name = int(author.id), author.name
        check = hash_entry(number, seq, identity, ts, by, name, cid, spelled)
        target, kind = target_of(stored), kind_of(stored)
        self._entries.add_entry((number, seq, identity, ts, by, name, cid, command_hash, target, kind, spelled, check))
        self.grow(log, seq, ts)
        entry = Entry(room=log, seq=seq, id=str(identity), ts=ts, author=author, body=body, cid=cid)
        if cid is not None:
            self.note_command(author.id, cid, Recorded(log, seq, entry.id, ts, command_hash))
        self.recorded.append(entry)
        return entry

    def replace_body(self, entry: Entry, body: AnyBody) -> None:
        """Takes the words out of an entry, keeping its number."""
        self.replace(entry, entry.author.name, body)

    def replace(self, entry: Entry, name: str, body: AnyBody) -> None:
        """Gives an entry other words, and its author another name; `body` changes the same entry as the one before.
        Files that it carries no more go, where nothing else refers to them."""
        if isinstance(entry.body, Message) and entry.body.files and not getattr(body, "files", ()):
            self.detach(entry.room, entry.seq)
        spelled = _write_body(body)
        log, identity, author = int(entry.room), int(entry.id), int(entry.author.id)
        fresh = hash_entry(log, entry.seq, identity, entry.ts, author, name, entry.cid, spelled)
        self._db.run(
            queries.REPLACE_ENTRY,
            {
                "log": log,
                "seq": entry.seq,
                "name": name,
                "kind": kind_of(body),
                "body": spelled,
                "entry_hash": fresh,
            },
        )

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

    def set_avatar(self, account: str, upload: str) -> None:
        """Has an upload show an account, or with an empty one none; the one before goes if nothing refers to it."""
        before = self.account(account)
        self._change(files.SET_AVATAR, {"account": int(account), "avatar": upload})
        if before is not None and before.avatar not in ("", upload):
            self._db.run(files.REMOVE_UNUSED, {"id": before.avatar})

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
        parameters = {
            "room": int(room),
            "account": int(account),
            "role": role,
            "horizon": horizon,
            "now": self.now,
        }
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

    def set_rules(self, room: str, rules: Rules) -> None:
        """Gives a room other rules."""
        self._change(
            queries.SET_RULES,
            {
                "room": int(room),
                "posting": rules.posting,
                "slow": rules.slow,
                "newcomers": rules.newcomers,
                "keep": rules.keep,
                "previews": rules.previews,
                "archived": int(rules.archived),
            },
        )

    def set_kind(self, room: str, kind: str) -> None:
        """Opens or closes a room."""
        self._change(queries.SET_KIND, {"room": int(room), "kind": kind})

    def set_room_name(self, room: str, name: str, key: str) -> None:
        """Gives a room another name."""
        self._change(queries.SET_ROOM_NAME, {"room": int(room), "name": name, "key": key})

    def end_room(self, room: str) -> None:
        """Ends a room: it cannot be found any more, and its name is free. Its log stays."""
        self._change(queries.END_ROOM, {"room": int(room)})

    # Preferences.

    def set_preferences(self, room: str, account: str, preferences: Preferences) -> None:
        """Notes how an account wants a room."""
        self.forget_place(room, account)
        self._db.run(
            queries.SET_PREFERENCES,
            {
                "room": int(room),
                "account": int(account),
                "star": int(preferences.star),
                "place": preferences.place,
                "notify": preferences.notify,
            },
        )

    def set_order(self, account: str, rooms: list[str]) -> None:
        """Puts the rooms of an account in order."""
        self._change(queries.CLEAR_ORDER, {"account": int(account)})
        for place, room in enumerate(rooms):
            self._db.run(queries.SET_PLACE, {"account": int(account), "room": int(room), "place": place})

    def set_quiet(self, account: str, until: int | None) -> None:
        """Notes until when nothing is to disturb an account (ms UTC; -1: for good)."""
        self._db.run(queries.SET_QUIET, {"account": int(account), "until": until})

    # Bans, mutes, blocks, slow mode.

    def restrain(self, scope: str, restraint: Restraint) -> None:
        """Lays a ban or mute, in place of one on the same."""
        self.forget_restraints()
        self._db.run(
            queries.ADD_RESTRAINT,
            {
                "scope": int(scope),
                "act": restraint.act,
                "kind": restraint.kind,
                "target": restraint.target,
                "name": restraint.name,
                "reason": restraint.reason,
                "until": restraint.until,
                "by": int(restraint.by),
                "now": restraint.since,
            },
        )

    def lift(self, scope: str, restraint: Restraint) -> None:
        """Lifts a ban or mute."""
        self.forget_restraints()
        self._db.run(
            queries.REMOVE_RESTRAINT,
            {"scope": int(scope), "act": restraint.act, "kind": restraint.kind, "target": restraint.target},
        )

    def lift_ended(self) -> None:
        """Forgets bans and mutes that have ended."""
        self.forget_restraints()
        self._db.run(queries.REMOVE_ENDED_RESTRAINTS, {"now": self.now})

    def set_spoke(self, room: str, account: str) -> None:
        """Notes that the account wrote now in a room with slow mode."""
        self._db.run(queries.SET_SPOKE, {"room": int(room), "account": int(account), "now": self.now})

    def block(self, account: str, other: str) -> None:
        """Notes that the account wants to hear nothing of another."""
        self._db.run(queries.ADD_BLOCK, {"account": int(account), "blocked": int(other)})

    def unblock(self, account: str, other: str) -> None:
        """Notes that it does again."""
        self._db.run(queries.REMOVE_BLOCK, {"account": int(account), "blocked": int(other)})

    def set_guests_write(self, account: str, *, allowed: bool) -> None:
        """Notes whether guests may write to the account directly."""
        self._db.run(queries.SET_GUESTS_WRITE, {"account": int(account), "allowed": int(allowed)})

    def share_reading(self, account: str, *, shared: bool) -> None:
        """Notes whether others see how far the account has read."""
        self._db.run(queries.SHARE_READING, {"account": int(account), "shared": int(shared)})

    def set_paused(self, *, paused: bool) -> None:
        """Notes whether the conversation is paused for all."""
        self.forget_restraints()
        self._db.run(queries.SET_PAUSED, {"ts": self.now if paused else None})

    def choose(self, name: str, value: bool | float | str | None) -> None:
        """Notes what a setting is from now on; None: what the server is started with."""
        if value is None:
            self._db.run(queries.UNCHOOSE, {"name": name})
        else:
            self._db.run(queries.CHOOSE, {"name": name, "value": msgspec.json.encode(value).decode()})

    def set_keep(self, days: int) -> None:
        """Notes for how many days words are kept where a room says nothing else."""
        self.forget_restraints()
        self._db.run(queries.SET_KEEP, {"days": days})

    # What leaves the logs.

    def set_swept(self, room: str, seq: int) -> None:
        """Notes up to which number a room's words are gone."""
        self._db.run(queries.SET_SWEPT, {"room": int(room), "seq": seq})

    def add_removal(self, log: str, after: int, through: int) -> None:
        """Has the words after one number go, through another."""
        self.write_heads()
        self._db.run(queries.ADD_REMOVAL, {"log": int(log), "at": after, "through": through})

    def set_removal(self, log: str, at: int) -> None:
        """Notes up to which number they have gone."""
        self._db.run(queries.SET_REMOVAL, {"log": int(log), "at": at})

    def end_removal(self, log: str) -> None:
        """Notes that all have gone."""
        self._db.run(queries.END_REMOVAL, {"log": int(log)})

    def remove_mentions_through(self, room: str, first: int, last: int) -> None:
        """Forgets whom the messages from one number to another mention."""
        self._db.run(queries.REMOVE_MENTIONS_THROUGH, {"room": int(room), "first": first, "last": last})

    def forget_room(self, room: str) -> None:
        """Forgets all about a deleted room but its log."""
        self.forget_restraints()
        for statement in queries.FORGET_ROOM:
            self._change(statement, {"room": int(room)})

    def begin_erasure(self, account: str, name: str) -> None:
        """Has an account that has ended leave every log, being called otherwise from now on."""
        self._change(queries.ERASE_ACCOUNT, {"account": int(account), "name": name})
        self._db.run(queries.ADD_ERASURE, {"account": int(account)})
        self.forget_restraints()
        for statement in queries.FORGET_ACCOUNT:
            self._change(statement, {"account": int(account)})
        self.remove_unused_of(account)

    def set_erasure(self, erasure: Erasure) -> None:
        """Notes how far the logs were gone through."""
        self._db.run(
            queries.SET_ERASURE,
            {
                "account": int(erasure.account),
                "log": int(erasure.log),
                "seq": erasure.seq,
                "told": int(erasure.told),
            },
        )

    def end_erasure(self, account: str) -> None:
        """Notes that it left them all."""
        self._db.run(queries.END_ERASURE, {"account": int(account)})

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
