"""`klatch ask`: a question to people, for scripts."""

import sys

import click

from klatch.cli.ending import FAILED, TRY_AGAIN, WRONG_USAGE, fail, run, warn
from klatch.cli.options import names_a_room, show, talks_to_a_server


@click.command(short_help="Ask people something, and wait for the answer.")
@names_a_room
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

    The status tells which of the answers that --react gives it was: 0 the first, 3 the second, 4 the third and so on;
    75 if nobody answered in time. Without --react any reply is an answer, and the status 0.
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
    words = [choice.word for choice in choices]
    sys.exit(status_of_choice(words.index(answers[0])) if words else 0)


def status_of_choice(place: int) -> int:
    """0 for the first, so that `&&` goes on; the others after 1 and 2, which say that something went wrong."""
    return place and place + WRONG_USAGE
