"""The split is seeded, stable, keeps equal questions together and always leaves something on both sides."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import Refused
from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Rated,
    SourcedRecord,
    Text,
)
from studio.data.split import divide, question_key, split


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
    assert question_key(Preference("P", "c", "r")) == question_key(Rated("p ", "c", True)) == "p"


def held(parts):
    return {sourced.row for sourced in parts.held_out}


@given(
    groups=st.lists(st.sampled_from(["a", "b", "c", "d", ""]), min_size=4, max_size=40),
    seed=st.integers(0, 5),
)
def test_rows_of_one_group_are_never_parted(groups, seed):
    records = [
        SourcedRecord(row, Completion(f"question {row}", "a"), group) for row, group in enumerate(groups)
    ]
    if len(set(groups)) == 1 and groups[0]:
        with pytest.raises(Refused, match="one group"):
            split(records, 30, 0, seed)
        return
    parts = split(records, 30, 0, seed)
    assert parts.training
    assert parts.held_out
    on_both = {each.group for each in parts.training} & {each.group for each in parts.held_out}
    assert on_both <= {""}


SENTENCE = (
    "On the third floor of the old library a quiet clerk sorts letters by colour and size before the bell of "
    "the town hall rings at noon and everyone leaves through the garden gate to eat bread with salty cheese"
)


@pytest.mark.parametrize("seed", range(8))
def test_questions_that_are_almost_the_same_stay_on_one_side(seed):
    words = SENTENCE.split()
    copies = [" ".join([*words[:at], "purple", *words[at + 1 :]]) for at in range(5, 35, 6)]
    others = [f"question {number} about something else: {hash((number, 'x'))}" for number in range(30)]
    records = rows(*others[:15], *copies, *others[15:])
    parts = split(records, 40, 0, seed)
    near = {sourced.row for sourced in records if "purple" in sourced.record.prompt}
    assert near <= held(parts) or near.isdisjoint(held(parts))


def test_where_all_questions_are_almost_the_same_they_are_parted_all_the_same():
    words = SENTENCE.split()
    parts = split(rows(*(" ".join([*words[:at], "purple", *words[at + 1 :]]) for at in range(12))), 20)
    assert (len(parts.training), len(parts.held_out)) == (10, 2)


@pytest.mark.parametrize("seed", range(5))
def test_the_exam_has_its_share_of_every_label(seed):
    labels = ["common"] * 70 + ["rare"] * 20 + ["scarce"] * 10
    records = [SourcedRecord(at, Labelled(f"text {at * 7919}", label)) for at, label in enumerate(labels)]
    parts = split(records, 10, 0, seed)
    held_out = [sourced.record.label for sourced in parts.held_out]
    assert [held_out.count(label) for label in ("common", "rare", "scarce")] == [7, 2, 1]


def test_a_label_that_is_given_once_makes_no_labels():
    records = [SourcedRecord(at, Labelled(f"text {at}", "one" if at else "other")) for at in range(20)]
    assert len(split(records, 10).held_out) == 2


def test_no_label_is_held_out_as_a_whole():
    labels = ["a"] * 2 + ["b"] * 2 + ["c"] * 2
    records = [SourcedRecord(at, Labelled(f"text {at}", label)) for at, label in enumerate(labels)]
    for seed in range(10):
        assert {sourced.record.label for sourced in split(records, 50, 0, seed).training} == {"a", "b", "c"}


def test_the_rows_that_the_user_holds_out_are_held_out_and_no_others():
    records = [
        SourcedRecord(row, Completion(f"question {row % 20}", "a"), part="held_out" if row % 3 else "")
        for row in range(40)
    ]
    for seed in (0, 1):
        parts = split(records, 10, 0, seed)
        assert held(parts) == {row for row in range(40) if row % 3}
        assert len(parts.training) == 14


def test_a_file_that_is_held_out_as_a_whole_leaves_nothing_to_learn_from():
    records = [SourcedRecord(row, Completion(f"question {row}", "a"), part="held_out") for row in range(12)]
    with pytest.raises(Refused, match="All 12 rows are marked as held out"):
        split(records, 10)


def test_a_file_of_training_rows_alone_still_gets_an_exam():
    records = [SourcedRecord(row, Completion(f"question {row}", "a"), part="train") for row in range(20)]
    assert len(split(records, 10).held_out) == 2


def test_the_places_are_those_of_the_rows():
    places = divide(HUNDRED, 10, 20, 3)
    parts = split(HUNDRED, 10, 20, 3)
    assert [HUNDRED[at] for at in places.held_out] == list(parts.held_out)
    assert [HUNDRED[at] for at in places.training] == list(parts.training)
    assert places.left_out == parts.left_out == 70
