"""What programs can read of the doors: the OpenAPI document of the API, and the AsyncAPI document of the frames."""

import json
from functools import cache

from klatch import __version__
from klatch.gateways.http.routes import ROUTES
from klatch.gateways.websocket import PATH
from klatch.protocols import asyncapi, openapi


@cache
def spell_openapi() -> str:
    """The OpenAPI document; `docs/openapi.json` is the same."""
    return _spell(openapi.describe(ROUTES, __version__))


@cache
def spell_asyncapi() -> str:
    """The AsyncAPI document; `docs/asyncapi.json` is the same."""
    return _spell(asyncapi.describe(PATH, __version__))


def _spell(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
