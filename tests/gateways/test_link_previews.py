"""Previews of links: what a message leads to, told to those who may read it, where the room has it so."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gateways.calling import room_path, signed_in
from tests.gateways.talking import a_name
from tests.gateways.uploading import content_of, picture, share
from tests.outbound.site import open_site
from tests.running import eventually, running

PAGE = """<!doctype html><html><head><title>Another title</title>
<meta property="og:title" content="The &amp; pot">
<meta property="og:description" content="All about
  coffee.">
<meta property="og:site_name" content="Pots">
<meta property="og:image" content="/pot.png">
</head><body><meta property="og:title" content="Not this"></body></html>"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A server that may look at this machine's pages, too."""
    folder = tmp_path_factory.mktemp("links")
    config = folder / "klatch.toml"
    config.write_text('previews_from = ["127.0.0.1"]\n')
    with running(folder / "data", "--no-limits", "--config", str(config)) as started:
        yield started


@pytest.fixture
def site():
    with open_site() as found:
        yield found


@pytest.fixture
def ann(house):
    return signed_in(house)


@pytest.fixture
def bob(house):
    return signed_in(house)


def make_room(owner, *, closed=False):
    name = f"#{a_name('room')}"
    assert owner.post("/api/rooms", name=name, closed=closed).status == 201
    return name


def say(program, room, text):
    told = program.post(room_path(room, "messages"), text=text)
    assert told.status == 201, told.body
    return told.json["seq"]


def links_of(program, room, seq):
    told = program.get(room_path(room, "messages", seq, "previews"))
    assert told.status == 200, told.body
    return told.json["links"]


def shown(program, room, text):
    return links_of(program, room, say(program, room, text))


def test_a_page_is_shown_with_what_it_says_of_itself(ann, site):
    url = site.has("/pot", PAGE)
    site.has("/pot.png", picture("PNG", (640, 480)), "image/png")
    (link,) = shown(ann, make_room(ann), f"Look: {url}.")
    assert link.pop("picture").startswith("UklGR")  # RIFF, in base64
    assert link == {
        "url": url,
        "title": "The & pot",
        "description": "All about coffee.",
        "site": "Pots",
        "width": 640,
        "height": 480,
    }


def test_it_is_looked_up_once_for_all_who_read(ann, bob, site):
    url, room = site.has("/", PAGE), make_room(ann)
    seq = say(ann, room, url)
    bob.post(room_path(room, "join"))
    again = say(bob, room, f"{url} {url}")
    assert links_of(ann, room, seq) == links_of(bob, room, seq) == links_of(bob, room, again) != []
    assert site.paths.count("/") == 1


def test_a_page_without_open_graph_has_its_title_and_the_name_of_its_place(ann, site):
    (link,) = shown(ann, make_room(ann), site.has("/", "<title> Café\n au lait </title>"))
    assert (link["title"], link["site"]) == ("Café au lait", "127.0.0.1")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<title>Käse</title>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("<meta charset=iso-8859-1><title>Käse</title>".encode("latin-1"), "text/html"),
        ("<title>Käse</title>".encode(), "text/html; charset=nonsense"),
        ("<title>Käse</title>".encode(), "text/html; charset=base64"),
    ],
)
def test_pages_are_read_as_they_are_written(ann, site, body, kind):
    (link,) = shown(ann, make_room(ann), site.has("/", body, kind))
    assert link["title"] == "Käse"


def test_a_picture_shows_itself(ann, site):
    (link,) = shown(ann, make_room(ann), site.has("/pot.png", picture("PNG", (640, 480)), "image/png"))
    assert (link["title"], link["width"], link["height"]) == ("", 640, 480)
    assert link["picture"]


def test_what_cannot_be_shown_is_not(ann, site):
    site.has("/bad.png", b"\x89PNG\r\n\x1a\nnone", "image/png")
    bare = site.has("/bare", "<p>No title</p>")
    (link,) = shown(ann, make_room(ann), site.has("/", PAGE.replace("/pot.png", "/bad.png")))
    assert "picture" not in link
    assert shown(ann, make_room(ann), f"{site.url}/bad.png {bare} {site.url}/gone") == []


