"""The front of the HTTP door: sends a request to the pages or to the API, and has browsers be careful with both."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX: Final = b"/api"
_HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Front:
    """Tells requests for the API from all others by the path as it came: nothing is decoded first."""

    def __init__(self, pages: ASGIApp, api: ASGIApp) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""

        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = message.get("headers", [])
                named = {name for name, _ in told}
                message["headers"] = [*told, *(each for each in _HEADERS if each[0] not in named)]
            await send(message)

        path: bytes = scope["raw_path"]
        behind = self._api if path == PREFIX or path.startswith(PREFIX + b"/") else self._pages
        await behind(scope, receive, send_safe)
