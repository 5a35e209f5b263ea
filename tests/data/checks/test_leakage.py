"""Held-out rows whose question was learned are found, exact and near; so are labels given away."""

import random

from studio.core.records import Completion, Labelled, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of

rng = random.Random(5)
WORDS = [f"{a}{b}{c}{d}" for a in "bdfgt" for b in "aeiou" for c in "klmnr" for d in ("", "ta", "son")]


def sentence() -> str:
    return " ".join(rng.choice(WORDS) for _ in range(40))


def edited(text: str, words: int) -> str:
    pieces = text.split()
    for at in rng.sample(range(len(pieces)), words):
        pieces[at] = rng.choice(WORDS)
    return " ".join(pieces)


def found(rows):
    return {each.kind: list(each.rows) for each in findings_of("leakage", rows, Scene())}


def test_planted_leaks_are_found_and_nothing_else_is():
    train = [sentence() for _ in range(500)]
    held_out = [sentence() for _ in range(100)]
    exact = [text.title() for text in train[:50]]
    near = [edited(text, at % 4 + 1) for at, text in enumerate(train[50:150])]
    rows = [SourcedRecord(at, Completion(text, f"a {at}"), part="train") for at, text in enumerate(train)]
    for at, text in enumerate([*exact, *near, *held_out], 1000):
        rows.append(SourcedRecord(at, Completion(text, f"a {at}"), part="held_out"))
    kinds = found(rows)
    assert kinds["exact"] == list(range(1000, 1050))
    assert set(kinds["near"]) <= set(range(1050, 1150))
    assert len(kinds["near"]) >= 98


def test_a_question_with_another_mark_at_its_end_is_the_same_question():
    asked = {1: "Where is it?", 2: "Where is it", 3: "where is it ?", 4: "Where was it?"}
    rows = [
        SourcedRecord(row, Completion(text, f"a {row}"), part="train" if row == 1 else "held_out")
        for row, text in asked.items()
    ]
    assert found(rows) == {"exact": [2, 3]}


def short_question(at: int) -> str:
    return f"{WORDS[at % 75]} {WORDS[(at * 7 + 3) % 75]} {WORDS[(at * 11 + 5) % 75]} {at}?"


def test_held_out_rows_that_are_near_a_training_row_as_a_whole_are_found_and_each_is_named_once():
    train = [(short_question(at), sentence()) for at in range(120)]
    whole = [(edited(question, 1), edited(answer, 1)) for question, answer in train[:40]]
    same = [(question.upper(), edited(answer, 1)) for question, answer in train[40:60]]
    fresh = [(short_question(at), sentence()) for at in range(200, 240)]
    rows = [SourcedRecord(at, Completion(*pair), part="train") for at, pair in enumerate(train)]
    rows += [
        SourcedRecord(at, Completion(*pair), part="held_out")
        for at, pair in enumerate([*whole, *same, *fresh], 1000)
    ]
    kinds = found(rows)
    assert kinds == {"near": list(range(1000, 1040)), "exact": list(range(1040, 1060))}


def test_one_row_and_several_are_told_in_the_same_words():
    answer = sentence()
    train = SourcedRecord(2, Completion("what now?", answer), part="train")
    near = [SourcedRecord(at, Completion(f"and {at}?", edited(answer, 1)), part="held_out") for at in (3, 4)]
    (one,) = findings_of("leakage", [train, near[0]], Scene())
    assert one.message == (
        "1 held-out row does not test the model: the training rows ask or say almost the same."
    )
    (both,) = findings_of("leakage", [train, *near], Scene())
    assert both.message == (
        "2 held-out rows do not test the model: the training rows ask or say almost the same."
    )


def test_two_texts_of_one_label_in_two_parts_are_no_leak():
    labels = [f"{rng.getrandbits(360):x}" for _ in range(10)]
    rows = [
        SourcedRecord(
            at, Labelled(f"pain {at * 7919}", labels[at % 10]), part="held_out" if at < 10 else "train"
        )
        for at in range(50)
    ]
    assert found(rows) == {}


def test_copies_within_one_part_and_rows_without_a_part_are_no_leak():
    text = sentence()
    rows = [SourcedRecord(at, Completion(text, "a"), part="held_out") for at in range(5)]
    assert found([*rows, SourcedRecord(9, Completion(text, "a"))]) == {}


def test_labels_that_stand_in_most_texts_are_given_away():
    labels = ["good", "bad"] * 20
    given = [
        SourcedRecord(at, Labelled(f"Verdict: {label.title()}. {at}", label))
        for at, label in enumerate(labels)
    ]
    assert list(found(given)["answer"]) == list(range(40))
    parts = [SourcedRecord(at, Labelled(f"badly {at} goodness", label)) for at, label in enumerate(labels)]
    assert found(parts) == {}


def test_a_group_on_both_sides_of_the_users_own_split_is_named_and_rows_of_no_group_are_not():
    sides = [("anna", "train"), ("anna", "held_out"), ("ben", "held_out"), ("", "train"), ("", "held_out")]
    rows = [
        SourcedRecord(row, Completion(sentence(), f"a {row}"), group, part)
        for row, (group, part) in enumerate(sides, 1)
    ]
    assert found(rows) == {"group": [2]}
