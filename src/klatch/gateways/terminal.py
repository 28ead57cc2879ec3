"""The server's own terminal: what is said in the open rooms, shown as it happens to whoever runs the server."""

from collections.abc import Callable

from klatch.core.events import Created, Entry, Renamed, RoomDeleted, RoomRenamed, RoomSet
from klatch.protocols import plain


class Terminal:
    """Shows open rooms only: what is private, or said behind a closed door, is on no screen but its members'."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._names: dict[str, str] = {}

    def learn(self, names: dict[str, str] | Exception) -> None:
        """Hears the names of the open rooms, by id; without them only new rooms are shown."""
        if not isinstance(names, Exception):
            self._names |= names

    def note(self, entries: list[Entry]) -> None:
        """Shows entries that are on disk."""
        for entry in entries:
            match entry.body:
                case Created(room_kind="open", name=str(name)):
                    self._names[entry.room] = name
                case Renamed(name=name):
                    self._show(f"* {entry.author.name} is {name} now.")
                case RoomRenamed(name=name) if entry.room in self._names:
                    self._names[entry.room] = name
                case RoomSet(closed=True) | RoomDeleted():
                    self._names.pop(entry.room, None)
                case _:
                    pass
            if (room := self._names.get(entry.room)) is not None and (said := plain.spell_entry(entry)):
                self._show(f"#{room} {said}")
