"""Authentication: who it is that shows a name, a password, a token or a link. The same for every door."""

import secrets
from collections.abc import Callable
from typing import Any, Final, assert_never

import msgspec

from klatch.core.commands import ChangePassword, Command, Register, UseLink
from klatch.core.credentials import (
    EVERYTHING,
    ByLink,
    ByName,
    ByPassword,
    ByToken,
    Credentials,
    Identity,
    Keys,
    Shown,
    digest,
    parse_password,
)
from klatch.core.events import SignedOut
from klatch.core.members import Account
from klatch.core.names import parse_username
from klatch.core.refusals import Refused
from klatch.engine import accounts, links, rooms
from klatch.engine.limits import RateLimits
from klatch.engine.passwords import Passwords, Verdict
from klatch.engine.recording import sign
from klatch.engine.registration import may_register
from klatch.engine.restraints import check_entrance
from klatch.engine.sessions import Caller
from klatch.engine.settings import Settings
from klatch.storage.port import Credential, NewCredential, Reader, Store, Transaction

SESSIONS_MOST: Final = 100
DEVICE_MOST: Final = 64
_DAY: Final = 86_400_000
_SEEN_EVERY: Final = 60_000

Then = Callable[[Transaction, Identity], Any]
Done = Callable[[Any], None]


class Attempt(msgspec.Struct, frozen=True):
    """What is shown, and how: the address, whether that is this machine itself beyond doubt, whether the session that a
    password begins lasts longer than the connection, and what the program or device is called."""

    shown: Credentials
    address: str
    here: bool = False
    lasting: bool = True
    device: str = ""


