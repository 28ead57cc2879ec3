"""Following what was recorded: what an entry does to those who are connected."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from klatch.bus.port import Bus
from klatch.core.answers import PauseTold, Refusal
from klatch.core.credentials import ByName
from klatch.core.events import (
    Audited,
    AvatarSet,
    Banned,
    DisplayNamed,
    Entry,
    Erased,
    Message,
    Registered,
    Renamed,
    RoleGiven,
    RoomDeleted,
    SignedOut,
    StatusSet,
)
from klatch.core.members import Account
from klatch.core.restraints import Restraint, banned_by
from klatch.engine import restraints
from klatch.engine.authentication import Attempt, begin_session
from klatch.engine.fanout import FanOut
from klatch.engine.presence import Roster
from klatch.engine.sessions import Session, Sessions
from klatch.engine.settings import Settings
from klatch.engine.tidying import Tidying
from klatch.storage.port import Store, Transaction

_FROM_BEFORE: Final = "a connection from before you registered"
_WHY: Final = {
    "revoked": "You were signed out. Sign in again to come back.",
    "password": "The password was changed. Sign in with the new one.",
    "suspended": "This account is suspended. Ask whoever runs the server.",
}


class Following:
    """Keeps the sessions true to the log, on the event loop: accounts as they are now, and nobody connected whom
    nothing lets in any more."""

    def __init__(
        self,
        sessions: Sessions,
        fanout: FanOut,
        roster: Roster,
        tidying: Tidying,
        store: Store,
        bus: Bus,
        clock: Callable[[], int],
        note: Callable[[object], None],
        settings: Settings,
    ) -> None:
        """`note` is told what failed."""
        self._sessions = sessions
        self._fanout = fanout
        self._roster = roster
        self._tidying = tidying
        self._store = store
        self._bus = bus
        self._clock = clock
        self._note = note
        self._settings = settings

    def follow(self, entries: list[Entry]) -> None:
        """Does what entries that are published ask for."""
        for entry in entries:
            if type(entry.body) is Message:
                continue
            match entry.body:
                case Renamed(name=name):
                    self._alter(entry.room, name=name)
                case DisplayNamed(name=name):
                    self._alter(entry.room, display_name=name)
                case AvatarSet(file=file):
                    self._alter(entry.room, avatar=file)
                case StatusSet(text=text, away=away, until=until):
                    self._alter(entry.room, status=text, away=away, status_until=until)
                case Registered(role=role):
                    self._alter(entry.room, role=role, fleeting=False)
                    self._vouch_for(entry.room)
                case RoleGiven(role=role):
                    self._alter(entry.room, role=role)
                case _:
                    self._keep_order(entry)

    def end_expired(self) -> None:
        """Ends the connections of those whose token has expired since they came in by it."""
        now = self._clock()
        for session in [each for each in self._sessions if each.expires is not None and each.expires <= now]:
            self._dismiss(session, "signed_out", "The token has expired. Sign in again to come back.")

    def _alter(self, account: str, **changes: Any) -> None:
        """The account's sessions know it as it is now."""
        altered: Account | None = None
        for session in self._sessions.of(account):
            altered = session.account = msgspec.structs.replace(session.account, **changes)
        if altered is not None:
            self._roster.update(altered)

    def _vouch_for(self, account: str) -> None:
        """Connections from before one registered are sessions from now on, listed and closed like others."""
        for session in self._sessions.of(account):
            if session.credential is None:
                self._vouch(session)

    def _vouch(self, session: Session) -> None:
        account, shown = session.account.id, ByName(session.account.name)
        attempt = Attempt(shown, session.address, lasting=False, device=_FROM_BEFORE)

        def vouched(outcome: Any) -> None:
            self._note(outcome)
            if not isinstance(outcome, str):
                return
            session.credential, session.fleeting = outcome, True
            if session not in self._sessions.of(account):
                self._store.decide(lambda transaction: transaction.remove_credential(outcome), self._note)

        def vouch(transaction: Transaction) -> str | None:
            present = transaction.present(account)
            return None if present is None else begin_session(transaction, present, attempt).credential

        self._store.decide(vouch, vouched)

    def _keep_order(self, entry: Entry) -> None:
        """What ends connections, and what is done to all who are connected."""
        match entry.body:
            case SignedOut() as signed_out:
                self._send_away(entry.room, signed_out)
            case Banned(reason=reason):
                why = f"You are banned from this server{f': {reason}' if reason else ''}."
                self._close_all(entry.room, "banned", why)
            case Erased():
                self._close_all(entry.room, "signed_out", "This account was erased.")
                self._tidying.wake()
            case RoomDeleted():
                self._tidying.wake()
            case Audited() as act:
                self._follow_act(entry, act)
            case _:
                pass

    def _send_away(self, account: str, signed_out: SignedOut) -> None:
        """Ends the connections of those whom nothing lets in any more."""
        ended = signed_out.credentials
        code = "suspended" if signed_out.why == "suspended" else "signed_out"
        message = _WHY.get(signed_out.why, _WHY["revoked"])
        for session in list(self._sessions.of(account)):
            # Whoever came in before the account had a password has no credential.
            unknown = session.credential is None and signed_out.why in ("password", "elsewhere")
            if ended is None or session.credential in ended or unknown:
                self._dismiss(session, code, message)

    def _close_all(self, account: str, code: str, why: str) -> None:
        for session in list(self._sessions.of(account)):
            self._dismiss(session, code, why)

    def _dismiss(self, session: Session, code: str, why: str) -> None:
        """Ends a connection, telling why."""
        self._fanout.flush()
        session.tell(Refusal(code=code, message=why))
        session.close(code, why, None)

    def _follow_act(self, entry: Entry, act: Audited) -> None:
        """What was done on the server is done to those who are connected."""
        match act.act:
            case "pause" | "resume":
                paused = act.act == "pause"
                self._bus.hint(PauseTold(paused=paused, by=entry.author, reason=act.detail), None, None)
            case "configure" if act.change is not None:
                self._settings.take(act.change.name, act.change.value)
            case "ban" if act.room is None and act.person is None:
                self._store.read(restraints.of_server, self._send_away_all)
            case _:
                pass

    def _send_away_all(self, found: list[Restraint] | Exception) -> None:
        """Ends the connections of all whom the server bans by a pattern or network."""
        if isinstance(found, Exception):
            self._note(found)
            return
        now = self._clock()
        for session in list(self._sessions):
            account = session.account
            if (ban := banned_by(found, now, account, account.name, session.address)) is not None:
                self._dismiss(session, "banned", restraints.refusal(ban, now).message)
