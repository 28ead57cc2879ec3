"""What Tk does not ask of an X server: how dense fonts are wished for, and that a window wants attention."""

import contextlib
import ctypes
import ctypes.util
import os
import re
from collections.abc import Iterator
from typing import Any, Final

_URGENT: Final = 1 << 8  # XUrgencyHint of ICCCM 4.1.2.4


class _Hints(ctypes.Structure):
    """XWMHints."""

    _fields_ = (
        ("flags", ctypes.c_long),
        ("input", ctypes.c_int),
        ("initial_state", ctypes.c_int),
        ("icon_pixmap", ctypes.c_ulong),
        ("icon_window", ctypes.c_ulong),
        ("icon_x", ctypes.c_int),
        ("icon_y", ctypes.c_int),
        ("icon_mask", ctypes.c_ulong),
        ("window_group", ctypes.c_ulong),
    )


def font_density() -> float | None:
    """The dots to an inch that the desktop wishes fonts to have (Xft.dpi), if it says."""
    with _display() as (library, display):
        if library is None:
            return None
        library.XResourceManagerString.restype = ctypes.c_char_p
        library.XResourceManagerString.argtypes = (ctypes.c_void_p,)
        found = re.search(rb"^Xft\.dpi:\s*([\d.]+)", library.XResourceManagerString(display) or b"", re.MULTILINE)
        return float(found.group(1)) if found else None


def set_urgent(window: int, *, urgent: bool) -> None:
    """Asks the window manager to point at a window (its id is that of its frame), or no longer to."""
    with _display() as (library, display):
        if library is None:
            return
        library.XGetWMHints.restype = ctypes.POINTER(_Hints)
        library.XGetWMHints.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
        library.XSetWMHints.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(_Hints))
        library.XFree.argtypes = (ctypes.c_void_p,)
        known = library.XGetWMHints(display, window)
        hints = _Hints.from_buffer_copy(known.contents) if known else _Hints()
        if known:
            library.XFree(known)
        hints.flags = hints.flags | _URGENT if urgent else hints.flags & ~_URGENT
        library.XSetWMHints(display, window, ctypes.byref(hints))


def is_urgent(window: int) -> bool:
    """Whether it was asked."""
    with _display() as (library, display):
        if library is None:
            return False
        library.XGetWMHints.restype = ctypes.POINTER(_Hints)
        library.XGetWMHints.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
        known = library.XGetWMHints(display, window)
        return bool(known) and bool(known.contents.flags & _URGENT)


@contextlib.contextmanager
def _display() -> Iterator[tuple[Any, Any]]:
    """The library and a connection to the display; nothing where either is missing."""
    name = ctypes.util.find_library("X11") if os.environ.get("DISPLAY") else None
    library: Any = None
    display = None
    if name is not None:
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(name)
            library.XOpenDisplay.restype = ctypes.c_void_p
            library.XCloseDisplay.argtypes = (ctypes.c_void_p,)
            display = library.XOpenDisplay(None)
    if not display:
        yield None, None
        return
    try:
        yield library, display
    finally:
        library.XCloseDisplay(display)
