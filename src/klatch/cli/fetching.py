"""`klatch get`: fetch the files that a message carries."""

from pathlib import Path

import click

from klatch.cli.ending import run, warn
from klatch.cli.options import names_a_room, show, talks_to_a_server


@click.command(short_help="Fetch the files of a message.")
@names_a_room
@click.argument("seq", type=click.IntRange(1))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file to write, or the folder.  [default: this folder, under the file's own name]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@talks_to_a_server
def get(
    *, room: str, seq: int, output: Path | None, force: bool, server: str, name: str | None, token: str | None
) -> None:
    """Fetch what message number SEQ of ROOM carries; prints where it is once it is there, whole.

    ROOM is written '#room' or '@user'; `klatch tail --json` tells the numbers.
    """
    from klatch.clients.shell.entering import make_client
    from klatch.clients.shell.files import get_files
    from klatch.clients.shell.rooms import spell_room

    async def fetch() -> None:
        async with make_client(server, name, token, "klatch-get", warn) as klatch:
            await get_files(klatch, spell_room(room), seq, output, lambda path: show(str(path)), replace=force)

    run(fetch)
