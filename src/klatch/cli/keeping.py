"""`klatch backup` and `klatch restore`: all that a server keeps in one file, and back."""

import time
from pathlib import Path

import click

from klatch.cli.checking import count, data_folder
from klatch.cli.ending import FAILED, fail


@click.command(short_help="Write all that the server keeps to one file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", help="Folder in which the server keeps everything.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what the backup holds as JSON.")
def backup(*, file: Path, data: str | None, force: bool, as_json: bool) -> None:
    """Write all that the server keeps to FILE, on the server's machine. A server may run meanwhile.

    FILE is there whole, and verified, or not at all. Transcripts are not in it: they can be made again. Whoever has it
    can read all that was ever said, so keep it as you keep the server.
    """
    import msgspec

    from klatch.storage.backups.making import CannotBackUp, back_up
    from klatch.storage.faults import StoreUnusable

    try:
        manifest = back_up(data_folder(data), file.expanduser(), _now(), overwrite=force)
    except StoreUnusable as unusable:
        fail(str(unusable), unusable.exit_code)
    except CannotBackUp as cannot:
        fail(str(cannot), FAILED)
    if as_json:
        click.echo(msgspec.json.encode(manifest))
        return
    click.echo(f"{count(manifest.entries, 'entry', 'entries')} in {count(manifest.rooms, 'room', 'rooms')} in {file}")
    click.echo(f"Hash of all that was said: {manifest.hash}")


@click.command(short_help="Bring a backup back.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", help="Folder in which the server is to keep everything.")
@click.option("--force", is_flag=True, help="Also if there is something in the folder; it is put aside.")
def restore(*, file: Path, data: str | None, force: bool) -> None:
    """Make the folder hold what is in the backup FILE. No server may run in it meanwhile.

    What was said since the backup is not in it. Clients notice that by themselves, and begin anew.
    """
    from klatch.storage.backups.restoring import NotEmpty
    from klatch.storage.backups.restoring import restore as bring_back
    from klatch.storage.faults import StoreUnusable

    folder = data_folder(data)
    try:
        manifest, aside = bring_back(file.expanduser(), folder, _now(), replace=force)
    except StoreUnusable as unusable:
        fail(str(unusable), unusable.exit_code)
    except NotEmpty as full:
        fail(str(full), FAILED)
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(manifest.made_ts / 1000))
    entries, rooms = count(manifest.entries, "entry", "entries"), count(manifest.rooms, "room", "rooms")
    click.echo(f"{entries} in {rooms}, as they were on {made}, are in {folder}")
    click.echo(f"Hash of all that was said: {manifest.hash}")
    if aside is not None:
        click.echo(f"What was there before is in {aside}. Remove it once you are sure.")
    click.echo(f"Start the server:  klatch serve{f' --data {folder}' if data else ''}")


def _now() -> int:
    return time.time_ns() // 1_000_000
