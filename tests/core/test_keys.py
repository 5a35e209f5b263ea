"""A key is used and never shown or written."""

import copy
import json
import pickle

import pytest

from studio.core.errors import Refused
from studio.core.keys import Key

TEXT = "sk-very-secret"


def test_a_key_prints_as_stars_wherever_it_is_put() -> None:
    key = Key(f" {TEXT}\n")
    assert key.reveal() == TEXT
    for shown in (repr(key), str(key), f"{key}", f"{[key]}", f"{ {'key': key} }"):
        assert "***" in shown
        assert "secret" not in shown


def test_a_key_cannot_be_written_down() -> None:
    with pytest.raises(TypeError):
        json.dumps({"key": Key(TEXT)})
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never written"):
            write(Key(TEXT))


@pytest.mark.parametrize("text", ["two words", "line\nbreak", "ключ"])
def test_what_no_header_could_carry_is_refused_without_naming_it(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Key(text)
    assert text not in str(refused.value)


def test_an_empty_key_is_none() -> None:
    assert not Key("  ")
    assert Key(TEXT)
