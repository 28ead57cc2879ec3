"""What a window does while its server is away or stuck."""

import signal
import time
from typing import TYPE_CHECKING

from tests.journeys.peers import at
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def test_what_is_written_while_the_server_is_away_is_sent_once_when_it_is_back(server: Server, alone: "Person") -> None:
    alone.says_and_sees("before")
    server.kill()
    alone.waits(lambda: alone.status.startswith("Offline"))
    alone.says("meanwhile")
    alone.waits(lambda: alone.status.endswith("1 message waits."))
    alone.sees("meanwhile")
    server.start()
    alone.waits(lambda: alone.status == "Connected" and not alone.room.pending, within=20)
    alone.waits(lambda: alone.shown.count("meanwhile") == 1)
    with at(server, "ann") as [ann]:
        ann.type("/history")
        ann.sees("meanwhile")
        assert alone.shown.count("meanwhile") == 1


def test_the_window_lives_while_the_network_is_stuck(server: Server, alone: "Person") -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        alone.says("into the void")
        slowest = 0.0
        for _ in range(30):
            began = time.monotonic()
            alone.types("x")
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 0.25
        alone.sees("into the void")
    finally:
        server.process.send_signal(signal.SIGCONT)
    alone.waits(lambda: not alone.room.pending)
