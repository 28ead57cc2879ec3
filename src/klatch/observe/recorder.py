"""Log lines on standard error and figures for Prometheus."""

import contextlib
import sys
from datetime import datetime
from typing import Any, Final

import structlog
import structlog.tracebacks
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

# Every figure with its meaning and its labels; docs/metrics.md lists them, and a test says so.
COUNTERS: Final = {
    "entries": ("Entries recorded in logs.", ()),
    "messages": ("Messages recorded.", ()),
    "commits": ("Transactions committed, each shared by the decisions that waited.", ()),
    "decisions": ("Commands decided.", ()),
    "entrances": ("Connections let in, by door.", ("door",)),
    "refusals": ("Requests refused, by door and code.", ("door", "code")),
    "defects": ("Faults of the server, by where they showed.", ("where",)),
}
GAUGES: Final = {
    "sessions": ("Connections that have said hello, by door.", ("door",)),
    "waiting": ("Decisions that wait for the writer.", ()),
    "backlog_bytes": ("Bytes that wait for readers, of all connections together.", ()),
    "backlog_most_bytes": ("Bytes that wait for the reader who is furthest behind.", ()),
    "store_bytes": ("Size of the store's file.", ()),
    "wal_bytes": ("Size of the store's write-ahead log.", ()),
    "disk_free_bytes": ("Room left on the disk of the data directory.", ()),
    "broken": ("1 once the disk failed; the server stops then.", ()),
    "info": ("Always 1; the labels tell which Klatch and which store this is.", ("version", "schema", "epoch")),
}
DURATIONS: Final = {
    "commit_seconds": (
        "How long COMMITs took to reach the disk.",
        (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
    ),
}
# Refusals that those who run the server want to know the address of.
_TOLD: Final = frozenset({"bad_credentials", "bad_token", "token_in_url", "suspended", "banned", "too_many_errors"})
_SENTENCES: Final = {
    "refused": "Refused at the {door} door ({address}): {code}",
    "came": "{name} came ({door}, {address})",
    "went": "{name} went ({door}, {address})",
    "transcripts_failed": "The transcripts cannot be written ({folder}: {fault}). Trying again; nothing is lost.",
    "unreadable": "Entry {seq} of log {log} cannot be read: it is damaged. `klatch verify` tells more.",
    "certificate_renewed": "The certificate was read again; the fingerprint of its key is {fingerprint}.",
    "certificate_refused": "The new certificate cannot be used, and the old one stays: {reason}",
    "upgrading": "Bringing the store from schema {old} to {new}. As it was, it is kept in {backup}",
    "key_exposed": "Everyone on this machine can read the key {path}; `chmod 600` keeps it from them.",
    "announced": "Announced on the local network as {name}.",
    "announce_failed": "The server cannot be announced on the local network ({reason}); its address still works.",
    "stopping": "Stopping: saying goodbye to all.",
    "stopped": "Stopped.",
    "store_broken": "The disk failed ({fault}). Stopping: nothing unsure is acknowledged. Start again to recover.",
}

# Without the values of variables, which may be what people said, or their secrets.
_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


class Recorder:
    """What the parts report, for those who run the server: sentences for people, or with `as_json` an object a line."""

    def __init__(self, *, as_json: bool = False, verbose: bool = False) -> None:
        self._as_json = as_json
        self._verbose = verbose
        self._logger = structlog.wrap_logger(
            _Pen(),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.add_log_level,
                _TRACEBACKS if as_json else structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer() if as_json else _tell_people,
            ],
        )
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"klatch_{name}", meaning, labels, registry=self._registry)
            for name, (meaning, labels) in COUNTERS.items()
        }
        self._gauges = {
            name: Gauge(f"klatch_{name}", meaning, labels, registry=self._registry)
            for name, (meaning, labels) in GAUGES.items()
        }
        self._durations = {
            name: Histogram(f"klatch_{name}", meaning, buckets=buckets, registry=self._registry)
            for name, (meaning, buckets) in DURATIONS.items()
        }
        ProcessCollector(registry=self._registry)

    def log(self, event: str, **facts: object) -> None:
        """Notes that something happened."""
        self._logger.info(event, **facts)

    def count(self, figure: str, by: int = 1, *labels: str) -> None:
        """A counter rises."""
        counter = self._counters[figure]
        (counter.labels(*labels) if labels else counter).inc(by)

    def gauge(self, figure: str, value: float, *labels: str) -> None:
        """A figure is now this."""
        gauge = self._gauges[figure]
        (gauge.labels(*labels) if labels else gauge).set(value)

    def took(self, figure: str, seconds: float) -> None:
        """Something lasted so long."""
        self._durations[figure].observe(seconds)

    def refused(self, door: str, code: str, address: str = "") -> None:
        """A door refused something."""
        self.count("refusals", 1, door, code)
        if code in _TOLD:
            self.log("refused", door=door, code=code, address=address)

    def defect(self, where: str, failure: BaseException) -> None:
        """Something that should not happen did."""
        self.count("defects", 1, where)
        self._logger.error("defect", where=where, exc_info=failure)

    def said(self, line: str) -> None:
        """Shows what was said, if the owner of the server asked for that."""
        if self._verbose:
            self._logger.info("said", line=line)

    def read(self) -> dict[str, float]:
        """Every figure as it is now, by its name at /metrics; of those with labels the sum."""
        read: dict[str, float] = {}
        for family in self._registry.collect():
            for sample in family.samples:
                read[sample.name] = read.get(sample.name, 0.0) + sample.value
        return read

    def figures(self) -> bytes:
        """All figures in Prometheus' text form."""
        return generate_latest(self._registry)


class _Pen:
    """Writes to standard error. Where nobody reads that any more, the server goes on all the same."""

    def msg(self, line: str) -> None:
        """Writes a line."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    info = error = msg


def _tell_people(_logger: Any, _method: str, facts: Any) -> str:
    moment = datetime.fromisoformat(facts.pop("timestamp")).astimezone().strftime("%H:%M:%S")
    facts.pop("level")
    event, failure = facts.pop("event"), facts.pop("exception", None)
    if event == "said":
        return f"{moment} {facts['line']}"
    sentence = _SENTENCES.get(event)
    told = sentence.format(**facts) if sentence else f"{event} {facts}"
    return f"{moment} {told}" + (f"\n{failure}" if failure else "")
