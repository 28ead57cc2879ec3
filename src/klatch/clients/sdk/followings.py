"""All the logs that one client follows, and what is known of their ends."""

from klatch.clients.sdk.following import Following
from klatch.core.answers import Heads, Range, Welcome
from klatch.core.commands import CURSORS_MOST
from klatch.core.events import Entry
from klatch.core.refusals import Refused


class Followings:
    """Hands what the server tells to those who follow that log."""

    def __init__(self) -> None:
        self._all: list[Following] = []
        self._heads: dict[str, int] = {}

    def add(self, following: Following) -> None:
        """Follows a log from now on."""
        following.tell(self._heads.get(following.log, 0))
        self._all.append(following)

    def remove(self, following: Following) -> None:
        """Follows it no more."""
        self._all.remove(following)

    def take(self, told: Entry | Range | Heads) -> None:
        """Takes an entry that was pushed, missing entries that the server sent by itself, or the heads of logs."""
        match told:
            case Entry():
                self._heads[told.room] = max(told.seq, self._heads.get(told.room, 0))
                for following in self._of(told.room):
                    following.push(told)
            case Range():
                for following in self._of(told.room):
                    following.fill(told.entries, told.head)
            case Heads():
                self._heads |= told.rooms
                for following in self._all:
                    following.tell(told.rooms.get(following.log, 0))

    def cursors(self) -> dict[str, int]:
        """How far each log was followed, by the one who is least far."""
        cursors: dict[str, int] = {}
        for following in self._all:
            cursors[following.log] = min(following.have, cursors.get(following.log, following.have))
        return dict(list(cursors.items())[:CURSORS_MOST])

    def meet_again(self, welcome: Welcome, cursors: dict[str, int], *, restored: bool) -> None:
        """The connection is back, and these `cursors` were given; `restored`: the logs may be other ones now."""
        heads = {room.id: room.head for room in welcome.rooms} | {welcome.account.id: welcome.head}
        self._heads = heads if restored else self._heads | heads
        for following in self._all:
            head = heads.get(following.log)
            if head is None:
                following.fail(Refused("not_a_member", "You are not a member of that room any more.", field="room"))
            elif restored or head < following.have:
                following.doubt(head)
            else:
                following.tell(head)
                following.expecting = following.behind and following.log in cursors

    def stop_expecting(self) -> None:
        """The server sends nothing by itself: what is missing has to be asked for."""
        for following in self._all:
            following.stop_expecting()

    def fail(self, fault: Exception) -> None:
        """There is nothing more to read anywhere."""
        for following in self._all:
            following.fail(fault)

    def _of(self, log: str) -> list[Following]:
        return [following for following in self._all if following.log == log]
