"""The page's own parts: its types are the server's, and its pure parts do what they say."""

import re
import subprocess
import sys

import pytest

from tests.architecture.imports import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import frame_types
import page

WEB = ROOT / "web"


def test_the_pages_types_are_those_of_the_servers_structs():
    assert frame_types.TARGET.read_text("utf-8") == frame_types.write_types(), (
        "run: .venv/bin/python tools/frame_types.py"
    )


def test_files_without_svelte_in_their_name_import_no_svelte():
    files = [path for path in (WEB / "src").rglob("*.ts") if ".svelte" not in path.name and path.name != "main.ts"]
    assert [path.name for path in files if 'from "svelte' in path.read_text("utf-8")] == []


def test_the_lock_of_the_page_says_what_and_not_from_where():
    lock = (WEB / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


@pytest.mark.timeout(180)
def test_the_pure_parts_of_the_page_pass_their_own_tests():
    node = page.find_node()
    if node is None or not (page.MODULES / "vitest").exists():
        pytest.skip("There is no Node here, or the page's packages are not installed: `make check` brings both.")
    script = page.MODULES / "vitest" / "vitest.mjs"
    ran = subprocess.run(
        [str(node), str(script), "run", "--no-color"], cwd=WEB, capture_output=True, text=True, timeout=150, check=False
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


def test_what_is_loaded_first_is_small():
    built = page.BUILT / "assets"
    if not built.exists():
        pytest.skip("The page is not built here.")
    import gzip

    # The first file names what it takes along; other languages and what is opened later come when they are wanted.
    first = re.findall(r"/assets/([^\"]+)", (page.BUILT / "index.html").read_text("utf-8"))
    first += [path.name for path in built.glob("exchange.worker-*.js")]  # which holds the connection
    sizes = [len(gzip.compress((built / name).read_bytes(), mtime=0)) for name in first]
    assert len(sizes) > 1
    assert sum(sizes) < 120_000
