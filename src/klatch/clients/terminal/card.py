"""The card of a person: who it is, and what one may do about them."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from klatch.clients.seat.room import Room
from klatch.clients.terminal.words import draw_line
from klatch.core.answers import Person
from klatch.core.members import RANK
from klatch.core.permissions import PERMISSIONS
from klatch.protocols.times import spell_since

Act = tuple[str, str]  # what is typed for it, or a word of its own, and how it is called

_KEEPING_ORDER: Final = (
    ("kick", "/kick {} ", "Remove from {}"),
    ("mute", "/mute {} 1h ", "Mute in {} for a while"),
    ("ban", "/ban {} ", "Ban from {}"),
    ("role", "/role {} ", "Give a role in {}"),
)


class Card(ModalScreen[str | None]):
    """Gives what was chosen to be done, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c,q", "dismiss", show=False, priority=True)]

    def __init__(self, facts: Sequence[tuple[str, str]], acts: Sequence[Act]) -> None:
        """`facts` are of a person, the name first, each with how it is drawn."""
        super().__init__()
        self._facts = facts
        self._acts = acts

    def compose(self) -> ComposeResult:
        """Facts, and below them what one may do."""
        with Vertical(classes="sheet card"):
            for fact, style in self._facts:
                yield Static(Text(fact, style))
            yield OptionList(*(Option(Text(label)) for _, label in self._acts), compact=True)

    def on_mount(self) -> None:
        """Begins at the first."""
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """One was chosen."""
        self.dismiss(self._acts[event.option_index][0])


def tell_facts(person: Person, now: int, zone: tzinfo | None) -> list[tuple[str, str]]:
    """Who somebody is, as lines with a style each. `now` is in milliseconds UTC."""
    shown = draw_line(person.display_name)
    facts = [(shown or draw_line(person.name), "bold")]
    role = f" · {person.role}" if person.role not in (None, "member", "guest") else ""
    facts.append((f"@{draw_line(person.name)}{role}", "dim"))
    since = f" since {spell_since(person.since, now, zone)}" if person.since is not None else ""
    facts.append((f"{person.state.capitalize()}{since if person.state != 'offline' else ''}", "dim"))
    if person.status:
        facts.append((draw_line(person.status), ""))
    return facts


def offer_acts(person: Person, me: Person, room: Room, *, blocked: bool) -> Iterator[Act]:
    """What one may do about somebody; what needs words of one's own is typed as far as it is known."""
    name = person.name
    if person.id == me.id:
        yield "/status ", "Say what you are doing"
        yield "/nick ", "Take another name"
        return
    yield "write", f"Write to @{draw_line(name)}"
    yield "mention", "Mention here"
    if blocked:
        yield f"/unblock {name}", "Block no longer"
    else:
        yield "block", "Block"
    if room.state.kind == "direct":
        return
    mine = RANK.get(room.state.role or "", 0)
    for rule, typed, label in _KEEPING_ORDER:
        least = PERMISSIONS[rule].room
        if least is not None and mine >= RANK[least] and mine > RANK.get(person.role or "", 0):
            yield typed.format(name), label.format(draw_line(room.name))
