"""Answers to what was typed, as something to read."""

from datetime import tzinfo

from klatch.core.answers import (
    AccountsTold,
    AnyAnswer,
    Bans,
    BlockList,
    CommandHelp,
    CredentialsTold,
    FiguresTold,
    HelpText,
    LinksTold,
    Members,
    Online,
    Range,
    Readers,
    Rooms,
    SettingsTold,
)
from klatch.protocols.lists import (
    spell_accounts,
    spell_bans,
    spell_credentials,
    spell_figures,
    spell_links,
    spell_people,
    spell_rooms,
    spell_settings,
)
from klatch.protocols.plain import spell_entry
from klatch.protocols.times import spell_moment

Sheet = tuple[str, list[tuple[str, ...]]]


def read_out(answer: AnyAnswer, now: int, zone: tzinfo | None) -> Sheet | None:
    """A title and rows of cells; None for what is not to be read. `now` is in milliseconds UTC."""
    match answer:
        case HelpText():
            return "What can be typed", [(row.usage, _explain(row)) for row in answer.commands]
        case Online(people=people):
            return "Who is online", _rows(spell_people(people, now, zone))
        case Members(people=people):
            return "Members", _rows(spell_people(people, now, zone))
        case Rooms(rooms=rooms):
            return "Rooms", _rows(spell_rooms(rooms))
        case CredentialsTold(credentials=credentials):
            return "Your sessions and tokens", _rows(spell_credentials(credentials, now, zone))
        case LinksTold(links=links):
            return "Links", _rows(spell_links(links, now, zone))
        case AccountsTold(accounts=accounts):
            return "Accounts", _rows(spell_accounts(accounts, now, zone))
        case Bans():
            return "Bans and mutes", _rows(spell_bans(answer, now))
        case Readers(seq=seq, people=people):
            return f"Who has read number {seq}", _rows([person.name for person in people] or ["nobody yet"])
        case BlockList(people=people):
            return "Whom you block", _rows([person.name for person in people])
        case _:
            return _read_out_house(answer, zone)


def _read_out_house(answer: AnyAnswer, zone: tzinfo | None) -> Sheet | None:
    """What concerns the whole server."""
    match answer:
        case SettingsTold(settings=settings):
            return "Settings", _rows(spell_settings(settings))
        case FiguresTold():
            return "The server", _rows(spell_figures(answer))
        case Range(entries=entries):
            return "What was done", _rows([f"{spell_moment(each.ts, zone)}  {spell_entry(each)}" for each in entries])
        case _:
            return None


def _rows(lines: list[str]) -> list[tuple[str, ...]]:
    return [(line.removeprefix("  "),) for line in lines] or [("There is nothing.",)]


def _explain(row: CommandHelp) -> str:
    return f"{row.does} Also {', '.join(row.also)}." if row.also else row.does
