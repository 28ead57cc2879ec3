"""The figures for monitoring: what they tell, and to whom."""

import contextlib
import re
import socket
from pathlib import Path

import pytest

from tests.gateways.talking import Liner, Talker, a_name, status
from tests.pace import PATIENCE
from tests.running import Server, eventually, running


def figure(server: Server, name: str) -> float:
    """The value of a figure; 0 if it is not told."""
    found = re.search(rf"^klatch_{re.escape(name)} (\S+)$", server.get("/metrics"), re.MULTILINE)
    return float(found[1]) if found else 0.0


def ask(*headers: str) -> bytes:
    return "\r\n".join(["GET /metrics HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]).encode()


def test_connections_are_counted_by_door(server: Server) -> None:
    with contextlib.closing(Talker(server)) as ann, contextlib.closing(Liner(server)) as bob:
        ann.hello("ann")
        bob.enter("bob")
        assert figure(server, 'sessions{door="websocket"}') == 1
        assert figure(server, 'sessions{door="line"}') == 1
    eventually(lambda: figure(server, 'sessions{door="line"}') == 0)
    assert figure(server, 'entrances_total{door="line"}') == 1


def test_what_waits_for_a_slow_reader_is_told(unlimited: Server) -> None:
    with contextlib.closing(Talker(unlimited)) as ann:
        ann.hello("ann")
        raw = socket.create_connection(("127.0.0.1", unlimited.line_port), timeout=PATIENCE)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with raw:
            raw.sendall(b"slow\n")
            eventually(lambda: figure(unlimited, 'sessions{door="line"}') == 1)
            for _ in range(400):
                ann.do("send", room="#lobby", text="x" * 15_000)
            assert figure(unlimited, "backlog_bytes") > 100_000
            assert figure(unlimited, "backlog_most_bytes") > 100_000


def test_the_store_is_measured(server: Server) -> None:
    with contextlib.closing(Talker(server)) as ann:
        ann.hello("ann")
        ann.do("send", room="#lobby", text="x")
    assert figure(server, "store_bytes") == (server.data / "klatch.sqlite").stat().st_size
    assert figure(server, "wal_bytes") > 0
    assert figure(server, "disk_free_bytes") > 0
    assert figure(server, "commit_seconds_count") > 0
    assert figure(server, "broken") == 0


def test_which_klatch_and_which_store_is_told(house: Server) -> None:
    from klatch import __version__

    with contextlib.closing(Talker(house)) as ann:
        epoch = ann.hello(a_name())["epoch"]
    labels = rf'epoch="{epoch}",schema="\d+",version="{re.escape(__version__)}"'
    assert re.search(rf"^klatch_info{{{labels}}} 1", house.get("/metrics"), re.MULTILINE)


# To whom.


def test_this_machine_may_read_them(house: Server) -> None:
    assert status(house.port, ask()) == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy"])
def test_through_a_proxy_that_is_not_trusted_nobody_may_read_them(house: Server, header: str) -> None:
    assert status(house.port, ask(header)) == 403


@pytest.mark.parametrize(("address", "code"), [("192.0.2.7", 200), ("192.0.2.8", 403), ("127.0.0.1", 403)])
def test_through_a_trusted_proxy_those_may_who_were_named(tmp_path: Path, address: str, code: int) -> None:
    config = tmp_path / "klatch.toml"
    config.write_text('trust_proxy = ["127.0.0.1"]\nmetrics_from = ["192.0.2.7"]\n')
    with running(tmp_path / "data", "--config", str(config)) as server:
        assert status(server.port, ask(f"X-Forwarded-For: {address}")) == code


def test_they_can_be_kept_from_everyone(tmp_path: Path) -> None:
    config = tmp_path / "klatch.toml"
    config.write_text("metrics_from = []\n")
    with running(tmp_path / "data", "--config", str(config)) as server:
        assert (status(server.port, ask()), server.get("/healthz")) == (403, "ok\n")
