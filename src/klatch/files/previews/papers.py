"""Draws the first page of a PDF, where there is what reads it: `pip install 'klatch[pdf]'`."""

from typing import Any, BinaryIO, Final

_SIDE_MOST: Final = 14_400  # points, as large as a page of PDF may be


def draw_first_page(file: BinaryIO, edge: int) -> Any:
    """A picture of it, whose longer side has `edge` pixels; None where PDF is not read here, or this one is locked or
    has no page."""
    try:
        import pypdfium2
    except ImportError:
        return None
    try:
        page = pypdfium2.PdfDocument(file)[0]
    except (pypdfium2.PdfiumError, IndexError):
        return None
    longer = max(page.get_size())
    return page.render(scale=edge / longer).to_pil() if 0 < longer <= _SIDE_MOST else None
