"""Attention for what concerns the user: a sound, and a window that asks to be looked at."""

import contextlib
import sys
import tkinter

from klatch.clients.desktop import x11
from klatch.clients.desktop.notifying import show_notification
from klatch.clients.desktop.preferences import Preferences
from klatch.clients.desktop.scene import Called


def ask_for_attention(window: tkinter.Tk, called: Called, preferences: Preferences) -> None:
    """Points at the window in the way of the system; sounds and notifies as the user wants it."""
    if preferences.sound:
        window.bell()
    if preferences.notify:
        title = called.author if called.where.startswith("@") else f"{called.author} in {called.where}"
        show_notification(title, called.text)
    _point(window, urgent=True)


def take_attention_back(window: tkinter.Tk) -> None:
    """The user looks."""
    _point(window, urgent=False)


def _point(window: tkinter.Tk, *, urgent: bool) -> None:
    # Whatever the system cannot do costs no more than the pointing.
    with contextlib.suppress(Exception):
        windowing = window.tk.call("tk", "windowingsystem")
        if windowing == "x11":
            x11.set_urgent(int(window.wm_frame(), 16), urgent=urgent)
        elif windowing == "win32" and urgent and sys.platform == "win32":
            import ctypes  # noqa: PLC0415 - only there

            ctypes.windll.user32.FlashWindow(int(window.wm_frame(), 16), True)
