"""The doors: sockets, and behind every one of them the same conversation."""
