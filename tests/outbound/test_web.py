"""Reaching out: what is fetched of a real site, and what never is."""

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from klatch.outbound import web
from klatch.outbound.port import Unreachable
from klatch.outbound.web import MOST, Web, normalise
from tests.outbound.site import open_site

HTML = ("text/html",)


@pytest.fixture
def site():
    with open_site() as found:
        yield found


@pytest.fixture
def fetch():
    """Reaches this machine, too, where the site is."""
    return Web(lambda address: address == "127.0.0.1").fetch


async def why_not(fetching) -> str:
    with pytest.raises(Unreachable) as refused:
        await fetching
    return str(refused.value)


async def test_a_page_is_fetched_with_its_type_and_charset(site, fetch):
    url = site.has("/menu", "<title>Menü</title>", "text/html; charset=ISO-8859-1")
    found = await fetch(url, HTML)
    assert (found.url, found.media_type, found.charset, found.whole) == (url, "text/html", "iso-8859-1", True)
    assert found.body == b"<title>Men\xc3\xbc</title>"


async def test_nothing_is_told_of_who_asks(site, fetch):
    await fetch(site.has("/", "<p>"), HTML)
    ((_, headers),) = site.asked
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert headers["Host"] == f"127.0.0.1:{site.port}"


async def test_redirections_are_followed(site, fetch):
    end = site.has("/end", "<p>")
    site.leads("/two", "/end", 308)
    assert (await fetch(site.leads("/one", "two"), HTML)).url == end
    assert site.paths == ["/one", "/two", "/end"]


async def test_redirections_without_end_are_not(site, fetch):
    assert "on and on" in await why_not(fetch(site.leads("/round", "/round"), HTML))
    assert len(site.asked) == 5


@pytest.mark.parametrize("to", ["http://169.254.169.254/secrets", "http://[::1]:{port}/", "http://0.0.0.0:{port}/"])
async def test_a_redirection_does_not_lead_where_one_may_not_go(site, fetch, to):
    site.has("/", "<p>")
    assert "private" in await why_not(fetch(site.leads("/away", to.format(port=site.port)), HTML))
    assert site.paths == ["/away"]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/", "mailto:ann@example.com", "data:text/html,x"])
async def test_a_redirection_leads_only_into_the_web(site, fetch, to):
    assert "no address of the web" in await why_not(fetch(site.leads("/away", to), HTML))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0"],  # noqa: S104
)
async def test_this_machine_is_not_reached_however_it_is_written(site, host):
    site.has("/", "<p>")
    assert await why_not(Web().fetch(f"http://{host}:{site.port}/", HTML))
    assert site.asked == []


