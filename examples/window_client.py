"""A chat client in a window: Tk in one thread, the network in another, a queue between them.

    python window_client.py

Tk may only be touched by the thread that made the window. So the network thread puts what it hears into a queue, and
the window looks into that queue ten times a second. See README.md beside this file.
"""

import queue
import socket
import threading
import tkinter
from tkinter import simpledialog
from tkinter.scrolledtext import ScrolledText

QUESTION = "What is your name?"  # what the server asks at first, and again while a name is taken


class ChatWindow:
    def __init__(self, window: tkinter.Tk) -> None:
        self.window = window
        self.connection: socket.socket | None = None
        self.heard: queue.Queue[str] = queue.Queue()
        self.refusal = ""
        self.welcome = False  # whether the server has let us in
        self.left = False

        window.title("Chat")
        self.entry = tkinter.Entry(window, font=("TkDefaultFont", 12))
        self.entry.pack(side="bottom", fill="x", padx=8, pady=8)
        self.entry.bind("<Return>", self.send)
        self.lines = ScrolledText(window, state="disabled", wrap="word", width=80, height=24, font="TkFixedFont")
        self.lines.pack(fill="both", expand=True, padx=8, pady=(8, 0))
        window.protocol("WM_DELETE_WINDOW", self.leave)
        window.after(0, self.connect)

    def connect(self) -> None:
        """Asks for the server until there is one."""
        self.window.wait_visibility()  # a dialog of a window that is not there yet opens behind it
        question = "Server and port:"
        while self.connection is None:
            answer = simpledialog.askstring("Chat", question, initialvalue="127.0.0.1 5555", parent=self.window)
            if answer is None:  # Cancel
                self.leave()
                return
            server, _, port = answer.strip().replace(":", " ").partition(" ")
            try:
                self.connection = socket.create_connection((server, int(port or 5555)), timeout=10)
            except (OSError, ValueError) as fault:
                question = f"There is no answer from {server} ({fault}).\nServer and port, such as 127.0.0.1 5555:"
        self.connection.settimeout(None)
        threading.Thread(target=self.listen, args=(self.connection,), daemon=True).start()
        self.show_what_was_heard()

    def listen(self, connection: socket.socket) -> None:
        """The network thread: puts each line into the queue, and touches nothing else."""
        try:
            with connection.makefile(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    self.heard.put(line)
        except OSError:
            pass
        self.heard.put("* The connection has ended. Close the window.\n")

    def show_what_was_heard(self) -> None:
        """Empties the queue into the window, and comes again in a tenth of a second."""
        while not self.heard.empty():
            line = self.heard.get()
            if self.welcome:
                self.show(line)
            elif line.rstrip().endswith(QUESTION):
                self.window.after(1, self.ask_name)  # not here: a dialog waits, and the queue must go on
            elif line.startswith("! "):
                self.refusal = line[2:]  # why the name will not do
            else:
                self.welcome = line.startswith("Hello ")
                self.show(line)
        self.window.after(100, self.show_what_was_heard)

    def show(self, line: str) -> None:
        self.lines.configure(state="normal")  # a text that nobody may type into takes nothing from us either
        self.lines.insert("end", line)
        self.lines.configure(state="disabled")
        self.lines.see("end")

    def ask_name(self) -> None:
        """Asks for a name; the server asks for another while that one is taken."""
        name = simpledialog.askstring("Chat", f"{self.refusal}Your name:", parent=self.window)
        if name is None:
            self.leave()
            return
        self.transmit(name)
        self.window.title(f"Chat: {name}")
        self.entry.focus_set()

    def send(self, _event: object) -> None:
        """Enter was pressed."""
        if text := self.entry.get():
            self.transmit(text)
            self.entry.delete(0, "end")

    def transmit(self, text: str) -> None:
        try:
            if self.connection is not None:
                self.connection.sendall(f"{text}\n".encode())
        except OSError:
            pass  # the network thread says so in the window

    def leave(self) -> None:
        """Says goodbye, so that the others are told at once, and closes the window."""
        if self.left:
            return
        self.left = True
        self.transmit("/quit")
        if self.connection is not None:
            self.connection.close()
        self.window.destroy()


if __name__ == "__main__":
    root = tkinter.Tk()
    ChatWindow(root)
    root.mainloop()
