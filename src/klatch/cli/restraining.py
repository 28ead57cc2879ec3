"""`klatch ban`, `mute` and `pause`, and what takes them back: order on the whole server, or in a room."""

from collections.abc import Callable

import click

from klatch.cli.options import show
from klatch.cli.reaching import administers, reach


def _for_a_time(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --room, --for and --reason to a command."""
    for option in (
        click.option("--reason", default="", help="Why; those whom it concerns are told."),
        click.option(
            "--for", "length", metavar="TIME", help="How long, such as 90s, 10m, 2h, 3d, 1w.  [default: for good]"
        ),
        click.option("--room", help="In this room, such as '#ops'.  [default: on the whole server]"),
    ):
        command = option(command)
    return command


@click.command(short_help="Keep somebody out.")
@click.argument("who", required=False)
@_for_a_time
@click.option("--list", "listed", is_flag=True, help="List bans and mutes, instead of laying one.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print a JSON object a line.")
@administers
def ban(
    *,
    who: str | None,
    room: str | None,
    length: str | None,
    reason: str,
    listed: bool,
    as_json: bool,
    server: str | None,
    token: str | None,
    data: str | None,
) -> None:
    """Keep WHO out of the server, or of a room; whoever is in goes at once.

    WHO is a username, a pattern of usernames ('spam*'), or for the server an address or network (192.0.2.0/24).
    """
    from klatch.clients.shell import administering, spelling

    if (who is None) != listed:
        raise click.UsageError("Say who is to be kept out, or give --list.")
    with reach(server, token, data) as reached:
        if who is None:
            found, now = administering.bans(reached.api, room)
            for line in map(spelling.row_as_json, found.bans) if as_json else spelling.bans_as_text(found, now):
                show(line)
            return
        administering.ban(reached.api, who, room, length, reason)
    click.echo(f"{who} is kept out. `klatch unban {who}` takes it back.")


@click.command(short_help="Lift a ban.")
@click.argument("who")
@click.option("--room", help="In this room.  [default: on the whole server]")
@administers
def unban(*, who: str, room: str | None, server: str | None, token: str | None, data: str | None) -> None:
    """Let WHO in again."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.unban(reached.api, who, room)
    click.echo(f"{who} may come in again.")


@click.command(short_help="Have somebody read only.")
@click.argument("name")
@_for_a_time
@administers
def mute(
    *,
    name: str,
    room: str | None,
    length: str | None,
    reason: str,
    server: str | None,
    token: str | None,
    data: str | None,
) -> None:
    """Have NAME read and not write, anywhere or in a room."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.mute(reached.api, name, room, length, reason)
    click.echo(f"{name} may read and not write. `klatch unmute {name}` takes it back.")


@click.command(short_help="Let somebody write again.")
@click.argument("name")
@click.option("--room", help="In this room.  [default: on the whole server]")
@administers
def unmute(*, name: str, room: str | None, server: str | None, token: str | None, data: str | None) -> None:
    """Let NAME write again."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.unmute(reached.api, name, room)
    click.echo(f"{name} may write again.")


@click.command(short_help="Have only moderators write.")
@click.option("--reason", default="", help="Why; everyone is told.")
@administers
def pause(*, reason: str, server: str | None, token: str | None, data: str | None) -> None:
    """Have only moderators of the server write, everywhere, until `klatch resume`."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.pause(reached.api, reason)
    click.echo("Only moderators of the server may write now. `klatch resume` lets everyone go on.")


@click.command(short_help="Let everyone write again.")
@administers
def resume(*, server: str | None, token: str | None, data: str | None) -> None:
    """Let everyone write again, after `klatch pause`."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.resume(reached.api)
    click.echo("Everyone may write again.")