async def test_a_name_whose_address_changes_is_connected_to_where_it_was_checked(site, monkeypatch):
    """A name that leads to the public at first, and then home: it is looked up once for each connection."""
    asked = []
    public, home = ("203.0.113.7", 80), ("127.0.0.1", site.port)

    def look_up(host, _port, **_more):
        asked.append(host)
        return [(2, 1, 6, "", public if len(asked) == 1 else home)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(web, "is_public", lambda address: address == public[0])
    monkeypatch.setattr(web, "WITHIN", 0.3)
    await why_not(Web().fetch("http://rebound.example/", HTML))
    assert asked == ["rebound.example"]
    assert site.asked == []


def name_leads_to(monkeypatch, *addresses, after=0.0):
    """What the system says of every name."""

    def look_up(*_what, **_how):
        time.sleep(after)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


async def test_of_mixed_addresses_only_those_that_may_be_reached_are(site, fetch, monkeypatch):
    site.has("/", "<p>")
    name_leads_to(monkeypatch, "127.0.0.2", "169.254.169.254", "fe80::1%lo", "::1", "127.0.0.1")
    began = time.monotonic()
    assert (await fetch(f"http://mixed.example:{site.port}/", HTML)).body == b"<p>"
    assert time.monotonic() - began < 1
    name_leads_to(monkeypatch, "127.0.0.2", "fe80::1%lo", "10.0.0.1")
    assert "private" in await why_not(fetch(f"http://mixed.example:{site.port}/", HTML))


async def test_names_that_are_slow_keep_no_other_waiting_and_are_not_waited_for_at_the_end(site, fetch, monkeypatch):
    url = site.has("/", "<p>")
    with monkeypatch.context() as slow:
        slow.setattr(web, "WITHIN", 0.2)
        name_leads_to(slow, "127.0.0.1", after=2.0)
        said = await asyncio.gather(*(why_not(fetch(f"http://slow{number}.example/", HTML)) for number in range(100)))
        assert {"it took too long", "too many names are being looked up"} >= set(said)
    slow_ones = [thread for thread in threading.enumerate() if thread.name == "klatch-names"]
    assert 16 <= len(slow_ones) <= 64
    assert all(thread.daemon for thread in slow_ones)
    await asyncio.to_thread(lambda: [thread.join() for thread in slow_ones])
    assert (await fetch(url, HTML)).body == b"<p>"


async def test_only_the_ports_of_the_web_are_reached(monkeypatch):
    monkeypatch.setattr(web, "is_public", lambda _address: True)
    for port in (22, 25, 6379, 8080):
        assert "port" in await why_not(Web().fetch(f"http://127.0.0.1:{port}/", HTML))


async def test_other_types_are_not_taken(site, fetch):
    assert "application/zip" in await why_not(fetch(site.has("/a", b"PK", "application/zip"), HTML))
    assert "none" in await why_not(fetch(site.has("/b", b"", ""), HTML))


async def test_what_is_packed_is_not_unpacked(site, fetch):
    assert "packed" in await why_not(fetch(site.has("/a", b"\x1f\x8b", Content_Encoding="gzip"), HTML))


async def test_of_what_is_large_the_beginning_is_taken(site, fetch):
    found = await fetch(site.has("/", b"x" * (3 * MOST)), HTML)
    assert (len(found.body), found.whole) == (MOST, False)


async def test_whoever_answers_slowly_is_not_waited_for(site, fetch, monkeypatch):
    monkeypatch.setattr(web, "WITHIN", 0.5)

    def drip(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        for _ in range(100):
            request.wfile.write(b"<p>")
            request.wfile.flush()
            time.sleep(0.1)

    site.pages["/"] = drip
    assert "too long" in await why_not(fetch(site.url + "/", HTML))


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
AWAY = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
# What a site says first, and what it says again and again after that.
HOSTILE = {
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", b""),
    "nothing": (b"", b""),
    "early hints without end": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 50),
    "headers without end": (OK, b"X-Y: " + b"z" * 1_000 + b"\r\n"),
    "a header without end": (OK + b"X: ", b"z" * 10_000),
    "chunks without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 20),
    "a chunk's head without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 10_000),
    "a chunk of less than nothing": (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n", b""),
    "trailers without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"T: x\r\n" * 100),
    "less than it told": (OK + b"Content-Length: 100\r\n\r\nx", b""),
    "a length below nothing": (OK + b"Content-Length: -1\r\n\r\nx", b""),
    "two lengths": (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", b""),
    "a length of many digits": (OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\nx", b""),
    "another protocol instead": (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", b"x" * 10_000),
    "a header within an address": (AWAY + b"/x\rX-Y: z\r\n\r\n", b""),
    "half an address": (AWAY + b"http://[::1\r\n\r\n", b""),
    "an address with a zone": (AWAY + b"http://[fe80::1%25lo]/\r\n\r\n", b""),
    "an address with a name and a password": (AWAY + b"http://ann:secret@127.0.0.1/\r\n\r\n", b""),
    "a port that is none": (AWAY + b"http://127.0.0.1:99999/\r\n\r\n", b""),
    "letters that no name has": (AWAY + b"http://a\xe2\x84\x80\x01.invalid/\r\n\r\n", b""),
    "a name that is too long": (AWAY + b"http://" + b"a" * 70 + b"/\r\n\r\n", b""),
}


@pytest.mark.parametrize("said", HOSTILE)
async def test_a_site_that_speaks_nonsense_is_left(said, monkeypatch):
    monkeypatch.setattr(web, "WITHIN", 0.5)
    first, again = HOSTILE[said]

    async def talk(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            while again:
                writer.write(again)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    began = time.monotonic()
    async with server:
        assert await why_not(Web(lambda _address: True).fetch(f"http://127.0.0.1:{port}/", HTML))
    assert time.monotonic() - began < 2


async def test_errors_and_closed_doors_are_told(site, fetch):
    assert "404" in await why_not(fetch(site.url + "/nowhere", HTML))
    assert await why_not(fetch("http://127.0.0.1:1/", HTML))
    assert await why_not(fetch("http://no-such-host.invalid/", HTML))


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://Example.com", "https://example.com/"),
        ("http://example.com:80/a#b", "http://example.com/a"),
        ("https://example.com:8443/?q=a b", "https://example.com:8443/?q=a%20b"),
        ("https://bücher.example/käse", "https://xn--bcher-kva.example/k%C3%A4se"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("https://example.com/%C3%A4?x=%20", "https://example.com/%C3%A4?x=%20"),
    ],
)
def test_addresses_are_written_in_one_way(url, normal):
    assert normalise(url) == normal


@pytest.mark.parametrize(
    "url", ["", "example.com", "javascript:alert(1)", "http://ann:secret@example.com/", "x" * 3_000]
)
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(Unreachable):
        normalise(url)
