"""The bar at the bottom: how the connection is, who types or else what the room is about, who one is."""

import tkinter
from collections.abc import Sequence
from typing import Final

from klatch.clients.desktop.attachments import spell_progress
from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.rowlist import shorten
from klatch.clients.desktop.scene import Scene, Transfer
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.clients.sdk import State

_NAMES_MOST: Final = 3


class StatusBar(Frame):
    """One calm line."""

    def __init__(self, parent: tkinter.Misc, style: Style, pictures: Pictures) -> None:
        super().__init__(parent)
        self._style = style
        self._pictures = pictures
        self._scene: Scene | None = None
        self._dot = Label(self)
        self.connection = Label(self, anchor="w")
        self.typing = Label(self, anchor="w")
        self.topic = Label(self, anchor="w")
        self.me = Label(self, anchor="e")
        self.bind("<Configure>", lambda _: self._write_topic())
        style.watch(self._dress)

    def show(self, scene: Scene) -> None:
        """Draws what a scene says of these."""
        before = self._scene
        self._scene = scene
        if before is None or _shown(before) != _shown(scene):
            self._dress()

    def _dress(self) -> None:
        style, palette, px = self._style, self._style.palette, self._style.px
        self.configure(background=palette.sunken)
        for label in (self._dot, self.connection, self.typing, self.topic, self.me):
            label.configure(background=palette.sunken, foreground=palette.soft, font=style.meta)
        if (scene := self._scene) is None:
            return
        online = scene.state.name == "online"
        colour = palette.good if online else palette.warning
        self._dot.configure(
            image=self._pictures.dot(px(8), colour, palette.sunken, "online" if online else "offline")
        )  # fmt: skip
        self.connection.configure(
            text=spell_state(scene.state, scene.waiting), foreground=palette.soft if online else palette.ink
        )  # fmt: skip
        room = scene.open
        self.topic.configure(text="")
        self.typing.configure(text=spell_typists(room.typists) if room is not None else "")
        self.me.configure(text=spell_me(scene))
        self._dot.pack(side="left", padx=(px(16), px(8)), pady=px(6))
        self.connection.pack(side="left")
        self.me.pack(side="right", padx=(px(8), px(16)))
        self.typing.pack(side="left", padx=(px(16), 0))
        self.topic.pack(side="left", padx=(px(16), 0))
        self._write_topic()

    def _write_topic(self) -> None:
        """As much of it as there is room for between the others."""
        room = self._scene.open if self._scene is not None else None
        topic = in_one_line(room.topic) if room is not None and not room.typists else ""
        topic = spell_downloads(self._scene.transfers) or topic if self._scene is not None else ""
        px, others = self._style.px, (self.connection, self.typing, self.me)
        left = self.winfo_width() - sum(each.winfo_reqwidth() for each in others) - px(96)
        self.topic.configure(text=shorten(topic, self._style.meta, left) if left > px(60) else "")


def _shown(scene: Scene) -> tuple[object, ...]:
    room = scene.open
    talk = (room.typists, room.topic) if room is not None else ()
    return (scene.state, scene.waiting, scene.me, scene.quiet_until, spell_downloads(scene.transfers), *talk)


def spell_downloads(transfers: Sequence[Transfer]) -> str:
    """What is being fetched, and how far it is."""
    return ", ".join(f"Fetching {in_one_line(each.name)} {spell_progress(each)}" for each in transfers if not each.up)


def spell_me(scene: Scene) -> str:
    """Who one is, how, and whether nothing is to disturb one."""
    words = [in_one_line(scene.me.display_name), in_one_line(scene.me.status)]
    if scene.quiet_until is not None:
        words.append("Do not disturb")
    return "  ·  ".join(word for word in words if word)


def spell_state(state: State, waiting: int) -> str:
    """How the connection is, and what becomes of what is written meanwhile."""
    unsent = "" if not waiting else " 1 message waits." if waiting == 1 else f" {waiting} messages wait."
    match state.name:
        case "online":
            return f"Connected.{unsent}" if unsent else "Connected"
        case "connecting":
            return f"Connecting…{unsent}"
        case "offline":
            return f"Offline. What you write will be sent when you are back.{unsent}"
        case "closed":
            return f"Disconnected. {state.reason}"


def spell_typists(names: list[str]) -> str:
    """`ann types …`."""
    names = [in_one_line(name) for name in names]
    match len(names):
        case 0:
            return ""
        case 1:
            return f"{names[0]} is typing…"
        case count if count <= _NAMES_MOST:
            return f"{', '.join(names[:-1])} and {names[-1]} are typing…"
        case _:
            return "Several people are typing…"
