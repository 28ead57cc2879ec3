"""The WebSocket door, byte by byte: how handshakes and frames that are not as they should be are answered."""

import contextlib
import socket
import struct

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateways.talking import Talker, a_name, converse, head, masked, say_goodbye, shake_hands, status, upgrade
from tests.vectors import cases

HELLO = b'{"op":"hello","name":"%s"}'
TEXT, BINARY, CLOSE, PING, PONG, CONTINUED = 1, 2, 8, 9, 10, 0


def close_code(frames):
    """The code with which the server closed; nothing may follow it."""
    opcode, payload = frames[-1]
    assert opcode == CLOSE
    return struct.unpack("!H", payload[:2])[0]


def texts(frames):
    return b"\n".join(payload for opcode, payload in frames if opcode == TEXT)


@pytest.fixture
def wire(house):
    """Writes bytes after a handshake and hello, and gives the frames that came back until the end."""

    def writes(*pieces):
        with shake_hands(house.port) as peer:
            peer.sendall(masked(HELLO % a_name().encode()))
            peer.recv(1, socket.MSG_PEEK)  # the welcome is there
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                peer.sendall(b"".join(pieces))
            return say_goodbye(peer)

    return writes


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        (["Sec-WebSocket-Version: 8"], 426),
        (["Sec-WebSocket-Version: "], 400),
        (["Sec-WebSocket-Key: c2hvcnQ="], 400),
        (["Sec-WebSocket-Key: no base64 at all!"], 400),
        (["Sec-WebSocket-Key: "], 400),
        (["Origin: https://evil.example"], 403),
        (["Origin: null"], 403),
        (["Origin: http://127.0.0.1.evil.example"], 403),
        (["Origin: http://127.0.0.1"], 101),
        (["Host: klatch.example", "Origin: https://KLATCH.example"], 101),
        (["Origin: "], 101),
        (["Origin: http://[::1"], 400),
        (["Host: 127.0.0.1:80", "Origin: http://127.0.0.1"], 101),
        (["Sec-WebSocket-Protocol: soap"], 101),
        (["Sec-WebSocket-Extensions: permessage-deflate"], 101),
    ],
)
def test_a_handshake_is_answered_as_it_deserves(house, headers, answer):
    assert status(house.port, upgrade(*headers)) == answer


@pytest.mark.parametrize("header", ["Host: 127.0.0.1", "Origin: http://127.0.0.1", "Sec-WebSocket-Version: 13"])
def test_a_handshake_that_says_one_thing_twice_is_refused_in_a_sentence(house, header):
    twice = upgrade("Origin: http://127.0.0.1").replace(
        b"Upgrade: websocket", b"Upgrade: websocket\r\n" + header.encode()
    )
    answer = converse(house.port, twice)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(f"The request has more than one {header.partition(':')[0]} header.\n".encode())


def test_a_foreign_page_under_a_name_that_leads_here_is_no_guest_of_this_machine(house):
    with shake_hands(house.port, "Host: evil.example:8000", "Origin: http://evil.example:8000") as peer:
        peer.sendall(masked(HELLO % a_name().encode()))
        frames = say_goodbye(peer)
    assert b"guests_refused" in texts(frames)


def test_compression_is_not_agreed_to(house):
    answer = head(house.port, upgrade("Sec-WebSocket-Extensions: permessage-deflate"))
    assert b"permessage-deflate" not in answer


def test_the_version_that_is_spoken_is_told(house):
    assert b"Sec-WebSocket-Version: 13\r\n" in head(house.port, upgrade("Sec-WebSocket-Version: 8"))


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/0.9"])
def test_a_handshake_of_older_http_is_refused(house, version):
    assert status(house.port, upgrade(version=version)) in (400, 426)


@pytest.mark.parametrize("path", ["/", "/ws/", "/other", "//ws", "/ws%2e"])
def test_websockets_are_at_one_path_only(house, path):
    assert status(house.port, upgrade(path=path)) == 404


