"""The cookie in which a browser keeps its token: no script can read it, and other sites' pages do not send it along."""

from http.cookies import CookieError, SimpleCookie
from typing import Final

SESSION: Final = "klatch"


def read_cookie(header: str, *, encrypted: bool, name: str = SESSION) -> str | None:
    """The token in a Cookie header, if there is one."""
    name = _name(name, encrypted=encrypted)
    for pair in header.split(";"):  # each for itself: what another program left there is no reason to fail
        if pair.strip().startswith(f"{name}="):
            try:
                found = SimpleCookie(pair.strip()).get(name)
            except CookieError:
                return None
            return found.value or None if found is not None else None
    return None


def spell_cookie(token: str, *, encrypted: bool, name: str = SESSION) -> str:
    """The Set-Cookie header for a token; an empty one takes the cookie away."""
    words = [f"{_name(name, encrypted=encrypted)}={token}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if encrypted:
        words.append("Secure")
    if not token:
        words.append("Max-Age=0")
    return "; ".join(words)


def _name(name: str, *, encrypted: bool) -> str:
    """Browsers take a cookie whose name begins with `__Host-` only from this very server, and only encrypted."""
    return f"__Host-{name}" if encrypted else name
