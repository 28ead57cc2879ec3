"""The manual page, made from the commands themselves, so that it says what they do."""

import re
from collections.abc import Iterator
from typing import Final

import click

from klatch import __version__

_SEE_ALSO: Final = "The documentation lies in docs/ of the source; /help lists what can be typed in a conversation."
_PLACEHOLDER: Final = re.compile("\b\n?")


def spell_manual(group: click.Group) -> str:
    """The page klatch(1) in the language of troff's man macros."""
    with click.Context(group, info_name="klatch") as context:
        lines = [
            f'.TH KLATCH 1 "" "klatch {__version__}" "User commands"',
            ".SH NAME",
            f"klatch \\- {_line(_first(group.help))}",
            ".SH SYNOPSIS",
            ".B klatch",
            ".I COMMAND",
            "[options]",
            ".SH COMMANDS",
        ]
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                lines += _command(name, command, context)
        lines += _epilog(group.epilog or "")
        lines += [".SH SEE ALSO", _line(_SEE_ALSO)]
    return "\n".join(lines)


def _command(name: str, command: click.Command, above: click.Context) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=above) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        yield f".SS klatch {_line(name)} {_line(usage)}"
        yield from _paragraphs(command.help or "")
        for parameter in command.get_params(context):
            record = (
                parameter.get_help_record(context)
                if isinstance(parameter, click.Option) and "--help" not in parameter.opts
                else None
            )
            if record is not None:
                yield ".TP"
                yield f"\\fB{_line(record[0])}\\fR"
                yield _line(record[1]) or "\\&"
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None and not found.hidden:
                    yield from _command(f"{name} {inner}", found, context)


def _paragraphs(text: str) -> Iterator[str]:
    """Prose as paragraphs; what click is told not to wrap keeps its lines."""
    for paragraph in text.strip().split("\n\n"):
        yield ".PP"
        if paragraph.lstrip().startswith("\b"):
            yield ".nf"
            yield from (_line(line) for line in _PLACEHOLDER.sub("", paragraph).splitlines() if line.strip())
            yield ".fi"
        else:
            yield _line(" ".join(paragraph.split()))


def _epilog(text: str) -> Iterator[str]:
    """The parts after the commands, each with its heading."""
    for part in re.split("\b\n", text):
        heading, _, rest = part.strip().partition("\n")
        if rest:
            yield f".SH {_line(heading.partition(',')[0].rstrip(':')).upper()}"
            yield ".nf"
            yield from (_line(line.strip()) for line in rest.splitlines() if line.strip())
            yield ".fi"


def _first(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].rstrip(".")


def _line(text: str) -> str:
    """Text that troff takes for nothing but text."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
