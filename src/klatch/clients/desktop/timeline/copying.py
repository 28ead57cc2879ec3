"""What is selected, as it was written: without what is only there for the eye."""

from klatch.clients.desktop.timeline.paper import Paper


def copy_selection(paper: Paper) -> str:
    """The words that are selected; whole messages where those on the paper were laid out for reading."""
    ranges = paper.tag_ranges("sel")
    if not ranges:
        return ""
    first, last = str(ranges[0]), str(ranges[-1])
    words: list[str] = []
    hidden = laid = False
    for kind, value, _ in paper.dump(first, last, text=True, tag=True):
        if kind == "tagon" and value == "laid":
            laid = True
        if kind in ("tagon", "tagoff") and value == "pad":
            hidden = kind == "tagon"
        elif kind == "text" and not hidden:
            words.append(value)
    if not laid:
        return "".join(words)
    return "\n".join(
        line.message.text for line in paper.drawn if line.message is not None and _touches(paper, line.seq, first, last)
    )


def _touches(paper: Paper, seq: int, first: str, last: str) -> bool:
    block = paper.block(seq)
    return block is not None and paper.compare(block[0], "<", last) and paper.compare(block[1], ">", first)
