"""Builds the page when the package is built, so that `pip install .` needs no Node on the machine."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))

import page


class PageHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration is no concern of ours
    """Puts the built page into wheels and source archives. A source archive carries it, and then no Node is needed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What building takes here: Node as a wheel, where the page must be built and no Node is there."""
        return [page.NODE_REQUIREMENT] if self._must_build() and page.find_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling gives it
        """Builds the page if that is wanted and not done; `version` is `editable` for an installation in place."""
        if version == "editable" or not self._must_build():
            return
        node = page.find_node()
        if node is None:
            raise SystemExit(f"The page cannot be built without Node. {_ADVICE}")
        try:
            page.build_page(node)
        except page.PageFailed as fault:
            raise SystemExit(f"The page cannot be built. {fault}\n{_ADVICE}") from None

    def _must_build(self) -> bool:
        """Where there is no git, the sources came packed together with the page that was built from them."""
        is_packed = page.is_built() and (Path(self.root) / "PKG-INFO").exists()
        return not (page.is_skipped() or is_packed or page.is_current())


_ADVICE = "Try again once the network is there, or install without the page: KLATCH_WEB=skip pip install ."
