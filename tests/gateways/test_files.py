"""Files over HTTP: sent up by tus or at once, carried by messages, read by those who may, and gone with them."""

import hashlib
import os
import resource
import socket
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.files.test_bombs import BOMBS
from tests.gateways.calling import Program, room_path, signed_in
from tests.gateways.talking import a_name
from tests.gateways.uploading import (
    TUS,
    begin,
    content_of,
    head,
    offset_of,
    open_patch,
    patch,
    picture,
    raw,
    say_with,
    send_up,
    share,
    status_of,
)
from tests.running import eventually, running

LARGE = os.urandom(1_000_000)


@pytest.fixture
def ann(house):
    return signed_in(house)


@pytest.fixture
def bob(house):
    return signed_in(house)


@pytest.fixture
def room(ann, bob):
    """A closed room in which ann and bob are."""
    name = f"#{a_name('room')}"
    ann.post("/api/rooms", name=name, closed=True)
    ann.post(room_path(name, "invitations"), user=bob.me["name"])
    assert bob.post(room_path(name, "join")).status == 200
    return name


def where(told):
    assert told.status == 201, told.body
    return told.headers["location"]


# Sending up.


def test_a_file_is_sent_up_said_and_read(ann, bob, room):
    file = share(ann, room, b"Beans, milk, sugar\n", "list.txt")
    assert (file["name"], file["size"], file["type"]) == ("list.txt", 19, "text/plain")
    told = content_of(bob, file)
    assert (told.status, told.body) == (200, b"Beans, milk, sugar\n")
    item = bob.get(room_path(room, "messages")).json["items"][-1]
    assert item["body"]["files"] == [{key: file[key] for key in file if key != "seq"}]


