"""A chat client for the terminal: one socket, and one thread for each direction.

    python terminal_client.py [SERVER [PORT]]

The server speaks first and asks for a name. From then on every line we type goes to it, and every line it sends is
shown. That is the whole protocol: see README.md beside this file.
"""

import socket
import sys
import threading


def main() -> None:
    server = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 5555
    try:
        connection = socket.create_connection((server, port), timeout=10)
    except OSError as fault:
        sys.exit(f"There is no chat server at {server} port {port} ({fault}).")
    connection.settimeout(None)  # the ten seconds were for connecting; from now on we wait as long as it takes

    # Typing and listening each wait for something, so each needs a thread of its own. The one that types is a
    # daemon: it waits for the keyboard, and must not keep the program alive when the server has gone.
    threading.Thread(target=send_what_is_typed, args=(connection,), daemon=True).start()
    show_what_comes(connection)


def send_what_is_typed(connection: socket.socket) -> None:
    """Sends each line from the keyboard, until there are no more (Ctrl+D) or Ctrl+C."""
    try:
        for line in sys.stdin:
            connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)  # "I say nothing more": the server says goodbye, and hangs up
    except OSError:
        pass  # the connection has ended; the other thread sees that too


def show_what_comes(connection: socket.socket) -> None:
    """Shows each line from the server, until it hangs up.

    A socket hands over bytes as they arrive, perhaps half a line, perhaps three. makefile() turns them into lines.
    """
    try:
        with connection, connection.makefile(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                print(line, end="", flush=True)
    except KeyboardInterrupt:
        pass  # Ctrl+C: leaving the block above closed the connection
    except OSError as fault:
        sys.exit(f"The connection was lost ({fault}).")


if __name__ == "__main__":
    main()
