"""Every setting of the server with its default; klatch.toml says what each is for."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from platformdirs import user_data_path

from klatch.core.addresses import is_loopback
from klatch.core.limits import UNLIMITED, Limits


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Port 0 takes any free one, -1 keeps a door closed; `guests` None: only from this machine itself."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8000
    line_port: Annotated[int, msgspec.Meta(ge=-1, le=65_535)] = 5555
    data: str = ""
    guests: bool | None = None
    transcripts: str = ""
    classic: bool = False
    verbose: bool = False
    limits: Limits = Limits()

    @property
    def data_path(self) -> Path:
        """The data directory."""
        return Path(self.data).expanduser().absolute() if self.data else user_data_path("klatch", appauthor=False)


class BadSettings(Exception):  # noqa: N818 - read as a sentence: these are bad settings, because ...
    """The configuration cannot be used: says the file, the key and what to write instead."""


def read_settings(path: Path | None) -> Settings:
    """The settings of a file, or the defaults. Raises BadSettings."""
    if path is None:
        return Settings()
    try:
        text = path.read_text("utf-8-sig")
        return msgspec.convert(tomllib.loads(text), Settings)
    except OSError as fault:
        raise BadSettings(f"{path} cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as fault:
        raise BadSettings(f"{path} is not TOML: {fault}.") from None
    except msgspec.ValidationError as fault:
        raise BadSettings(f"{path}: {_explain(str(fault))}") from None


def change(settings: Settings, **given: object) -> Settings:
    """The settings with those that were given (not None) on the command line."""
    return msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not None})


def lift_limits(settings: Settings) -> Settings:
    """The settings without rate limits: for benchmarks and tests, on loopback only."""
    if not (settings.host == "localhost" or is_loopback(settings.host)):
        raise BadSettings("--no-limits is for loopback only; leave it out, or listen on 127.0.0.1.")
    return change(settings, limits=UNLIMITED)


def _explain(fault: str) -> str:
    """What msgspec found, with the nearest valid key for one that is unknown."""
    if (unknown := re.search(r"unknown field `([^`]*)`", fault)) is None:
        return fault
    kind = Limits if "$.limits" in fault else Settings
    near = difflib.get_close_matches(unknown[1], kind.__struct_fields__, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"there is no setting {unknown[1]}.{hint}"