def test_a_page_shows_no_picture_of_a_private_place(ann, site):
    page = PAGE.replace("/pot.png", "http://169.254.169.254/key.png")
    (link,) = shown(ann, make_room(ann), site.has("/", page))
    assert "picture" not in link


def test_hostile_pages_harm_nothing(ann, site):
    nested = "<meta property='og:title' content='x'" * 20_000
    room = make_room(ann)
    shown(ann, room, site.has("/nested", nested))
    shown(ann, room, site.has("/open", "<title>" + "<" * 1_000_000))
    (link,) = shown(ann, room, site.has("/long", f"<title>{'long ' * 100_000}</title>"))
    assert len(link["title"]) == 200
    (link,) = shown(ann, room, site.has("/script", "<title><script>alert(1)</script>&lt;b&gt;</title>"))
    assert "alert" in link["title"]  # as words, and nothing else


def test_an_address_that_is_none_harms_no_other(ann, site):
    url, room = site.has("/", "<title>Cups</title>"), make_room(ann)
    for odd in (
        "http://[::1.x/",
        "http://ex\u2100mple.com/",
        "http://127.0.0.1:99999/",
        "http://a..b/",
        "http://\x1b[2J.x/",
    ):
        assert [link["title"] for link in shown(ann, room, f"{odd} {url}")] == ["Cups"]


@pytest.mark.parametrize(
    "picture", ["http://[", "data:image/png;base64,AAAA", "javascript:alert(1)", "http://a\0b/", "file:///x.png", "//"]
)
def test_a_picture_whose_address_is_none_is_left_out(ann, site, picture):
    page = f'<title>Cups</title><meta property="og:image" content="{picture}">'
    (link,) = shown(ann, make_room(ann), site.has("/", page))
    assert (link["title"], "picture" in link) == ("Cups", False)


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "punycode", "idna", "rot13", "x" * 50_000])
def test_a_page_is_read_in_no_encoding_that_is_not_of_the_web(ann, site, charset):
    page = "<title>+2AA- \\ud800</title>" + "-a" * 400_000
    (link,) = shown(ann, make_room(ann), site.has("/", page, f"text/html; charset={charset}"))
    assert link["title"] == "+2AA- \\ud800"


def test_a_title_takes_over_no_terminal_and_turns_no_text(ann, site):
    page = "<title>a\0b\x1b[2Jc\x9bd &#x202e;txt.exe&#xd800;</title>"
    (link,) = shown(ann, make_room(ann), site.has("/", page))
    assert link["title"] == "ab[2Jcd txt.exe\ufffd"


def hang(started, until):
    """A page that answers late."""

    def answer(request):
        started.append(request.path)
        until.wait(20)
        request.send_error(404)

    return answer


def test_a_flood_of_slow_links_holds_up_those_of_whoever_sent_it(ann, bob, site):
    started, until = [], threading.Event()
    room, url = make_room(ann), site.has("/", "<title>Cups</title>")
    bob.post(room_path(room, "join"))
    flood = [say(ann, room, " ".join(f"{site.url}/{number}/{part}" for part in range(3))) for number in range(8)]
    for number in range(8):
        for part in range(3):
            site.pages[f"/{number}/{part}"] = hang(started, until)
    with ThreadPoolExecutor(12) as readers:
        try:
            slow = [readers.submit(links_of, ann, room, seq) for seq in flood]
            eventually(lambda: len(started) == 4)
            began = time.monotonic()
            assert [link["title"] for link in shown(bob, room, url)] == ["Cups"]
            file = share(bob, room, picture("PNG"), "cups.png")
            assert content_of(ann, file).status == 200
            assert file["width"] == 64
            assert time.monotonic() - began < 4
            assert len(started) == 4
        finally:
            until.set()
        assert [each.result() for each in slow] == [[]] * 8


