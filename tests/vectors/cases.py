"""Reads the vectors, and makes of a case the bytes that go over the wire."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Case = dict[str, Any]


def read(file: str, group: str = "cases") -> list[Case]:
    """The cases of one group of a file."""
    cases: list[Case] = json.loads((HERE / file).read_text("utf-8"))[group]
    return cases


def named(case: Case) -> str:
    """What pytest calls a case."""
    return str(case["name"])


def spell(frame: Any) -> bytes:
    """A frame as JSON without blanks."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


def wire(case: Case) -> bytes:
    """The message of a refused case, filled."""
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    frame = case["frame"]
    message = frame.encode() if isinstance(frame, str) else spell(frame)
    fill = case.get("fill", {"of": "", "times": 0})
    return message.replace(b"FILL", (fill["of"] * fill["times"]).encode())
