"""How a picture is taken: the sizes and colours that the page is looked at in."""

from typing import Final, Literal

Scheme = Literal["light", "dark"]
# The two that differ most.
EXTREMES: Final[tuple[tuple[str, Scheme], ...]] = (("wide", "light"), ("narrow", "dark"))
