"""`klatch ask`: a question to people, for scripts."""

import sys

import click

from klatch.cli.ending import FAILED, TRY_AGAIN, fail, run, warn
from klatch.cli.options import show, talks_to_a_server


@click.command(short_help="Ask people something, and wait for the answer.")
@click.argument("room")
@click.argument("question")
@click.option("--react", metavar="yes,no", help="The answers there are; people press a reaction, or say the word.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=300.0, show_default=True, metavar="S", help="Seconds to wait."
)
@talks_to_a_server
def ask(
    *, room: str, question: str, react: str | None, timeout: float, server: str, name: str | None, token: str | None
) -> None:
    """Put QUESTION to ROOM, written '#room' or '@user', and print the first answer of somebody else.

    The status is 0 for the first of the answers that --react gives, 1 for another one, and 75 if nobody answers in
    time. Without --react any reply is an answer, and the status 0.
    """
    from klatch.clients.sdk import Refused
    from klatch.clients.shell.asking import NobodyAnswered, read_choices
    from klatch.clients.shell.asking import ask as put
    from klatch.clients.shell.entering import make_client
    from klatch.clients.shell.lines import check_argument
    from klatch.clients.shell.rooms import spell_room
    from klatch.clients.shell.spelling import as_harmless

    try:
        choices = read_choices(react) if react is not None else []
    except ValueError as bad:
        raise click.UsageError(f"--react: {bad}.") from None
    try:
        question = check_argument(question)
    except Refused as refused:
        fail(refused.message, FAILED)
    answers: list[str] = []

    async def wait() -> None:
        async with make_client(server, name, token, "klatch-ask", warn) as klatch:
            answers.append(await put(klatch, spell_room(room), question, choices, within=timeout))
        show(as_harmless(answers[0]))

    try:
        run(wait)
    except NobodyAnswered:
        fail(f"Nobody answered within {timeout:g} s.", TRY_AGAIN)
    sys.exit(0 if not choices or answers[0] == choices[0].word else FAILED)