class Authentication:
    """Finds out who it is. Passwords are checked beside the event loop, all else in one decision of the store."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        rates: RateLimits,
        clock: Callable[[], int],
        settings: Settings,
    ) -> None:
        self.passwords = passwords
        self._settings = settings
        self._store = store
        self._rates = rates
        self._clock = clock

    @property
    def _is_open(self) -> bool:
        """Whether any guest may register."""
        return self._settings.now.registration == "open"

    def recognise(self, attempt: Attempt, done: Done) -> None:
        """`done` gets the Identity, or a refusal. A token is only looked at, so that many requests cost no writing."""
        if not isinstance(attempt.shown, ByToken):
            self.let_in(attempt, lambda _transaction, identity: identity, done)
            return
        token = attempt.shown.token

        def found(outcome: Any) -> None:
            if not isinstance(outcome, Exception):
                outcome, credential = outcome
                self._touch(credential, attempt.address)
            done(outcome)

        def recognised(reader: Reader) -> tuple[Identity, Credential]:
            identity, credential = self._by_token(reader, token)
            check_entrance(reader, identity.account, identity.account.name, attempt.address, self._clock())
            return identity, credential

        self._store.read(recognised, found)

    def let_in(self, attempt: Attempt, then: Then, done: Done) -> None:
        """`done` gets what `then` makes of the Identity, in the same decision, or a refusal."""
        match attempt.shown:
            case ByName() as guest:
                if not self._settings.now.lets_guests_in(here=attempt.here):
                    done(Refused("guests_refused", "This server lets in no guests from your address."))
                    return
                self._store.decide(
                    lambda each: then(each, Identity(accounts.greet(each, guest, attempt.address))), done
                )
            case ByToken(token):

                def by_token(transaction: Transaction) -> Any:
                    identity, credential = self._by_token(transaction, token)
                    account = identity.account
                    check_entrance(transaction, account, account.name, attempt.address, transaction.now)
                    if self._is_stale(credential, attempt.address):
                        _touch(transaction, credential, attempt.address)
                    return then(transaction, identity)

                self._store.decide(by_token, done)
            case ByPassword(name, password):
                self._by_password(name, password, attempt, then, done)
            case ByLink() as link:
                self._by_link(link, attempt, then, done)

    def begin(self, attempt: Attempt, done: Done) -> None:
        """As `let_in`, for doors where nothing lasts as long as one is there: guests, too, are given a token."""

        def begin(transaction: Transaction, identity: Identity) -> Identity:
            transaction.set_seen(identity.account.id)
            return identity if identity.token else begin_session(transaction, identity.account, attempt)

        self.let_in(attempt, begin, done)

    def expose(self, token: str, done: Done) -> None:
        """Revokes a token that others may have seen, if there is such a one."""

        def revoke_it(transaction: Transaction) -> None:
            credential = transaction.credential_by_secret(digest(token))
            account = None if credential is None else transaction.account(credential.account)
            if credential is not None and account is not None:
                revoke(transaction, account, [credential.id], "revoked")

        self._store.decide(revoke_it, done)

    def prove(self, caller: Caller, command: Command, done: Done) -> None:
        """`done` gets what was shown with a command, its passwords checked and hashed, or a refusal."""
        shown = Shown(credential=caller.credential, is_open=self._is_open)
        if not isinstance(command, Register | ChangePassword | UseLink):
            done(shown)
            return
        account = caller.account.id

        def found(outcome: Any) -> None:
            if isinstance(outcome, Exception) or outcome is None:
                done(shown if outcome is None else outcome)
            elif isinstance(command, ChangePassword):
                self._check_old(caller, command, outcome, shown, done)
            else:
                self._hash_new(command.password or "", shown, done)

        self._store.read(lambda reader: self._examine(reader, account, command), found)

    def _examine(self, reader: Reader, account: str, command: Register | ChangePassword | UseLink) -> str | None:
        """What is kept of the password, before which all that can be refused is; None if nothing is to be hashed."""
        actor = reader.present(account)
        if actor is None or reader.by_cid(account, command.cid) is not None:
            return None
        match command:
            case Register(password=password, link=link):
                may_register(reader, actor, link, self._clock(), is_open=self._is_open)
            case UseLink(password=password):
                links.find(reader, command.link, self._clock())
                if actor.registered or password is None:
                    return None
            case ChangePassword(password=password):
                pass
            case _:
                assert_never(command)
        parse_password(password, actor.name)
        return reader.password_hash(account) or ""

    def _check_old(self, caller: Caller, command: ChangePassword, known: str, shown: Shown, done: Done) -> None:
        try:
            self._rates.admit_sign_in(caller.account.name, caller.address)
        except Refused as refused:
            done(refused)
            return

        def checked(verdict: Any) -> None:
            if not isinstance(verdict, Verdict):
                done(verdict)
            elif not verdict.right:
                done(Refused("bad_credentials", "The old password is wrong.", field="old"))
            else:
                self._hash_new(command.password, msgspec.structs.replace(shown, known=known), done)

        self.passwords.check(command.old, known or None, checked)

    def _hash_new(self, password: str, shown: Shown, done: Done) -> None:
        def hashed(keys: Any) -> None:
            done(keys if isinstance(keys, Exception) else msgspec.structs.replace(shown, keys=keys))

        self.passwords.hash(password, hashed)

    # Tokens.

    def _by_token(self, reader: Reader, token: str) -> tuple[Identity, Credential]:
        credential = reader.credential_by_secret(digest(token))
        account = None if credential is None or self._has_expired(credential) else reader.present(credential.account)
        if credential is None or account is None:
            raise Refused("bad_token", "The token is unknown here, has expired or was revoked. Sign in again.")
        accounts.check_not_suspended(account)
        return Identity(account, credential.id, credential.scopes, expires=credential.expires), credential

    def _has_expired(self, credential: Credential) -> bool:
        now = self._clock()
        if credential.expires is not None and credential.expires <= now:
            return True
        return credential.kind == "session" and credential.seen < now - self._settings.limits.session_days * _DAY

    def _is_stale(self, credential: Credential, address: str) -> bool:
        return self._clock() - credential.seen >= _SEEN_EVERY or credential.address != address

    def _touch(self, credential: Credential, address: str) -> None:
        if self._is_stale(credential, address):
            self._store.decide(lambda each: _touch(each, credential, address), lambda _outcome: None)

    # Passwords.

    def _by_password(self, name: str, password: str, attempt: Attempt, then: Then, done: Done) -> None:
        try:
            self._rates.admit_sign_in(name, attempt.address)
        except Refused as refused:
            done(refused)
            return

        def found(outcome: Any) -> None:
            if isinstance(outcome, Exception):
                done(outcome)
                return
            account, known = outcome
            self.passwords.check(password, known, lambda verdict: checked(verdict, account, known))

        def checked(verdict: Any, account: str, known: str) -> None:
            if not isinstance(verdict, Verdict):
                done(verdict)
            elif not verdict.right:
                done(wrong())
            else:
                self._store.decide(lambda each: then(each, sign_in(each, account, known, verdict.fresh, attempt)), done)

        self._store.read(lambda reader: find_password(reader, name), found)

    # Links.

    def _by_link(self, shown: ByLink, attempt: Attempt, then: Then, done: Done) -> None:
        try:
            self._rates.admit_sign_in(shown.name, attempt.address)
        except Refused as refused:
            done(refused)
            return

        def found(outcome: Any) -> None:
            if isinstance(outcome, Exception):
                done(outcome)
                return
            try:
                password = parse_password(shown.password, outcome)
            except Refused as refused:
                done(refused)
                return
            self.passwords.hash(password, hashed)

        def hashed(keys: Any) -> None:
            if isinstance(keys, Exception):
                done(keys)
                return
            self._store.decide(
                lambda each: then(each, begin_session(each, links.use(each, shown, keys, attempt.address), attempt)),
                done,
            )

        self._store.read(lambda reader: links.name_of_user(reader, shown, self._clock()), found)


def _touch(transaction: Transaction, credential: Credential, address: str) -> None:
    transaction.touch_credential(credential.id, address)
    transaction.set_seen(credential.account)  # a guest who comes by token alone is here, too


def wrong() -> Refused:
    """The one answer to a name or a password that is not right."""
    return Refused("bad_credentials", "The name or the password is wrong.", field="password")


def find_password(reader: Reader, name: str) -> tuple[str, str | None]:
    """The account of this name and what is kept of its password; nothing where there is none."""
    try:
        account = rooms.account_named(reader, parse_username(name))
    except Refused:
        account = None
    return (account.id, reader.password_hash(account.id)) if account is not None else ("", None)


def sign_in(transaction: Transaction, account: str, known: str, fresh: Keys | None, attempt: Attempt) -> Identity:
    """Begins a session for somebody whose password was right a moment ago; it may have changed since."""
    present = transaction.present(account)
    if present is None or transaction.password_hash(account) != known:
        raise wrong()
    accounts.check_not_suspended(present)
    check_entrance(transaction, present, present.name, attempt.address, transaction.now)
    if fresh is not None:
        transaction.set_password(account, fresh)
    return begin_session(transaction, present, attempt)


def begin_session(transaction: Transaction, account: Account, attempt: Attempt) -> Identity:
    """A session of an account; the oldest gives way where there are too many."""
    token = f"klatch_{secrets.token_urlsafe(32)}"
    sessions = [each for each in transaction.credentials_of(account.id) if each.kind == "session"]
    oldest = [each.id for each in sessions[SESSIONS_MOST - 1 :]]
    if oldest:
        revoke(transaction, account, oldest, "revoked")
    credential = transaction.add_credential(
        NewCredential(
            account.id,
            "session",
            digest(token),
            device_name(attempt.device),
            EVERYTHING,
            attempt.address,
            fleeting=not attempt.lasting,
        )
    )
    return Identity(account, credential, EVERYTHING, begun=True, token=token if attempt.lasting else None)


def revoke(transaction: Transaction, account: Account, credentials: list[str], why: str) -> None:
    """Has some credentials of an account let nobody in any more; who came in by them is sent away."""
    for each in credentials:
        transaction.remove_credential(each)
    transaction.append(account.id, sign(account), SignedOut(why=why, credentials=credentials))


def device_name(text: str) -> str:
    """What a device or program is called, as far as it can be shown."""
    shown = "".join(character for character in text if character.isprintable()).strip()
    return shown[:DEVICE_MOST] or "a program"
