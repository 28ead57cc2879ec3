"""`klatch verify`: looks whether all that the server keeps is whole."""

import sys
from pathlib import Path

import click

from klatch.cli.ending import STORAGE, fail


@click.command(short_help="Check that all that is kept is whole.")
@click.option("--data", help="Folder in which the server keeps everything.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(*, data: str | None, as_json: bool) -> None:
    """Check that every log is whole: dense numbers, undamaged entries; prints a hash of all that was said.

    A server may run meanwhile. The status is 0 if all is well, 74 if something is damaged.
    """
    import msgspec

    from klatch.settings import Settings
    from klatch.storage.faults import StoreUnusable
    from klatch.storage.verify import verify as read_all

    folder = Path(data).expanduser() if data else Settings().data_path
    try:
        report = read_all(folder)
    except StoreUnusable as unusable:
        fail(str(unusable), unusable.exit_code)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        click.echo(
            f"{_count(report.entries, 'entry', 'entries')} in {_count(report.rooms, 'room', 'rooms')} in {folder}"
        )
        click.echo(f"Hash of all that was said: {report.hash}")
        for fault in report.faults:
            click.echo(fault)
        click.echo("All is whole." if not report.faults else "Something is damaged: restore a backup.")
    sys.exit(STORAGE if report.faults else 0)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
