"""One process for one data directory: the second start is refused and names the first."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from klatch.storage.faults import StoreUnusable

IN_USE = 73


class DirectoryLock:
    """Held from the start of a server to its end; the system frees it however the process ends."""

    def __init__(self, directory: Path) -> None:
        """Takes the lock, or refuses with the process id of whoever has it."""
        self._pid = directory / "klatch.pid"
        self._lock = FileLock(directory / "klatch.lock", mode=0o600)
        try:
            self._lock.acquire(blocking=False)
            self._pid.write_text(str(os.getpid()))
        except Timeout:
            raise StoreUnusable(
                f"{directory} is in use by another Klatch{holder(directory)}. Stop that one, or name another --data.",
                IN_USE,
            ) from None
        except OSError as fault:
            self._lock.release()
            raise StoreUnusable(
                f"{directory} cannot be written to: {fault.strerror or fault}. Mend that, or name another --data."
            ) from None

    def release(self) -> None:
        """Lets others in."""
        self._pid.unlink(missing_ok=True)
        self._lock.release()


def holder(directory: Path) -> str:
    """` (process 123)`, if that is known."""
    try:
        return f" (process {int((directory / 'klatch.pid').read_text())})"
    except (OSError, ValueError):
        return ""
