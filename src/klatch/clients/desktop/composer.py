"""Where one writes: Enter sends, Shift+Enter breaks the line, Up edits, Tab completes; and says to whom it goes."""

import tkinter
from typing import Any, Final, Protocol

import msgspec
import ttkbootstrap as ttk

from klatch.clients.desktop.attachments import Attachments
from klatch.clients.desktop.bare import Frame, Label, Text
from klatch.clients.desktop.completion import Offer, complete, find_spelled, private_to
from klatch.clients.desktop.offers import Offers
from klatch.clients.desktop.scene import Scene
from klatch.clients.desktop.style import Style

_LINES_MOST: Final = 8
_QUIT: Final = "quit"


class Sending(Protocol):
    """What becomes of what is written."""

    def say(self, text: str) -> None:
        """Does what was typed."""

    def reply_with(self, seq: int, text: str) -> None:
        """Answers a message."""

    def change_to(self, seq: int, text: str) -> None:
        """Changes a message."""

    def edit_last(self) -> None:
        """Wants to change what was written last."""

    def typing(self) -> None:
        """Something is being written."""

    def leave(self) -> None:
        """Wants to leave."""

    def dismiss(self) -> None:
        """Escape was pressed where there was nothing to give up."""

    def attach(self) -> None:
        """Wants to send files."""

    def paste_picture(self) -> bool:
        """Wants to send the picture on the clipboard; says whether there is one."""

    def detach(self, number: int) -> None:
        """Gives up a file that was to be sent."""

    def send_files(self, text: str, reply_to: int | None) -> None:
        """Says something, with the files that are ready."""


class Aim(msgspec.Struct, frozen=True):
    """What the text is for: to answer or to change message `seq`; `words` say so, `text` is what stood there. A message
    with files may be left without words."""

    kind: str
    seq: int
    words: str
    text: str = ""
    may_be_empty: bool = False


