"""What comes of trying: the value or a documented refusal. Anything else that is raised is let through."""

from collections.abc import Callable
from typing import Any

from klatch.core.refusals import CODES, Refused


def outcome(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """The value, or the Refused with a code of the table."""
    try:
        return function(*arguments, **named)
    except Refused as refused:
        if refused.code not in CODES:
            raise LookupError(f"{refused.code} is not in the table of refusals") from refused
        return refused
