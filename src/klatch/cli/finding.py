"""`klatch find`: the servers that are announced on the local network."""

import click

from klatch.cli.ending import FAILED, fail, run
from klatch.cli.options import show


@click.command(short_help="List servers on the local network.")
@click.option(
    "--within", type=click.FloatRange(0.1, 60), default=2.0, show_default=True, metavar="S", help="Seconds to look."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def find(*, within: float, as_json: bool) -> None:
    """List the servers that `klatch serve --lan` announces on the local network. The status is 1 if there are none.

    Anyone on the network can announce anything: a fingerprint is what the announcement says.
    """
    import msgspec

    from klatch.clients.sdk.finding import Found
    from klatch.clients.sdk.finding import find as look_around

    found: list[Found] = []

    async def print_found() -> None:
        found.extend(await look_around(within))
        width = max((len(each.server) for each in found), default=0)
        for each in found:
            show(
                msgspec.json.encode(each)
                if as_json
                else f"{each.server:<{width}}  {each.name}  {each.version}".rstrip()
            )

    run(print_found)
    if not found:
        fail("No server is announced here. `klatch serve --lan` announces one.", FAILED)
