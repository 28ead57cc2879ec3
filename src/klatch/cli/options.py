"""The options that all commands share which talk to a server."""

import errno
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SERVER: Final = "http://127.0.0.1:8000"
_COMPLETED_WITHIN: Final = 1.0  # seconds, for whoever pressed Tab


def names_a_room(command: Callable[..., None]) -> Callable[..., None]:
    """Adds ROOM to a command; a shell completes it."""
    return click.argument("room", shell_complete=_complete_room)(command)


def _complete_room(context: click.Context, _parameter: click.Parameter, begun: str) -> "list[CompletionItem]":
    import asyncio

    from click.shell_completion import CompletionItem

    from klatch.clients.shell.completing import complete_room
    from klatch.clients.shell.spelling import as_harmless

    given = context.params
    server, name, token = given.get("server") or _SERVER, given.get("name"), given.get("token")
    found = asyncio.run(complete_room(begun, server, name, token, _COMPLETED_WITHIN))
    return [CompletionItem(as_harmless(word), help=" ".join(as_harmless(about).split())) for word, about in found]


def talks_to_a_server(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --server, --name and --token to a command."""
    for option in (
        click.option("--token", envvar="KLATCH_TOKEN", help="Token to sign in with.  [default: the login's]"),
        click.option("--name", envvar="KLATCH_NAME", help="Name to go by, as a guest.  [default: your login's]"),
        click.option(
            "--server",
            envvar="KLATCH_SERVER",
            default=_SERVER,
            show_default=True,
            metavar="URL",
            help="Where the server is.",
        ),
    ):
        command = option(command)
    return command


def show(line: str | bytes | int) -> None:
    """Prints a result. What the terminal's encoding lacks is spelled out. Raises OSError if nobody takes it."""
    if isinstance(line, str) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        click.echo(line)
    except OSError as fault:
        if fault.errno in (errno.EPIPE, errno.EINVAL):  # the second on Windows
            raise BrokenPipeError from None
        raise OSError(fault.errno, f"Standard output takes no more: {fault.strerror}.") from None


def end_with_reader() -> None:
    """Ends quietly once whoever reads our output through a pipe is gone, also while there is nothing to say."""
    import asyncio
    import os
    import stat

    output = sys.stdout.fileno()
    if os.name == "posix" and stat.S_ISFIFO(os.fstat(output).st_mode):
        # A pipe's writing end is never readable: it only tells that the reading end was closed.
        asyncio.get_running_loop().add_reader(output, os._exit, 0)