def test_a_query_after_the_path_does_not_matter(house):
    assert status(house.port, upgrade(path="/ws?x=1")) == 101


@pytest.mark.parametrize(
    "case", [c for c in cases.read("refusals.json", "frames") if c["code"] == "utf8"], ids=cases.named
)
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_what_is_not_utf_8_ends_with_1007(wire, case, opcode):
    answer = wire(masked(cases.wire(case), opcode))
    assert b'"code":"utf8"' in texts(answer)
    assert close_code(answer) == 1007


def test_a_character_cut_between_fragments_is_whole(wire):
    frame = '{"op":"ping","ref":"é"}'.encode()
    cut = frame.index(b"\xc3") + 1
    answer = wire(masked(frame[:cut], fin=False), masked(frame[cut:], CONTINUED), masked(b'{"op":"quit"}'))
    assert '{"op":"pong","ref":"é"}'.encode() in texts(answer)


def test_a_character_cut_for_good_ends_with_1007(wire):
    answer = wire(masked(b'{"op":"ping","ref":"\xc3', fin=False), masked(b'"}', CONTINUED))
    assert close_code(answer) == 1007


def test_fragments_are_one_message(wire):
    frame = b'{"op":"ping","ref":"all of it"}'
    pieces = [
        masked(frame[:1], fin=False),
        *(masked(frame[n : n + 1], CONTINUED, fin=False) for n in range(1, len(frame))),
    ]
    answer = wire(*pieces, masked(b"", CONTINUED), masked(b'{"op":"quit"}'))
    assert b'{"op":"pong","ref":"all of it"}' in texts(answer)


def test_a_ping_between_fragments_is_answered(wire):
    answer = wire(
        masked(b'{"op":"ping",', fin=False),
        masked(b"are you there", PING),
        masked(b'"ref":"x"}', CONTINUED),
        masked(b'{"op":"quit"}'),
    )
    assert (PONG, b"are you there") in answer
    assert b'{"op":"pong","ref":"x"}' in texts(answer)


def test_two_hundred_thousand_fragments_hold_nobody_up(house, wire):
    """What is gathered byte by byte must not be copied whole each time."""
    pieces = b"".join([masked(b"[", fin=False), masked(b"[", CONTINUED, fin=False) * 200_000, masked(b"[", CONTINUED)])
    answer = wire(pieces, masked(b'{"op":"quit"}'))
    assert b'"code":"bad_json"' in texts(answer)
    assert b'"op":"bye"' in texts(answer)


