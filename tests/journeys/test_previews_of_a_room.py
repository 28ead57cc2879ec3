"""Whether a room shows what links lead to: said at every door, told in plain words, kept in backups."""

from pathlib import Path

from tests.gateways.calling import Program, room_path, signed_in
from tests.gateways.talking import Liner, Talker
from tests.running import klatch, running


def rule_of(program: Program, room: str) -> object:
    told = program.get(room_path(room)).json
    return told.get("room", told).get("rules", {}).get("previews")


def test_a_room_keeps_its_rule_at_every_door_and_in_a_backup(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-limits", "--transcripts", str(tmp_path / "told")) as house:
        ann = signed_in(house, "ann")
        ann.post("/api/rooms", name="#tea")
        assert ann.patch(room_path("#tea"), previews="on").status == 200
        eve = Talker(house)
        eve.hello("eve")
        eve.do("create", name="beans")
        assert eve.do("set_room", room="#beans", previews="off")["op"] == "ack"
        eve.close()
        bob = Liner(house)
        bob.enter("bob")
        bob.say("/create cups")
        bob.hear("#cups")
        bob.say("/previews off")
        bob.hear("links are shown as they are")
        bob.say("/previews maybe")
        assert "default" in bob.hear("one of on, off")
        bob.close()
        made = klatch("backup", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "data"))
        assert made.returncode == 0, made.stderr
    assert any("links are shown as they are" in path.read_text() for path in (tmp_path / "told").rglob("*.txt"))
    restored = klatch("restore", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "new"))
    assert restored.returncode == 0, restored.stderr
    with running(tmp_path / "new", "--no-limits") as house:
        cyd = signed_in(house, "cyd")
        assert [rule_of(cyd, room) for room in ("#tea", "#cups", "#beans")] == ["on", "off", "off"]
