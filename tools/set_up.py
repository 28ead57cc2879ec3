"""Makes what `make run` and `make test` need; any Python 3 can start it, and a second time costs nothing."""

import argparse
import os
import shutil
import subprocess
import sys

OLDEST_MINOR = 11
NEWEST_MINOR = 14


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also install what tests and checks need")
    chosen = parser.parse_args()
    start_again_with_a_newer_python_if_this_is_old()
    # Imported only now: an older Python could not read them.
    from environment import make_environment, packages_folder  # noqa: PLC0415
    from page import PageFailed, build_page, find_node, is_skipped  # noqa: PLC0415
    from system_packages import install_what_the_tests_need  # noqa: PLC0415

    make_environment(dev=chosen.dev)
    node = find_node(packages_folder())
    try:
        if node is not None and not is_skipped():
            build_page(node)
    except PageFailed as fault:
        # Everything else works without: the server then answers with a page that says how to connect.
        print(f"The page to chat in was not built. {fault}", flush=True)
    if chosen.dev:
        install_what_the_tests_need()


def start_again_with_a_newer_python_if_this_is_old() -> None:
    if sys.version_info >= (3, OLDEST_MINOR):
        return
    for minor in range(NEWEST_MINOR, OLDEST_MINOR - 1, -1):
        python = shutil.which(f"python3.{minor}")
        if python and really_starts(python):
            os.execv(python, [python, *sys.argv])  # noqa: S606 - no shell is wanted.
    raise SystemExit(
        f"Klatch needs Python 3.{OLDEST_MINOR} or newer, and {sys.executable} is {sys.version.split()[0]}: "
        f"install python3.{OLDEST_MINOR} or a newer one so that it is on your PATH, then run the same command again."
    )


def really_starts(python: str) -> bool:
    """Version switchers put a name on the PATH for each Python they know of, also where it does not start."""
    return subprocess.run([python, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    main()
