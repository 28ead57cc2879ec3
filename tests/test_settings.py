"""klatch.toml is the reference of every setting: what it says is what holds."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from klatch.configuration import read_settings
from klatch.core.limits import Limits
from klatch.settings import BadSettings, Settings

REFERENCE = Path(__file__).parent.parent / "klatch.toml"


def test_every_default_in_the_reference_is_the_one_that_holds():
    assert msgspec.convert(tomllib.loads(REFERENCE.read_text()), Settings) == Settings()


@pytest.mark.parametrize("kind", [Settings, Limits])
def test_every_setting_is_in_the_reference(kind):
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", REFERENCE.read_text(), re.MULTILINE))
    assert set(kind.__struct_fields__) - {"limits"} <= named


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path):
    file = tmp_path / "klatch.toml"
    file.write_text("line_prot = 1\n")
    with pytest.raises(BadSettings, match=r"no setting line_prot\. Did you mean line_port\?"):
        read_settings(file)


def test_an_unknown_limit_is_refused_with_the_nearest_one(tmp_path):
    file = tmp_path / "klatch.toml"
    file.write_text("[limits]\nmember_brst = 1\n")
    with pytest.raises(BadSettings, match=r"Did you mean member_burst\?"):
        read_settings(file)


@pytest.mark.parametrize("text", ["port = 'a'", "port = 70000", "port = ", "[limits]\nbacklog = 'much'", "host = 1"])
def test_what_is_wrong_is_refused_with_the_name_of_the_file(tmp_path, text):
    file = tmp_path / "klatch.toml"
    file.write_text(text)
    with pytest.raises(BadSettings, match=re.escape(str(file))):
        read_settings(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadSettings, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
