"""What the old chat programs did works at the line door, with a real nc and with clients such as theirs."""

import contextlib
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.peers import HAS_NC, Nc, OldProgram, Peer, at, needs_nc
from tests.pace import PATIENCE
from tests.running import Server, eventually, running


@pytest.fixture(params=[pytest.param(Nc, marks=needs_nc), OldProgram], ids=["nc", "socket"])
def kind(request: pytest.FixtureRequest) -> type[Nc] | type[OldProgram]:
    return request.param


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "data", "--classic") as started:
        yield started


def test_a_name_is_asked_for_again_while_it_is_taken(server: Server, kind: type[Nc] | type[OldProgram]) -> None:
    with at(server, "ann", kind=kind), contextlib.closing(kind(server.line_port)) as second:
        second.type("ann")
        second.sees("^! The name ann is taken")
        second.type("bob")
        second.sees("^Hello bob")
    assert second.shown.count("What is your name?\n") == 2


def test_all_are_told_who_comes_and_goes(server: Server, kind: type[Nc] | type[OldProgram]) -> None:
    with at(server, "ann", kind=kind) as [ann]:
        with at(server, "bob", kind=kind):
            ann.sees(r"^\[\d\d:\d\d\] \* bob came\.$")
        ann.sees(r"^\[\d\d:\d\d\] \* bob went\.$")


def test_what_one_says_all_see_with_its_time_oneself_included(
    server: Server, kind: type[Nc] | type[OldProgram]
) -> None:
    with at(server, "ann", "bob", "carl", kind=kind) as peers:
        peers[0].type("hello all")
        for peer in peers:
            peer.sees(r"^\[\d\d:\d\d\] ann: hello all$")


@pytest.mark.parametrize("spelling", ["@bob psst", "/p bob psst", "/msg bob psst"])
def test_a_private_message_is_seen_by_two_only(server: Server, spelling: str) -> None:
    with at(server, "ann", "bob", "carl") as [ann, bob, carl]:
        ann.type(spelling, "now all")
        bob.sees(r"\(private\) ann: psst$")
        ann.sees(r"\(private, to @bob\) ann: psst$")
        carl.sees("now all")
    assert "psst" not in carl.shown


@pytest.mark.parametrize("command", ["/list", "/listusers", "/who"])
def test_who_is_online_stands_in_columns(server: Server, command: str) -> None:
    with at(server, "ann", "benjamin") as [ann, _]:
        ann.type("/away lunch", command)
        ann.sees("^2 online:")
        ann.sees(r"^  ann       away    since \d\d:\d\d  active just now  lunch\n"
                 r"  benjamin  online  since \d\d:\d\d  active just now$")  # fmt: skip


def test_who_comes_sees_what_was_said_before(server: Server) -> None:
    with at(server, "ann") as [ann]:
        ann.type("one", "two")
        ann.sees("ann: two")
        with at(server, "bob") as [bob]:
            bob.sees(r"--- #lobby ---\n\[\d\d:\d\d\] ann: one\n\[\d\d:\d\d\] ann: two\n\* Online: ann, bob")


def test_who_comes_first_sees_no_empty_history(server: Server) -> None:
    with at(server, "ann") as [ann]:
        assert ann.lines()[1:] == [
            "Hello ann. You are in #lobby. Type a message; /help lists the rest.",
            "* Nobody else is online.",
        ]


def test_what_is_said_while_one_comes_is_seen_once(unlimited: Server) -> None:
    going = threading.Event()

    def talk(peer: Peer) -> None:
        number = 0
        while not going.is_set():
            number += 1
            peer.type(f"word {number}.")
            time.sleep(0.001)

    with at(unlimited, "ann") as [ann]:
        thread = threading.Thread(target=talk, args=(ann,))
        thread.start()
        try:
            for number in range(10):
                with at(unlimited, f"p{number}") as [peer]:
                    peer.sees(r"online|Online")
                    seen = re.findall(r"ann: word (\d+)\.", peer.shown)
                    assert [int(each) for each in seen] == list(range(int(seen[0]), int(seen[0]) + len(seen)))
        finally:
            going.set()
            thread.join()


def test_others_are_told_of_a_new_name(server: Server) -> None:
    with at(server, "ann", "bob") as [ann, bob]:
        bob.type("/nick rob")
        bob.sees(r"\* You are rob now\.$")
        ann.sees(r"\* bob is rob now\.$")
        ann.type("@rob hi")
        bob.sees(r"\(private\) ann: hi")


def test_others_are_told_of_status_away_and_back(server: Server) -> None:
    with at(server, "ann", "bob") as [ann, bob]:
        for typed, told in [("/status busy", "bob is here: busy"), ("/away lunch", "bob is away: lunch"),
                            ("/back", r"bob is back\.")]:  # fmt: skip
            bob.type(typed)
            ann.sees(rf"\* {told}$")


@pytest.mark.parametrize("word", ["/exit", "/quit", "quit"])
def test_one_leaves_with_a_word(server: Server, kind: type[Nc] | type[OldProgram], word: str) -> None:
    with at(server, "ann", "bob", kind=kind) as [ann, bob]:
        bob.type(word)
        bob.sees(r"^\* Goodbye\.$")
        assert bob.over.wait(PATIENCE)
        ann.sees(r"\* bob went\.")


