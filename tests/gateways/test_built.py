"""The page is handed out as it was built: cached as its name allows, packed where it helps, and careful."""

import gzip
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from klatch.gateways.http.built import BuiltPage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "sw.js").write_text("0", encoding="utf-8")
    (tmp_path / "assets" / "index-a1b2c3.js").write_text("0;" * 2_000, encoding="utf-8")
    return tmp_path


async def ask(folder, path, method="GET", **headers):
    told = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        told.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    await BuiltPage(PlainTextResponse("the rest"), folder)(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], answered, b"".join(message.get("body", b"") for message in told[1:])


async def test_the_page_is_at_the_root(folder):
    status, headers, body = await ask(folder, "/")
    assert (status, headers["content-type"], body) == (200, "text/html; charset=utf-8", b"<!doctype html>")


async def test_the_start_is_asked_for_anew_each_time(folder):
    assert (await ask(folder, "/"))[1]["cache-control"] == "no-cache"


async def test_the_service_worker_is_asked_for_anew_too(folder):
    _, headers, _ = await ask(folder, "/sw.js")
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"].startswith("text/javascript")


async def test_what_has_its_hash_in_its_name_is_kept_for_ever(folder):
    assert "immutable" in (await ask(folder, "/assets/index-a1b2c3.js"))[1]["cache-control"]


async def test_who_can_unpack_gets_it_packed(folder):
    _, headers, body = await ask(folder, "/assets/index-a1b2c3.js", accept_encoding="gzip, br")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == b"0;" * 2_000


async def test_who_has_it_already_is_told_so(folder):
    tag = (await ask(folder, "/"))[1]["etag"]
    assert (await ask(folder, "/", if_none_match=tag))[0] == 304


async def test_no_script_may_run_but_the_pages_own(folder):
    policy = (await ask(folder, "/"))[1]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/healthz", "/../secrets", "/assets/../../x", "/index.html/", "/assets"])
async def test_other_paths_are_passed_on(folder, path):
    assert (await ask(folder, path))[2] == b"the rest"


async def test_other_methods_are_passed_on(folder):
    assert (await ask(folder, "/", "POST"))[2] == b"the rest"


async def test_where_no_page_was_built_all_is_passed_on(tmp_path):
    assert (await ask(tmp_path, "/"))[2] == b"the rest"


async def test_a_page_that_is_built_anew_meanwhile_is_asked_for_again(folder):
    app = BuiltPage(PlainTextResponse("the rest"), folder)
    (folder / "index.html").unlink()
    told = []

    async def send(message):
        told.append(message)

    await app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send)
    assert told[0]["status"] == 503


@pytest.mark.parametrize("kind", ["i", "owner", "reset"])
async def test_a_link_that_was_sent_to_somebody_opens_the_page(folder, kind):
    assert (await ask(folder, f"/{kind}/bGluay1tYWRlLWF0LXJhbmRvbQ"))[2] == b"<!doctype html>"


@pytest.mark.parametrize(
    "path", ["/i/short", "/i/", "/x/bGluay1tYWRlLWF0LXJhbmRvbQ", "/i/bGluay1tYWRlLWF0LXJhbmRvbQ/x"]
)
async def test_what_only_resembles_a_link_is_passed_on(folder, path):
    assert (await ask(folder, path))[2] == b"the rest"
