"""The bar at the bottom: how the connection is, who types, who one is."""

import tkinter
from typing import Final

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.scene import Scene
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
        self.me = Label(self, anchor="e")
        style.watch(self._dress)

    def show(self, scene: Scene) -> None:
        """Draws what a scene says of these."""
        before = self._scene
        if before is not None and (before.state, before.waiting, before.me, before.open and before.open.typists) == (
            scene.state, scene.waiting, scene.me, scene.open and scene.open.typists
        ):  # fmt: skip
            return
        self._scene = scene
        self._dress()

    def _dress(self) -> None:
        style, palette, px = self._style, self._style.palette, self._style.px
        self.configure(background=palette.sunken)
        for label in (self._dot, self.connection, self.typing, self.me):
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
        self.typing.configure(text=spell_typists(scene.open.typists) if scene.open is not None else "")
        me = scene.me
        self.me.configure(text=in_one_line(me.display_name) + (f"  {in_one_line(me.status)}" if me.status else ""))
        self._dot.pack(side="left", padx=(px(16), px(8)), pady=px(6))
        self.connection.pack(side="left")
        self.me.pack(side="right", padx=(px(8), px(16)))
        self.typing.pack(side="left", padx=(px(16), 0))


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
