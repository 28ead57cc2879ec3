"""What people and programs show at a door to be let in, and what it lets them do."""

import re
import unicodedata
from hashlib import sha256
from typing import Final

import msgspec

from klatch.core.commands import Hello
from klatch.core.members import Account
from klatch.core.names import username_key
from klatch.core.refusals import Refused

# What a token may be made for; who signs in with a password may do all of it.
SCOPES: Final = ("read", "write", "admin")
EVERYTHING: Final = frozenset(SCOPES)

PASSWORD_LEAST: Final = 8
PASSWORD_MOST: Final = 128
_TOKEN: Final = re.compile(r"klatch_[A-Za-z0-9_-]{43}")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22,128}")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_WORN_OUT: Final = frozenset(
    {
        *("password", "password1", "passw0rd", "12345678", "123456789", "1234567890", "qwertyui", "qwertyuiop"),
        *("iloveyou", "letmein1", "sunshine", "princess", "football", "baseball", "superman", "trustno1"),
        *("changeme", "welcome1", "whatever", "klatchklatch"),
    }
)


class ByName(msgspec.Struct, frozen=True):
    """A guest: the username wished for, and the secret that brings the same account back."""

    name: str
    secret: str | None = None


class ByPassword(msgspec.Struct, frozen=True):
    """An account with its password."""

    name: str
    password: str


class ByToken(msgspec.Struct, frozen=True):
    """A token: of a session that was begun before, or of a script."""

    token: str


class ByLink(msgspec.Struct, frozen=True):
    """A link that makes an account, or gives one a new password."""

    link: str
    name: str
    password: str


Credentials = ByName | ByPassword | ByToken | ByLink


class Identity(msgspec.Struct, frozen=True):
    """Who it is: the account, the id of the credential (None for a guest), and what it may do. `begun`: a session that
    this very sign-in began; its `token` is told once, unless it ends with the connection. `expires` (ms UTC): when the
    credential ends by itself."""

    account: Account
    credential: str | None = None
    scopes: frozenset[str] = EVERYTHING
    begun: bool = False
    token: str | None = None
    expires: int | None = None


class Keys(msgspec.Struct, frozen=True):
    """What is kept of a password: Argon2id for most doors, SCRAM-SHA-256 for IRC."""

    argon2: str
    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


class Shown(msgspec.Struct, frozen=True):
    """What came with a command that concerns how one signs in: the credential it came by, what is to be kept of the
    new password, what was kept of the old one when that was right, and whether anybody may register."""

    credential: str | None = None
    keys: Keys | None = None
    known: str | None = None
    is_open: bool = False


NOTHING_SHOWN: Final = Shown()


def claimed(hello: Hello, cookie: str | None = None) -> Credentials:
    """What a hello shows, or if it shows nothing, the token in a browser's `cookie`. Refuses one that shows two things
    at once, or nothing."""
    shown = [name for name in ("secret", "token") if getattr(hello, name) is not None]
    if hello.password is not None or hello.link is not None:
        shown.append("password" if hello.link is None else "link")
    if len(shown) > 1:
        raise Refused("type", f"A hello has {' or '.join(shown)}, not both.", field=shown[-1])
    if hello.token is not None:
        return ByToken(hello.token)
    if hello.link is not None:
        return ByLink(hello.link, hello.name or "", hello.password or "")
    if hello.name is None and not shown and cookie is not None:
        return ByToken(cookie)
    if hello.name is None:
        raise Refused("missing_field", "The field name is missing.", field="name")
    if hello.password is not None:
        return ByPassword(hello.name, hello.password)
    return ByName(hello.name, hello.secret)


def parse_password(text: str, name: str) -> str:
    """Return a new password in NFKC, or refuse it: 8 to 128 characters, not the name and none that all know."""
    password = normal(text)
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise Refused(
            "bad_password",
            f"A password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters; this one has {len(password):,}.",
            field="password",
        )
    if _CONTROL.search(password):
        raise Refused("bad_password", "A password may not hold control characters.", field="password")
    if password.lower() in _WORN_OUT or len(set(password)) == 1 or username_key(password) == username_key(name):
        raise Refused(
            "bad_password", "That password is the first that others would try. Choose another.", field="password"
        )
    return password


def normal(password: str) -> str:
    """A password in the one form that every keyboard's way of writing it leads to."""
    return unicodedata.normalize("NFKC", password) if len(password) <= 4 * PASSWORD_MOST else password


def is_plausible(password: str) -> bool:
    """Whether it can be anybody's password at all, so that it is worth looking at."""
    return bool(password) and len(password) <= 4 * PASSWORD_MOST and _CONTROL.search(password) is None


def is_token(text: str) -> bool:
    """Whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def hash_token(token: str) -> bytes:
    """What is kept of a token; refuses what cannot be one."""
    if _TOKEN.fullmatch(token) is None:
        raise Refused("type", "A token is klatch_ and 43 characters of A-Z a-z 0-9 _ -.", field="secret")
    return digest(token)


def hash_link(secret: str) -> bytes:
    """What is kept of a link; refuses what cannot be one."""
    if _SECRET.fullmatch(secret) is None:
        raise Refused("type", "The secret of a link has 22 to 128 characters of A-Z a-z 0-9 _ -.", field="secret")
    return digest(secret)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret that was made at random, so that there is nothing to guess."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def parse_scopes(scopes: list[str]) -> frozenset[str]:
    """What a token may do; refuses what is no scope. Who may administer may read and write."""
    wanted = frozenset(scopes)
    if not wanted or wanted - EVERYTHING:
        raise Refused("type", f"The scopes must be some of {', '.join(SCOPES)}.", field="scopes")
    return EVERYTHING if "admin" in wanted else wanted
