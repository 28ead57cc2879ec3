"""What all small windows have in common: they stand above their window, and Escape closes them."""

import tkinter

from klatch.clients.desktop.style import Style


class Dialog(tkinter.Toplevel):
    """Stands in the middle of its window, and gives the keyboard back when it closes."""

    def __init__(self, parent: tkinter.Misc, style: Style, title: str) -> None:
        super().__init__(parent)
        self.withdraw()
        self.style = style
        self._back = parent.focus_get()
        self.title(title)
        self.transient(parent.winfo_toplevel())
        self.configure(
            background=style.palette.ground, padx=style.px(20), pady=style.px(20), highlightthickness=1,
            highlightbackground=style.palette.line, highlightcolor=style.palette.line,
        )  # fmt: skip
        self.bind("<Escape>", lambda _: self.close())
        self.protocol("WM_DELETE_WINDOW", self.close)

    def appear(self, first: tkinter.Misc, *, at: tuple[int, int] | None = None) -> None:
        """Shows itself, with the keyboard at a widget."""
        self.update_idletasks()
        above = self.master.winfo_toplevel()
        wide, high = self.winfo_reqwidth(), self.winfo_reqheight()
        x = above.winfo_rootx() + (above.winfo_width() - wide) // 2 if at is None else at[0]
        y = above.winfo_rooty() + (above.winfo_height() - high) // 3 if at is None else at[1]
        x = max(0, min(x, self.winfo_screenwidth() - wide))
        y = max(0, min(y, self.winfo_screenheight() - high))
        self.geometry(f"+{x}+{y}")
        self.resizable(False, False)
        self.deiconify()
        self.lift()
        first.focus_force()

    def close(self) -> None:
        """Goes away."""
        self.destroy()
        if self._back is not None and self._back.winfo_exists():
            self._back.focus_force()
