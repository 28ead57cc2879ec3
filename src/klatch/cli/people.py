"""`klatch user`: who has an account, and what they may do."""

import getpass
import sys
from typing import Final

import click

from klatch.cli.ending import FAILED, fail, warn
from klatch.cli.options import show
from klatch.cli.reaching import administers, reach

ROLES: Final = ("owner", "admin", "moderator", "member")


@click.group(short_help="Add, list and look after accounts.")
def user() -> None:
    """Add, list and look after accounts.

    On the server's machine it works with the key in the data directory, whether the server runs or not. From afar it
    works for an admin: --server URL, after `klatch login URL`.
    """


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True, help="Role on the server.")
@administers
def add(*, name: str, role: str, server: str | None, token: str | None, data: str | None) -> None:
    """Make an account for NAME. Asks for its password; without a terminal that is a line of standard input."""
    from klatch.clients.shell import administering

    with reach(server, token, data, begins=True) as reached:
        administering.add_account(reached.api, name, ask_new_password(), role)
    click.echo(f"{name} has an account, with the role {role}.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.option("--guests/--no-guests", default=True, help="Also list guests.")
@administers
def list_(*, as_json: bool, guests: bool, server: str | None, token: str | None, data: str | None) -> None:
    """List all accounts, by name."""
    from klatch.clients.shell import administering, spelling

    with reach(server, token, data) as reached:
        found = [each for each in administering.accounts(reached.api) if guests or each.registered]
    for line in map(spelling.row_as_json, found) if as_json else spelling.accounts_as_text(found):
        show(line)


@user.command()
@click.argument("name")
@click.option("--link", is_flag=True, help="Print a link with which they set one themselves, good for a day.")
@administers
def passwd(*, name: str, link: bool, server: str | None, token: str | None, data: str | None) -> None:
    """Give NAME another password. All their sessions end."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        if link:
            show(reached.link(f"/reset/{administering.make_reset_secret(reached.api, name)}"))
            return
        administering.set_password(reached.api, name, ask_new_password())
    click.echo(f"{name} has another password.")


@user.command()
@click.argument("name")
@click.option("--reason", default="", help="Why, for the audit log.")
@administers
def suspend(*, name: str, reason: str, server: str | None, token: str | None, data: str | None) -> None:
    """Let NAME in no more; whoever is connected is sent away at once."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.suspend(reached.api, name, reason)
    click.echo(f"{name} is suspended. `klatch user unsuspend {name}` takes it back.")


@user.command()
@click.argument("name")
@administers
def unsuspend(*, name: str, server: str | None, token: str | None, data: str | None) -> None:
    """Let NAME in again."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.unsuspend(reached.api, name)
    click.echo(f"{name} may come in again.")


@user.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@administers
def erase(*, name: str, yes: bool, server: str | None, token: str | None, data: str | None) -> None:
    """Erase NAME for good: the account ends, and all they wrote goes from every room. Backups keep it."""
    from klatch.clients.shell import administering

    if not yes:
        click.confirm(f"Erase {name} and all they wrote? This cannot be taken back.", abort=True)
    with reach(server, token, data) as reached:
        administering.erase(reached.api, name)
    click.echo(f"{name} is erased. What they wrote goes within moments.")


@user.command("role")
@click.argument("name")
@click.argument("new", metavar="ROLE", type=click.Choice(ROLES))
@administers
def give_role(*, name: str, new: str, server: str | None, token: str | None, data: str | None) -> None:
    """Give NAME another role on the server."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.give_role(reached.api, name, new)
    click.echo(f"{name} has the role {new}.")


def ask_new_password() -> str:
    """A new password, asked for twice without showing it; without a terminal a line of standard input."""
    if sys.stdin is None or not sys.stdin.isatty():
        password = (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")
        if not password:
            fail("There is no password on standard input.", FAILED)
        return password
    while True:
        password = getpass.getpass("The new password (8 characters or more): ")
        if getpass.getpass("The same again: ") == password:
            return password
        warn("These were not the same.")
