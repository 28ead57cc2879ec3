"""`klatch verify`: looks whether all that the server keeps, or a backup of it, is whole."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from klatch.cli.ending import FAILED, STORAGE, fail

if TYPE_CHECKING:
    from klatch.storage.verify import Report


@click.command(short_help="Check that all that is kept is whole.")
@click.argument("backup", metavar="[BACKUP]", type=click.Path(path_type=Path), required=False)
@click.option("--data", help="Folder in which the server keeps everything.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(*, backup: Path | None, data: str | None, as_json: bool) -> None:
    """Check that every log is whole: dense numbers, undamaged entries; prints a hash of all that was said.

    A server may run meanwhile. With BACKUP, a file that `klatch backup` made is looked at instead. The status is 0 if
    all is well, 74 if something is damaged.
    """
    import msgspec

    from klatch.storage.faults import StoreUnusable
    from klatch.storage.verify import verify as read_all

    if backup is not None and data is not None:
        raise click.UsageError("BACKUP is looked at instead of --data; give one of them.")
    folder = backup or data_folder(data)
    try:
        report = _unpack_and_read(backup) if backup is not None else read_all(folder)
    except StoreUnusable as unusable:
        fail(str(unusable), unusable.exit_code)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        click.echo(f"{count(report.entries, 'entry', 'entries')} in {count(report.rooms, 'room', 'rooms')} in {folder}")
        click.echo(f"Hash of all that was said: {report.hash}")
        for fault in report.faults:
            click.echo(fault)
        click.echo("All is whole." if not report.faults else "Something is damaged. Restore a backup that is whole.")
    sys.exit(STORAGE if report.faults else 0)


def data_folder(given: str | None) -> Path:
    """The folder that was given, or the one in which a server keeps everything that was told nothing."""
    from klatch.settings import Settings

    return Path(given).expanduser().absolute() if given else Settings().data_path


def _unpack_and_read(backup: Path) -> "Report":
    from tempfile import TemporaryDirectory

    from klatch.storage.backups.restoring import verify_backup

    try:
        with TemporaryDirectory(prefix="klatch-") as folder:
            return verify_backup(backup, Path(folder))
    except OSError as fault:
        fail(f"{backup} cannot be unpacked to look at it: {fault.strerror or fault}. TMPDIR names a place.", FAILED)


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
