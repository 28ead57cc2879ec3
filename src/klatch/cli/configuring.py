"""`klatch settings`: what may change while the server runs."""

import click

from klatch.cli.options import show
from klatch.cli.reaching import administers, reach


@click.group(short_help="See and change what may change while the server runs.")
def settings() -> None:
    """See and change the settings that may change while the server runs: who is let in, how fast people may write.

    What is set in klatch.toml, or by an option, is changed there. All settings stand in klatch.toml.
    """


@settings.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@administers
def list_(*, as_json: bool, server: str | None, token: str | None, data: str | None) -> None:
    """List them, with what each is, and where it is fixed."""
    from klatch.clients.shell import administering, spelling

    with reach(server, token, data, runs=True) as reached:
        found = administering.settings(reached.api)
    for line in map(spelling.row_as_json, found) if as_json else spelling.settings_as_text(found):
        show(line)


@settings.command("set")
@click.argument("name")
@click.argument("value")
@administers
def set_(*, name: str, value: str, server: str | None, token: str | None, data: str | None) -> None:
    """Give NAME another VALUE, at once; `default` is what the server was started with."""
    from klatch.clients.shell import administering

    with reach(server, token, data, runs=True) as reached:
        administering.configure(reached.api, name, value)
    click.echo(f"{name} is {value} now." if value != "default" else f"{name} is as the server was started.")