def test_many_who_read_a_slow_link_wait_for_one_look_up(ann, site):
    started, until = [], threading.Event()
    site.pages["/"] = hang(started, until)
    room = make_room(ann)
    seq = say(ann, room, f"{site.url}/")
    with ThreadPoolExecutor(20) as readers:
        try:
            slow = [readers.submit(links_of, ann, room, seq) for _ in range(20)]
            eventually(lambda: started)
            assert ann.get(room_path(room, "messages")).status == 200
        finally:
            until.set()
        assert [each.result() for each in slow] == [[]] * 20
    assert len(started) == 1


def test_in_closed_rooms_and_among_two_links_are_left_alone(ann, bob, site):
    url = site.has("/", PAGE)
    assert shown(ann, make_room(ann, closed=True), url) == []
    assert shown(ann, f"@{bob.me['name']}", url) == []
    assert site.asked == []


def test_a_room_may_have_it_otherwise(ann, site):
    url, room, open_one = site.has("/", PAGE), make_room(ann, closed=True), make_room(ann)
    assert ann.patch(room_path(room), previews="on").status == 200
    assert len(shown(ann, room, url)) == 1
    assert ann.patch(room_path(open_one), previews="off").status == 200
    assert shown(ann, open_one, url) == []
    assert ann.patch(room_path(open_one), previews="default").status == 200
    assert len(shown(ann, open_one, url)) == 1
    assert ann.patch(room_path(open_one), previews="maybe").code == "type"


def test_only_those_who_may_read_a_message_are_told(ann, bob, site):
    room = make_room(ann, closed=True)
    ann.patch(room_path(room), previews="on")
    seq = say(ann, room, site.has("/", PAGE))
    assert bob.get(room_path(room, "messages", seq, "previews")).status == 404
    assert bob.get(f"/api/rooms/{room_path(room)[11:]}/messages/{seq}/previews?token=x").code == "token_in_url"


def test_a_message_that_is_none_or_is_gone_has_none(ann, site):
    room = make_room(ann)
    seq = say(ann, room, site.has("/", PAGE))
    assert ann.delete(room_path(room, "messages", seq)).status == 200
    assert ann.get(room_path(room, "messages", seq, "previews")).code == "message_deleted"
    for number in (1, 0, 10**17):
        assert ann.get(room_path(room, "messages", number, "previews")).code == "no_such_message"
    for nonsense in ("-1", "x", "1" * 30):
        assert ann.get(room_path(room, "messages", nonsense, "previews")).status == 404


def test_an_edited_message_leads_where_it_says_now(ann, site):
    room = make_room(ann)
    seq = say(ann, room, site.has("/first", PAGE))
    second = site.has("/second", "<title>Second</title>")
    ann.patch(room_path(room, "messages", seq), text=second)
    assert [link["title"] for link in links_of(ann, room, seq)] == ["Second"]


def test_a_server_that_may_not_look_at_private_addresses_does_not(house, site, tmp_path):
    url = site.has("/", PAGE)
    with running(tmp_path / "data", "--no-limits") as usual:
        ann = signed_in(usual)
        assert shown(ann, make_room(ann), f"{url} http://localhost:{site.port}/ http://[::1]:{site.port}/") == []
    assert site.asked == []


@pytest.mark.parametrize(("where", "opened", "closed"), [("nowhere", 0, 0), ("open_rooms", 1, 0), ("everywhere", 1, 1)])
def test_whoever_runs_the_server_says_where(where, opened, closed, site, tmp_path):
    config = tmp_path / "klatch.toml"
    config.write_text(f'previews_from = ["127.0.0.1"]\nlink_previews = "{where}"\n')
    url = site.has("/", PAGE)
    with running(tmp_path / "data", "--no-limits", "--config", str(config)) as server:
        ann = signed_in(server)
        assert len(shown(ann, make_room(ann), url)) == opened
        assert len(shown(ann, make_room(ann, closed=True), url)) == closed
        room = make_room(ann)
        ann.patch(room_path(room), previews="on")
        assert len(shown(ann, room, url)) == opened