@needs_nc
def test_an_nc_that_is_killed_is_announced(server: Server) -> None:
    with at(server, "ann", kind=Nc) as [ann], at(server, "bob", kind=Nc) as [bob]:
        assert isinstance(bob, Nc)
        ann.sees(r"\* bob came\.")
        bob.vanish()
        ann.sees(r"\* bob went\.")


def test_a_client_whose_connection_breaks_is_announced_and_its_name_is_free(server: Server) -> None:
    with at(server, "ann") as [ann]:
        bob = OldProgram(server.line_port)
        bob.type("bob")
        ann.sees(r"\* bob came\.")
        bob.reset()
        ann.sees(r"\* bob went\.")
        with at(server, "bob"):
            pass


def test_lines_from_a_pipe_are_all_said_before_nc_ends(server: Server) -> None:
    if not HAS_NC:
        pytest.skip("there is no nc here; install the package netcat-openbsd")
    with at(server, "ann") as [ann], contextlib.closing(Nc(server.line_port, "-N")) as piped:
        piped.type("bob", *[f"line {number}." for number in range(8)])
        assert piped.process.stdin is not None
        piped.process.stdin.close()
        assert piped.process.wait(PATIENCE) == 0
        ann.sees(r"bob: line 7\.")
    assert re.findall(r"bob: line (\d)\.", ann.shown) == [str(number) for number in range(8)]


def test_ctrl_c_says_goodbye_to_all_and_ends_the_server_well(server: Server) -> None:
    with at(server, "ann", "bob") as peers:
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        for peer in peers:
            peer.sees(r"^\* The server is stopping\.")
            assert peer.over.wait(PATIENCE)
        assert server.process.wait(PATIENCE) == 0
    assert server.stop() == 0


def test_a_second_room_is_named_before_its_lines(server: Server) -> None:
    with at(server, "ann", "bob") as [ann, bob]:
        ann.type("/create ops", "first")
        ann.sees("ann: first")
        bob.type("/join ops")
        bob.sees(r"--- #ops ---\n.*made #ops\.\n.*ann joined\.\n.*ann: first\n.*bob joined\.$")
        bob.type("/join lobby", "back here")
        ann.sees(r"^\[\d\d:\d\d\] #lobby bob: back here$")


def test_old_clients_need_no_line_feed(classic: Server) -> None:
    ann, bob = OldProgram(classic.line_port), OldProgram(classic.line_port)
    with contextlib.closing(ann), contextlib.closing(bob):
        ann.send(b"ann")
        ann.sees("^Hello ann")
        bob.send(b"bob")
        bob.sees("^Hello bob")
        ann.send(b"hello")
        bob.sees("ann: hello$")
        bob.send(b"@ann psst")
        ann.sees(r"\(private\) bob: psst$")


def test_what_comes_in_two_pieces_without_silence_is_one_line(classic: Server) -> None:
    with at(classic, "ann") as [ann]:
        ann.send(b"hel")
        time.sleep(0.05)
        ann.send(b"lo")
        ann.sees("ann: hello$")


def test_without_classic_a_line_ends_with_a_line_feed_only(server: Server) -> None:
    with at(server, "ann") as [ann]:
        ann.send(b"hel")
        time.sleep(0.4)
        ann.send(b"lo\n")
        ann.sees("ann: hello$")


def test_the_servers_terminal_shows_who_connects_comes_talks_and_goes(classic: Server) -> None:
    with at(classic, "ann", "bob") as [ann, bob]:
        ann.type("hello", "@bob psst", "/create den closed", "whisper", "/nick anna")
        bob.sees("ann is anna now")
    log = Path(classic.log.name)
    eventually(lambda: '"name": "anna"' in log.read_text())
    told = log.read_text()
    for words in ("connected from 127.0.0.1", '"came"', "#lobby ann: hello", "ann is anna now", '"went"'):
        assert words in told
    assert "psst" not in told
    assert "whisper" not in told


def test_classic_keeps_history_files_in_the_data_folder(classic: Server) -> None:
    with at(classic, "ann") as [ann]:
        ann.type("hello")
        path = classic.data / "transcripts" / "ann_history.txt"
        eventually(path.exists)
        eventually(lambda: re.fullmatch(r"\[[\d-]{10} [\d:]{8}\] #lobby ann: hello\n", path.read_text()))


def test_transcripts_are_exact_after_kills(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    server = Server(tmp_path / "data", "--no-limits", "--transcripts", str(folder))
    acked: list[str] = []
    for life in range(4):
        server.start()
        with at(server, f"ann{life}") as [ann]:
            ann.type("/ack on", *[f"{life} {number}" for number in range(2_000)])
            ann.sees(rf": {life} {300 + 400 * life}$")
            server.kill()
        acked += re.findall(r"^ok (\d+)$", ann.shown, re.MULTILINE)
    server.start()
    server.stop()
    for life in range(4):
        text = (folder / f"ann{life}_history.txt").read_text()
        numbers = [int(each) for each in re.findall(rf"ann{life}: {life} (\d+)$", text, re.MULTILINE)]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= 300
    kept = [len((folder / f"ann{life}_history.txt").read_text().splitlines()) for life in range(4)]
    assert sum(kept) >= len(acked)
