"""How far long work is, on a terminal, and nowhere else."""

import contextlib
import sys
from collections.abc import Callable, Iterator

import click


@contextlib.contextmanager
def progress(doing: str, things: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Told how many more are done, it tells on a terminal how far that is, where results go elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty() or (sys.stdout is not None and sys.stdout.isatty()):
        yield lambda _: None
        return
    if total is not None:
        with click.progressbar(length=total, label=doing, file=sys.stderr) as bar:
            yield bar.update
        return
    count = 0

    def tell(more: int) -> None:
        nonlocal count
        count += more
        click.echo(f"\r{doing}: {count:,} {things}", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("", err=True)