@pytest.mark.parametrize(
    ("what", "bytes_", "code"),
    [
        ("a frame too large", masked(b"x" * 262_145), 1009),
        ("fragments too large together", masked(b"x" * 200_000, fin=False) + masked(b"x" * 100_000, CONTINUED), 1009),
        ("a length that nobody can mean", b"\x81\xff" + b"\x7f" * 8, 1009),
        ("no mask", b"\x81\x02hi", 1002),
        ("a continuation of nothing", masked(b"hi", CONTINUED), 1002),
        ("a new message within another", masked(b"hi", fin=False) + masked(b"hi"), 1002),
        ("an opcode of no meaning", masked(b"hi", 3), 1002),
        ("a bit of no meaning", b"\xc1\x80\0\0\0\0", 1002),
        ("a ping too long", masked(b"x" * 126, PING), 1002),
        ("a ping in fragments", masked(b"x", PING, fin=False), 1002),
        ("a close code that is not to be sent: 1005", masked(struct.pack("!H", 1005), CLOSE), 1002),
        ("a close code that is not to be sent: 1006", masked(struct.pack("!H", 1006), CLOSE), 1002),
        ("a close code too low", masked(struct.pack("!H", 999), CLOSE), 1002),
        ("a close code too high", masked(struct.pack("!H", 5000), CLOSE), 1002),
        ("half a close code", masked(b"\x03", CLOSE), 1002),
        ("a close reason that is not UTF-8", masked(struct.pack("!H", 1000) + b"\xff", CLOSE), 1007),
        ("a close", masked(struct.pack("!H", 1000), CLOSE), 1000),
        ("a close of the application's own", masked(struct.pack("!H", 4711), CLOSE), 4711),
        ("data after the close", masked(struct.pack("!H", 1001), CLOSE) + masked(b'{"op":"ping"}'), 1001),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_frame_that_breaks_the_protocol_ends_with_its_code(wire, what, bytes_, code):
    assert close_code(wire(bytes_)) == code


def test_data_after_the_close_is_ignored(wire):
    answer = wire(masked(struct.pack("!H", 1000), CLOSE), masked(b'{"op":"ping","ref":"late"}'))
    assert b"late" not in texts(answer)


def test_a_message_larger_than_256_kib_is_refused_with_1009(guest):
    ann = guest()
    ann.say('{"op":"ping","ref":"' + "x" * 262_144 + '"}')
    assert ann.ended() == 1009


def test_twenty_frames_of_nonsense_end_with_1008(guest):
    ann = guest()
    for _ in range(20):
        ann.say('{"op":"nope"}')
    assert ann.ended() == 1008
    assert len([frame for frame in ann.heard if frame["op"] == "error"]) == 20


def test_nineteen_do_not(guest):
    ann = guest()
    for _ in range(19):
        ann.say('{"op":"nope"}')
    assert ann.ask("ping")["op"] == "pong"


def test_refusals_of_rights_are_no_nonsense(guest):
    ann = guest()
    assert {ann.do("topic", room="#lobby", topic="mine")["code"] for _ in range(30)} == {"not_allowed"}


def test_a_hundred_pings_in_a_second_end_with_1008(wire):
    answer = wire(masked(b"", PING) * 100)
    assert close_code(answer) == 1008


def test_ninety_nine_pings_are_answered(wire):
    assert wire(masked(b"x", PING) * 99, masked(b'{"op":"quit"}')).count((PONG, b"x")) == 99


def test_a_reset_in_the_middle_of_a_frame_leaves_the_others_alone(house, guest):
    ann = guest()
    peer = shake_hands(house.port)
    peer.sendall(masked(HELLO % a_name().encode()) + masked(b'{"op":"send"')[:9])
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    assert ann.ask("ping")["op"] == "pong"


@pytest.mark.parametrize(
    "address", ["X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "Via: 1.1 proxy", "X-Real-IP: 127.0.0.1"]
)
def test_a_guest_who_came_through_a_proxy_is_refused_with_4003(knock, address):
    name, value = address.split(": ")
    stranger = knock(additional_headers={name: value})
    assert stranger.hello(a_name())["code"] == "guests_refused"
    assert stranger.ended() == 4003


def test_with_guests_allowed_one_may_come_through_a_proxy(serve, leaving):
    server = serve("--guests")
    stranger = leaving.enter_context(
        contextlib.closing(Talker(server, additional_headers={"X-Forwarded-For": "10.0.0.1"}))
    )
    assert stranger.hello("ann")["op"] == "welcome"


def test_without_guests_nobody_comes_in_from_anywhere(serve, leaving):
    stranger = leaving.enter_context(contextlib.closing(Talker(serve("--no-guests"))))
    assert stranger.hello("ann")["code"] == "guests_refused"
    assert stranger.ended() == 4003


def test_a_page_of_another_site_cannot_connect(knock):
    with pytest.raises(InvalidStatus) as refused:
        knock(origin="https://evil.example")
    assert refused.value.response.status_code == 403


def test_a_stopping_server_says_when_to_come_back(serve, leaving):
    server = serve()
    ann = leaving.enter_context(contextlib.closing(Talker(server)))
    ann.hello("ann")
    server.process.terminate()
    assert ann.ended() == 1012
    assert ann.heard[-1]["op"] == "bye"
    assert 500 <= ann.heard[-1]["retry_after"] <= 3_000