class Composer(Frame):
    """The input field with a line above it that says what Enter will do."""

    def __init__(self, parent: tkinter.Misc, style: Style, sending: Sending) -> None:
        super().__init__(parent)
        self._style = style
        self._sending = sending
        self._aim: Aim | None = None
        self._asks_to_quit = False
        self._scene: Scene | None = None
        self._drafts: dict[str, str] = {}
        self._room = ""
        self._place = "Write a message"
        self.hint = Label(self, anchor="w")
        self._give_up = Label(self, text="Cancel", cursor="hand2")
        self._give_up.bind("<Button-1>", lambda _: self._escape())
        self._box = Frame(self, highlightthickness=1)
        self.text = Text(
            self._box, height=1, wrap="word", borderwidth=0, highlightthickness=0, undo=True, maxundo=200,
            font=style.text, width=20,
        )  # fmt: skip
        self._send = ttk.Button(self._box, text="Send", command=self.send_text, bootstyle="primary", takefocus=False)
        self._attach = ttk.Button(self._box, text="File", command=sending.attach, bootstyle="light", takefocus=False)
        self.attachments = Attachments(self, style, sending.detach)
        self._hurries = False
        """Whether one wanted to send what waits for its files."""
        self._placeholder = Label(self.text, cursor="xterm", anchor="w")
        self._placeholder.bind("<Button-1>", lambda _: self.text.focus_set())
        self._box.pack(side="bottom", fill="x")
        self.attachments.pack(side="bottom", fill="x")
        self.offers = Offers(parent, style, self._box, self._accept)
        self._bind()
        style.watch(self._dress)
        self._arrange()

    # What others set.

    def show(self, scene: Scene) -> None:
        """Takes note of where one writes, and who is there."""
        self._scene = scene
        room = scene.open.state if scene.open is not None else None
        key = room.id if room is not None else ""
        if key != self._room:
            if self._room:
                self._drafts[self._room] = self.get()
            self._room = key
            self._aim = None
            self._asks_to_quit = False
            self.put(self._drafts.pop(key, ""))
        here = [each for each in scene.transfers if each.up and each.room == key]
        self._hurries = self._hurries and any(not each.ready for each in here)
        self.attachments.show(here)
        self._place = f"Write to {room.name}" if room is not None else "Write a message"
        self._arrange()

    def aim(self, aim: Aim) -> None:
        """Says what the text is for."""
        self._aim = aim
        self._asks_to_quit = False
        if aim.text:
            self.put(aim.text)
        self._arrange()
        self.text.focus_set()

    def get(self) -> str:
        """What stands there."""
        return self.text.get("1.0", "end-1c")

    def put(self, text: str) -> None:
        """Puts a text in place of what stands there."""
        self.text.delete("1.0", "end")
        self.text.insert("1.0", text)
        self.text.edit_reset()
        self.text.mark_set("insert", "end")
        self._changed()

    def add(self, text: str) -> None:
        """Writes on."""
        self.text.focus_set()
        if text:
            self.text.insert("insert", text)
            self._changed()

    def send_text(self) -> None:
        """Does what stands there."""
        text = self.get()
        files = [each for each in (self._scene.transfers if self._scene else []) if each.up and each.room == self._room]
        if files and (self._aim is None or self._aim.kind == "reply") and not text.startswith("/"):
            self._send_files(text, ready=all(each.ready for each in files))
            return
        if not text.strip() and (self._aim is None or not self._aim.may_be_empty):
            return
        if self._asks_to_quit:
            self._sending.leave()
            return
        aim = self._aim
        if aim is None and text.strip().casefold() == _QUIT:
            self._asks_to_quit = True
            self._arrange()
            return
        self._aim = None
        self.offers.hide()
        self.put("")
        if aim is None:
            self._sending.say(text)
        elif aim.kind == "reply":
            self._sending.reply_with(aim.seq, text)
        elif text != aim.text:
            self._sending.change_to(aim.seq, text if text.strip() else "")
        self._arrange()

    def _send_files(self, text: str, *, ready: bool) -> None:
        self._hurries = not ready
        if ready:
            reply_to = self._aim.seq if self._aim is not None else None
            self._aim = None
            self.offers.hide()
            self.put("")
            self._sending.send_files(text, reply_to)
        self._arrange()

    @property
    def says(self) -> str:
        """The line above the field, or nothing."""
        return str(self.hint.cget("text")) if self.hint.winfo_manager() else ""

    # Keys.

    def _bind(self) -> None:
        text = self.text
        text.bind("<Return>", lambda _: self._enter())
        text.bind("<KP_Enter>", lambda _: self._enter())
        text.bind("<Shift-Return>", lambda _: self._break_line())
        text.bind("<Control-Return>", lambda _: self._break_line())
        text.bind("<Up>", self._up)
        text.bind("<Down>", lambda _: "break" if self.offers.move(1) else None)
        text.bind("<Tab>", lambda _: self._tab())
        text.bind("<Shift-Tab>", lambda _: self._leave_field(-1))
        text.bind("<Escape>", lambda _: self._escape())
        text.bind("<KeyRelease>", self._released)
        text.bind("<<Paste>>", lambda _: self._paste())
        text.bind("<<Modified>>", lambda _: self._modified())
        text.bind("<FocusIn>", lambda _: self._dress())
        text.bind("<FocusOut>", lambda _: self._left())
        text.bind("<Configure>", lambda _: self._grow())

    def _paste(self) -> str | None:
        """Words as usual; a picture, where there are no words, becomes a file."""
        try:
            self.clipboard_get()
        except tkinter.TclError:
            return "break" if self._sending.paste_picture() else None
        return None

    def _left(self) -> None:
        self._dress()
        self.after(150, self.offers.hide)  # a click on an offer comes first

    def _enter(self) -> str:
        if not self.offers.take(first=False):
            self.send_text()
        return "break"

    def _break_line(self) -> str:
        self.text.insert("insert", "\n")
        self.text.see("insert")
        return "break"

    def _up(self, _event: object) -> str | None:
        if self.offers.move(-1):
            return "break"
        if not self.get() and self._aim is None:
            self._sending.edit_last()
            return "break"
        return None

    def _tab(self) -> str:
        return "break" if self.offers.take(first=True) else self._leave_field(1)

    def _leave_field(self, by: int) -> str:
        following = self.text.tk_focusNext() if by > 0 else self.text.tk_focusPrev()
        if following is not None:
            following.focus_set()
        return "break"

    def _escape(self) -> str:
        if self.offers.all:
            self.offers.hide()
        elif self._asks_to_quit:
            self._asks_to_quit = False
            self.put("")
        elif self._aim is not None:
            was_edit = self._aim.kind == "edit"
            self._aim = None
            if was_edit:
                self.put("")
        else:
            self._sending.dismiss()
        self._arrange()
        return "break"

    def _released(self, event: "tkinter.Event[Any]") -> None:
        if event.keysym in ("Escape", "Up", "Down", "Return", "Tab", "Shift_L", "Shift_R"):
            return
        if event.char == ":":
            self._spell_emoji()
        self._offer()

    def _spell_emoji(self) -> None:
        """Puts an emoji in place of its word between colons, once the second one is typed."""
        before = self.text.get("insert linestart", "insert")
        if (found := find_spelled(before)) is not None:
            words, emoji = found
            self.text.delete(f"insert - {len(words)} chars", "insert")
            self.text.insert("insert", emoji)

    def _modified(self) -> None:
        if self.text.edit_modified():
            self.text.edit_modified(False)
            self._changed()

    def _changed(self) -> None:
        if self._asks_to_quit and self.get().strip().casefold() != _QUIT:
            self._asks_to_quit = False
        text = self.get()
        if text.strip() and not text.startswith("/") and self.focus_get() is self.text:
            self._sending.typing()
        self._grow()
        self._arrange()

    # Completion.

    def _offer(self) -> None:
        scene = self._scene
        if scene is None:
            return
        people = {person.id: person for person in (scene.open.people if scene.open else [])}
        known = (people | {who: person for who, person in scene.people.items() if who != scene.me.id}).values()
        others = [person for person in known if person.id != scene.me.id]
        offers = complete(self.text.get("1.0", "insert"), others, scene.rooms)
        if len(offers) == 1 and self.text.get("1.0", "insert").endswith(offers[0].text.strip()):
            offers = []
        self.offers.show(offers)

    def _accept(self, offer: Offer) -> None:
        before = self.text.get("1.0", "insert")
        self.text.delete(f"1.0 + {offer.start} chars", "insert")
        self.text.insert(f"1.0 + {min(offer.start, len(before))} chars", offer.text)
        self.offers.hide()
        self.text.focus_set()
        self._changed()

    # Looks.

    def _arrange(self) -> None:
        """The line above the field, and the words in an empty one."""
        words, loud, cancel = self._words()
        if words:
            palette = self._style.palette
            self.hint.configure(text=words, foreground=palette.accent if loud else palette.soft)
            self.hint.pack(side="left", fill="x", expand=True, padx=(self._style.px(4), 0), pady=(0, self._style.px(4)))
        else:
            self.hint.pack_forget()
        if words and cancel:
            self._give_up.pack(side="right", padx=self._style.px(4), pady=(0, self._style.px(4)))
        else:
            self._give_up.pack_forget()
        self._send.configure(text="Save" if self._aim is not None and self._aim.kind == "edit" else "Send")
        if self.get():
            self._placeholder.place_forget()
        else:
            self._placeholder.configure(text=self._place)
            self._placeholder.place(x=0, y=0)

    def _words(self) -> tuple[str, bool, bool]:
        """What is said above the field, whether loudly, and whether it can be given up."""
        text = self.get()
        if self._asks_to_quit:
            return "Leave Klatch? Enter leaves, Escape stays.", True, True
        if self._hurries:
            return "The files are still on their way. Press Enter again when they are there.", True, False
        if self._aim is not None:
            return self._aim.words, False, True
        if len(text) > 15_500:
            return f"{len(text):,} of 16,000 characters", len(text) > 16_000, False
        if (name := private_to(text)) is not None:
            scene = self._scene
            if scene is not None and any(each.name.casefold() == name.casefold() for each in scene.people.values()):
                return f"To {name} alone. Nobody else in the room will see it.", True, False
            return f"To {name} alone, if there is anybody by that name.", True, False
        return "", False, False

    def _grow(self) -> None:
        """As high as what is written, up to some lines."""
        counted = self.text.count("1.0", "end", "displaylines") if self.text.winfo_width() > 1 else None
        lines = (counted[0] if isinstance(counted, tuple) else counted) or 1
        wanted = max(1, min(_LINES_MOST, int(lines)))
        if int(self.text.cget("height")) != wanted:
            self.text.configure(height=wanted)
            self.text.see("insert")

    def _dress(self) -> None:
        style, palette, px = self._style, self._style.palette, self._style.px
        focused = self.focus_get() is self.text
        edge = palette.accent if focused else palette.line
        self.configure(background=palette.ground)
        self._box.configure(background=palette.raised, highlightbackground=edge, highlightcolor=edge)
        lead = style.leading(style.text, style.tokens.text.line)
        self.text.configure(
            background=palette.raised, foreground=palette.ink, insertbackground=palette.accent,
            insertwidth=px(2), selectbackground=palette.accent, selectforeground=palette.on_accent,
            spacing1=lead // 2, spacing2=lead, spacing3=lead - lead // 2,
        )  # fmt: skip
        self.text.pack(side="left", fill="x", expand=True, padx=px(12), pady=px(8))
        self._send.pack(side="right", anchor="s", padx=px(8), pady=px(6))
        self._attach.pack(side="right", anchor="s", pady=px(6))
        self.attachments.dress()
        self._placeholder.configure(
            background=palette.raised, foreground=palette.soft, font=style.text, pady=lead // 2, padx=0
        )
        self.hint.configure(background=palette.ground, font=style.meta)
        self._give_up.configure(background=palette.ground, foreground=palette.accent, font=style.meta)
        self.offers.dress()
        self._arrange()
