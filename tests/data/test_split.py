"""The split is seeded, stable, keeps equal questions together and always leaves something on both sides."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Labelled, Message, Preference, SourcedRecord, Text
from studio.data.split import question_key, split


def rows(*questions: str) -> list[SourcedRecord]:
    return [SourcedRecord(at, Completion(text, f"answer {at}")) for at, text in enumerate(questions, 2)]


HUNDRED = rows(*(f"question {number}" for number in range(100)))


@given(
    questions=st.lists(st.sampled_from("abcdefghij"), min_size=2, max_size=60),
    percent=st.floats(1, 50),
    most=st.integers(0, 20),
    seed=st.integers(0, 5),
)
def test_every_row_is_accounted_for_and_no_question_is_on_both_sides(questions, percent, most, seed):
    records = rows(*questions)
    if len(set(questions)) < 2:
        with pytest.raises(Refused, match="1 different questions"):
            split(records, percent, most, seed)
        return
    parts = split(records, percent, most, seed)
    assert len(parts.training) + len(parts.held_out) + parts.left_out == len(records)
    assert parts.training
    assert parts.held_out
    asked = {question_key(sourced.record) for sourced in parts.training}
    assert asked.isdisjoint(question_key(sourced.record) for sourced in parts.held_out)
    assert most == 0 or len(parts.training) <= most
    assert list(parts.training) == sorted(parts.training, key=lambda sourced: sourced.row)


def test_the_share_held_out_is_the_one_asked_for():
    assert len(split(HUNDRED, 10).held_out) == 10
    assert len(split(HUNDRED, 25).held_out) == 25
    assert len(split(HUNDRED[:10], 1).held_out) == 1


def test_the_same_seed_gives_the_same_parts_and_another_seed_others():
    assert split(HUNDRED, 10, seed=1) == split(HUNDRED, 10, seed=1)
    assert split(HUNDRED, 10, seed=1).held_out != split(HUNDRED, 10, seed=2).held_out


def test_the_held_out_rows_depend_neither_on_the_rows_learned_nor_on_the_order_of_the_file():
    whole = split(HUNDRED, 10, 0, 3)
    capped = split(HUNDRED, 10, 20, 3)
    assert capped.held_out == whole.held_out
    assert (len(capped.training), capped.left_out) == (20, 70)
    shuffled = random.Random(0).sample(HUNDRED, len(HUNDRED))
    assert set(split(shuffled, 10, 20, 3).held_out) == set(whole.held_out)


def test_case_and_white_space_do_not_make_a_new_question():
    assert question_key(Completion("How  do\nI?", "a")) == question_key(Completion("how do i? ", "b"))


def test_a_conversation_is_known_by_all_that_stands_before_its_last_answer():
    def talk(*texts):
        return Conversation(tuple(Message(("user", "assistant")[at % 2], t) for at, t in enumerate(texts)))

    assert question_key(talk("hi", "x")) == question_key(talk("Hi", "y"))
    assert question_key(talk("hi", "x", "more", "z")) != question_key(talk("hi", "y", "more", "z"))


def test_every_kind_of_record_has_a_question():
    assert question_key(Text("A b")) == question_key(Labelled("a  B", "l")) == "a b"
    assert question_key(Preference("P", "c", "r")) == "p"
