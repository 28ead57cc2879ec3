"""A list that draws only the rows one sees, for rooms and for people, with keys for everything a mouse can do."""

import tkinter
from collections.abc import Callable
from typing import Any, Final

import msgspec
import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Canvas
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.style import Style, mix

_ROW: Final = 32
_HEADING: Final = 36
_EDGE: Final = 16


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or with an empty key a heading. `dot` is a presence; `count` a number at the end, `loud` if it matters."""

    key: str
    text: str
    note: str = ""
    dot: str | None = None
    count: str = ""
    loud: bool = False
    strong: bool = False
    soft: bool = False
    hue: int | None = None


class RowList(Canvas):
    """`choose` is told the key of a row that was clicked or entered, `menu` of one whose menu is wanted."""

    def __init__(
        self,
        parent: tkinter.Misc,
        style: Style,
        pictures: Pictures,
        choose: Callable[[str], None],
        menu: Callable[[str, int, int], None] | None = None,
    ) -> None:
        super().__init__(parent, highlightthickness=0, borderwidth=0, takefocus=1, width=style.px(200))
        self.rows: list[Row] = []
        self.chosen = ""
        """The key of the row that is shown as chosen."""
        self._style = style
        self._pictures = pictures
        self._choose = choose
        self._menu = menu
        self._boxes: list[tuple[int, int]] = []
        """Top and bottom of each row, as if all were drawn."""
        self._height = 0
        self._offset = 0
        self._near = ""
        """The key under the mouse."""
        self._at = ""
        """The key that the keyboard is at."""
        self._scrollbar: ttk.Scrollbar | None = None
        notch = 4 if style.windowing == "aqua" else 120  # what a wheel tells of one step
        for event, action in (
            ("<Configure>", lambda _: self._arrange()),
            ("<Button-1>", self._press),
            ("<Motion>", lambda event: self._hover(self._key_at(event.y))),
            ("<Leave>", lambda _: self._hover("")),
            ("<MouseWheel>", lambda event: self.scroll(-event.delta / notch * _ROW * 2)),
            ("<Button-4>", lambda _: self.scroll(-_ROW * 2)),
            ("<Button-5>", lambda _: self.scroll(_ROW * 2)),
            *((button, self._press_menu) for button in style.menu_buttons),
            ("<Up>", lambda _: self._go(-1)),
            ("<Down>", lambda _: self._go(1)),
            ("<Prior>", lambda _: self._go(-10)),
            ("<Next>", lambda _: self._go(10)),
            ("<Home>", lambda _: self._go(-len(self.rows))),
            ("<End>", lambda _: self._go(len(self.rows))),
            ("<Return>", lambda _: self._enter()),
            ("<space>", lambda _: self._enter()),
            ("<FocusIn>", lambda _: self._focused()),
            ("<FocusOut>", lambda _: self._draw()),
            ("<Menu>", lambda _: self._key_menu()),
            ("<Shift-F10>", lambda _: self._key_menu()),
            ("<Destroy>", lambda _: style.forget(self._arrange)),
        ):
            self.bind(event, action)
        style.watch(self._arrange)

    def show(self, rows: list[Row], chosen: str = "") -> None:
        """Shows other rows. Where one is in the list is kept."""
        if rows == self.rows and chosen == self.chosen:
            return
        moved = chosen != self.chosen
        self.rows, self.chosen = rows, chosen
        if not any(row.key == self._at for row in rows):
            self._at = chosen
        self._arrange()
        if moved:
            self._at = chosen
            self._reveal(chosen)

    def scrolled_by(self, scrollbar: ttk.Scrollbar) -> None:
        """Takes a scrollbar."""
        self._scrollbar = scrollbar
        scrollbar.configure(command=self._drag)
        self._draw()

    def scroll(self, pixels: float) -> None:
        """Moves by some pixels of the design."""
        self._offset += self._style.px(pixels)
        self._draw()

    def box_of(self, key: str) -> tuple[int, int] | None:
        """Top and bottom of a row, as it is drawn now."""
        for row, (top, bottom) in zip(self.rows, self._boxes, strict=True):
            if row.key == key:
                return top - self._offset, bottom - self._offset
        return None

    def _arrange(self) -> None:
        """Works out where each row begins."""
        line = self._style.text.metrics("linespace")
        row_height = max(self._style.px(_ROW), line + self._style.px(8))
        heading = max(self._style.px(_HEADING), line + self._style.px(12))
        top = self._style.px(4)
        self._boxes = []
        for row in self.rows:
            bottom = top + (row_height if row.key else heading)
            self._boxes.append((top, bottom))
            top = bottom
        self._height = top
        self._draw()

    def _draw(self) -> None:
        palette = self._style.palette
        height = self.winfo_height()
        self._offset = max(0, min(self._offset, self._height + self._style.px(8) - height))
        self.configure(background=palette.sunken)
        self.delete("all")
        for row, (top, bottom) in zip(self.rows, self._boxes, strict=True):
            if bottom >= self._offset and top <= self._offset + height:
                self._draw_row(row, top - self._offset, bottom - self._offset)
        if self._scrollbar is not None:
            total = max(1, self._height + self._style.px(8))
            first, last = self._offset / total, min(1.0, (self._offset + height) / total)
            self._scrollbar.set(first, last)
            if first <= 0 and last >= 1:
                self._scrollbar.place_forget()
            else:
                self._scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")

    def _draw_row(self, row: Row, top: int, bottom: int) -> None:
        px, style, palette = self._style.px, self._style, self._style.palette
        width = self.winfo_width()
        edge = px(_EDGE)
        middle = (top + bottom) // 2
        if not row.key:
            self.create_text(
                edge, bottom - px(6), text=row.text, anchor="sw", font=style.meta_strong, fill=palette.soft
            )
            return
        ground = palette.sunken
        chosen, at = row.key == self.chosen, row.key == self._at and self.focus_get() is self
        if chosen:
            ground = mix(palette.accent, palette.sunken, 0.14)
        elif row.key == self._near:
            ground = mix(palette.ink, palette.sunken, 0.06)
        if ground != palette.sunken or at:
            left, right = px(8), width - px(8)
            self._box(left, top, right, bottom - 1, ground, palette.accent if at else ground)
        text_left, right = edge, width - edge
        if row.dot is not None:
            size = px(10)
            colour = palette.soft if row.dot == "offline" else palette.good
            if row.dot == "away":
                colour = palette.warning
            dot = self._pictures.dot(size, colour, ground, row.dot)
            self.create_image(edge, middle, image=dot, anchor="w")
            text_left += size + px(8)
        if row.count:
            right -= self._draw_count(row, right, middle, ground) + px(8)
        font = style.strong if row.strong else style.text
        fill = palette.soft if row.soft else palette.ink
        name = shorten(row.text, font, right - text_left)
        self.create_text(text_left, middle, text=name, anchor="w", font=font, fill=fill)
        if row.note:
            left = text_left + font.measure(name) + px(8)
            note = shorten(row.note, style.meta, right - left)
            self.create_text(left, middle, text=note, anchor="w", font=style.meta, fill=palette.soft)

    def _box(self, left: int, top: int, right: int, bottom: int, fill: str, outline: str) -> None:
        radius = self._style.px(4)
        points = [
            left + radius, top, right - radius, top, right, top, right, top + radius, right, bottom - radius,
            right, bottom, right - radius, bottom, left + radius, bottom, left, bottom, left, bottom - radius,
            left, top + radius, left, top,
        ]  # fmt: skip
        self.create_polygon(points, smooth=True, fill=fill, outline=outline)

    def _draw_count(self, row: Row, right: int, middle: int, ground: str) -> int:
        style, palette = self._style, self._style.palette
        height = style.meta.metrics("linespace") + style.px(2)
        width = max(height, style.meta_strong.measure(row.count) + style.px(12))
        fill = palette.accent if row.loud else palette.line
        ink = palette.on_accent if row.loud else palette.ink
        pill = self._pictures.pill(width, height, fill, ground)
        self.create_image(right, middle, image=pill, anchor="e")
        self.create_text(right - width / 2, middle, text=row.count, font=style.meta_strong, fill=ink)
        return width

    # Mouse and keys.

    def _key_at(self, y: int) -> str:
        at = y + self._offset
        boxes = zip(self.rows, self._boxes, strict=True)
        return next((row.key for row, (top, bottom) in boxes if top <= at < bottom), "")

    def _hover(self, key: str) -> None:
        if key != self._near:
            self._near = key
            self.configure(cursor="hand2" if key else "")
            self._draw()

    def _press(self, event: "tkinter.Event[Any]") -> None:
        if key := self._key_at(event.y):
            self._at = key
            self._choose(key)

    def _press_menu(self, event: "tkinter.Event[Any]") -> None:
        if (key := self._key_at(event.y)) and self._menu is not None:
            self._at = key
            self._menu(key, event.x_root, event.y_root)

    def _key_menu(self) -> None:
        if self._at and self._menu is not None and (box := self.box_of(self._at)):
            self._menu(self._at, self.winfo_rootx() + self._style.px(24), self.winfo_rooty() + box[1])

    def _go(self, by: int) -> str:
        keys = [row.key for row in self.rows if row.key]
        if keys:
            place = keys.index(self._at) + by if self._at in keys else 0
            self._at = keys[max(0, min(len(keys) - 1, place))]
            self._reveal(self._at)
        return "break"

    def _enter(self) -> str:
        if self._at:
            self._choose(self._at)
        return "break"

    def _focused(self) -> None:
        if not self._at:
            self._at = self.chosen or next((row.key for row in self.rows if row.key), "")
        self._draw()

    def _reveal(self, key: str) -> None:
        if (box := self.box_of(key)) is not None:
            top, bottom = box
            if top < 0:
                self._offset += top - self._style.px(4)
            elif bottom > self.winfo_height() > 1:
                self._offset += bottom - self.winfo_height() + self._style.px(4)
        self._draw()

    def _drag(self, how: str, amount: str, what: str = "") -> None:
        if how == "moveto":
            self._offset = round(float(amount) * self._height)
        else:
            self._offset += int(amount) * (self.winfo_height() if what == "pages" else self._style.px(_ROW))
        self._draw()


def shorten(text: str, font: Any, width: int) -> str:
    """A text that is no wider than so many pixels, with an ellipsis if it had to be cut."""
    if font.measure(text) <= width:
        return text
    low, high = 0, min(len(text), 400)
    while low < high:
        middle = (low + high + 1) // 2
        if font.measure(f"{text[:middle].rstrip()}…") <= width:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…" if low else ""
