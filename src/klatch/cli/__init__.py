"""The command line: `klatch serve` and the tools around it."""

import os

import click

from klatch import __version__
from klatch.cli.asking import ask
from klatch.cli.auditing import audit
from klatch.cli.chatting import chat
from klatch.cli.checking import verify
from klatch.cli.completing import completion, manual
from klatch.cli.configuring import settings
from klatch.cli.ending import CONFIGURATION, fail
from klatch.cli.entering import login, logout
from klatch.cli.fetching import get
from klatch.cli.finding import find
from klatch.cli.inviting import invite
from klatch.cli.keeping import backup, restore
from klatch.cli.keepsakes import history
from klatch.cli.listing import rooms, users
from klatch.cli.people import user
from klatch.cli.restraining import ban, mute, pause, resume, unban, unmute
from klatch.cli.serving import serve
from klatch.cli.talking import send, tail
from klatch.cli.tokens import token
from klatch.cli.trusting import trust
from klatch.cli.window import desktop

_EPILOG = """\b
Environment, for the commands that talk to a server:
  KLATCH_SERVER  where it is, as --server
  KLATCH_NAME    the name to go by, as --name
  KLATCH_TOKEN   a token to sign in with, as --token
\b
Exit status:
  0   done
  1   refused or failed; standard error says what to do
  2   wrong usage
  73  the data directory is in use
  74  the store is damaged or cannot be used
  75  try again: the server is away, or its disk failed
  78  the configuration is bad
"""
_VARIABLES = ("KLATCH_SERVER", "KLATCH_NAME", "KLATCH_TOKEN")


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.version_option(__version__, prog_name="klatch")
def cli() -> None:
    """Chat on one machine: one command, every kind of client, one conversation."""
    for name in _VARIABLES:
        if os.environ.get(name) == "":
            fail(f"{name} is empty; give it a value, or unset it.", CONFIGURATION)


for command in (
    *(serve, chat, desktop, send, tail, get, ask, history, rooms, users, find, login, logout, trust),
    *(user, invite, token, ban, unban, mute, unmute, pause, resume, settings, audit),
    *(backup, restore, verify, completion, manual),
):
    cli.add_command(command)


def main() -> None:
    """The entry point."""
    cli()
