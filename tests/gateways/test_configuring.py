"""Settings changed over HTTP hold at every door at once, and after a restart."""

import contextlib

from tests.gateways.calling import Program
from tests.gateways.talking import Liner, Talker, a_name
from tests.running import running

PASSWORD = "correct horse battery"


def let_in(server):
    """Which doors let a guest in."""
    found = set()
    with contextlib.closing(Talker(server)) as talker:
        if talker.hello(a_name()).get("op") == "welcome":
            found.add("websocket")
    if Program(server).post("/api/sessions", name=a_name()).status == 201:
        found.add("http")
    with contextlib.closing(Liner(server)) as liner:
        liner.say(a_name())
        liner.say("quit")
        if "Hello " in liner.ended():
            found.add("line")
    return found


def test_what_an_admin_says_of_guests_holds_at_every_door_and_after_a_restart(tmp_path):
    config = tmp_path / "mine.toml"
    config.write_text("[limits]\nmember_rate = 4.0\n")
    with running(tmp_path / "data", "--config", str(config)) as server:
        olga = Program(server)
        link = server.doors["owner"].rpartition("/")[2]
        olga.token = olga.post("/api/sessions", name="olga", password=PASSWORD, link=link).json["token"]
        assert let_in(server) == {"websocket", "http", "line"}
        assert olga.put("/api/settings/guests", value="none").status == 200
        assert let_in(server) == set()
        assert olga.put("/api/settings/member_rate", value=5).json["error"]["message"] == (
            "member_rate is set in mine.toml; change it there."
        )
        assert olga.put("/api/settings/port", value=1).status == 404
        server.stop()
        server.start()
        assert let_in(server) == set()
        told = {each["name"]: each for each in olga.get("/api/settings").json["settings"]}
        assert (told["guests"]["value"], told["member_rate"]["locked"]) == ("none", "mine.toml")
        assert olga.delete("/api/settings/guests").status == 200
        assert let_in(server) == {"websocket", "http", "line"}
        figures = olga.get("/api/figures").json
        assert (figures["accounts"], figures["memory"] > 10_000_000, figures["store"] > 0) == (1, True, True)
