"""Several use at once, through several doors, what only one of them can have."""

import contextlib
import re
import threading
from collections.abc import Callable

import pytest

from tests.gateways.calling import Program
from tests.gateways.talking import Liner, Talker
from tests.pace import PATIENCE
from tests.running import Server

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("round_", range(3))
def test_an_invite_for_one_lets_in_one_of_three_who_use_it_at_three_doors(
    serve: Callable[..., Server], leaving: contextlib.ExitStack, round_: int
) -> None:
    server = serve("--no-limits")
    link = server.doors["owner"].rpartition("/")[2]
    owner = Program(server)
    owner.token = owner.post("/api/sessions", name="olga", password=PASSWORD, link=link).json["token"]
    secret = owner.post("/api/links", role="member", uses=1).json["secret"]
    talker, liner = (leaving.enter_context(contextlib.closing(kind(server))) for kind in (Talker, Liner))
    liner.enter("lin")
    liner.say(f"/register {secret}")
    liner.hear("A new password")
    liner.say(PASSWORD)
    liner.hear("The same again")
    together, won = threading.Barrier(3), []

    def by_line() -> bool:
        liner.say(PASSWORD)
        liner.socket.settimeout(PATIENCE)
        while (said := re.search("is registered now|The link is unknown", liner.text)) is None:
            liner.text += liner.socket.recv(65_536).decode()
        return said[0] == "is registered now"

    def by_websocket() -> bool:
        return bool(talker.hello("wes", password=PASSWORD, link=secret)["op"] == "welcome")

    def by_api() -> bool:
        return Program(server).post("/api/sessions", name="pat", password=PASSWORD, link=secret).status == 201

    def use(name: str, way: Callable[[], bool]) -> None:
        together.wait(10)
        if way():
            won.append(name)

    threads = [
        threading.Thread(target=use, args=way) for way in (("lin", by_line), ("wes", by_websocket), ("pat", by_api))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    registered = [each["name"] for each in owner.get("/api/accounts").json["accounts"] if each["registered"]]
    assert len(won) == 1
    assert sorted(registered) == sorted(["olga", *won])
