"""Where one goes: to rooms and people, to days, and to messages however long ago they were written."""

from datetime import UTC, datetime

from klatch.clients.seat.room import Room
from klatch.clients.terminal.choosing import Chooser
from klatch.clients.terminal.days import begin_of, find_days
from klatch.clients.terminal.places import find_places, find_rooms
from klatch.clients.terminal.stage import Stage
from klatch.core.answers import Ack, AnyAnswer, RoomState

_DAYS_ARE_WRITTEN = "Write it like 2026-11-20, 20 nov or 3 days ago."


class Going:
    """Remembers which rooms one was in last."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._visited: list[str] = []  # the ids of rooms, the last first

    def note(self, room: Room) -> None:
        """One is in a room."""
        self._visited = [room.id, *(seen for seen in self._visited if seen != room.id)]

    # Rooms and people.

    def choose_place(self, rooms: list[Room]) -> None:
        """Finds a room or a person by name; rooms to join are among them as soon as they are known."""
        seat = self._stage.seat
        others: list[RoomState] = []
        # The one that one is in comes last: nobody wants to go there.
        seen = {room: place for place, room in enumerate([*self._visited[1:], *self._visited[:1]])}
        own = sorted(rooms, key=lambda room: seen.get(room.id, len(seen) - 1))
        chooser = Chooser("Go to a room or person", lambda typed: find_places(seat, own, others, typed))

        async def look() -> None:
            others.extend(await seat.list_rooms())
            if chooser.is_attached:
                chooser.find_again()

        self._stage.put_over(chooser, self.go)
        self._stage.begin(look(), "looking")

    def choose_room(self, rooms: list[RoomState]) -> None:
        """Chooses one of the rooms that one may see."""
        self._stage.put_over(Chooser("Rooms: Enter goes there", lambda typed: find_rooms(rooms, typed)), self.go)

    def go(self, place: str | None) -> None:
        """Goes where a choice of `places` leads."""
        stage = self._stage
        kind, _, key = (place or "").partition(" ")
        room = stage.seat.rooms.get(key) if kind == "room" else stage.seat.find(f"@{key}")
        if kind in ("join", "create"):
            stage.seat.say(stage.room, f"/{kind} {key}", self._arrive)
        elif kind and room is not None:
            stage.open_room(room)
        elif kind == "person" and key != stage.seat.me.name:
            stage.write()
            stage.desk.begin(f"/msg {key} ")

    def _arrive(self, answer: AnyAnswer) -> None:
        if isinstance(answer, Ack):
            self._stage.expect(answer.room)

    # Days and messages.

    def choose_day(self) -> None:
        """Finds a day, and goes to what was said on it."""
        zone = self._stage.zone
        today = datetime.now(UTC).astimezone(zone).date()

        def go(day: str | None) -> None:
            if day is not None:
                self._stage.begin(self._go_to_time(self._stage.room, begin_of(day, zone)), "going")

        self._stage.put_over(Chooser("Go to a day", lambda typed: find_days(typed, today), _DAYS_ARE_WRITTEN), go)

    def go_to_message(self, seq: int) -> None:
        """Shows a message."""
        self._stage.begin(self._go_to_message(self._stage.room, seq), "going")

    def go_to_end(self) -> None:
        """Comes back from where one went."""
        self._stage.begin(self._go_to_end(self._stage.room), "going")

    async def _go_to_time(self, room: Room, since: int) -> None:
        seq = await self._stage.seat.go_to_time(room, since)
        if seq is None:
            self._stage.notice("Nothing was said since then.")
        else:
            self._show(room, seq)

    async def _go_to_message(self, room: Room, seq: int) -> None:
        if await self._stage.seat.go_to(room, seq):
            self._show(room, seq)
        else:
            self._stage.notice("That message is not to be read any more.")

    async def _go_to_end(self, room: Room) -> None:
        await self._stage.seat.go_to_end(room)
        if room is self._stage.room and room.ended:
            self._stage.timeline.scroll_to_end()

    def _show(self, room: Room, seq: int) -> None:
        if room is self._stage.room:
            self._stage.timeline.go_to(seq)
            self._stage.timeline.focus()
            self._stage.redraw()
