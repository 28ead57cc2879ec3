"""Runs the benchmarks named, or all: `make bench ARGS="throughput fanout"`."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.measures import MEASURES


def main() -> None:
    """Prints each figure, the machine and the commit."""
    names = sys.argv[1:] or list(MEASURES)
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(MEASURES)}.")
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    print(f"commit {commit.stdout.strip() or 'unknown'}, {_machine()}, Python {platform.python_version()}")
    for name in names:
        print(f"\n{name}: {(MEASURES[name].__doc__ or '').splitlines()[0]}")
        for line in MEASURES[name]():
            print(f"  {line}", flush=True)


def _machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        facts = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in facts if line.startswith("model name")), model)
    except OSError:
        pass
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}"


main()
