"""How commands end: their exit status, with one line on standard error that says what to do."""

import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

import click

FAILED: Final = 1
WRONG_USAGE: Final = 2
STORAGE: Final = 74
TRY_AGAIN: Final = 75
CONFIGURATION: Final = 78
_INTERRUPTED: Final = 130

# What the server cannot do now, though nothing is wrong with what was asked.
_LATER: Final = frozenset({"storage_full", "try_again", "going_away", "too_many_sessions", "rate_limited"})
_ADVICE: Final = {
    "no_such_room": "`klatch rooms` lists those there are.",
    "name_taken": "--name gives another.",
    "guests_refused": "`klatch login` signs in to an account; `klatch serve --guests` lets guests in.",
    "password_needed": "`klatch login` asks for it; --name gives another name.",
    "bad_token": "`klatch login` makes a new one.",
    "signed_out": "`klatch login` makes a new one.",
}


def fail(message: str, status: int) -> NoReturn:
    """Ends with a status and a sentence."""
    warn(message)
    sys.exit(status)


def warn(message: str) -> None:
    """Tells something on standard error."""
    from klatch.clients.shell.spelling import as_harmless

    click.echo(f"klatch: {as_harmless(message)}", err=True)


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs what a client command does, and ends as it ended."""
    import asyncio

    from klatch.clients.sdk import BadAddress, CannotKeep, Refused, Unanswered, Unreachable, Unreadable, Untrusted
    from klatch.clients.shell.sending import Halted

    try:
        asyncio.run(work())
    except (Refused, Unanswered) as fault:
        fail(advise(fault), status_of(fault))
    except Halted as halted:
        fail(str(halted), status_of(halted.__cause__))
    except Unreachable as unreachable:
        fail(f"{unreachable} Start one with `klatch serve`, or name another with --server.", TRY_AGAIN)
    except BadAddress as bad:
        fail(str(bad), WRONG_USAGE)
    except (CannotKeep, Unreadable, Untrusted) as fault:
        fail(str(fault), FAILED)
    except BrokenPipeError:
        _drop_output()
        sys.exit(0)
    except OSError as fault:
        _drop_output()
        fail(fault.strerror or str(fault), FAILED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _drop_output() -> None:
    """Nobody takes what is printed: nothing more is, also not what the interpreter still holds when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def status_of(fault: BaseException | None) -> int:
    """The exit status of what a server refused."""
    from klatch.clients.sdk import Refused, Unanswered

    if isinstance(fault, Refused):
        return TRY_AGAIN if fault.code in _LATER else FAILED
    return TRY_AGAIN if isinstance(fault, Unanswered) else FAILED


def advise(fault: Exception) -> str:
    """What went wrong, and what to do."""
    advice = _ADVICE.get(getattr(fault, "code", ""))
    return f"{fault} {advice}" if advice else str(fault)
