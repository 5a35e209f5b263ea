"""Copies of whole rows stay together in any order of the file; where nothing could be divided, they part."""

import json
import random

import pytest

from studio.core.records import Completion, Labelled, SourcedRecord
from studio.data.samples import SAMPLES
from studio.data.split import question_key, split
from studio.data.units import units_of

ANSWER = (
    "Open the settings, click on the third entry of the list, and choose the colour that you like best; then "
    "close the window, wait for the lamp to stop blinking and restart the whole machine once or twice."
)
COPY = 1000


def with_words_replaced(text: str, count: int, rng: random.Random) -> str:
    words = text.split()
    for at in rng.sample(range(len(words)), min(count, len(words))):
        words[at] = rng.choice(["banana", "umbrella", "seven", "quietly"])
    return " ".join(words)


@pytest.fixture(scope="module")
def help_desk() -> list[SourcedRecord]:
    """The sample, and behind it a copy of every fifth of its longer rows: of row n it is row n + COPY."""
    rng = random.Random(11)
    lines = SAMPLES["support"].path.read_text(encoding="utf-8").splitlines()
    rows = [
        SourcedRecord(at, Completion(row["question"], row["answer"]))
        for at, row in enumerate(map(json.loads, lines))
    ]
    copies = [
        SourcedRecord(
            sourced.row + COPY,
            Completion(
                with_words_replaced(sourced.record.prompt, 1 + sourced.row % 2, rng),
                with_words_replaced(sourced.record.completion, len(sourced.record.completion) // 300, rng),
            ),
        )
        for sourced in rows[::5]
        if len(sourced.record.completion.split()) >= 40
    ]
    assert len(copies) >= 40
    return [*rows, *copies]


def units(records: list[SourcedRecord]) -> set[frozenset[int]]:
    keys = [question_key(sourced.record) for sourced in records]
    return {frozenset(records[at].row for at in unit) for unit in units_of(records, keys).values()}


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_of_a_whole_row_is_never_on_the_other_side(help_desk, seed):
    held_out = {sourced.row for sourced in split(help_desk, 30, 0, seed).held_out}
    parted = [
        sourced.row
        for sourced in help_desk
        if sourced.row >= COPY and (sourced.row in held_out) != (sourced.row - COPY in held_out)
    ]
    assert held_out
    assert parted == []


def test_what_stays_together_does_not_depend_on_the_order_of_the_file(help_desk):
    shuffled = random.Random(2).sample(help_desk, len(help_desk))
    assert units(shuffled) == units(help_desk)


def test_the_held_out_rows_of_a_file_with_copies_do_not_depend_on_its_order(help_desk):
    shuffled = random.Random(2).sample(help_desk, len(help_desk))
    held_out = split(shuffled, 20).held_out
    assert held_out
    assert set(held_out) == set(split(help_desk, 20).held_out)


def asked(*questions: str) -> list[SourcedRecord]:
    return [SourcedRecord(at, Completion(text, ANSWER)) for at, text in enumerate(questions)]


LONG = (
    "Which of the three lamps on the front of the machine has to be green before I may open the cover of it"
)


def test_where_whole_rows_are_all_alike_only_near_questions_stay_together():
    records = asked(LONG, f"{LONG} again", "A quite different matter?")
    assert units(records) == {frozenset({0, 1}), frozenset({2})}


def test_where_all_questions_are_alike_too_every_question_is_a_unit():
    assert units(asked(LONG, f"{LONG} again", f"{LONG}, please")) == {
        frozenset({0}),
        frozenset({1}),
        frozenset({2}),
    }


def test_texts_of_one_label_do_not_stay_together():
    rng = random.Random(4)
    labels = [f"{rng.getrandbits(360):x}" for _ in range(10)]
    records = [SourcedRecord(at, Labelled(f"pain {at * 7919}", labels[at % 10])) for at in range(50)]
    assert len(units(records)) == 50


def test_a_question_with_another_mark_at_its_end_is_the_same_question():
    asked = ("Where is it?", "where is  it ?", "Where is it", "Where was it?")
    records = [SourcedRecord(at, Completion(question, f"{at}")) for at, question in enumerate(asked)]
    assert units(records) == {frozenset({0, 1, 2}), frozenset({3})}
