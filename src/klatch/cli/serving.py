"""`klatch serve`: starts the server."""

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from klatch.cli.ending import CONFIGURATION, FAILED, fail, warn

if TYPE_CHECKING:
    from klatch.server import Doors
    from klatch.settings import Settings


class Door(click.ParamType[Any]):
    """A port, 0 for any free one, or `off`."""

    name = "PORT|off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The port, or -1 for a door that stays closed."""
        if value == "off":
            return -1
        try:
            port = int(value)
        except ValueError:
            port = -1
        if not 0 <= port <= 65_535:
            self.fail(f"{value} is no port: give 0 to 65535, or off.", param, ctx)
        return port


@click.command(
    epilog="Every setting has a place in klatch.toml, where it is explained. Ctrl+C and SIGTERM end the server; SIGHUP "
    "has it read its certificate again."
)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1, with --lan all]")
@click.option("--port", type=Door(), help="Port for HTTP and WebSockets; 0: any, off: closed.  [default: 8000]")
@click.option("--line-port", type=Door(), help="Port for plain lines (nc); 0: any, off: closed.  [default: 5555]")
@click.option("--irc-port", type=Door(), help="Port for IRC. This version has no IRC door yet.")
@click.option("--data", help="Folder in which everything is kept.")
@click.option("--config", type=click.Path(path_type=Path), help="File of settings (klatch.toml).")
@click.option("--guests/--no-guests", default=None, help="Let guests in from everywhere, or from nowhere.")
@click.option(
    "--lan", is_flag=True, default=None, help="For the local network: listen on all addresses, announce, admit guests."
)
@click.option("--tls", type=click.Choice(["self"]), help="Encrypt, with a certificate the server makes for itself.")
@click.option("--tls-cert", metavar="FILE", help="Encrypt, with this certificate (PEM, with its chain).")
@click.option("--tls-key", metavar="FILE", help="The key of the certificate (PEM).")
@click.option(
    "--tls-port",
    type=Door(),
    help="Port for HTTPS beside plain HTTP; off: --port speaks HTTPS.  [default: off; with --lan --tls self 8443]",
)
@click.option(
    "--trust-proxy",
    metavar="ADDRESSES",
    help="Proxies whose X-Forwarded-For is believed; networks too, with commas.",
)
@click.option("--public-url", metavar="URL", help="Where people find this server; links begin with it.")
@click.option("--transcripts", metavar="DIR", help="Also keep <username>_history.txt for each user in DIR.")
@click.option("--classic", is_flag=True, default=None, help="Behave as the old socket programs did.")
@click.option("--no-limits", is_flag=True, help="No rate limits: for benchmarks and tests, on loopback only.")
@click.option("--verbose", is_flag=True, default=None, help="Show on this terminal what is said.")
@click.option(
    "--metrics-from",
    metavar="ADDRESSES",
    help="Who may read /metrics; networks too, with commas.  [default: this machine]",
)
@click.option("--log", type=click.Choice(["text", "json"]), help="How to write the log.  [default: text]")
@click.option("--json", "as_json", is_flag=True, help="Print where the doors are as JSON; the log too, unless --log.")
def serve(*, config: Path | None, no_limits: bool, as_json: bool, irc_port: int | None, **given: Any) -> None:
    """Start the server. No configuration is needed."""
    from klatch.settings import BadSettings

    if given["metrics_from"] == "":  # nobody
        given["metrics_from"] = ()
    for several in ("trust_proxy", "metrics_from"):
        if given[several] not in (None, ()):
            given[several] = tuple(given[several].split(","))
    if as_json and given["log"] is None:
        given["log"] = "json"
    try:
        settings, fixed = _settle(config, no_limits=no_limits, given=given)
    except BadSettings as bad:
        fail(str(bad), CONFIGURATION)
    if irc_port not in (None, -1):
        warn("This version has no IRC door yet; --irc-port is ignored.")
    sys.exit(_serve(settings, fixed, as_json=as_json))


def _settle(config: Path | None, *, no_limits: bool, given: dict[str, Any]) -> "tuple[Settings, dict[str, str]]":
    """The file's settings, with those of the command line over them; and where those are fixed that else may change."""
    from klatch.configuration import read_settings, read_table
    from klatch.settings import change, fixed_by, lift_limits, lifted_limits, settle

    settings = change(read_settings(config), **given)
    fixed = {} if config is None else fixed_by(config.name, read_table(config))
    if given["guests"] is not None:
        fixed |= fixed_by("--guests" if given["guests"] else "--no-guests", {"guests": given["guests"]})
    if no_limits:
        fixed |= fixed_by("--no-limits", {"limits": lifted_limits()})
        settings = lift_limits(settings)
    return settle(settings), fixed


def _serve(settings: "Settings", fixed: dict[str, str], *, as_json: bool) -> int:
    # The log library loads rich wherever that is installed: 3 MB that the server has no use for.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # None says that it is not to be had
    from klatch.server import BadCertificate, DoorInUse, NoStore, run
    from klatch.storage.faults import StoreUnusable

    try:
        return run(settings, lambda doors: _tell(doors, as_json=as_json), fixed)
    except StoreUnusable as unusable:
        fail(str(unusable), unusable.exit_code)
    except (BadCertificate, NoStore) as bad:
        fail(str(bad), CONFIGURATION)
    except DoorInUse as in_use:
        fail(str(in_use), FAILED)


def _tell(doors: "Doors", *, as_json: bool) -> None:
    """Says that the server runs, and what to type next."""
    import msgspec

    from klatch.server import command, ways_in

    if as_json:
        click.echo(msgspec.json.encode(doors.address))
        return
    click.echo(f"Klatch is running. Everything said is kept in {doors.data}\n")
    for number, page in enumerate(doors.pages):
        click.echo(f"  {'In a browser' if number == 0 else 'or':<30}  {page}/")
    for what, typed in ways_in(doors, command()):
        click.echo(f"  {what:<30}  {typed}")
    if doors.fingerprint is not None:
        click.echo(f"  {'Fingerprint (SHA-256)':<30}  {doors.fingerprint}")
    if doors.lan and doors.scanned is not None:
        _show_code(doors.scanned)
    if doors.guests is False:
        click.echo("\nNobody comes in without an account.")
    if doors.owner is not None:
        click.echo("\nNobody owns this server yet. Make it yours, with a name and a password:")
        if doors.pages:
            click.echo(f"  {command()} login {doors.pages[-1]} --link {doors.owner}")
        if doors.line_port is not None:
            before = "or come" if doors.pages else "Come"
            click.echo(f"{before} in with nc, and type\n  /register {doors.owner}")
    if doors.owner_file is not None:
        click.echo("\nNobody owns this server yet. The link that makes it yours is in a file for you alone:")
        click.echo(f'  {command()} login --link "$(cat {shlex.quote(doors.owner_file)})"')
    click.echo("\nCtrl+C stops it.")


def _show_code(text: str) -> None:
    """Prints a QR code, light on dark as terminals mostly are, where the terminal has the letters for it."""
    import io

    import segno

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, border=2, compact=True)
    with contextlib.suppress(UnicodeEncodeError):
        click.echo(f"\n{drawn.getvalue()}")
