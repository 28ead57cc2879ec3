"""The client rule: from pushes that may be lost, doubled or out of order, the log itself, each entry once."""

from typing import Final

from klatch.core.events import Entry

AHEAD_MOST: Final = 1_000


class Follower:
    """Follows one log. `have` is the number of the last entry applied, `head` the highest number known to exist.

    Every method that takes entries gives those to apply now, in order; whoever calls asks for what is `behind`.
    """

    def __init__(self, have: int) -> None:
        self.have = have
        self.head = have
        self._ahead: dict[int, Entry] = {}

    @property
    def behind(self) -> bool:
        """Whether entries are missing that exist: they are to be asked for after number `have`."""
        return self.head > self.have

    def push(self, entry: Entry) -> list[Entry]:
        """Takes an entry that was pushed: the next one is applied, an old one dropped, a later one kept for then."""
        self.head = max(self.head, entry.seq)
        if entry.seq > self.have and (entry.seq == self.have + 1 or len(self._ahead) < AHEAD_MOST):
            self._ahead[entry.seq] = entry
        return self._apply()

    def fill(self, entries: list[Entry], head: int) -> list[Entry]:
        """Takes what was fetched after `have` or an earlier number. A gap before the first is what one may not read."""
        self.head = max(self.head, head)
        if entries:
            if entries[0].seq > self.have + 1:
                self._skip_to(entries[0].seq - 1)
            for entry in entries:
                if entry.seq > self.have:
                    self._ahead[entry.seq] = entry
        elif head > self.have:
            self._skip_to(min([head, *(seq - 1 for seq in self._ahead)]))
        return self._apply()

    def tell(self, head: int) -> None:
        """Takes notice that the log has come this far."""
        self.head = max(self.head, head)

    def cut(self, head: int) -> None:
        """The log was restored and ends at `head` now: what is known of later entries does not count."""
        self.have = min(self.have, head)
        self.head = head
        self._ahead.clear()

    def _skip_to(self, seq: int) -> None:
        self.have = seq
        self.head = max(self.head, seq)

    def _apply(self) -> list[Entry]:
        applied = []
        while (entry := self._ahead.pop(self.have + 1, None)) is not None:
            applied.append(entry)
            self.have = entry.seq
        if applied and self._ahead:
            self._ahead = {seq: entry for seq, entry in self._ahead.items() if seq > self.have}
        return applied
