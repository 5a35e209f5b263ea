"""Phrases in one setting: divided by semicolons and lines, each once."""

import pytest

from studio.core.errors import Refused
from studio.engine.wanted_phrases import names_of, phrases_of


def test_names_keep_their_letters_and_their_order_and_stand_once():
    assert names_of(" Name;age\nName; ;two words", "JSON") == ("Name", "age", "two words")


def test_phrases_are_compared_in_small_letters():
    assert phrases_of("Straße; STRASSE", "Words") == ("strasse",)


def test_none_are_refused_by_the_name_of_what_asks():
    with pytest.raises(Refused, match="“Words” is switched on, and no words are named"):
        phrases_of(" ;\n", "Words")
