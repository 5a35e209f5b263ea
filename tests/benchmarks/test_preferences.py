"""The measure of learned preferences counts pairs, and sets the simplest of all judges beside them."""

import argparse

import pytest

from benchmarks.preferences import Land, examples, longer_is_better
from studio.core.records import Preference, SourcedRecord
from studio.data.split import Split
from studio.engine.sources import from_folder

PAIRS = (
    SourcedRecord(1, Preference("Who barks?", "A dog does.", "A dog.")),
    SourcedRecord(2, Preference("Who purrs?", "A cat.", "It is a cat.")),
)


@pytest.fixture
def land(tiny_model_folder, tiny_tokenizer) -> Land:
    parts, asked = Split(PAIRS, PAIRS, ()), argparse.Namespace(max_length=128)
    return Land(from_folder(tiny_model_folder), tiny_tokenizer, parts, asked)


def test_who_takes_the_longer_answer_for_the_better_one_is_right_where_it_is():
    assert longer_is_better(PAIRS).startswith("0.500 ")
    assert longer_is_better(PAIRS[:1]).startswith("1.000 ")


def test_a_pair_is_one_row_and_rated_by_itself_two(land):
    assert [example.row for example in examples("dpo", land, PAIRS)] == [1, 2]
    rated = examples("kto", land, PAIRS)
    assert [(example.row, example.label) for example in rated] == [
        (1, "good"),
        (1, "bad"),
        (2, "good"),
        (2, "bad"),
    ]
