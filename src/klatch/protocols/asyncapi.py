"""The frames of a WebSocket as an AsyncAPI 3.0 document, made from the structs that are read and told."""

from typing import Any, Final, get_args

import msgspec

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request
from klatch.core.events import Entry

Schema = dict[str, Any]

ASKED: Final[tuple[type[msgspec.Struct], ...]] = get_args(Request)
TOLD: Final[tuple[type[msgspec.Struct], ...]] = (*get_args(AnyAnswer), Entry)
_REF: Final = "#/components/schemas/{name}"


def describe(path: str, version: str) -> Schema:
    """The document, ready to be spelled as JSON; `path` is where the WebSocket is."""
    _, schemas = msgspec.json.schema_components([*ASKED, *TOLD], ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Klatch",
            "version": version,
            "description": "One JSON object to a WebSocket message. docs/protocol.md says what each means.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"here": {"host": "127.0.0.1:8000", "protocol": "ws", "description": "Where it listens at first."}},
        "channels": {
            "frames": {
                "address": path,
                "description": "A client says hello first, then whatever it likes.",
                "messages": {kind.__name__: _message(kind) for kind in (*ASKED, *TOLD)},
            }
        },
        "operations": {
            "hear": _operation("receive", "What a client may say.", ASKED),
            "tell": _operation("send", "What the server tells a client.", TOLD),
        },
        "components": {
            "messages": {
                kind.__name__: {
                    "name": str(kind.__struct_config__.tag),
                    "title": kind.__name__,
                    "summary": " ".join((kind.__doc__ or "").split()),
                    "payload": {"$ref": _REF.format(name=kind.__name__)},
                }
                for kind in (*ASKED, *TOLD)
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _message(kind: type[msgspec.Struct]) -> Schema:
    return {"$ref": f"#/components/messages/{kind.__name__}"}


def _operation(action: str, does: str, kinds: tuple[type[msgspec.Struct], ...]) -> Schema:
    return {
        "action": action,
        "summary": does,
        "channel": {"$ref": "#/channels/frames"},
        "messages": [{"$ref": f"#/channels/frames/messages/{kind.__name__}"} for kind in kinds],
    }
