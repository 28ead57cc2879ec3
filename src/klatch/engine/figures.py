"""Figures: how the server is, as those see it who run it."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from klatch import __version__
from klatch.core.answers import FiguresTold
from klatch.core.commands import ListFigures
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.engine.presence import Roster
from klatch.engine.sessions import Sessions
from klatch.storage.port import Reader


class Live(msgspec.Struct, frozen=True):
    """What is known beside the store: since when the server runs (ms UTC), the connections by door, how many people
    are online, and what was recorded, by the names of docs/metrics.md."""

    since: int
    sessions: dict[str, int]
    online: int
    recorded: Mapping[str, float]

    def of(self, figure: str) -> int:
        """A figure that is counted."""
        return int(self.recorded.get(figure, 0))


def take(since: int, sessions: Sessions, roster: Roster, recorded: Mapping[str, float]) -> Live:
    """How it is just now, on the event loop."""
    return Live(since, dict(Counter(each.door for each in sessions)), sum(1 for _ in roster), recorded)


def tell(reader: Reader, viewer: Account, query: ListFigures, live: Live, now: int) -> FiguresTold:
    """The figures, for those who may see them."""
    authorize("figures", server_role=viewer.role, room_role=None)
    memory = live.of("process_resident_memory_bytes")
    files, file_bytes = reader.files_count()
    return FiguresTold(
        version=__version__,
        since=live.since,
        now=now,
        sessions=live.sessions,
        online=live.online,
        accounts=reader.accounts_count(),
        guests=reader.guests_count(),
        rooms=reader.rooms_count(),
        entries=reader.entries_count(),
        messages=live.of("klatch_messages_total"),
        commits=live.of("klatch_commits_total"),
        commit_seconds=live.recorded.get("klatch_commit_seconds_sum", 0.0),
        refusals=live.of("klatch_refusals_total"),
        defects=live.of("klatch_defects_total"),
        waiting=live.of("klatch_waiting"),
        backlog=live.of("klatch_backlog_bytes"),
        store=live.of("klatch_store_bytes"),
        wal=live.of("klatch_wal_bytes"),
        free=live.of("klatch_disk_free_bytes"),
        files=files,
        file_bytes=file_bytes,
        memory=memory or None,
        paused=reader.state().paused,
        ref=query.ref,
    )
