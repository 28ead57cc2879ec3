"""Settings: those that may change while the server runs, as they are now, and how they are changed."""

from collections.abc import Mapping
from typing import Final

from klatch.core.answers import Ack, SettingState, SettingsTold
from klatch.core.commands import Configure, ListSettings
from klatch.core.events import Change
from klatch.core.limits import Limits
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.core.rooms import KEEP_ALL, KEEP_MOST
from klatch.core.running import Running, Setting, Value, change, check_value, find_setting, settings_of, value_of
from klatch.engine import audit
from klatch.engine.recording import nothing_to_add
from klatch.storage.port import Reader, Transaction

# It is kept with the rooms, and has a command of its own.
_KEEP: Final = Setting(
    "keep",
    "count",
    "Days for which rooms keep words that have no rule of their own: 0 nothing, -1 for good.",
    least=KEEP_ALL,
    most=KEEP_MOST,
)


class Settings:
    """Whoever needs one of them asks here each time, so that a change holds everywhere at once."""

    def __init__(
        self, started: Running, fixed: Mapping[str, str] | None = None, chosen: Mapping[str, Value] | None = None
    ) -> None:
        """`started`: what the server was started with; `fixed`: where those are set that may not change, by name;
        `chosen`: what was changed earlier."""
        self.started = started
        self.fixed = fixed or {}
        self.now = started
        for name, value in (chosen or {}).items():
            self.take(name, value)

    @property
    def limits(self) -> Limits:
        """How much is allowed now."""
        return self.now.limits

    def take(self, name: str, value: Value) -> None:
        """One of them is this from now on. What was chosen before it was set in klatch.toml, or of another Klatch that
        allowed more, is left alone."""
        if name in self.fixed:
            return
        try:
            setting = find_setting(self.started, name)
            begun = value == value_of(self.started, name)  # this is right, whatever it is
            self.now = change(self.now, name, value if begun else check_value(setting, value))
        except Refused:
            return


def configure(transaction: Transaction, actor: Account, command: Configure, settings: Settings) -> Ack:
    """Gives a setting another value, or without one that with which the server was started."""
    authorize("configure", server_role=actor.role, room_role=None)
    setting = find_setting(settings.started, command.name)
    if setting.name in settings.fixed:
        where = _where(settings.fixed[setting.name])
        raise Refused("not_allowed", f"{setting.name} is set {where}; change it there.", field="name")
    default = value_of(settings.started, setting.name)
    wanted = default if command.value is None else check_value(setting, command.value)
    before = transaction.choices().get(setting.name, default)
    if wanted == before:
        return nothing_to_add(transaction, command, transaction.system())
    transaction.choose(setting.name, None if wanted == default else wanted)
    changed = Change(name=setting.name, before=before, value=wanted)
    return audit.audit(transaction, actor, "configure", command, change=changed)


def describe(reader: Reader, viewer: Account, query: ListSettings, settings: Settings) -> SettingsTold:
    """All that may change, for those who may change it, and what is fixed of it."""
    authorize("settings", server_role=viewer.role, room_role=None)
    started, now = settings.started, settings.now
    told = [
        _state(each, value_of(now, each.name), value_of(started, each.name), locked=settings.fixed.get(each.name, ""))
        for each in settings_of(started)
    ]
    keep = _state(_KEEP, reader.state().keep, KEEP_ALL, command="keep")
    return SettingsTold(settings=[*told, keep], ref=query.ref)


def _state(setting: Setting, value: Value, default: Value, *, locked: str = "", command: str = "") -> SettingState:
    counted = setting.kind in ("count", "size", "rate")
    return SettingState(
        name=setting.name,
        kind=setting.kind,
        value=value,
        default=default,
        does=setting.does,
        words=list(setting.words),
        least=setting.least if counted else None,
        most=setting.most if counted else None,
        locked=locked,
        command=command,
    )


def _where(place: str) -> str:
    return f"with {place}" if place.startswith("--") else f"in {place}"
