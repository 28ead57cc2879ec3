"""`klatch chat`: the conversation, full screen or line by line."""

import os
import sys
from typing import TYPE_CHECKING

import click

from klatch.cli.ending import FAILED, WRONG_USAGE, advise, fail, run, warn
from klatch.cli.options import show

if TYPE_CHECKING:
    from klatch.clients.terminal.keyboard import Keyboard
    from klatch.clients.terminal.ways import Way


@click.command(short_help="Talk, in a full-screen client.")
@click.argument("url", required=False)
@click.option("--server", envvar="KLATCH_SERVER", metavar="URL", help="Where the server is; the same as URL.")
@click.option("--name", envvar="KLATCH_NAME", help="Name to go by, as a guest.  [default: asked for]")
@click.option("--token", envvar="KLATCH_TOKEN", help="Token to sign in with.  [default: the login's]")
@click.option("--theme", type=click.Choice(["dark", "light", "mono"]), help="How it looks; F4 changes it.")
@click.option("--plain", is_flag=True, help="Simple lines, for screen readers, dumb terminals and script(1).")
def chat(
    *, url: str | None, server: str | None, name: str | None, token: str | None, theme: str | None, plain: bool
) -> None:
    """Talk with everybody on the server at URL; what is not given is asked for."""
    from klatch.clients.sdk import BadAddress, CannotKeep
    from klatch.clients.terminal.entering import settle
    from klatch.clients.terminal.ways import Way, complete_address

    try:
        way = settle(Way(url=complete_address(url or server or ""), name=name or "", token=token or ""))
    except BadAddress as bad:
        fail(str(bad), WRONG_USAGE)
    except CannotKeep as cannot:
        fail(str(cannot), FAILED)
    if plain:
        _talk_in_lines(way)
    else:
        _talk_full_screen(way, theme or "")


def _talk_full_screen(way: "Way", theme: str) -> None:
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.__stderr__)):
        fail("This needs a terminal. In a pipe: `klatch send`, `klatch tail`, or --plain.", WRONG_USAGE)

    from klatch.clients.shell.entering import name_of_login
    from klatch.clients.terminal.app import Chat
    from klatch.clients.terminal.entering import look_around

    # Sizes that a shell exported would hide those that the terminal has later.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    app = Chat(way, suggested=name_of_login(), look=theme, find=look_around)
    app.run()
    sys.exit(app.return_code or 0)


def _talk_in_lines(way: "Way") -> None:
    from klatch.clients.sdk import Refused
    from klatch.clients.shell.lines import read_lines
    from klatch.clients.terminal.keyboard import Keyboard, make_hide

    if sys.stdin is None:
        fail("This reads what you type from standard input, which is closed.", WRONG_USAGE)
    on_terminal = sys.stdin.isatty()
    begun = _ask(way) if on_terminal else _take_defaults(way)

    async def talk() -> None:
        async with Keyboard(read_lines(sys.stdin.fileno()), make_hide()) as keyboard:
            inside: Way | None = None
            wanted: Way | None = begun
            while wanted is not None:
                tried = wanted
                try:
                    wanted = await _talk_as(tried, keyboard)
                    inside = tried
                except Refused as refused:
                    if refused.code == "password_needed" and not tried.password and on_terminal:
                        wanted = await _with_password(tried, keyboard)
                    elif inside is not None:
                        warn(advise(refused))
                        wanted, inside = inside, None
                    else:
                        raise

    run(talk)


async def _talk_as(way: "Way", keyboard: "Keyboard") -> "Way | None":
    """One conversation; gives how one wants in as somebody else, if one does."""
    from klatch.clients.seat.seat import Seat
    from klatch.clients.terminal.entering import keep, make_client
    from klatch.clients.terminal.logins import remember_place
    from klatch.clients.terminal.plain import Plain

    seat = Seat()
    async with make_client(way, on_state=seat.tell_state, on_hint=seat.tell_hint, on_notice=warn) as klatch:
        keep(klatch)
        remember_place(klatch.address.url, klatch.account.name)
        seat.sit_down(klatch)
        return await Plain(seat, show, keyboard, klatch.address.url).talk()


async def _with_password(way: "Way", keyboard: "Keyboard") -> "Way | None":
    """Asks for the password of an account, without showing it; None where there is no line any more."""
    import msgspec

    keyboard.hide(True)
    click.echo(f"{way.name} is an account here. Password:", err=True)
    line = await keyboard.line()
    keyboard.hide(False)
    return None if line is None else msgspec.structs.replace(way, password=line.decode(errors="replace"))


def _take_defaults(way: "Way") -> "Way":
    """Where one was last, by the name that one had there, or by that of the machine's login."""
    import msgspec

    from klatch.clients.shell.entering import name_of_login
    from klatch.clients.terminal.entering import settle
    from klatch.clients.terminal.logins import recall
    from klatch.clients.terminal.ways import complete_address

    known = recall().places
    url = way.url or (known[0].url if known else complete_address("127.0.0.1"))
    before = next((place.name for place in known if place.url == url), name_of_login())
    named = settle(msgspec.structs.replace(way, url=url))
    return named if named.known else msgspec.structs.replace(named, name=before)


def _ask(way: "Way") -> "Way":
    """Asks for server, port and name as far as they are not given."""
    import msgspec

    from klatch.clients.terminal.entering import settle
    from klatch.clients.terminal.ways import DEFAULT_PORT, complete_address

    usual = _take_defaults(way)
    if not way.url:
        host = _choose_server(usual.url)
        alone = host == complete_address(host)
        port = "" if alone else _prompt("Port", str(DEFAULT_PORT))
        way = settle(msgspec.structs.replace(way, url=host if alone else f"{host}:{port}"))
    if not way.known:
        way = settle(msgspec.structs.replace(way, name=_prompt("Name", _take_defaults(way).name)))
    return way


def _choose_server(usual: str) -> str:
    """Asks for a server: one that is typed, or the number of one that is known or near by."""
    import asyncio

    from klatch.clients.shell.spelling import as_harmless
    from klatch.clients.terminal.entering import look_around
    from klatch.clients.terminal.logins import recall

    offered = {place.url: f"as {place.name}" for place in recall().places}
    click.echo("Looking for servers near by ...", err=True)
    asyncio.run(look_around(lambda near: offered.update({each.url: f"{each.title}, near by" for each in near})))
    for number, (url, about) in enumerate(offered.items(), 1):
        click.echo(as_harmless(f"{number:3}  {url}  {about}"), err=True)
    said = _prompt("Server, or its number" if offered else "Server", usual)
    chosen = said.isascii() and said.isdigit() and 0 < int(said) <= len(offered)
    return list(offered)[int(said) - 1] if chosen else said


def _prompt(question: str, default: str) -> str:
    answer: str = click.prompt(question, default=default, err=True)
    return answer.strip()
