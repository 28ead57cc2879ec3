"""`klatch chat`: the conversation, full screen or line by line."""

import os
import sys
from typing import TYPE_CHECKING

import click

from klatch.cli.ending import FAILED, WRONG_USAGE, fail, run, warn
from klatch.cli.options import show

if TYPE_CHECKING:
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
    from klatch.clients.seat.seat import Seat
    from klatch.clients.shell.lines import read_lines
    from klatch.clients.terminal.entering import keep, make_client
    from klatch.clients.terminal.logins import remember_place
    from klatch.clients.terminal.plain import Plain

    if sys.stdin is None:
        fail("This reads what you type from standard input, which is closed.", WRONG_USAGE)
    way = _ask(way)

    async def talk() -> None:
        seat = Seat()
        async with make_client(way, on_state=seat.tell_state, on_hint=seat.tell_hint, on_notice=warn) as klatch:
            keep(klatch)
            remember_place(klatch.address.url, klatch.account.name)
            seat.sit_down(klatch)
            await Plain(seat, show).talk(read_lines(sys.stdin.fileno()))

    run(talk)


def _ask(way: "Way") -> "Way":
    """Asks for server, port and name as far as they are not given; without a terminal the defaults are taken."""
    import msgspec

    from klatch.clients.shell.entering import name_of_login
    from klatch.clients.terminal.entering import settle
    from klatch.clients.terminal.logins import recall
    from klatch.clients.terminal.ways import DEFAULT_PORT, complete_address

    known = recall().places
    if not way.url:
        last = known[0].url if known else "127.0.0.1"
        host = _prompt("Server", last)
        alone = host == complete_address(host)
        port = "" if alone else _prompt("Port", str(DEFAULT_PORT))
        way = settle(msgspec.structs.replace(way, url=host if alone else f"{host}:{port}"))
    if not way.known:
        before = next((place.name for place in known if place.url == way.url), name_of_login())
        way = settle(msgspec.structs.replace(way, name=_prompt("Name", before)))
    return way


def _prompt(question: str, default: str) -> str:
    if not sys.stdin.isatty():
        return default
    answer: str = click.prompt(question, default=default, err=True)
    return answer.strip()
