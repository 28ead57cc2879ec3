"""Notifications of the desktop, by the small program that each system has for them; where there is none, nothing."""

import os
import subprocess
import sys
from collections.abc import Mapping
from shutil import which
from typing import Any, Final

import msgspec

_TEXT_MOST: Final = 200
_AT_ONCE: Final = 5
# The words come as arguments or in the environment: nothing that anybody wrote is ever read as a script.
_MAC_SCRIPT: Final = """on run words
display notification (item 2 of words) with title (item 1 of words)
end run"""
_WINDOWS_SCRIPT: Final = """
$manager = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = $manager::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$words = $toast.GetElementsByTagName('text')
$null = $words.Item(0).AppendChild($toast.CreateTextNode($env:KLATCH_TITLE))
$null = $words.Item(1).AppendChild($toast.CreateTextNode($env:KLATCH_TEXT))
$shell = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$manager::CreateToastNotifier($shell).Show([Windows.UI.Notifications.ToastNotification]::new($toast))
"""

_running: list[subprocess.Popen[bytes]] = []


class Call(msgspec.Struct, frozen=True):
    """A program to start, and what its environment has beside the usual."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = {}


def show_notification(title: str, text: str) -> None:
    """Shows one; says nothing if that cannot be."""
    _running[:] = [process for process in _running if process.poll() is None]
    call = spell_call(sys.platform, title, text)
    if call is None or which(call.words[0]) is None or len(_running) >= _AT_ONCE:
        return
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW
    try:
        _running.append(subprocess.Popen(call.words, env=os.environ | call.environment, **options))  # noqa: S603
    except (OSError, ValueError):
        return


def spell_call(platform: str, title: str, text: str) -> Call | None:
    """How a system is asked for a notification; None where we do not know."""
    text = " ".join(text.split())
    text = text if len(text) <= _TEXT_MOST else f"{text[:_TEXT_MOST].rstrip()}…"
    match platform:
        case "darwin":
            return Call(("osascript", "-e", _MAC_SCRIPT, title, text))
        case "win32":
            words = ("powershell", "-NoProfile", "-NonInteractive", "-Command", _WINDOWS_SCRIPT)
            return Call(words, {"KLATCH_TITLE": title, "KLATCH_TEXT": text})
        case _:
            # Bodies are markup there: what looks like it is written so that it does not.
            plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return Call(("notify-send", "--app-name=Klatch", "--category=im.received", "--", title, plain))
