"""Opens the window; where that cannot be, says in one sentence what is missing."""

import signal
import sys
from importlib.util import find_spec
from shutil import which

from klatch.clients.shell.entering import name_of_login

_PACKAGES = (
    ("apt-get", "sudo apt install python3-tk"),
    ("dnf", "sudo dnf install python3-tkinter"),
    ("pacman", "sudo pacman -S tk"),
    ("zypper", "sudo zypper install python3-tk"),
    ("apk", "sudo apk add python3-tkinter"),
    ("brew", f"brew install python-tk@{sys.version_info.major}.{sys.version_info.minor}"),
)


class NoWindow(Exception):  # noqa: N818 - read as a sentence: there is no window
    """There can be no window here: says why, and what to do."""


def open_window(server: str | None, name: str | None, token: str | None = None) -> None:
    """Shows the window until it is closed; with a server and a name or token it connects at once. Raises NoWindow."""
    if find_spec("_tkinter") is None:
        raise NoWindow(f"This Python has no Tk, which the window is made of. {_advice()}")
    import tkinter  # noqa: PLC0415 - only now is it known to be there

    from klatch.clients.desktop.preferences import read_preferences  # noqa: PLC0415 - the same
    from klatch.clients.desktop.window import Window  # noqa: PLC0415 - the same

    preferences = read_preferences()
    try:
        window = Window(preferences)
    except tkinter.TclError as fault:
        raise NoWindow(f"There is no screen to open a window on ({fault}). `klatch tail` and nc need none.") from None
    where, who = server or preferences.server, name or preferences.name or name_of_login()
    window.open_connect_page(where, who, at_once=bool(server and (name or token)), token=token or "")
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: window.close_soon())
    window.run()


def _advice() -> str:
    for program, command in _PACKAGES:
        if which(program):
            return f"`{command}` brings it."
    return "Install the package python3-tk, or Python from python.org, which has it."
