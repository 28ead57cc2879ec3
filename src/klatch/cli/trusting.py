"""`klatch trust`: takes a server's key for the right one."""

import click

from klatch.cli.ending import FAILED, TRY_AGAIN, WRONG_USAGE, fail


@click.command(short_help="Take a server's key for the right one.")
@click.argument("url")
def trust(*, url: str) -> None:
    """Take the key that the server at URL shows now for the right one, in place of any other.

    Compare the fingerprint that is printed with the one that `klatch serve` prints. With #sha256=FINGERPRINT after URL
    only that key is taken.
    """
    from klatch.clients.sdk import BadAddress, CannotKeep, Unreachable
    from klatch.clients.sdk.address import read_address
    from klatch.clients.sdk.pins import keep_pin
    from klatch.clients.sdk.trusting import fetch_key

    try:
        address = read_address(url if "://" in url else f"https://{url}")
        if not address.secure:
            fail(f"{address.url} is not encrypted, so it has no key; write {address.counterpart}.", WRONG_USAGE)
        found = fetch_key(address)
        if address.fingerprint not in (None, found):
            fail(f"{address.url} shows another key, {found}: nothing was changed.", FAILED)
        keep_pin(address, found)
    except BadAddress as bad:
        fail(str(bad), WRONG_USAGE)
    except Unreachable as unreachable:
        fail(str(unreachable), TRY_AGAIN)
    except CannotKeep as cannot:
        fail(str(cannot), FAILED)
    click.echo(f"{address.url} is known from now on by its key: {found}")
