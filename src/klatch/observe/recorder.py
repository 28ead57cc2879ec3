"""Log lines on standard error and figures for Prometheus."""

import sys
from datetime import datetime
from typing import Any, Final

import structlog
import structlog.tracebacks
from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest

# Every figure with its meaning; docs/metrics.md lists them, and a test says so.
COUNTERS: Final = {
    "entries": "Entries recorded in logs.",
    "commits": "Transactions committed, each shared by the decisions that waited.",
    "decisions": "Commands decided.",
}
GAUGES: Final = {
    "sessions": "Connections that have said hello.",
    "waiting": "Decisions that wait for the writer.",
}
LABELLED: Final = {
    "refusals": ("Requests refused, by door and code.", ("door", "code")),
    "defects": ("Faults of the server, by where they showed.", ("where",)),
}
_SENTENCES: Final = {
    "came": "{name} came ({door}, {address})",
    "went": "{name} went ({door}, {address})",
    "transcripts_failed": "The transcripts cannot be written ({folder}: {fault}). Trying again; nothing is lost.",
    "unreadable": "Entry {seq} of log {log} cannot be read: it is damaged. `klatch verify` tells more.",
    "certificate_renewed": "The certificate was read again; the fingerprint of its key is {fingerprint}.",
    "certificate_refused": "The new certificate cannot be used, and the old one stays: {reason}",
    "upgrading": "Bringing the store from schema {old} to {new}. As it was, it is kept in {backup}",
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
            structlog.PrintLogger(sys.stderr),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _TRACEBACKS if as_json else structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer() if as_json else _tell_people,
            ],
        )
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"klatch_{name}", meaning, registry=self._registry) for name, meaning in COUNTERS.items()
        }
        self._gauges = {
            name: Gauge(f"klatch_{name}", meaning, registry=self._registry) for name, meaning in GAUGES.items()
        }
        self._labelled = {
            name: Counter(f"klatch_{name}", meaning, labels, registry=self._registry)
            for name, (meaning, labels) in LABELLED.items()
        }

    def log(self, event: str, **facts: object) -> None:
        """Notes that something happened."""
        self._logger.info(event, **facts)

    def count(self, figure: str, by: int = 1) -> None:
        """A counter rises."""
        self._counters[figure].inc(by)

    def gauge(self, figure: str, value: float) -> None:
        """A figure is now this."""
        self._gauges[figure].set(value)

    def refused(self, door: str, code: str) -> None:
        """A door refused something."""
        self._labelled["refusals"].labels(door, code).inc()

    def defect(self, where: str, failure: BaseException) -> None:
        """Something that should not happen did."""
        self._labelled["defects"].labels(where).inc()
        self._logger.error("defect", where=where, exc_info=failure)

    def said(self, line: str) -> None:
        """Shows what was said, if the owner of the server asked for that."""
        if self._verbose:
            self._logger.info("said", line=line)

    def figures(self) -> bytes:
        """All figures in Prometheus' text form."""
        return generate_latest(self._registry)


def _tell_people(_logger: Any, _method: str, facts: Any) -> str:
    moment = datetime.fromisoformat(facts.pop("timestamp")).astimezone().strftime("%H:%M:%S")
    event, failure = facts.pop("event"), facts.pop("exception", None)
    if event == "said":
        return f"{moment} {facts['line']}"
    sentence = _SENTENCES.get(event)
    told = sentence.format(**facts) if sentence else f"{event} {facts}"
    return f"{moment} {told}" + (f"\n{failure}" if failure else "")
