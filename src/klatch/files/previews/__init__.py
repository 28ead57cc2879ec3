"""What shows a file small, made in a process of its own: what decodes other people's files may fail and not harm."""
