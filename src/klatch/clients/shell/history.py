"""`klatch history`: a room as it is now, from its first message on, in a form to keep or to read."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from html import escape
from typing import Final, Literal
from urllib.parse import quote

import msgspec

from klatch.clients.look.tokens import author_hue, read_tokens
from klatch.clients.sdk import Client
from klatch.clients.shell.rooms import enter_room
from klatch.core.commands import PAGE_MOST
from klatch.core.events import Message
from klatch.core.files import File
from klatch.core.texts import make_inert
from klatch.core.view import Item
from klatch.protocols.plain import spell_body, spell_item
from klatch.protocols.times import spell_moment

Form = Literal["text", "json", "markdown", "html"]
_MINUTES: Final = len("2026-11-21 14:03")


async def read_history(klatch: Client, room: str, last: int | None, progress: Callable[[int], None]) -> list[Item]:
    """The last messages of a room, or all, in order. `progress` is told how many more came."""
    await enter_room(klatch, room)
    pages: list[list[Item]] = []
    before, found = None, 0
    while last is None or found < last:
        wanted = PAGE_MOST if last is None else min(PAGE_MOST, last - found)
        page = await klatch.history(room, wanted, before=before)
        pages.append(page.items)
        found += len(page.items)
        progress(len(page.items))
        if not page.more or not page.items:
            break
        before = page.items[0].seq
    return [item for page in reversed(pages) for item in page]


def spell_history(
    items: Iterable[Item], room: str, form: Form, zone: tzinfo | None = None, server: str = ""
) -> Iterator[str | bytes]:
    """The lines of a history."""
    match form:
        case "json":
            yield from map(_as_json, items)
        case "text":
            yield from (
                f"[{_minute(item, zone)}] {make_inert(spell_item(item, server))}" for item in items if spell_item(item)
            )
        case "markdown":
            yield f"# {make_inert(room)}\n"
            yield from (f"{_as_markdown(item, zone, server)}\n" for item in items if spell_item(item))
        case "html":
            yield _HEAD.format(title=escape(make_inert(room)), style=_style())
            yield from (_as_html(item, zone, server) for item in items if spell_item(item))
            yield "</main>\n</html>"


def _minute(item: Item, zone: tzinfo | None) -> str:
    return spell_moment(item.ts, zone)[:_MINUTES]


def _as_json(item: Item) -> bytes:
    text = item.body.text if isinstance(item.body, Message) and not item.body.deleted else None
    fields = msgspec.to_builtins(item)
    return msgspec.json.encode(fields | {"text": text, "kind": fields["body"]["kind"]})


def _as_markdown(item: Item, zone: tzinfo | None, server: str) -> str:
    if not isinstance(item.body, Message):
        return f"*{_notice(item)}* · {_minute(item, zone)}"
    head = f"**{item.author.name}** · {_minute(item, zone)}{' (edited)' if item.edited is not None else ''}"
    said = "*This message was deleted.*" if item.body.deleted else make_inert(item.body.text)
    files = "".join(f"  \n[{make_inert(file.name)}]({_place(file, server)})" for file in item.body.files)
    return f"{head}  \n{said}{files}{_reactions(item, '  ' + chr(10))}"


def _as_html(item: Item, zone: tzinfo | None, server: str) -> str:
    when = f"<time>{_minute(item, zone)}</time>"
    if not isinstance(item.body, Message):
        return f'<p class="notice" id="{item.seq}">{escape(_notice(item))} {when}</p>'
    edited = " (edited)" if item.edited is not None else ""
    head = f'<b class="a{author_hue(item.author.id)}">{escape(item.author.name)}</b> {when}{edited}'
    said = "<i>This message was deleted.</i>" if item.body.deleted else escape(make_inert(item.body.text))
    said += "".join(
        f' <a href="{escape(_place(file, server))}">{escape(make_inert(file.name))}</a>' for file in item.body.files
    )
    return f'<article id="{item.seq}">{head}<p>{said}</p>{escape(_reactions(item, ""))}</article>'


def _place(file: File, server: str) -> str:
    return f"{server}/api/files/{file.id}/{quote(file.name, safe='')}"


def _notice(item: Item) -> str:
    return make_inert(spell_body(item.author, item.body)).removeprefix("* ")


def _reactions(item: Item, before: str) -> str:
    if not item.reactions:
        return ""
    return before + "  ".join(f"{make_inert(emoji)} {len(people)}" for emoji, people in item.reactions.items())


_HEAD: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
{style}
</style>
<main>
<h1>{title}</h1>"""


def _style() -> str:
    """Both themes, from the same tokens as everything else."""
    tokens = read_tokens()
    rules = [
        ":root { color-scheme: light dark }",
        f"main {{ max-width: {tokens.text.measure}ch; margin: 2em auto; font: {tokens.text.size}px/1.5 system-ui }}",
        "article p { margin: 0 0 1em; white-space: pre-wrap; overflow-wrap: anywhere }",
    ]
    for media, palette in (("light", tokens.light), ("dark", tokens.dark)):
        inks = " ".join(f".a{hue} {{ color: {colour} }}" for hue, colour in enumerate(palette.authors))
        body = f"body {{ background: {palette.ground}; color: {palette.ink} }}"
        rules.append(
            f"@media (prefers-color-scheme: {media}) {{ {body} time, .notice {{ color: {palette.soft} }} {inks} }}"
        )
    return "\n".join(rules)
