"""Where accounts, rooms and their logs are kept: one store, written by one writer, read by many."""
