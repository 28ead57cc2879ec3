"""The rules of a room, for those who may set them to change and for all others to read."""

import tkinter
from collections.abc import Callable
from typing import Final

import msgspec

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style
from klatch.core import commands as ask
from klatch.core.answers import RoomState
from klatch.core.durations import spell_duration
from klatch.core.members import RANK
from klatch.core.permissions import PERMISSIONS
from klatch.core.rooms import COMMON, KEEP_ALL, KEEP_AS_SERVER, KEEP_NOTHING, PREVIEWS_AS_SERVER

_POSTING: Final = (("everyone", "Everyone"), ("members", "Members, no guests"), ("moderators", "Moderators"))
_SLOW: Final = (0, 5, 15, 60, 300, 3_600)
_NEWCOMERS: Final = (("all", "Everything that was said"), ("joining", "What is said from then on"))
_KEEP: Final = (
    (KEEP_AS_SERVER, "As long as everywhere here"),
    (KEEP_ALL, "For good"),
    (7, "For 7 days"),
    (30, "For 30 days"),
    (365, "For a year"),
    (KEEP_NOTHING, "Not at all"),
)
_PREVIEWS: Final = (
    (PREVIEWS_AS_SERVER, "As everywhere in such rooms"),
    ("on", "With what they lead to"),
    ("off", "As they are"),
)
_COMING: Final = ((False, "Everyone"), (True, "Those who are invited"))


class RoomSettings(Form):
    """`act` is told what to do: one command for the name, one for the topic, one for all rules that change."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, room: RoomState, topic: str, act: Callable[[ask.AnyCommand], None]
    ) -> None:
        super().__init__(parent, style, room.name, beside=True)
        self._room = room
        self._topic = topic
        self._act = act
        self._sure = False
        rules = COMMON if room.rules is msgspec.UNSET else room.rules
        self._rules = rules
        self.name = self.field("Name", room.name.removeprefix("#"), enabled=self._may("rename_room"))
        self.topic = self.field("Topic", topic, enabled=self._may("topic"))
        self.coming = self.choice("Who may join", _COMING, room.kind == "closed", enabled=self._may("closed"))
        self.posting = self.choice("Who may write", _POSTING, rules.posting, enabled=self._may("posting"))
        self.slow = self.choice("How often one may write", _slow(rules.slow), rules.slow, enabled=self._may("slow"))
        self.newcomers = self.choice(
            "What newcomers may read", _NEWCOMERS, rules.newcomers, enabled=self._may("newcomers")
        )
        keeps = _KEEP if rules.keep in dict(_KEEP) else (*_KEEP, (rules.keep, f"For {rules.keep} days"))
        self.keep = self.choice("How long words are kept", keeps, rules.keep, enabled=self._may("room_keep"))
        self.previews = self.choice("How links are shown", _PREVIEWS, rules.previews, enabled=self._may("previews"))
        self.archived = self.check(
            "Archived: it can be read, but nobody writes", value=rules.archived, enabled=self._may("archived")
        )
        if self._may("topic"):
            self.finish("Save", self.save, ("Delete room", self.delete) if self._may("delete_room") else None)
        else:
            self.finish("Close", lambda: None)

    def save(self) -> str | None:
        """Does what changed."""
        room, rules = self._room.id, self._rules
        changed = {
            name: value
            for name, value, was in (
                ("closed", self.coming(), self._room.kind == "closed"),
                ("posting", self.posting(), rules.posting),
                ("slow", self.slow(), rules.slow),
                ("newcomers", self.newcomers(), rules.newcomers),
                ("keep", self.keep(), rules.keep),
                ("previews", self.previews(), rules.previews),
                ("archived", self.archived(), rules.archived),
            )
            if value != was
        }
        if changed:
            self._act(msgspec.structs.replace(ask.SetRoom(cid="", room=room), **changed))
        if (topic := self.topic.get().strip()) != self._topic:
            self._act(ask.SetTopic(cid="", room=room, topic=topic))
        if (name := self.name.get().strip().removeprefix("#")) != self._room.name.removeprefix("#"):
            self._act(ask.RenameRoom(cid="", room=room, name=name))
        return None

    def delete(self) -> None:
        """Ends the room, once it is sure."""
        if self._sure:
            self._act(ask.DeleteRoom(cid="", room=self._room.id))
            self.close()
        self._sure = True
        self.complain("All that was said here goes, for everyone. Press Delete room again if you are sure.")

    def _may(self, act: str) -> bool:
        least = PERMISSIONS[act].room or "guest"
        return RANK.get(self._room.role or "", 0) >= RANK[least]


def _slow(now: int) -> list[tuple[int, str]]:
    times = sorted({*_SLOW, now})
    return [(each, f"Once in {spell_duration(each * 1_000)}" if each else "As often as one likes") for each in times]
