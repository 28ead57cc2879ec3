"""`klatch send` and `klatch tail`: say something in a room, and read what is said there."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from klatch.cli.ending import FAILED, fail, run, warn
from klatch.cli.options import end_with_reader, names_a_room, show, talks_to_a_server
from klatch.cli.progress import progress

_LAST: Final = 20
_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,32}", re.ASCII)


@click.command(short_help="Send a message, or standard input.")
@names_a_room
@click.argument("text", required=False)
@click.option("--lines", is_flag=True, help="Send a message for each line of standard input, as the lines come.")
@click.option(
    "--code", is_flag=False, flag_value="", metavar="[LANG]", help="Send it as a block of code, perhaps of a language."
)
@click.option(
    "--file",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Send this file, with TEXT if there is one; may be given again.",
)
@click.option("--reply", type=click.IntRange(1), metavar="SEQ", help="Answer message number SEQ.")
@talks_to_a_server
def send(
    *,
    room: str,
    text: str | None,
    lines: bool,
    code: str | None,
    reply: int | None,
    files: tuple[Path, ...],
    server: str,
    name: str | None,
    token: str | None,
) -> None:
    """Send TEXT to ROOM, written '#room' or '@user'; prints the message's number once it is on the server's disk.

    Without TEXT, or with -, standard input is the message; what is too long for one is sent as a file. Text is never
    read as a command.
    """
    from klatch.clients.sdk import Refused
    from klatch.clients.shell.entering import make_client
    from klatch.clients.shell.files import read_message, send_files
    from klatch.clients.shell.lines import check_argument, read_lines
    from klatch.clients.shell.rooms import spell_room
    from klatch.clients.shell.sending import as_code, send_lines, send_text

    room = spell_room(room)
    if lines and text not in (None, "-"):
        raise click.UsageError("--lines reads standard input; leave TEXT out.")
    if lines and (code is not None or reply is not None or files):
        raise click.UsageError("--lines sends many messages; --code, --reply and --file are for one.")
    if code and not _LANGUAGE.fullmatch(code):
        raise click.UsageError("--code takes the name of a language, such as python or diff, or nothing.")
    piped = text == "-" or (text is None and not files)
    if piped and (sys.stdin is None or (text is None and sys.stdin.isatty())):
        raise click.UsageError("Give TEXT, or pipe it in. In most shells '#room' needs its quotes.")

    def shape(message: str) -> str:
        return message if code is None else as_code(message, code)

    async def send_all() -> None:
        async with make_client(server, name, token, "klatch-send", warn) as klatch:
            with progress("Sending", "lines") as done:
                await send_lines(klatch, room, read_lines(sys.stdin.fileno()), _showing(done))

    async def send_one(message: str | Path) -> None:
        async with make_client(server, name, token, "klatch-send", warn) as klatch:
            if isinstance(message, str) and not files:
                show(await send_text(klatch, room, message, reply))
                return
            said, paths = (message, files) if isinstance(message, str) else ("", (message, *files))
            show(await send_files(klatch, room, paths, said, reply))

    if lines:
        run(send_all)
        return
    try:
        if piped:
            with read_message(sys.stdin.fileno(), shape) as message:
                run(lambda: send_one(message))
            return
        given = shape(check_argument(text)) if text else ""
    except Refused as refused:
        fail(refused.message, FAILED)
    run(lambda: send_one(given))


def _showing(done: Callable[[int], None]) -> Callable[[int], None]:
    """Shows the number of a line that is sent, and counts it."""

    def tell(seq: int) -> None:
        show(seq)
        done(1)

    return tell


@click.command(short_help="Print what is said in a room.")
@names_a_room
@click.option("-n", "last", type=click.IntRange(0), help="How many entries.  [default: 20]")
@click.option("--since", type=click.IntRange(0), metavar="SEQ", help="All entries after number SEQ instead.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is said from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@talks_to_a_server
def tail(
    *,
    room: str,
    last: int | None,
    since: int | None,
    follow: bool,
    as_json: bool,
    server: str,
    name: str | None,
    token: str | None,
) -> None:
    """Print what was said in ROOM, written '#room' or '@user'."""
    from klatch.clients.shell import spelling
    from klatch.clients.shell.entering import make_client
    from klatch.clients.shell.rooms import spell_room
    from klatch.clients.shell.tailing import tail as read

    if last is not None and since is not None:
        raise click.UsageError("-n counts from the end and --since from a number; give one of them.")
    room = spell_room(room)
    last = _LAST if last is None else last

    async def print_entries() -> None:
        if follow:
            end_with_reader()
        async with make_client(server, name, token, "klatch-tail", warn) as klatch:
            async for known_as, entry in read(klatch, room, last=last, since=since, follow=follow):
                line = (
                    spelling.as_json(entry, known_as) if as_json else spelling.as_text(entry, server=klatch.address.url)
                )
                if line is not None:
                    show(line)

    run(print_entries)
