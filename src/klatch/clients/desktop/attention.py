"""Attention for what concerns the user: a sound, and a window that asks to be looked at."""

import contextlib
import sys
import tkinter

from klatch.clients.desktop import x11


def ask_for_attention(window: tkinter.Tk, *, sound: bool) -> None:
    """Points at the window in the way of the system, and sounds its bell."""
    if sound:
        window.bell()
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
