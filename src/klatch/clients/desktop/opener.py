"""Opens a file with what the system opens such files with."""

import os
import subprocess
import sys
from pathlib import Path


def open_path(path: Path) -> None:
    """Opens a file with what the system has for it; raises OSError."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - types that do no harm only
        return
    program = "open" if sys.platform == "darwin" else "xdg-open"
    quiet = subprocess.DEVNULL
    subprocess.Popen([program, str(path)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