def test_an_upload_is_resumed_where_it_broke_off_at_every_tenth(ann):
    size = len(LARGE)
    place = where(begin(ann, size, filename="large.bin", sha256=hashlib.sha256(LARGE).hexdigest()))
    offset = 0
    for tenth in range(1, 10):
        with open_patch(ann, place, offset, size - offset) as peer:
            peer.sendall(LARGE[offset : max(offset, size * tenth // 10)])
        # Of what was on its way when the connection broke off some may be lost; whoever goes on asks how much is there.
        eventually(lambda: patch(ann, place, offset_of(ann, place), b"").status == 204)
        before, offset = offset, offset_of(ann, place)
        assert before <= offset <= max(before, size * tenth // 10)
    assert patch(ann, place, offset, LARGE[offset:]).status == 204
    upload = ann.get(place).json
    assert (upload["offset"], upload["file"]["size"]) == (size, size)
    assert content_of(ann, upload["file"]).body == LARGE


def test_the_server_tells_what_it_can_do(ann):
    told = ann.ask("OPTIONS", "/api/files/")
    assert told.status == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert set(told.headers["tus-extension"].split(",")) >= {"creation", "termination", "checksum", "expiration"}
    assert int(told.headers["tus-max-size"]) == 536_870_912


def test_the_first_piece_may_come_with_the_beginning(ann):
    sent = TUS | {"Upload-Length": "10", "Content-Type": "application/offset+octet-stream"}
    told = ann.ask("POST", "/api/files", b"01234", headers=sent)
    assert (told.status, told.headers["upload-offset"]) == (201, "5")
    assert patch(ann, told.headers["location"], 5, b"56789").headers["upload-offset"] == "10"


def test_a_piece_out_of_order_is_refused_with_where_it_goes_on(ann):
    place = where(begin(ann, 10))
    patch(ann, place, 0, b"0123")
    for offset in (0, 5):
        told = patch(ann, place, offset, b"456")
        assert (told.status, told.code) == (409, "wrong_offset")
        assert "byte 4" in told.json["error"]["message"]
    assert offset_of(ann, place) == 4


def test_two_do_not_write_to_one_upload_at_once(ann):
    content = 3 * LARGE
    place = where(begin(ann, len(content)))
    with open_patch(ann, place, 0, len(content)) as peer:
        peer.sendall(content[:2_000_000])
        eventually(lambda: offset_of(ann, place) > 0)
        assert patch(ann, place, 0, b"").code == "upload_locked"
        peer.sendall(content[2_000_000:])
        assert status_of(peer) == 204
    assert content_of(ann, ann.get(place).json["file"]).body == content


def test_a_piece_with_a_wrong_checksum_is_not_kept(ann):
    place = where(begin(ann, 10))
    wrong = patch(ann, place, 0, b"01234", **{"Upload-Checksum": f"sha1 {b64encode(b'0' * 20).decode()}"})
    assert (wrong.status, wrong.code) == (460, "checksum")
    assert offset_of(ann, place) == 0
    digest = b64encode(hashlib.sha1(b"01234", usedforsecurity=False).digest()).decode()
    assert patch(ann, place, 0, b"01234", **{"Upload-Checksum": f"sha1 {digest}"}).status == 204


def test_a_file_with_a_wrong_hash_is_gone(ann):
    place = where(begin(ann, 5, sha256="0" * 64))
    told = patch(ann, place, 0, b"01234")
    assert (told.status, told.code) == (422, "wrong_hash")
    assert head(ann, place).status == 404
    assert raw(ann, b"01234", sha256="0" * 64).code == "wrong_hash"


def test_what_is_too_large_is_refused_before_a_byte_is_read(ann):
    assert begin(ann, 536_870_913).code == "file_too_big"
    with socket.create_connection(("127.0.0.1", ann.port), timeout=10) as peer:
        head_only = f"POST /api/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n"
        peer.sendall(f"{head_only}Content-Length: 600000000\r\nExpect: 100-continue\r\n\r\n".encode())
        assert status_of(peer) == 413


def test_more_than_was_told_is_refused(ann):
    place = where(begin(ann, 3))
    assert patch(ann, place, 0, b"01234").status == 413
    assert offset_of(ann, place) == 0


def test_an_empty_file_is_one(ann):
    assert send_up(ann, b"", "empty")["size"] == 0
    place = where(begin(ann, 0, filename="nothing.txt"))
    file = ann.get(place).json["file"]
    assert (file["name"], file["size"], content_of(ann, file).body) == ("nothing.txt", 0, b"")


def test_another_version_of_tus_is_refused(ann):
    told = ann.ask("POST", "/api/files", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (told.status, told.headers["tus-version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": "9" * 30},
        {"Upload-Defer-Length": "1"},
        {"Upload-Length": "1", "Upload-Metadata": "filename %%%"},
        {"Upload-Length": "1", "Upload-Metadata": "a YQ==,a YQ=="},
    ],
)
def test_a_beginning_that_makes_no_sense_is_refused(ann, headers):
    told = ann.ask("POST", "/api/files", headers=TUS | headers)
    assert (told.status, told.code) == (400, "bad_upload")


def test_an_upload_is_taken_back(ann, bob):
    place = where(begin(ann, 10))
    assert bob.ask("DELETE", place, headers=TUS).status == 404
    assert ann.ask("DELETE", place, headers=TUS).status == 204
    assert head(ann, place).status == 404


def test_nobody_sees_or_writes_to_the_upload_of_another(ann, bob):
    place = where(begin(ann, 10))
    assert head(bob, place).status == patch(bob, place, 0, b"x").status == bob.get(place).status == 404


def test_a_quota_is_told_with_what_is_left(serve):
    house = serve(file_quota_of_guest=1_000)
    ann = signed_in(house)
    assert raw(ann, b"x" * 600).status == 201
    told = raw(ann, b"x" * 600)
    assert (told.status, told.code) == (413, "file_too_big")
    assert "400 bytes are left" in told.json["error"]["message"]


# Carrying.


def test_what_is_not_whole_or_not_ones_own_is_not_carried(ann, bob, room):
    unfinished = where(begin(ann, 10)).rpartition("/")[2]
    said = {"text": "", "files": [unfinished]}
    assert ann.ask("POST", room_path(room, "messages"), said).code == "file_unfinished"
    mine = send_up(ann, b"mine")["id"]
    assert bob.post(room_path(room, "messages"), text="", files=[mine]).code == "no_such_file"
    assert ann.post(room_path(room, "messages"), text="", files=["0" * 32]).code == "no_such_file"
    assert ann.post(room_path(room, "messages"), text="", files=["../x"]).code == "no_such_file"
    assert ann.post(room_path(room, "messages"), text="", files=[mine, mine]).code == "type"
    assert ann.post(room_path(room, "messages"), text="", files=[]).code == "empty"


def test_a_file_may_be_said_twice_and_goes_with_the_last(ann, bob, room):
    file = share(ann, room, b"twice")
    again = say_with(ann, room, file["id"])["seq"]
    ann.delete(room_path(room, "messages", file["seq"]))
    assert content_of(bob, file).body == b"twice"
    ann.delete(room_path(room, "messages", again))
    assert content_of(bob, file).status == content_of(ann, file).status == 404


def test_words_are_taken_away_from_a_message_that_carries_a_file(ann, bob, room, house, line):
    file = send_up(ann, b"cups")
    seq = say_with(ann, room, file["id"], text=f"for @{bob.me['name']}")["seq"]
    assert ann.patch(room_path(room, "messages", seq), text=" ").code == "empty"
    assert ann.patch(room_path(room, "messages", seq), text="").status == 200
    item = bob.get(room_path(room, "messages")).json["items"][-1]
    assert (item["body"]["text"], len(item["body"]["files"]), "edited" in item) == ("", 1, True)
    assert content_of(bob, file).body == b"cups"
    assert ann.patch(room_path(room, "messages", seq), text="again").status == 200
    bare = ann.post(room_path(room, "messages"), text="bare").json["seq"]
    assert ann.patch(room_path(room, "messages", bare), text="").code == "empty"


def test_a_room_that_keeps_nothing_takes_no_files(ann, room):
    assert ann.patch(room_path(room), keep=0).status == 200
    file = send_up(ann, b"x")["id"]
    told = ann.post(room_path(room, "messages"), text="", files=[file])
    assert (told.status, told.code) == (403, "not_allowed")


def test_the_files_of_a_room_are_listed_the_last_first(ann, bob, room):
    files = [share(ann, room, b"%d" % number, f"{number}.txt") for number in range(3)]
    told = bob.get(room_path(room, "files"), limit=2).json
    assert [each["file"]["name"] for each in told["files"]] == ["2.txt", "1.txt"]
    assert told["more"]
    rest = bob.get(room_path(room, "files"), before=files[1]["seq"]).json
    assert [each["file"]["name"] for each in rest["files"]] == ["0.txt"]


# Who may read.


def test_only_those_read_who_read_a_message_that_carries_it(house, ann, bob, room):
    file = send_up(ann, b"secret")
    assert content_of(bob, file).status == 404
    assert content_of(ann, file).body == b"secret"
    say_with(ann, room, file["id"])
    assert content_of(bob, file).body == b"secret"
    assert content_of(signed_in(house), file).status == 404
    assert content_of(Program(house), file).status == 401


def test_whoever_is_removed_reads_no_more(ann, bob, room):
    file = share(ann, room, b"secret")
    ann.delete(room_path(room, "members", bob.me["name"]))
    assert content_of(bob, file).status == 404
    assert bob.get(f"/api/files/{file['id']}/preview").status == 404


def test_newcomers_read_files_from_their_joining_on(house, ann, room):
    before = share(ann, room, b"before")
    ann.patch(room_path(room), newcomers="joining")
    carl = signed_in(house)
    ann.post(room_path(room, "invitations"), user=carl.me["name"])
    carl.post(room_path(room, "join"))
    after = share(ann, room, b"after")
    assert (content_of(carl, before).status, content_of(carl, after).status) == (404, 200)


@pytest.mark.parametrize("end", ["removed", "deleted", "signed_out"])
def test_a_download_is_cut_when_its_reader_may_read_no_more(ann, bob, room, end):
    file = share(ann, room, os.urandom(30_000_000), f"{a_name()}.bin")
    with socket.create_connection(("127.0.0.1", bob.port), timeout=10) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        asked = f"GET /api/files/{file['id']}/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bob.token}\r\n\r\n"
        peer.sendall(asked.encode())
        came = len(peer.recv(65_536))
        match end:
            case "removed":
                assert ann.delete(room_path(room, "members", bob.me["name"])).status == 200
            case "deleted":
                assert ann.delete(room_path(room, "messages", file["seq"])).status == 200
            case _:
                assert bob.delete("/api/sessions/current").status == 200
        while piece := _receive(peer):
            came += len(piece)
    assert came < 30_000_000


def _receive(peer):
    try:
        return peer.recv(1_000_000)
    except ConnectionResetError:
        return b""


# What is told.


def test_a_part_of_a_file_is_told(ann):
    file = send_up(ann, b"0123456789")
    parts = {"bytes=0-3": b"0123", "bytes=8-": b"89", "bytes=-2": b"89", "bytes=3-99": b"3456789"}
    for asked, part in parts.items():
        told = content_of(ann, file, Range=asked)
        assert (told.status, told.body) == (206, part)
    assert content_of(ann, file, Range="bytes=0-3").headers["content-range"] == "bytes 0-3/10"
    assert content_of(ann, file, Range="bytes=10-").status == 416
    for odd in ("bytes=3-1", "lines=0-1", "bytes=0-1,3-4", "bytes=-"):
        assert content_of(ann, file, Range=odd).body == b"0123456789"


def test_a_file_has_one_tag_for_good(ann):
    file = send_up(ann, b"0123456789")
    tag = content_of(ann, file).headers["etag"]
    assert tag == f'"{hashlib.sha256(b"0123456789").hexdigest()}"'
    assert content_of(ann, file, **{"If-None-Match": tag}).status == 304
    assert content_of(ann, file, **{"If-Range": tag, "Range": "bytes=0-0"}).body == b"0"
    assert content_of(ann, file, **{"If-Range": '"other"', "Range": "bytes=0-0"}).status == 200


HTML = b"<!-- hm --><html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.svg", SVG),
        ("evil.svg", b'<?xml version="1.0"?>\n<!-- x -->' + SVG),
        ("x.html", HTML),
        ("x.png", HTML),
        ("x.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//"),
        ("x.jpg", b"%PDF-1.7\n" + b"\0" * 50 + b"PK\3\4"),
        ("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("x.jpg", picture("JPEG")[:300]),
        ("x.exe", b"MZ" + b"\0" * 100),
        ("x.txt", b"\0\1\2\3"),
    ],
)
def test_what_could_do_harm_or_is_broken_is_only_saved(ann, name, content):
    file = send_up(ann, content, name)
    told = content_of(ann, file)
    assert told.headers["content-type"] == "application/octet-stream"
    assert told.headers["content-disposition"].startswith("attachment;")
    assert told.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in told.headers["content-security-policy"]
    assert "preview" not in file
    assert ann.get(f"/api/files/{file['id']}/preview").status == 404


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_picture_is_told_as_what_it_is_whatever_its_name(ann, form):
    file = send_up(ann, picture(form), "x.txt")
    assert (file["type"], file["width"], file["height"]) == (f"image/{form.lower()}", 64, 48)
    assert len(file["blurhash"]) == 28
    told = content_of(ann, file)
    assert told.headers["content-type"] == f"image/{form.lower()}"
    assert told.headers["content-disposition"].startswith("inline;")
    small = ann.get(f"/api/files/{file['id']}/preview")
    assert (small.status, small.headers["content-type"]) == (200, "image/webp")


@pytest.mark.parametrize("bomb", ["a PNG that says it is huge", "a WebP of few bytes", "a PDF nested deeply"])
def test_a_bomb_is_only_saved_and_keeps_nobody_waiting(ann, bob, bomb):
    content = BOMBS[bomb][1]()
    with ThreadPoolExecutor() as senders:
        sending = senders.submit(send_up, ann, content, "cups.png")
        waits = []
        while not sending.done():
            began = time.monotonic()
            assert bob.post(room_path("#lobby", "messages"), text="We talk on").status == 201
            waits.append(time.monotonic() - began)
    file = sending.result()
    assert "preview" not in file
    assert content_of(bob, file).status == 404
    assert content_of(ann, file).body == content
    assert max(waits) < 2


HOSTILE = {
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "a/b\0c\nd.txt": "bcd.txt",
    "/": "file",
    "..": "file",
    "": "file",
    "\u202etxt.exe": "txt.exe",
    'quo"te;x=.txt': "quote;x=.txt",
    "caf\u00e9 \U0001f600.txt": "caf\u00e9 \U0001f600.txt",
    "CON:<>|?*.txt": "CON.txt",
    "x" * 500 + ".tar": "x" * 196 + ".tar",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(ann, name):
    file = send_up(ann, b"x", name)
    assert file["name"] == HOSTILE[name]
    assert "\n" not in content_of(ann, file).headers["content-disposition"]


# The store.


def test_the_same_content_is_kept_once(serve):
    house = serve()
    ann, bob = signed_in(house), signed_in(house)
    for program in (ann, ann, bob):
        share(program, "#lobby", LARGE)
    kept = [path for path in (house.data / "files").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in kept] == [len(LARGE)]
    assert list((house.data / "uploads").iterdir()) == []


def test_a_server_that_was_killed_goes_on_with_uploads_at_every_step(serve):
    house = serve()
    ann = signed_in(house)
    place = where(begin(ann, len(LARGE), filename="large.bin"))
    upload = place.rpartition("/")[2]
    with open_patch(ann, place, 0, len(LARGE)) as peer:
        peer.sendall(LARGE[:700_000])
        eventually(lambda: (house.data / "uploads" / upload).stat().st_size > 500_000)
        house.kill()
    house.start()
    assert 500_000 < (offset := offset_of(ann, place)) <= 700_000
    assert patch(ann, place, offset, LARGE[offset:-1]).status == 204
    # All is there, but nobody was told: as if it was killed before the content was moved to its place.
    house.kill()
    with (house.data / "uploads" / upload).open("ab") as file:
        file.write(LARGE[-1:])
    house.start()
    assert offset_of(ann, place) == len(LARGE)
    assert content_of(ann, ann.get(place).json["file"]).body == LARGE


def test_a_content_in_its_place_of_which_nobody_was_told_is_found_again(serve):
    house = serve()
    ann = signed_in(house)
    place = where(begin(ann, 5))
    upload = place.rpartition("/")[2]
    patch(ann, place, 0, b"0123")
    house.kill()
    (house.data / "files" / upload[:2]).mkdir(parents=True, exist_ok=True)
    growing = house.data / "uploads" / upload
    growing.write_bytes(b"01234")
    growing.rename(house.data / "files" / upload[:2] / upload[2:])
    house.start()
    assert offset_of(ann, place) == 5
    assert content_of(ann, ann.get(place).json["file"]).body == b"01234"


def test_a_full_disk_is_said_and_the_upload_goes_on_once_there_is_room(serve):
    house = serve()
    ann = signed_in(house)
    place = where(begin(ann, len(LARGE)))
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    told = patch(ann, place, 0, LARGE)
    assert (told.status, told.code) == (507, "storage_full")
    assert ann.get("/api/rooms/%23lobby/messages").status == 200
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    offset = offset_of(ann, place)
    assert patch(ann, place, offset, LARGE[offset:]).status == 204
    assert content_of(ann, ann.get(place).json["file"]).body == LARGE


# Pictures of people, and links.


def test_a_picture_shows_somebody(ann, bob):
    file = send_up(ann, picture("PNG"), "me.png")["id"]
    assert ann.put("/api/me/avatar", file=file).status == 200
    me = ann.get("/api/me").json["account"]
    assert me["avatar"] == file
    shown = bob.get(f"/api/people/{me['id']}/avatar/{file}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in shown.headers["cache-control"]
    assert bob.get(f"/api/people/{bob.me['id']}/avatar/{file}").status == 404
    assert ann.delete("/api/me/avatar").status == 200
    assert "avatar" not in ann.get("/api/me").json["account"]
    assert bob.get(f"/api/people/{me['id']}/avatar/{file}").status == 404


def test_no_text_shows_anybody(ann, bob):
    assert ann.put("/api/me/avatar", file=send_up(ann, b"text")["id"]).code == "file_type"
    assert bob.put("/api/me/avatar", file=send_up(ann, picture("PNG"))["id"]).code == "no_such_file"


def test_a_link_of_the_line_door_sends_one_file(house, line, guest):
    liner, listener = line(), guest()
    liner.say("/file cups of tea.txt")
    told = liner.hear("curl -T ")
    assert "'cups of tea.txt' http://127.0.0.1:" in told
    path = told.rpartition("http://")[2].partition("/")[2]
    program = Program(house)
    sent = program.ask("PUT", f"/{path}cups%20of%20tea.txt", b"Two cups", headers={"Content-Type": "text/plain"})
    assert sent.status == 201, sent.body
    entry = listener.hear(lambda frame: frame["op"] == "entry" and frame["body"].get("files"))
    assert entry["body"]["files"][0]["name"] == "cups of tea.txt"
    assert f"/api/files/{entry['body']['files'][0]['id']}/cups%20of%20tea.txt" in liner.hear(
        "cups of tea.txt (8 bytes)"
    )
    assert program.ask("PUT", f"/{path}again.txt", b"x").status == 404
    liner.say("/files")
    assert "cups of tea.txt" in liner.hear("cups of tea.txt")


def test_types_that_are_not_taken_are_refused(tmp_path):
    config = tmp_path / "klatch.toml"
    config.write_text('file_types = ["image/*"]\n')
    with running(tmp_path / "data", "--config", str(config)) as house:
        ann = signed_in(house)
        assert begin(ann, 10, filetype="video/mp4").code == "file_type"
        assert raw(ann, b"text", "x.png").code == "file_type"
        assert raw(ann, picture("PNG"), "x.txt").status == 201


def test_files_go_with_a_deleted_room_and_from_the_disk(house, ann, bob, room):
    file = share(ann, room, os.urandom(50_000))
    place = house.data / "files" / file["id"][:2] / file["id"][2:]
    assert place.exists()
    assert ann.delete(room_path(room)).status == 200
    assert content_of(bob, file).status == content_of(ann, file).status == 404
    eventually(lambda: not place.exists())
