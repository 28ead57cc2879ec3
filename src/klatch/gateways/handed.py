"""Sockets that the service manager opened and hands over (socket activation, sd_listen_fds(3)).

It keeps them open while the server is restarted, so whoever comes meanwhile waits, and nobody is turned away.
"""

import os
import socket
from collections.abc import Iterable, MutableMapping
from typing import Final

_FIRST: Final = 3  # after standard input, output and error


class BadSocket(Exception):  # noqa: N818 - read as a sentence
    """A socket that was handed over is none of a door's: says which, and what to do."""


def take_handed(environment: MutableMapping[str, str], doors: Iterable[str]) -> dict[str, socket.socket]:
    """The listening sockets that were handed to this process, by the name of their door. Raises BadSocket."""
    count, names = environment.pop("LISTEN_FDS", "0"), environment.pop("LISTEN_FDNAMES", "").split(":")
    if environment.pop("LISTEN_PID", "") != str(os.getpid()) or not count.isdecimal():
        return {}
    known = set(doors)
    handed: dict[str, socket.socket] = {}
    for place in range(int(count)):
        name = names[place] if place < len(names) else ""
        if name not in known or name in handed:
            raise BadSocket(
                f"A socket named {name!r} was handed over. There is one door each of the names "
                f"{', '.join(sorted(known))}: give its unit FileDescriptorName=http or the like."
            )
        handed[name] = _listener(_FIRST + place, name)
    return handed


def _listener(descriptor: int, name: str) -> socket.socket:
    wrong = BadSocket(f"What was handed over as {name} is no listening TCP socket; use ListenStream= with a port.")
    try:
        listener = socket.socket(fileno=descriptor)
        listens = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError:
        raise wrong from None
    if not listens or listener.family not in {socket.AF_INET, socket.AF_INET6}:
        raise wrong
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener
