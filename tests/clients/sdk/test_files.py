"""Files through the SDK: whole, once, over networks that break off, and as guests without a token."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from klatch.clients.sdk import Client, Refused
from klatch.core.commands import ListFiles
from tests.clients.proxy import Proxy
from tests.gateways.talking import a_name
from tests.gateways.uploading import picture
from tests.running import Server, running

LARGE = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all that leave it as it is."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(LARGE)
    return path


async def test_a_file_is_sent_up_over_a_network_that_breaks_off_and_fetched_likewise(house, large, tmp_path):
    told: list[tuple[int, int]] = []
    cuts = [300_000, 1_200_000, 2_600_000]
    loop = asyncio.get_running_loop()
    async with Proxy(house.port) as proxy, Client(proxy.url, name=a_name()) as ann:

        def notice(came: int, size: int) -> None:
            told.append((came, size))
            if cuts and came > cuts[0]:
                cuts.pop(0)
                loop.call_soon_threadsafe(proxy.cut)

        file = await ann.upload(large, progress=notice)
        assert (file.name, file.size) == ("large.bin", len(LARGE))
        await ann.send("#lobby", "Here", files=[file])
        cuts += [500_000, 2_000_000]
        async with Client(house.url, name=a_name()) as bob:
            found = (await bob.ask(ListFiles(room="#lobby"))).files[0].file
            assert found == file
        await ann.download(file, tmp_path / "back.bin", progress=notice)
    assert (tmp_path / "back.bin").read_bytes() == LARGE
    assert not (tmp_path / "back.bin.part").exists()
    assert (told[-1], cuts) == ((len(LARGE), len(LARGE)), [])


async def test_an_upload_goes_on_after_the_server_was_killed(unlimited, large):
    async with Client(unlimited.url, name="ann", secret="a secret of ann that lasts") as ann:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()
        upload = asyncio.ensure_future(  # noqa: TID251 - awaited below
            ann.upload(large, progress=lambda *_: loop.call_soon_threadsafe(begun.set))
        )
        await begun.wait()
        await asyncio.to_thread(unlimited.kill)
        await asyncio.to_thread(unlimited.start)
        file = await upload
        assert await ann.files.content(file) == LARGE


async def test_a_guest_sees_a_preview_and_a_stranger_does_not(house):
    async with Client(house.url, name=a_name()) as ann, Client(house.url, name="bob") as bob:
        file = await ann.upload(picture("PNG"), name="cups.png")
        assert (file.width, file.height, file.preview) == (64, 48, True)
        with pytest.raises(Refused, match="no such file"):
            await bob.preview(file)
        await ann.send("@bob", "", files=[file])
        assert (await bob.preview(file)).startswith(b"RIFF")
        async with Client(house.url, name="carl") as carl:
            with pytest.raises(Refused, match="no such file"):
                await carl.preview(file)


async def test_an_upload_that_nobody_waits_for_ends(house, large):
    async with Proxy(house.port) as proxy, Client(proxy.url, name=a_name()) as ann:
        await ann.online()
        proxy.deaf = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ann.upload(large), 0.2)
