"""What can go wrong with a store, in words that say what to do."""


class StoreUnusable(Exception):  # noqa: N818 - read as a sentence: the store is unusable, because ...
    """The store cannot be opened; `exit_code` is the process's exit status (73 in use, 74 storage error)."""

    def __init__(self, message: str, exit_code: int = 74) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class StoreFull(Exception):  # noqa: N818 - see above
    """The disk is full: nothing of the transaction was kept; it may succeed once there is room."""


class StoreBroken(Exception):  # noqa: N818 - see above
    """The disk failed: whether the last COMMIT is kept is unknown until the store is opened again."""


class Reused(Exception):  # noqa: N818 - see above
    """Something that must be unique is there already."""


class StoreBusy(Exception):  # noqa: N818 - see above
    """Another program holds the file: nothing was kept; it may succeed once that program lets go."""
