"""`klatch invite`: links that let somebody in."""

import sys
from typing import TYPE_CHECKING, Any

import click

from klatch.cli.options import show
from klatch.cli.people import ROLES
from klatch.cli.reaching import administers, reach

if TYPE_CHECKING:
    from klatch.cli.reaching import Reach


@click.command(short_help="Make a link that lets somebody in.")
@click.option("--room", help="A room that it leads into, such as '#ops'.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="member",
    show_default=True,
    help="Role in the room; else on the server.",
)
@click.option("--uses", type=click.IntRange(1, 1_000), default=1, show_default=True, help="How often it can be used.")
@click.option("--days", type=click.FloatRange(0, 3_650, min_open=True), default=7, show_default=True, help="How long.")
@click.option("--qr", is_flag=True, help="Also print it as a QR code.")
@click.option("--list", "listed", is_flag=True, help="List the links that can still be used, instead of making one.")
@click.option("--revoke", metavar="ID", help="Take a link back, instead of making one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@administers
def invite(
    *,
    room: str | None,
    role: str,
    uses: int,
    days: float,
    qr: bool,
    listed: bool,
    revoke: str | None,
    as_json: bool,
    server: str | None,
    token: str | None,
    data: str | None,
) -> None:
    """Make a link that lets somebody in, who chooses a name and a password. Whoever has it can use it."""
    with reach(server, token, data) as reached:
        if listed:
            _list(reached, as_json=as_json)
        elif revoke is not None:
            _revoke(reached, revoke)
        else:
            wanted = {"role": role, "uses": uses, "room": room}
            _make(
                reached,
                {name: value for name, value in wanted.items() if value is not None},
                days,
                qr=qr,
                as_json=as_json,
            )


def _make(reached: "Reach", wanted: dict[str, Any], days: float, *, qr: bool, as_json: bool) -> None:
    import msgspec

    from klatch.clients.shell import administering

    secret, expires = administering.make_link(reached.api, wanted, days)
    link = reached.link(f"/i/{secret}")
    show(msgspec.json.encode({"link": link, "expires": expires} | wanted) if as_json else link)
    if qr:
        _show_code(link)


def _list(reached: "Reach", *, as_json: bool) -> None:
    from klatch.clients.shell import administering, spelling

    found = administering.links(reached.api)
    for line in map(spelling.row_as_json, found) if as_json else spelling.links_as_text(found):
        show(line)


def _revoke(reached: "Reach", link: str) -> None:
    from klatch.clients.shell import administering

    administering.revoke_link(reached.api, link)
    click.echo(f"Link {link} lets nobody in any more.")


def _show_code(link: str) -> None:
    import segno

    segno.make(link, micro=False).terminal(out=sys.stdout, compact=True, border=2)
