"""Hands out the page that people chat in, as it was built from web/, where there is one."""

import gzip
import mimetypes
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER: Final = Path(__file__).parent.parent / "static"
_START: Final = "index.html"
_HASHED: Final = "/assets/"  # their names change with what is in them
_FOR_EVER: Final = "public, max-age=31536000, immutable"
# Links that are sent to people open the page, which reads what they are from the address.
_LINK: Final = re.compile(r"/(?:i|owner|reset)/[A-Za-z0-9_-]{22,128}")
_SMALL: Final = 1_024
_TEXTS: Final = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_TYPES: Final = {".js": "text/javascript", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}
# Nothing inline, nothing of elsewhere: what somebody wrote can never run.
_POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
_CAREFUL: Final = {
    "content-security-policy": _POLICY,
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class _File(msgspec.Struct, frozen=True):
    path: Path
    media_type: str
    cached: str


class BuiltPage:
    """Answers for the files of the page, and passes every other request on; all of them where no page was built."""

    def __init__(self, app: ASGIApp, folder: Path = FOLDER) -> None:
        """`app` answers the rest; `folder` is where the build put the page."""
        self._app = app
        self._files = _find(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        file = self._find(scope["path"]) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        if file is None:
            await self._app(scope, receive, send)
        else:
            await _answer(file, Headers(scope=scope))(scope, receive, send)

    def _find(self, path: str) -> _File | None:
        return self._files.get("/" if _LINK.fullmatch(path) else path)


def _find(folder: Path) -> dict[str, _File]:
    """The files of the page by the path they are asked for under."""
    if not (folder / _START).is_file():
        return {}
    found = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        where = f"/{path.relative_to(folder).as_posix()}"
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        cached = _FOR_EVER if where.startswith(_HASHED) else "no-cache"
        found["/" if where == f"/{_START}" else where] = _File(path, media_type, cached)
    return found


def _answer(file: _File, asked: Headers) -> Response:
    try:
        body, packed, tag = _read(file.path, file.path.stat().st_mtime_ns)
    except OSError:
        return Response("The page is being built anew. Ask again in a moment.\n", 503, media_type="text/plain")
    headers = _CAREFUL | {"cache-control": file.cached, "etag": tag, "vary": "accept-encoding"}
    if asked.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if packed is not None and "gzip" in asked.get("accept-encoding", ""):
        body = packed
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type=file.media_type)


@cache
def _read(path: Path, _changed: int) -> tuple[bytes, bytes | None, str]:
    """What is in a file, the same packed if that makes it smaller, and a name for both. `_changed` is when it was."""
    body = path.read_bytes()
    is_text = (_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "").startswith(_TEXTS)
    packed = gzip.compress(body, mtime=0) if is_text and len(body) > _SMALL else None
    return body, packed, f'"{sha256(body).hexdigest()[:32]}"'
